"""What the tests of language understanding share: the real encoder and a part of the project's own phrasings."""

import pytest

from bot.nlu.encoder import SentenceEncoder, shared_encoder
from nlu.sample import Sample, read_sample


@pytest.fixture(scope="session")
def encoder() -> SentenceEncoder:
    return shared_encoder()


@pytest.fixture(scope="session")
def sample(encoder: SentenceEncoder) -> Sample:
    """Phrasings of a few labels with their vectors."""
    return read_sample(encoder)
