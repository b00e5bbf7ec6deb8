"""A part of the project's own phrasings: enough to train on in a second."""

from typing import NamedTuple

import yaml

from bot.content.store import read_content
from bot.content.topics import examples
from bot.nlu.encoder import SentenceEncoder
from bot.nlu.kernel import Floats
from bot.runtime.settings import ROOT

TOPICS = ("why_support", "icc", "us_member", "crimes", "how_to_advocate", "judges")
REJECT = "out_of_scope"


class Sample(NamedTuple):
    """Phrasings, their labels and their vectors, row by row."""

    texts: list[str]
    labels: list[str]
    vectors: Floats


def read_sample(encoder: SentenceEncoder) -> Sample:
    """All phrasings of six topics and of two task intents, and every tenth question that is not ours."""
    topics = read_content(ROOT).topics
    pairs = [(phrasing, f"faq/{name}") for name in TOPICS for phrasing in topics[name].phrasings]
    smalltalk = yaml.safe_load((ROOT / "data" / "nlu" / "smalltalk.yml").read_text(encoding="utf-8"))["nlu"]
    pairs += [
        (phrasing, entry["intent"])
        for entry in smalltalk
        if entry["intent"] in ("greet", "thanks")
        for phrasing in examples(entry["examples"])
    ]
    rejected = [
        phrasing
        for path in sorted((ROOT / "data" / "nlu" / REJECT).glob("*.yml"))
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
        for phrasing in examples(entry["examples"])
    ]
    pairs += [(phrasing, REJECT) for phrasing in rejected[::10]]
    texts, labels = ([pair[place] for pair in pairs] for place in (0, 1))
    return Sample(texts, labels, encoder.encode(texts))
