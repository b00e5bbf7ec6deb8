"""Rasa's documented recipe for FAQs, as a project in a folder, and its accuracy.

The recipe is that of "Chitchat and FAQs" in Rasa's documentation with the default pipeline beside it: DIETClassifier
for the intents, ResponseSelector for the topics, trained for 100 epochs each, and a request to say it in other words
where it is not sure.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from benchmarks import child


def _config(epochs: int) -> dict[str, Any]:
    return {
        "recipe": "default.v1",
        "language": "en",
        "assistant_id": "stock",
        "pipeline": [
            {"name": "WhitespaceTokenizer"},
            {"name": "RegexFeaturizer"},
            {"name": "LexicalSyntacticFeaturizer"},
            {"name": "CountVectorsFeaturizer"},
            {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
            {"name": "DIETClassifier", "epochs": epochs, "constrain_similarities": True},
            {"name": "EntitySynonymMapper"},
            {"name": "ResponseSelector", "epochs": epochs, "retrieval_intent": "faq", "constrain_similarities": True},
            {"name": "FallbackClassifier", "threshold": 0.3},
        ],
        "policies": [{"name": "RulePolicy"}],
    }


EPOCHS = 100
"""As in Rasa's documentation."""

# DIET does not train with one intent, and `faq` is one; every FAQ assistant has at least greetings beside it.
_GREETINGS = ("hello", "hi", "hey", "hi there", "good morning", "good evening", "hey there", "hello bot", "greetings")

_RULES = [
    {"rule": "Answer a topic", "steps": [{"intent": "faq"}, {"action": "utter_faq"}]},
    {"rule": "Greet", "steps": [{"intent": "greet"}, {"action": "utter_greet"}]},
    {"rule": "Ask for other words", "steps": [{"intent": "nlu_fallback"}, {"action": "utter_please_rephrase"}]},
]


def stock_label(label: str) -> str:
    """A label without characters that Rasa's formats give a meaning; one of BANKING77's ends with a question mark."""
    return re.sub(r"[^\w/]", "", label)


def _phrasings(intent: str, texts: Iterable[str]) -> dict[str, str]:
    # Brackets would mark entities.
    plain = (re.sub(r"[\[\]{}]", " ", text) for text in texts)
    return {"intent": intent, "examples": "".join(f"- {text}\n" for text in plain)}


def write_project(folder: Path, examples: Iterable[tuple[str, str]], epochs: int = EPOCHS) -> None:
    """Writes the project.

    Args:
        folder: An empty folder.
        examples: Pairs of text and label, labels such as ``faq/<topic>``.
        epochs: How long it is trained: fewer where it matters what a message costs, not what is answered.
    """
    by_label: dict[str, list[str]] = {}
    for text, label in examples:
        by_label.setdefault(stock_label(label), []).append(text)
    domain = {
        "intents": ["faq", "greet"],
        "responses": {
            "utter_greet": [{"text": "Hello."}],
            "utter_please_rephrase": [{"text": "Please say that in other words."}],
            **{f"utter_{label}": [{"text": f"The answer to {label}."}] for label in by_label},
        },
        "actions": ["utter_faq"],
    }
    nlu = [_phrasings("greet", _GREETINGS), *(_phrasings(label, texts) for label, texts in by_label.items())]
    (folder / "data").mkdir()
    files = {
        "config.yml": _config(epochs),
        "domain.yml": domain,
        "data/nlu.yml": {"nlu": nlu},
        "data/rules.yml": {"rules": _RULES},
    }
    for name, content in files.items():
        text = yaml.safe_dump({"version": "3.1", **content} if name != "config.yml" else content, sort_keys=False)
        (folder / name).write_text(text, encoding="utf-8")


def _first_label(parsed: dict[str, Any]) -> str:
    """The label that the selector puts first, whatever its confidence and that of the intent."""
    response: dict[str, Any] = parsed["response_selector"]["faq"]["response"]
    return str(response["intent_response_key"])


def _accuracy(request: dict[str, Any]) -> dict[str, float]:
    from rasa.core.agent import Agent

    agent = Agent.load(request["model"])

    async def ask_all() -> float:
        right = 0
        for text, label in request["tests"]:
            right += _first_label(await agent.parse_message(text)) == stock_label(label)
        return right / len(request["tests"])

    return {"accuracy": asyncio.run(ask_all())}


if __name__ == "__main__":
    child.answer(_accuracy)
