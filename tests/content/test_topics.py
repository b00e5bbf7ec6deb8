"""Every slip an editor can make in one topic file is named with its file, its line and what to write."""

from collections.abc import Callable

import pytest

from bot.content.topics import examples, read_topic, topic_files
from bot.errors import ContentError
from content.project import TOPICS, Project, topic_text

SOURCES = """\
    sources:
    - name: The Rome Statute
      url: https://example.org/statute
      as_of: 2015-07
"""
LONG_ANSWER = """\
  - text: |-
      In The Hague, in the Netherlands.

      A second paragraph.
"""
SHORT_ANSWER = """\
  - text: In The Hague, in the Netherlands.
    channel: twilio
"""

FAULTS = [
    # old passage, what the editor wrote, text on the line at fault, what the message must say
    pytest.param("label: Where", 'label: "Where', "label:", r"not valid YAML.*quote", id="unclosed quote"),
    pytest.param("    label:", "\tlabel:", "label:", r"not valid YAML.*tab", id="tab"),
    pytest.param("title: Where", "title: Where: where", "title:", r"not valid YAML", id="colon in a title"),
    pytest.param("related: [crimes]", "related: *crimes", "related:", r"not valid YAML", id="stray asterisk"),
    pytest.param("faq/seat\n  m", "faq/seet\n  m", "faq/seet", r"must be `faq/seat`", id="wrong intent name"),
    pytest.param("  metadata:\n", "  metadata:\n  other:\n", "- intent:", r"add a `metadata:` block", id="no metadata"),
    pytest.param("    title: Where does the Court sit?\n", "", "metadata:", r"title.*required", id="no title"),
    pytest.param("    label: Where it sits\n", "", "metadata:", r"label.*required", id="no label"),
    pytest.param(SOURCES, "", "metadata:", r"sources.*required", id="no sources"),
    pytest.param(SOURCES, "    sources: []\n", "sources:", r"sources.*at least 1", id="empty sources"),
    pytest.param("    reviewed: 2026-11-23\n", "", "metadata:", r"reviewed.*required", id="no review date"),
    pytest.param("    related: [crimes]\n", "", "metadata:", r"related.*required", id="no related topics"),
    pytest.param("title: Where does the Court sit?", "title:", "title:", r"title.*none is not", id="empty title"),
    pytest.param("label: Where it sits", "label: " + "x" * 21, "label:", r"label.*20 characters", id="long label"),
    pytest.param("related: [crimes]", "related: crimes", "related:", r"related.*list", id="related without brackets"),
    pytest.param(
        "related: [crimes]", "related: [a, b, c, d, e]", "related:", r"related.*at most 4", id="five related topics"
    ),
    pytest.param(SHORT_ANSWER, "", "utter_faq/seat:", r"short answer.*`channel: twilio`", id="no short answer"),
    pytest.param(
        "channel: twilio", "channel: twillio", "utter_faq/seat:", r"short answer.*`channel: twilio`", id="wrong channel"
    ),
    pytest.param(LONG_ANSWER, "", "utter_faq/seat:", r"the answer is missing.*`- text:`", id="no answer"),
    pytest.param(LONG_ANSWER, "  - text: ''\n", "responses:", r"answer.*at least 1", id="empty answer"),
    pytest.param(LONG_ANSWER, "  - text:\n", "responses:", r"answer", id="answer that is not there"),
    pytest.param(
        "  - text: In The", "  - text: " + "very " * 60 + "In The", "responses:", r"320 characters", id="long SMS"
    ),
    pytest.param("as_of: 2015-07", "as_of: July 2015", "as_of:", r"write the date as 2015", id="date in words"),
    pytest.param("as_of: 2015-07", "as_of: 2015-13", "as_of:", r"write the date as 2015", id="13th month"),
    pytest.param("as_of: 2015-07", "as_of: 2015-02-30", "as_of:", r"date|day|month", id="30 February"),
    pytest.param("2026-11-23", "23 November 2026", "reviewed:", r"reviewed.*date", id="review date in words"),
    pytest.param("2026-11-23", "2026-11", "reviewed:", r"reviewed.*date", id="review date without a day"),
    pytest.param("2026-11-23", "2026-11-31", "reviewed:", r"date|day|month", id="31 November"),
    pytest.param("2026-11-23", "20261123", "reviewed:", r"reviewed.*date", id="review date without dashes"),
    pytest.param("https://example.org", "www.example.org", "url:", r"url.*https://", id="address without http"),
    pytest.param("https://example.org", "https://example org", "url:", r"url.*https://", id="space in an address"),
    pytest.param("{why:", "{because:", "follow_ups:", r"'because'.*why or how_help", id="unknown follow-up"),
    pytest.param("    reviewed:", "    author: me\n    reviewed:", "author:", r"author.*extra", id="unknown key"),
    pytest.param("    reviewed:", "    id: me\n    reviewed:", "    id: me", r"id.*extra", id="key of our own"),
    pytest.param("    reviewed:", "    2026: me\n    reviewed:", "2026: me", r"2026", id="number as a key"),
    pytest.param("      as_of:", "      page: 3\n      as_of:", "page:", r"page.*extra", id="unknown source key"),
    pytest.param(
        "  utter_faq/seat:\n", "  utter_faq/seet:\n", "responses:", r"add the answer.*`utter_faq/seat:`", id="response"
    ),
    pytest.param("  utter_faq/seat:\n", "", "responses:", r"add the answer.*`utter_faq/seat:`", id="response list"),
    pytest.param(
        "nlu:\n- intent", "nlu:\n- intent: greet\n- intent", "nlu:", r"one `- intent:`", id="two intents in a file"
    ),
]


@pytest.mark.parametrize(("old", "new", "place", "message"), FAULTS)
def test_a_slip_is_named_with_its_line(project: Project, old: str, new: str, place: str, message: str) -> None:
    path = project.topic("seat")
    project.edit(path, old, new)
    with pytest.raises(ContentError, match=message) as caught:
        read_topic(path)
    (problem,) = caught.value.problems
    line = project.line(path, place)
    assert (problem.path, problem.line) == (path, line)
    assert f"seat.yml:{line}: " in str(problem)


def test_a_file_that_is_not_utf8_is_named_with_its_line(project: Project) -> None:
    path = project.topic("seat")
    line = project.line(path, "A second paragraph")
    path.write_bytes(path.read_bytes().replace(b"paragraph", b"paragr\xe4ph"))
    with pytest.raises(ContentError, match=r"(?i)utf-?8") as caught:
        read_topic(path)
    assert caught.value.problems[0].line == line


@pytest.mark.parametrize("text", ["", "just words\n", "- a list\n", "nlu: words\n"])
def test_a_file_that_is_no_topic_is_told_what_it_needs(project: Project, text: str) -> None:
    project.write(project.topic("seat"), text)
    with pytest.raises(ContentError, match="needs one `nlu:` list"):
        read_topic(project.topic("seat"))


@pytest.mark.parametrize("name", ["Seat.yml", "the-seat.yml", "the seat.yml", "sitz_größe.yml"])
def test_a_file_name_that_cannot_be_an_intent_is_refused(project: Project, name: str) -> None:
    path = project.topic("seat").rename(project.topic("seat").with_name(name))
    with pytest.raises(ContentError, match="rename the file"):
        read_topic(path)


def test_all_faults_of_a_file_are_named_at_once(project: Project) -> None:
    path = project.topic("seat")
    project.edit(path, "as_of: 2015-07", "as_of: soon")
    project.edit(path, "label: Where it sits", "label: " + "x" * 21)
    with pytest.raises(ContentError) as caught:
        read_topic(path)
    assert {problem.line for problem in caught.value.problems} == {
        project.line(path, "as_of:"),
        project.line(path, "label:"),
    }


@pytest.mark.parametrize(
    ("old", "new", "field", "value"),
    [
        ("label: Where it sits", "label: " + "x" * 20, "label", "x" * 20),
        (SHORT_ANSWER, f"  - text: {'y' * 320}\n    channel: twilio\n", "short_answer", "y" * 320),
        ("related: [crimes]", "related: [a, b, c, d]", "related", ["a", "b", "c", "d"]),
        ("    follow_ups: {why: crimes, how_help: write}\n", "", "follow_ups", {}),
    ],
    ids=["label of 20", "short answer of 320", "four related topics", "no follow-ups"],
)
def test_what_just_fits_is_accepted(project: Project, old: str, new: str, field: str, value: object) -> None:
    project.edit(project.topic("seat"), old, new)
    assert getattr(read_topic(project.topic("seat")), field) == value


@pytest.mark.parametrize(
    ("written", "read"),
    [("2015", "2015"), ("2015-07", "2015-07"), ("2015-07-17", "2015-07-17"), ('"2015-07-17"', "2015-07-17")],
)
def test_a_source_date_may_be_partial(project: Project, written: str, read: str) -> None:
    project.edit(project.topic("seat"), "as_of: 2015-07", f"as_of: {written}")
    assert read_topic(project.topic("seat")).sources[0].as_of == read


def test_a_source_may_have_no_address(project: Project) -> None:
    project.edit(project.topic("seat"), "url: https://example.org/statute", 'url: ""')
    assert read_topic(project.topic("seat")).sources[0].url == ""


def test_a_topic_file_is_read_whole(project: Project) -> None:
    topic = read_topic(project.topic("seat"))
    assert (topic.id, topic.intent, topic.title, topic.label) == (
        "seat",
        "faq/seat",
        "Where does the Court sit?",
        "Where it sits",
    )
    assert topic.phrasings == TOPICS["seat"]["phrasings"]
    assert topic.answer == "In The Hague, in the Netherlands.\n\nA second paragraph."
    assert topic.short_answer == "In The Hague, in the Netherlands."
    assert topic.reviewed.isoformat() == "2026-11-23"
    assert (topic.related, topic.follow_ups) == (["crimes"], {"why": "crimes", "how_help": "write"})


@pytest.mark.parametrize(
    "change",
    [lambda text: text.replace("\n", "\r\n"), lambda text: "\ufeff" + text, lambda text: text.rstrip()],
    ids=["Windows line ends", "byte order mark", "no last line end"],
)
def test_what_editors_save_differently_reads_the_same(project: Project, change: Callable[[str], str]) -> None:
    path = project.topic("seat")
    before = read_topic(path)
    path.write_bytes(change(topic_text("seat")).encode())
    assert read_topic(path) == before


def test_topic_files_are_those_of_the_theme_folders(project: Project) -> None:
    project.write(project.root / "data" / "nlu" / "greetings.yml", "version: '3.1'\n")
    assert [path.stem for path in topic_files(project.root)] == ["crimes", "seat", "write"]


@pytest.mark.parametrize(
    ("block", "phrasings"),
    [
        ("- hi\n- hello there\n", ["hi", "hello there"]),
        ("- e-mail - or letter?\n", ["e-mail - or letter?"]),
        ("\n  -   wide   \n\n# note\n- last", ["wide", "last"]),
        (None, []),
        ("no dash", []),
    ],
)
def test_examples_are_the_lines_with_a_dash(block: object, phrasings: list[str]) -> None:
    assert examples(block) == phrasings
