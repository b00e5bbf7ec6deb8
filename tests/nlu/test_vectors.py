"""The cache of sentence vectors."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from bot.nlu.encoder import SentenceEncoder
from bot.nlu.vectors import VectorCache

TEXTS = ["what is the icc", "hello", "", "who pays for it", "hello"]


def cache_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_a_cache_gives_the_encoders_vectors(encoder: SentenceEncoder, tmp_path: Path) -> None:
    expected = encoder.encode(TEXTS)
    np.testing.assert_array_equal(VectorCache(encoder, tmp_path).encode(TEXTS), expected)
    # A second time from the file, in another order and with a text that is not in it.
    again = VectorCache(encoder, tmp_path).encode([*reversed(TEXTS), "and new"])
    np.testing.assert_allclose(again, np.concatenate([expected[::-1], encoder.encode(["and new"])]), atol=1e-6)


def test_known_vectors_come_from_the_file(encoder: SentenceEncoder, tmp_path: Path) -> None:
    VectorCache(encoder, tmp_path).encode(TEXTS)
    stored = load_file(str(cache_file(tmp_path)))
    save_file({**stored, "vectors": -stored["vectors"]}, str(cache_file(tmp_path)))
    np.testing.assert_allclose(VectorCache(encoder, tmp_path).encode(TEXTS), -encoder.encode(TEXTS), atol=1e-6)


def test_new_vectors_are_added_to_the_file(encoder: SentenceEncoder, tmp_path: Path) -> None:
    VectorCache(encoder, tmp_path).encode(["one"])
    VectorCache(encoder, tmp_path).encode(["two", "one"])
    assert load_file(str(cache_file(tmp_path)))["vectors"].shape == (2, 384)


def test_a_text_is_stored_once(encoder: SentenceEncoder, tmp_path: Path) -> None:
    VectorCache(encoder, tmp_path).encode(["hello", "hello", "hello"])
    assert len(load_file(str(cache_file(tmp_path)))["vectors"]) == 1


def test_no_text_stands_in_the_file(encoder: SentenceEncoder, tmp_path: Path) -> None:
    VectorCache(encoder, tmp_path).encode(["my secret question"])
    assert b"secret" not in cache_file(tmp_path).read_bytes()


def test_the_file_is_the_encoders_own(encoder: SentenceEncoder, tmp_path: Path) -> None:
    VectorCache(encoder, tmp_path).encode(["hello"])
    assert encoder.fingerprint in cache_file(tmp_path).name


def _fewer_vectors(path: Path) -> None:
    stored = load_file(str(path))
    save_file({**stored, "vectors": np.ascontiguousarray(stored["vectors"][:1])}, str(path))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:-100]),
    "empty": lambda path: path.write_bytes(b""),
    "garbage": lambda path: path.write_bytes(b"\xff" * 1000),
    "another format": lambda path: path.write_text("{}"),
    "without keys": lambda path: save_file({"vectors": np.ones((4, 384), np.float32)}, str(path)),
    "fewer vectors than keys": _fewer_vectors,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_file_is_ignored_and_replaced(
    encoder: SentenceEncoder, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    VectorCache(encoder, tmp_path).encode(TEXTS)
    damage(cache_file(tmp_path))
    np.testing.assert_allclose(VectorCache(encoder, tmp_path).encode(TEXTS), encoder.encode(TEXTS), atol=1e-6)
    assert load_file(str(cache_file(tmp_path)))["vectors"].shape == (4, 384)


def test_a_folder_that_cannot_be_written_costs_time_only(encoder: SentenceEncoder, tmp_path: Path) -> None:
    # A file stands where the folder should be: that stops root as well.
    (tmp_path / "file").write_text("")
    cache = VectorCache(encoder, tmp_path / "file" / "cache")
    np.testing.assert_array_equal(cache.encode(TEXTS), encoder.encode(TEXTS))
    np.testing.assert_array_equal(cache.encode(["more"]), encoder.encode(["more"]))


def test_the_folder_is_made(encoder: SentenceEncoder, tmp_path: Path) -> None:
    VectorCache(encoder, tmp_path / "new" / "cache").encode(["hello"])
    assert cache_file(tmp_path / "new" / "cache").is_file()
