"""The encoder's weights stay int8 and exact; its vectors stay what they were, but for rounding."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.nlu import int8
from bot.nlu.encoder import SentenceEncoder, default_files

TEXTS = [
    "hi",
    "icc members",
    "why isnt the us in the icc",
    "Has the International Criminal Court tried a citizen of the United States, and could it, if Congress objects?",
    "how do i give money to you guys",
    "¿qué es la corte penal internacional?",
]


@pytest.fixture(scope="module")
def original() -> bytes:
    return default_files().model.read_bytes()


@pytest.fixture(scope="module")
def compacted(original: bytes) -> bytes:
    return int8.compact(original)


def parsed(model: bytes) -> Any:
    return int8._classes()["Model"].FromString(model)


def tensors(model: bytes) -> dict[str, Any]:
    return {tensor.name: tensor for tensor in parsed(model).graph.initializer}


def kinds(model: bytes) -> list[str]:
    return [node.op_type for node in parsed(model).graph.node]


def floats(tensor: Any) -> NDArray[np.float32]:
    return np.frombuffer(tensor.raw_data, dtype=np.float32).reshape(list(tensor.dims))


def test_every_weight_of_the_encoder_stays_int8(original: bytes, compacted: bytes) -> None:
    assert kinds(compacted).count("MatMulNBits") == 36  # six in each of six layers
    # What is left multiplies two things that a message has made.
    assert kinds(compacted).count("MatMul") == kinds(original).count("MatMul") - 36
    assert kinds(compacted).count("Cast") == kinds(original).count("Cast") - 36
    assert len(compacted) < 1.05 * len(original)


def test_the_weights_are_exactly_those_of_the_file(original: bytes, compacted: bytes) -> None:
    before, after = tensors(original), tensors(compacted)
    compared = 0
    for node in parsed(compacted).graph.node:
        if node.op_type == "MatMulNBits":
            _, name, scale = node.input
            rows, columns = before[name].dims
            was = np.frombuffer(before[name].raw_data, dtype=np.int8).reshape(rows, columns) * floats(before[scale])
            numbers = np.frombuffer(after[name].raw_data, dtype=np.uint8).astype(np.float32) - 128
            is_now = numbers.reshape(list(after[name].dims)) * floats(after[scale]).reshape(columns, -1, 1)
            np.testing.assert_array_equal(is_now.reshape(columns, rows).T, was.astype(np.float32))
            compared += 1
    assert compared == 36


def test_vectors_are_those_of_the_file_but_for_rounding(
    encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.nlu.encoder.compact", lambda model: model)
    stock = SentenceEncoder(default_files()).encode(TEXTS)
    ours = encoder.encode(TEXTS)
    cosines = (stock * ours).sum(axis=1)
    assert cosines.min() > 0.997
    assert cosines.max() < 0.999999  # it is another computation: otherwise nothing was compared


def test_a_model_without_such_weights_comes_back_as_it_was(compacted: bytes) -> None:
    assert int8.compact(compacted) == compacted


def test_a_weight_that_is_used_twice_is_left_alone(original: bytes) -> None:
    model = parsed(original)
    product = next(node for node in model.graph.node if node.op_type == "MatMul")
    model.graph.node.add(op_type="Identity", input=[product.input[1]], output=["elsewhere"])
    changed = int8.compact(model.SerializeToString())
    assert kinds(changed).count("MatMulNBits") == 35
    assert tensors(changed).keys() == tensors(original).keys()


def test_a_weight_whose_scales_do_not_fit_is_left_alone(original: bytes) -> None:
    model = parsed(original)
    looked_up = next(node for node in model.graph.node if node.op_type == "Gather")
    maker = next(node for node in model.graph.node if node.output[0] == looked_up.input[0])
    scales = next(tensor for tensor in model.graph.initializer if tensor.name == maker.input[1])
    scales.dims[:] = [len(scales.raw_data) // 8, 2]
    assert kinds(int8.compact(model.SerializeToString())).count("Gather") == kinds(original).count("Gather") + 1
