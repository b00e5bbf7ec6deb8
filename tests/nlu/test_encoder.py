"""The sentence encoder, with its real files."""

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import EncoderError
from bot.nlu.encoder import EncoderFiles, SentenceEncoder, default_files, shared_encoder

TEXTS = [
    "what is the icc",
    "",
    "hello",
    "why should the united states support the international criminal court at all, and who decides that in the end",
    "\U0001f642",
    "¿qué es la corte penal internacional?",
    "国际刑事法院是什么",
    "word " * 500,
]


def test_vectors_have_384_numbers_and_length_one(encoder: SentenceEncoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


@settings(max_examples=30, deadline=None)
@given(text=st.text(alphabet=st.characters(blacklist_categories=["Cs"]), max_size=200))
def test_any_text_has_a_vector_of_length_one(encoder: SentenceEncoder, text: str) -> None:
    (vector,) = encoder.encode([text])
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-5)


def test_a_batch_gives_what_single_texts_give(encoder: SentenceEncoder) -> None:
    # Longer than one batch, in mixed lengths: sorting and padding must not show.
    texts = [f"{text} {number}" for number in range(5) for text in TEXTS]
    singles = np.concatenate([encoder.encode([text]) for text in texts])
    np.testing.assert_allclose(encoder.encode(texts), singles, atol=1e-4)


def test_no_texts_give_no_vectors(encoder: SentenceEncoder) -> None:
    assert len(encoder.encode([])) == 0


def test_an_empty_text_has_a_vector_of_its_own(encoder: SentenceEncoder) -> None:
    empty, spaces, hello = encoder.encode(["", "   ", "hello"])
    np.testing.assert_allclose(empty, spaces, atol=1e-5)
    assert float(empty @ hello) < 0.9


def test_a_huge_text_is_cut_after_128_word_pieces(encoder: SentenceEncoder) -> None:
    huge, cut, shorter = encoder.encode(["court " * 17_000, "court " * 126, "court " * 60])
    np.testing.assert_allclose(huge, cut, atol=1e-5)
    assert not np.allclose(huge, shorter, atol=1e-5)


@pytest.mark.parametrize(
    ("question", "near", "far"),
    [
        ("has america joined the ICC", "is the US a member of the court", "do you have a newsletter"),
        ("how can I help", "ways to get involved", "where is The Hague"),
        ("what is genocide", "definition of the crime of genocide", "how many judges are there"),
    ],
)
def test_what_means_the_same_is_nearer(encoder: SentenceEncoder, question: str, near: str, far: str) -> None:
    vectors = encoder.encode([question, near, far])
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.1


@pytest.mark.parametrize(
    ("word", "known"), [("court", True), ("hague", True), ("jurisdicton", False), ("Court", False)]
)
def test_the_vocabulary_is_that_of_lower_case_english(encoder: SentenceEncoder, word: str, known: bool) -> None:
    assert encoder.knows(word) is known


def test_a_process_has_one_encoder() -> None:
    assert shared_encoder() is shared_encoder()


# --- the files


def test_the_default_files_have_the_sums_they_must_have() -> None:
    files = default_files()
    for path, expected in ((files.model, files.model_sha256), (files.tokenizer, files.tokenizer_sha256)):
        assert len(expected) == 64
        assert hashlib.sha256(path.read_bytes()).hexdigest() == expected


@pytest.mark.parametrize("which", ["model", "tokenizer"])
def test_a_changed_file_is_refused_with_both_sums(tmp_path: Path, which: str) -> None:
    files = default_files()
    changed = tmp_path / "changed"
    changed.write_bytes(getattr(files, which).read_bytes() + b" ")
    found = hashlib.sha256(changed.read_bytes()).hexdigest()
    expected = getattr(files, which + "_sha256")
    with pytest.raises(EncoderError) as caught:
        SentenceEncoder(files._replace(**{which: changed}))
    assert found in str(caught.value)
    assert expected in str(caught.value)
    assert str(changed) in str(caught.value)


@pytest.mark.parametrize("which", ["model", "tokenizer"])
def test_a_missing_file_is_named_with_what_to_do(tmp_path: Path, which: str) -> None:
    missing = tmp_path / "gone"
    with pytest.raises(EncoderError, match="BOT_ENCODER") as caught:
        SentenceEncoder(default_files()._replace(**{which: missing}))
    assert str(missing) in str(caught.value)


def test_an_encoder_folder_of_ones_own_is_used_unchecked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoder: SentenceEncoder
) -> None:
    files = default_files()
    shutil.copy(files.model, tmp_path / "model.onnx")
    # Another file with the same meaning: a sum would not match, so none may be asked for.
    (tmp_path / "tokenizer.json").write_bytes(files.tokenizer.read_bytes() + b"\n")
    monkeypatch.setenv("BOT_ENCODER", str(tmp_path))
    assert default_files() == EncoderFiles(tmp_path / "model.onnx", tmp_path / "tokenizer.json")
    own = SentenceEncoder(default_files())
    assert own.fingerprint != encoder.fingerprint
    np.testing.assert_allclose(own.encode(["what is the icc"]), encoder.encode(["what is the icc"]), atol=1e-6)


def test_an_empty_encoder_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_ENCODER", str(tmp_path))
    with pytest.raises(EncoderError, match=r"model\.onnx is missing"):
        SentenceEncoder(default_files())


def test_a_folder_with_a_broken_encoder_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    files = default_files()
    with pytest.raises(EncoderError):
        SentenceEncoder(EncoderFiles(tmp_path / "model.onnx", files.tokenizer))
