"""Whether the right paper or situation is found: the whole pipeline, our search, BM25 alone and the encoder alone.

``papers_held_out.tsv`` and ``papers_off_held_out.tsv`` only measure; ``papers_tune.tsv`` and ``papers_off_tune.tsv``
set thresholds. Each search alone is shown twice: the order in which it puts what it finds, and what it is worth as a
gate, with the least threshold at which no more off-topic questions of the tuning set are given something than may be.
In the pipeline the classifier is the gate, and the search gives the order.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

import numpy as np
from rich.table import Table

from benchmarks.questions import Question, read_set
from benchmarks.report import Figure, Report, Say
from bot.runtime import logs, tensorflow_free
from bot.runtime.settings import load_settings

if TYPE_CHECKING:
    from bot.content.finder import Finder
    from bot.content.knowledge import Knowledge
    from bot.content.search import Hit
    from bot.dialogue.reply import Reply

KINDS = ("paper", "situation")
FIRST, IN_THREE, OFF_TOPIC, MOST_MS = 0.92, 0.98, 0.03, 10.0
"""Targets: right one first, right one in the first three, off-topic given one, milliseconds a query."""
SYNTHETIC = 1000
"""Papers in the index whose time is measured."""

Search = Callable[[str], "list[Hit]"]


class Found(NamedTuple):
    """What a method gave for a question.

    Attributes:
        expected: Content ids that are right; none for off-topic questions.
        keys: What was given, best first.
        answered: Whether something was given as an answer.
    """

    question: str
    expected: frozenset[str]
    keys: tuple[str, ...]
    answered: bool

    @property
    def first(self) -> bool:
        """Whether the right one comes first."""
        return self.answered and self.keys[:1] != () and self.keys[0] in self.expected

    @property
    def in_three(self) -> bool:
        """Whether the right one is among the first three."""
        return bool(self.expected.intersection(self.keys[:3]))

    @property
    def given(self) -> bool:
        """Whether a paper or situation was given as an answer."""
        return self.answered and any(key.partition("/")[0] in KINDS for key in self.keys)


def shares(found: Sequence[Found]) -> dict[str, float]:
    """``first`` and ``in_three`` of the questions in scope, ``off_topic`` given something of the others."""
    ours = [one for one in found if one.expected]
    others = [one for one in found if not one.expected]
    return {
        "first": float(np.mean([one.first for one in ours])),
        "in_three": float(np.mean([one.in_three for one in ours])),
        "off_topic": float(np.mean([one.given for one in others])),
    }


def _threshold(search: Search, tune: Sequence[Question]) -> float:
    """Least score at which no more off-topic questions of the tuning set are given something than the target allows."""
    best = sorted((search(question.text)[0].score for question in tune if not question.expected), reverse=True)
    return best[int(len(best) * OFF_TOPIC)] + 1e-6


def _by_search(search: Search, threshold: float, questions: Sequence[Question]) -> list[Found]:
    found = []
    for question in questions:
        keys = tuple(hit.key for hit in search(question.text) if hit.score >= threshold)
        found.append(Found(question.text, question.expected, keys, bool(keys)))
    return found


async def by_pipeline(questions: Sequence[Question], url: str) -> list[Found]:
    """What a visitor is given for each question, in a conversation of its own.

    Args:
        questions: What is asked.
        url: A database for the conversations.
    """
    from bot.cli.talk import turn
    from bot.content.store import shared_store
    from bot.runtime.serving import build_assistant

    assistant = build_assistant(load_settings(), url)
    found = []
    for question in questions:
        reply = (await turn(assistant, uuid4().hex, question.text))[-1]
        keys = tuple(dict.fromkeys([*reply.topic, *_offered(reply, shared_store().content.by_name)]))
        found.append(Found(question.text, question.expected, keys, reply.outcome == "answered"))
    return found


def _offered(reply: Reply, by_name: dict[str, str]) -> list[str]:
    from bot.content.text import normalized

    return [by_name[normalized(option.text)] for option in reply.options if normalized(option.text) in by_name]


def synthetic(knowledge: Knowledge, count: int) -> Knowledge:
    """As many papers, made from the words of the real ones in another order.

    Args:
        knowledge: The real ones.
        count: How many papers there shall be.
    """
    random = np.random.RandomState(7)
    papers = list(knowledge.papers.values())
    words = np.array(" ".join(paper.summary for paper in papers).split())
    made = {paper.id: paper for paper in papers}
    for number in range(count - len(papers)):
        summary = " ".join(" ".join(random.choice(words, 12)) + "." for _ in range(4))
        title = f"{' '.join(random.choice(words, 5))} {number}"
        update = {"id": f"made_{number}", "title": title, "summary": summary, "aliases": [title], "situations": []}
        made[f"made_{number}"] = papers[number % len(papers)].copy(update=update)
    return type(knowledge)(themes=knowledge.themes, papers=made, situations=knowledge.situations)


def _milliseconds(finder: Finder, questions: Sequence[Question], cache: Path) -> tuple[list[float], list[float]]:
    """Time of each query against an index of many papers, encoder included: by the clock, and of the processor."""
    from dataclasses import replace

    from bot.content.finder import Finder

    content = replace(finder.content, knowledge=synthetic(finder.content.knowledge, SYNTHETIC))
    large = Finder(content, cache)
    large.search("warm up", KINDS, 0.0)
    times, processor = [], []
    for question in questions:
        started, busy = time.perf_counter(), time.process_time()
        large.papers(question.text)
        times.append((time.perf_counter() - started) * 1000)
        processor.append((time.process_time() - busy) * 1000)
    return times, processor


def measure(_: bool, say: Say) -> Report:
    """Runs the benchmark.

    Raises:
        ModelError: There is no trained model.
    """
    logs.configure("ERROR")
    tensorflow_free.install()
    from bot.content.finder import keep_vectors_in, shared_finder
    from bot.nlu.encoder import shared_encoder

    cache = load_settings().data_folder / "cache"
    keep_vectors_in(cache)
    held_out = [*read_set("papers_held_out"), *read_set("papers_off_held_out")]
    tune = [*read_set("papers_tune"), *read_set("papers_off_tune")]
    finder, encoder = shared_finder(), shared_encoder()
    searches: dict[str, Search] = {
        "our search": lambda text: finder.search(text, KINDS, 0.0),
        "BM25 alone": lambda text: finder.index.search_words(text, KINDS) or [_NOTHING],
        "encoder alone": lambda text: finder.index.search_meaning(encoder.encode([text])[0], KINDS),
    }
    from bot.content.search import Hit

    _NOTHING = Hit("nothing/found", 0.0)  # noqa: N806 (a constant of this run)
    say(f"papers: {len(held_out)} questions through the whole pipeline")
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'papers.sqlite3'}"
        found = {"whole pipeline": asyncio.run(by_pipeline([*held_out, *tune], url))}
    tuned = {"whole pipeline": found["whole pipeline"][len(held_out) :]}
    found["whole pipeline"] = found["whole pipeline"][: len(held_out)]
    for name, search in searches.items():
        say(f"papers: {name}")
        threshold = _threshold(search, tune)
        for title, least in ((f"{name}, order only", 0.0), (f"{name}, as a gate", threshold)):
            found[title] = _by_search(search, least, held_out)
            tuned[title] = _by_search(search, least, tune)
    say(f"papers: time at {SYNTHETIC:,} papers")
    times, processor = _milliseconds(finder, held_out, cache)
    figures = []
    for name, results in found.items():
        # What must be reached holds for what a visitor gets; the parts are there to compare.
        ours = name == "whole pipeline"
        values = shares(results)
        figures += [
            Figure(f"{name}: right one first", values["first"], "share", at_least=FIRST if ours else None),
            Figure(f"{name}: in the first three", values["in_three"], "share", at_least=IN_THREE if ours else None),
            Figure(f"{name}: off-topic given one", values["off_topic"], "share", at_most=OFF_TOPIC if ours else None),
        ]
    figures += [
        Figure(f"Query at {SYNTHETIC:,} papers, median", median(times), "ms", at_most=MOST_MS),
        Figure(f"Query at {SYNTHETIC:,} papers, CPU, median", median(processor), "ms"),
        Figure(f"Query at {SYNTHETIC:,} papers, 99th percentile", float(np.percentile(times, 99)), "ms"),
    ]
    details: dict[str, Any] = {
        name: {"held_out": shares(found[name]), "tune": shares(tuned[name]), "tune_mistakes": _mistakes(tuned[name])}
        for name in found
    }
    return Report("papers", "Papers and situations", figures, details, [_table(tuned["whole pipeline"])])


def _mistakes(found: Sequence[Found]) -> list[list[str]]:
    wrong = [one for one in found if (one.expected and not one.first) or (not one.expected and one.given)]
    return [[one.question, ", ".join(sorted(one.expected)), ", ".join(one.keys[:3])] for one in wrong]


def _table(found: Sequence[Found]) -> Table:
    """Mistakes of the tuning set: those of the held-out set are not for looking at."""
    table = Table("question", "expected", "given", title="papers_tune: mistakes of the whole pipeline")
    for row in _mistakes(found):
        table.add_row(*row)
    return table
