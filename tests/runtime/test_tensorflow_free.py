"""TensorFlow is neither needed nor imported: the run-time environment lacks it, the development one does not use it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import subprocess_environment

from bot.runtime import tensorflow_free
from bot.runtime.settings import ROOT

RUN_TIME = ROOT / ".venv" / "bin" / "python"

WHOLE_TURN = """
import asyncio, json, sys
from bot.runtime import environment, logs, tensorflow_free

environment.prepare_for_messages()
logs.configure("WARNING")
tensorflow_free.install()

from bot.cli.talk import turn
from bot.runtime.serving import build_assistant
from bot.runtime.settings import load_settings

assistant = build_assistant(load_settings(), sys.argv[1])
replies = [asyncio.run(turn(assistant, "a", text))[0] for text in ("Is the US a member?", "\\U0001f600")]
libraries = {"tensorflow", "keras", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "torch"}
print(json.dumps({
    "imported": sorted({name.split(".")[0] for name in sys.modules} & libraries),
    "topic": replies[0].topic,
    "outcome": replies[1].outcome,
}))
"""


@pytest.mark.parametrize(
    "python",
    [
        pytest.param(sys.executable, id="development"),
        pytest.param(
            str(RUN_TIME), id="run time", marks=pytest.mark.skipif(not RUN_TIME.exists(), reason="run: make train")
        ),
    ],
)
def test_a_whole_turn_imports_no_tensorflow(python: str, sqlite_url: str, model_path: Path) -> None:
    result = subprocess.run(
        [python, "-c", WHOLE_TURN, sqlite_url], cwd=ROOT, env=subprocess_environment(), capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == {"imported": [], "topic": ["faq/us_member"], "outcome": "unanswered"}


def test_stand_ins_have_the_names_that_rasa_imports() -> None:
    for module_name, class_names in tensorflow_free.STAND_INS.items():
        for class_name in class_names:
            assert isinstance(getattr(sys.modules[module_name], class_name), type)


def test_installing_again_leaves_everything_as_it_is() -> None:
    before = {name: sys.modules[name] for name in tensorflow_free.STAND_INS}
    tensorflow_free.install()
    assert {name: sys.modules[name] for name in tensorflow_free.STAND_INS} == before
