"""A cache of sentence vectors on disk, so that unchanged phrasings are never encoded twice."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from bot.nlu.encoder import SentenceEncoder


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class VectorCache:
    """Encodes through a file of known vectors.

    The file belongs to one encoder: its name carries the encoder's fingerprint. A file that is damaged or cannot be
    written costs time only.
    """

    def __init__(self, encoder: SentenceEncoder, folder: Path) -> None:
        self._encoder = encoder
        self._path = folder / f"vectors-{encoder.fingerprint}.safetensors"
        self._rows: dict[str, int] = {}
        self._matrix: NDArray[np.float32] = np.empty((0, 0), dtype=np.float32)
        self._load()

    def _load(self) -> None:
        try:
            stored = load_file(str(self._path))
            keys = [bytes(row).decode("ascii") for row in stored["keys"]]
            matrix = stored["vectors"]
        except Exception:  # a cache: whatever is wrong with the file, the vectors can be made again
            return
        if len(keys) == len(matrix):
            self._matrix = matrix
            self._rows = {key: row for row, key in enumerate(keys)}

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Like :meth:`bot.nlu.encoder.SentenceEncoder.encode`; new vectors are added to the file.

        Returns:
            Array of shape ``(len(texts), 384)``, rows of length 1.
        """
        keys = [_key(text) for text in texts]
        missing = {key: text for key, text in zip(keys, texts) if key not in self._rows}
        if missing:
            new = self._encoder.encode(list(missing.values()))
            known = len(self._rows)
            self._matrix = np.concatenate([self._matrix, new]) if known else new
            self._rows.update({key: known + offset for offset, key in enumerate(missing)})
            self._save()
        return self._matrix[[self._rows[key] for key in keys]]

    def _save(self) -> None:
        keys = np.frombuffer("".join(self._rows).encode("ascii"), dtype=np.uint8).reshape(len(self._rows), -1)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # Written beside and moved into place: two processes at once never leave half a file.
            handle, name = tempfile.mkstemp(dir=self._path.parent, suffix=".tmp")
            os.close(handle)
            save_file({"keys": keys, "vectors": self._matrix}, name)
            os.replace(name, self._path)
        except OSError:
            return
