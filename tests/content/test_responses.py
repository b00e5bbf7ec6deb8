"""Canned responses of ``domain.yml``: read, and refused with their line when an editor slips."""

from pathlib import Path

import pytest

from bot.content.responses import read_responses
from bot.errors import ContentError

DOMAIN = """\
version: "3.1"
responses:
  utter_hello:
  - text: |-
      Hello.

      How are you?
    metadata:
      choices: [seat, write]
      sources:
      - {name: "The Rome Statute", url: "", as_of: 2015-07}
  - text: Hi.
    channel: twilio
  utter_sorry:
  - text: Sorry.
    metadata: {outcome: unanswered}
"""


@pytest.fixture
def domain(tmp_path: Path) -> Path:
    path = tmp_path / "domain.yml"
    path.write_text(DOMAIN, encoding="utf-8")
    return path


def test_responses_are_read_with_their_metadata(domain: Path) -> None:
    responses = read_responses(domain)
    hello, sorry = responses["utter_hello"], responses["utter_sorry"]
    assert (hello.text, hello.short_text) == ("Hello.\n\nHow are you?", "Hi.")
    assert (hello.choices, hello.outcome, hello.sources[0].as_of) == (["seat", "write"], "answered", "2015-07")
    assert (sorry.text, sorry.short_text, sorry.outcome) == ("Sorry.", None, "unanswered")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  - text: Sorry.\n", "  - channel: twilio\n    text: Sorry.\n", "like its neighbours"),
        ("  - text: Sorry.\n", "    text: Sorry.\n", "like its neighbours"),
        ("  - text: Sorry.\n", "  - text: ''\n", "at least 1 character"),
        ("  - text: Sorry.\n", "  - text:\n", "utter_sorry"),
        ("  - text: Sorry.\n", "  - channel: twilio\n  - text: Sorry.\n", "utter_sorry"),
        ("  - text: Sorry.\n", f"  - text: {'x' * 321}\n    channel: twilio\n  - text: Sorry.\n", "320 characters"),
        ("{outcome: unanswered}", "unanswered", "like its neighbours"),
        ("{outcome: unanswered}", "{outcome: perhaps}", "answered"),
        ("{outcome: unanswered}", "{colour: red}", "extra fields"),
        ("{outcome: unanswered}", "{choices: [1, 2, 3, 4, 5, 6, 7, 8, 9]}", "at most 8"),
        ("{outcome: unanswered}", '{sources: [{name: "Her", url: www, as_of: 2015}]}', "http"),
    ],
    ids=[
        "only the SMS text",
        "no dash",
        "empty text",
        "no text",
        "SMS without text",
        "long SMS",
        "metadata that is a word",
        "unknown outcome",
        "unknown key",
        "nine choices",
        "bad address",
    ],
)
def test_a_slip_is_named_with_its_response(domain: Path, old: str, new: str, message: str) -> None:
    assert DOMAIN.count(old) == 1
    domain.write_text(DOMAIN.replace(old, new), encoding="utf-8")
    with pytest.raises(ContentError, match=message) as caught:
        read_responses(domain)
    (problem,) = caught.value.problems
    line = DOMAIN.splitlines().index("  utter_sorry:") + 1
    assert problem.message.startswith("utter_sorry: ")
    assert f"domain.yml:{line}: " in str(problem)


@pytest.mark.parametrize("text", ["- a list\n", "responses:\n- a list\n", "responses: words\n"])
def test_a_domain_of_another_shape_is_refused(domain: Path, text: str) -> None:
    domain.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match=r"domain\.yml"):
        read_responses(domain)


def test_a_missing_domain_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"domain\.yml"):
        read_responses(tmp_path / "domain.yml")


def test_a_domain_without_responses_has_none(domain: Path) -> None:
    domain.write_text('version: "3.1"\n', encoding="utf-8")
    assert read_responses(domain) == {}
