"""Accuracy and cost of training on BANKING77 (Casanueva et al. 2020): many close intents, ten examples each.

The project's own components are run through Rasa's component interface, with the settings of ``config.yml``. The
published 10-shot protocol draws ten training examples an intent; five draws are made, each asked all 3,080 questions.
"""

from __future__ import annotations

import csv
import random
import tempfile
import time
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

import yaml

from benchmarks import banking_stock, child
from benchmarks.processes import children_cpu, python_of, run, run_module
from benchmarks.report import BenchmarkSkippedError, Figure, Report, Say
from bot.runtime import logs, tensorflow_free
from bot.runtime.settings import ROOT

DATA = ROOT.parent / "shared" / "datasets" / "banking77"
SHOTS = 10
"""Training examples an intent."""
DRAWS = 5
"""The seeds are 0 to 4."""
LEAST_ACCURACY = 0.85
MOST_OF_STOCK = 1 / 20
"""Target for the CPU time of training, as a part of what Rasa's recipe takes."""


class Example(NamedTuple):
    """One line of the data set; the label is ``faq/<intent>``, as the project's own topics are labelled."""

    text: str
    label: str


class Trained(NamedTuple):
    """The three components after training; each has ``process(messages)``."""

    corrector: Any
    featurizer: Any
    classifier: Any


def read(name: str) -> list[Example]:
    """Reads ``train`` or ``test``.

    Raises:
        BenchmarkSkippedError: The data set is not there.
    """
    path = DATA / f"{name}.csv"
    if not path.is_file():
        raise BenchmarkSkippedError("BANKING77 is not in ../shared/datasets/banking77; banking is skipped.")
    with path.open(encoding="utf-8", newline="") as file:
        return [Example(" ".join(row["text"].split()), f"faq/{row['category']}") for row in csv.DictReader(file)]


def draw(examples: list[Example], seed: int) -> list[Example]:
    """Picks :data:`SHOTS` examples of each label, the same ones for the same seed."""
    by_label: dict[str, list[Example]] = {}
    for example in examples:
        by_label.setdefault(example.label, []).append(example)
    chosen = random.Random(seed)
    return [example for label in sorted(by_label) for example in chosen.sample(by_label[label], SHOTS)]


def _settings(component: type[Any]) -> dict[str, Any]:
    """A component's defaults with the settings of ``config.yml`` over them, but without a cache of vectors."""
    pipeline = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    name = f"{component.__module__}.{component.__name__}"
    own = next((dict(entry) for entry in pipeline if entry["name"] == name), {})
    own.pop("name", None)
    # Vectors known from an earlier run would hide what training costs.
    own.pop("cache_folder", None)
    return {**component.get_default_config(), **own}


def train(examples: list[Example], folder: Path) -> Trained:
    """Trains the components as Rasa's graph does; they keep what they learn in ``folder``."""
    from rasa.engine.graph import ExecutionContext, GraphSchema
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource
    from rasa.shared.nlu.training_data.message import Message
    from rasa.shared.nlu.training_data.training_data import TrainingData

    from bot.nlu.classifier import TopicClassifier
    from bot.nlu.featurizer import SentenceFeaturizer
    from bot.nlu.spelling import SpellingCorrector

    storage = LocalModelStorage.create(folder)

    def made(component: type[Any]) -> Any:
        name = component.__name__
        context = ExecutionContext(GraphSchema({}), node_name=name)
        return component.create(_settings(component), storage, Resource(name), context)

    data = TrainingData([Message.build(example.text, example.label) for example in examples])
    trained = Trained(made(SpellingCorrector), made(SentenceFeaturizer), made(TopicClassifier))
    trained.corrector.train(data)
    data = trained.corrector.process_training_data(data)
    data = trained.featurizer.process_training_data(data)
    trained.classifier.train(data)
    return trained


def accuracy(trained: Trained, tests: list[Example]) -> float:
    """Share of questions whose label is ranked first, whatever the thresholds.

    Questions are asked one by one, as visitors do.
    """
    from rasa.shared.nlu.training_data.message import Message

    right = 0
    for test in tests:
        messages = [Message.build(test.text)]
        for component in trained:
            messages = component.process(messages)
        right += messages[0].get("intent_ranking")[0]["name"] == test.label
    return right / len(tests)


def _cpu() -> float:
    """CPU seconds of this process, all threads, and its ended children."""
    return time.process_time() + children_cpu()


def _prepare() -> None:
    logs.configure("ERROR")
    tensorflow_free.install()
    # Imported here, so that the first draw does not pay for it.
    import bot.nlu.classifier
    import bot.nlu.featurizer  # noqa: F401


def measure(stock: bool, say: Say) -> Report:
    """Runs the benchmark.

    Raises:
        BenchmarkSkippedError: The data set is not there.
        BenchmarkError: Rasa's recipe could not be run.
    """
    examples, tests = read("train"), read("test")
    _prepare()
    from bot.nlu.encoder import shared_encoder

    draws = []
    for seed in range(DRAWS):
        say(f"banking: draw {seed + 1} of {DRAWS}, training")
        # Each training pays for loading the encoder, as `python -m bot train` does.
        shared_encoder.cache_clear()
        with tempfile.TemporaryDirectory() as folder:
            before = _cpu()
            trained = train(draw(examples, seed), Path(folder))
            cost = _cpu() - before
            say(f"banking: draw {seed + 1} of {DRAWS}, {len(tests):,} questions")
            draws.append({"seed": seed, "accuracy": accuracy(trained, tests), "cpu_s": cost})
    figures = [
        Figure(
            f"Right label first, mean of {DRAWS} draws", mean(d["accuracy"] for d in draws), "share", LEAST_ACCURACY
        ),
        *(Figure(f"  draw {d['seed']}", d["accuracy"], "share") for d in draws),
        Figure(f"Training on {SHOTS} examples an intent, mean", mean(d["cpu_s"] for d in draws), "cpu_s"),
    ]
    details: dict[str, Any] = {"shots": SHOTS, "tests": len(tests), "draws": draws}
    if stock:
        details["stock"] = _beside_stock(draw(examples, 0), tests, say)
        figures += _stock_figures(details["stock"])
    return Report("banking", f"BANKING77, {SHOTS} examples an intent", figures, details)


def _beside_stock(examples: list[Example], tests: list[Example], say: Say) -> dict[str, float]:
    """Trains Rasa's recipe and, so that like is compared with like, ours too in a process of its own."""
    python = python_of(".venv-dev")
    say("banking: our training in a process of its own")
    before = children_cpu()
    run_module(python, "benchmarks.banking", examples)
    ours = children_cpu() - before
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        banking_stock.write_project(folder, examples)
        say("banking: training Rasa's FAQ recipe; about 10 CPU minutes")
        cost = run([python, "-m", "rasa", "train", "--fixed-model-name", "stock"], folder)
        say(f"banking: {len(tests):,} questions to Rasa's FAQ recipe; some minutes")
        request = {"model": str(folder / "models" / "stock.tar.gz"), "tests": tests}
        found = run_module(python, "benchmarks.banking_stock", request)
    return {"ours_cpu_s": ours, "cpu_s": cost, "accuracy": found["accuracy"]}


def _stock_figures(stock: dict[str, float]) -> list[Figure]:
    ratio = stock["ours_cpu_s"] / stock["cpu_s"]
    return [
        Figure("Rasa's FAQ recipe: right label first, draw 0", stock["accuracy"], "share"),
        Figure("Rasa's FAQ recipe: training, whole process", stock["cpu_s"], "cpu_s"),
        Figure("Ours: training, whole process", stock["ours_cpu_s"], "cpu_s"),
        Figure("Training CPU, ours / Rasa's", ratio, "ratio", at_most=MOST_OF_STOCK),
    ]


def _train_only(request: Any) -> None:
    """Trains once; the process is measured from outside, its imports included."""
    _prepare()
    with tempfile.TemporaryDirectory() as folder:
        train([Example(*example) for example in request], Path(folder))


if __name__ == "__main__":
    child.answer(_train_only)
