"""The project stays a normal Rasa project: the stock commands work, and warn of nothing that could be avoided."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from benchmarks.questions import read_set
from bot.content.references import NEEDED_RESPONSES
from bot.runtime.settings import ROOT

UNAVOIDABLE = [
    # Rasa adds the retrieval intent and its action to the domain it read them from.
    r"duplicated intents .* faq",
    r"duplicated actions .* utter_faq",
    # Our classifier writes the selector's output itself.
    r"does not include a response selector",
    # Given by code, not by a rule.
    rf"utterance '({'|'.join(NEEDED_RESPONSES)})' is not used in any story",
]


def run_stock(*arguments: str) -> str:
    """Runs a stock `rasa` command in the project and returns what it printed."""
    command = [str(Path(sys.executable).with_name("rasa")), *arguments]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    output = result.stdout + result.stderr
    assert result.returncode == 0, output[-3000:]
    return output


def user_warnings(output: str) -> list[str]:
    """The texts of the `UserWarning`s in a command's output, with the lines that belong to each."""
    return re.findall(
        r"UserWarning: (.*?)(?=\n\s*More info|\n\S*\x1b|\n\d{4}-|\n\S*Warning|\Z)", output, flags=re.DOTALL
    )


def assert_only_unavoidable(output: str) -> None:
    for warning in user_warnings(output):
        text = " ".join(warning.split())
        assert any(re.search(known, text) for known in UNAVOIDABLE), text


@pytest.fixture(scope="module")
def stock_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model trained by stock `rasa train`, with TensorFlow installed."""
    folder = tmp_path_factory.mktemp("models")
    output = run_stock("train", "--out", str(folder), "--fixed-model-name", "stock")
    assert_only_unavoidable(output)
    return folder / "stock.tar.gz"


def test_data_validate_warns_of_nothing_avoidable() -> None:
    output = run_stock("data", "validate", "--fail-on-warnings")
    assert "UserWarning" in output, "the warnings' format changed: this test would see none"
    assert_only_unavoidable(output)


def test_train_makes_a_model(stock_model: Path) -> None:
    assert stock_model.is_file()


def test_nlu_of_a_stock_model_can_be_tested(stock_model: Path, tmp_path: Path) -> None:
    # Every eighth: topics and task intents both, or Rasa writes no report of intents.
    questions = [question for question in read_set("held_out") if len(question.expected) == 1][::8]
    examples: dict[str, list[str]] = {}
    for question in questions:
        examples.setdefault(next(iter(question.expected)), []).append(question.text)
    data = tmp_path / "nlu.yml"
    entries = [
        {"intent": label, "examples": "".join(f"- {text}\n" for text in texts)} for label, texts in examples.items()
    ]
    data.write_text(yaml.safe_dump({"version": "3.1", "nlu": entries}), encoding="utf-8")
    output = run_stock(
        "test", "nlu", "--nlu", str(data), "--model", str(stock_model), "--out", str(tmp_path), "--no-plot"
    )
    assert_only_unavoidable(output)
    assert (tmp_path / "intent_report.json").is_file()
    assert (tmp_path / "response_selection_report.json").is_file()
