"""Topics together: names that collide, references that lead nowhere, and content that changes while it is served."""

import logging
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import counted

from bot.content.store import Content, ContentStore, read_content
from bot.errors import ContentError
from content.project import Project, topic_text

Edit = Callable[[Project], object]


def refused(project: Project) -> ContentError:
    with pytest.raises(ContentError) as caught:
        read_content(project.root)
    return caught.value


def test_content_holds_topics_responses_and_titles(project: Project) -> None:
    content = read_content(project.root)
    assert set(content.topics) == {"seat", "crimes", "write"}
    assert content.responses["utter_thanks"].text.startswith("You are welcome")
    assert content.by_title["where does the court sit"] == "seat"
    assert content.by_title["write to a senator"] == "write"


@pytest.mark.parametrize(
    ("intent", "found"),
    [("faq/seat", "seat"), ("seat", "seat"), ("faq/gone", None), ("greet", None), ("", None), (None, None)],
)
def test_a_topic_is_found_by_its_intent(project: Project, intent: str, found: str) -> None:
    topic = read_content(project.root).topic(intent)
    assert (topic.id if topic else None) == found


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("related: [crimes]", "related: [crimes, gone]", "related:", "'gone' does not exist.*without .yml"),
        ("how_help: write}", "how_help: gone}", "follow_ups:", "'gone' does not exist.*without .yml"),
        ("related: [crimes]", "related: [crimes.yml]", "related:", "'crimes.yml' does not exist.*without .yml"),
        ("related: [crimes]", "related: [seat]", "related:", "'seat' is the topic itself"),
        ("{why: crimes,", "{why: seat,", "follow_ups:", "'seat' is the topic itself"),
        ("title: Where does the Court sit?", "title: WHICH crimes does it try!", "title:", "title or label of crimes"),
        ("label: Where it sits", "label: The crimes?", "label:", "title or label of crimes"),
        ("title: Where does the Court sit?", "title: The crimes?", "title:", "title or label of crimes"),
    ],
    ids=[
        "related to nothing",
        "follow-up to nothing",
        "related to a file name",
        "related to itself",
        "follow-up to itself",
        "title twice",
        "label twice",
        "title is another's label",
    ],
)
def test_a_clash_between_topics_is_named_with_its_line(
    project: Project, old: str, new: str, place: str, message: str
) -> None:
    path = project.topic("seat")
    project.edit(path, old, new)
    with pytest.raises(ContentError, match=message) as caught:
        read_content(project.root)
    (problem,) = caught.value.problems
    assert (problem.path, problem.line) == (path, project.line(path, place))


def test_a_label_may_repeat_the_topics_own_title(project: Project) -> None:
    project.edit(project.topic("seat"), "title: Where does the Court sit?", "title: Where it sits?")
    assert read_content(project.root).by_title["where it sits"] == "seat"


def test_a_file_name_used_in_two_themes_is_refused(project: Project) -> None:
    other = project.topic("seat", "involved")
    project.write(other, topic_text("seat").replace("Where does", "Say where").replace("Where it", "The place it"))
    (problem,) = refused(project).problems
    assert problem.path == other
    assert "already a topic with this name" in problem.message
    assert str(project.topic("seat")) in problem.message


def test_a_response_that_offers_a_missing_topic_is_named(project: Project) -> None:
    project.edit(
        project.domain,
        "  utter_deny:\n",
        "  utter_offer:\n  - text: Hi\n    metadata: {choices: [gone]}\n  utter_deny:\n",
    )
    (problem,) = refused(project).problems
    assert (problem.path, problem.line) == (project.domain, project.line(project.domain, "utter_offer:"))
    assert "'gone'" in problem.message


def test_a_broken_topic_is_not_blamed_on_those_that_refer_to_it(project: Project) -> None:
    project.edit(project.topic("seat"), "as_of: 2015-07", "as_of: soon")
    assert [problem.path for problem in refused(project).problems] == [project.topic("seat")]


def test_faults_of_several_files_are_named_together(project: Project) -> None:
    for identity in ("seat", "write"):
        project.edit(project.topic(identity), "reviewed: 2026-11-23", "reviewed: lately")
    project.edit(project.domain, "  utter_deny:\n", "  utter_empty: []\n  utter_deny:\n")
    assert {problem.path for problem in refused(project).problems} == {
        project.topic("seat"),
        project.topic("write"),
        project.domain,
    }


# --- content that changes while it is served


@pytest.fixture
def store(project: Project) -> ContentStore:
    return ContentStore(project.root)


def served(store: ContentStore) -> tuple[Content, str]:
    return store.content, store.content.topics["seat"].answer


def test_nothing_is_read_again_while_no_file_changes(store: ContentStore) -> None:
    before = store.content
    assert not store.refresh()
    assert store.content is before


def test_an_edited_answer_is_served(project: Project, store: ContentStore) -> None:
    project.edit(project.topic("seat"), "      In The Hague, in", "      At The Hague, in")
    before = counted("amicc_content_reloads_total", result="accepted")
    assert store.refresh()
    assert store.content.topics["seat"].answer.startswith("At The Hague")
    assert not store.refresh()
    assert counted("amicc_content_reloads_total", result="accepted") == before + 1


def test_an_edited_title_leads_to_its_topic(project: Project, store: ContentStore) -> None:
    project.edit(project.topic("seat"), "title: Where does the Court sit?", "title: Where is its seat?")
    assert store.refresh()
    assert store.content.by_title["where is its seat"] == "seat"
    assert "where does the court sit" not in store.content.by_title


def test_an_edited_canned_response_is_served(project: Project, store: ContentStore) -> None:
    project.edit(project.domain, "You are welcome.", "Any time.")
    assert store.refresh()
    assert store.content.responses["utter_thanks"].text.startswith("Any time.")


def test_a_change_of_the_same_length_is_noticed(project: Project, store: ContentStore) -> None:
    path = project.topic("seat")
    later = path.stat().st_mtime_ns + 1
    project.edit(path, "      In The Hague, in", "      At The Hague, in")
    os.utime(path, ns=(later, later))
    assert store.refresh()


def test_the_old_content_stays_whole_for_who_holds_it(project: Project, store: ContentStore) -> None:
    held = store.content
    project.edit(project.topic("seat"), "      In The Hague, in", "      At The Hague, in")
    project.edit(project.topic("crimes"), "title: Which crimes does it try?", "title: What does it try?")
    assert store.refresh()
    assert held.topics["seat"].answer.startswith("In The Hague")
    assert held.by_title["which crimes does it try"] == "crimes"
    assert (store.content.topics["seat"].answer[:2], store.content.topics["crimes"].title) == (
        "At",
        "What does it try?",
    )


def test_a_new_file_is_noticed(project: Project, store: ContentStore) -> None:
    text = topic_text("seat").replace("faq/seat", "faq/city").replace("Where", "Near where")
    project.write(project.topic("city", "court"), text)
    assert store.refresh()
    assert store.content.topics["city"].title == "Near where does the Court sit?"


def test_a_removed_file_is_noticed(project: Project, store: ContentStore) -> None:
    project.topic("write").unlink()
    for identity in ("seat", "crimes"):
        project.edit(project.topic(identity), ", how_help: write}", "}")
    assert store.refresh()
    assert set(store.content.topics) == {"seat", "crimes"}
    assert "write to a senator" not in store.content.by_title


def _not_utf8(project: Project) -> None:
    path = project.topic("seat")
    path.write_bytes(path.read_bytes() + b"# \xff\n")


REFUSED: dict[str, Edit] = {
    "unclosed quote": lambda project: project.edit(project.topic("seat"), "label: Where", 'label: "Where'),
    "not UTF-8": _not_utf8,
    "31 November": lambda project: project.edit(project.topic("seat"), "2026-11-23", "2026-11-31"),
    "number as a key": lambda project: project.edit(project.topic("seat"), "    reviewed:", "    1: a\n    reviewed:"),
    "responses as a list": lambda project: project.edit(project.topic("seat"), "  utter_faq/seat:\n", ""),
    "file that others refer to removed": lambda project: project.topic("seat").unlink(),
    "domain removed": lambda project: project.domain.unlink(),
    "domain of another shape": lambda project: project.write(project.domain, "- a list\n"),
    "needed response removed": lambda project: project.edit(project.domain, "  utter_failed:", "  utter_fail:"),
    "response of a rule removed": lambda project: project.edit(project.domain, "  utter_thanks:", "  utter_thank:"),
    "title twice": lambda project: project.edit(project.topic("seat"), "Where does the Court sit?", "The crimes"),
    "folder named like a topic": lambda project: project.topic("city", "court").mkdir(),
}


@pytest.mark.parametrize("edit", REFUSED.values(), ids=REFUSED)
def test_broken_content_is_refused_and_the_old_stays(
    project: Project, store: ContentStore, caplog: pytest.LogCaptureFixture, edit: Edit
) -> None:
    before, refusals = served(store), counted("amicc_content_reloads_total", result="refused")
    edit(project)
    # A sound edit beside the broken one: all or nothing.
    project.edit(project.topic("crimes"), "title: Which crimes does it try?", "title: What does it try?")
    with caplog.at_level(logging.ERROR, logger="bot.content.store"):
        assert not store.refresh()
    assert served(store) == before
    assert counted("amicc_content_reloads_total", result="refused") == refusals + 1
    assert store.content.topics["crimes"].title == "Which crimes does it try?"
    (record,) = caplog.records
    assert "refused" in record.getMessage()
    assert "\n" not in record.getMessage()


def test_a_refusal_is_logged_once_until_the_files_change_again(
    project: Project, store: ContentStore, caplog: pytest.LogCaptureFixture
) -> None:
    project.edit(project.topic("seat"), "as_of: 2015-07", "as_of: soon")
    with caplog.at_level(logging.ERROR, logger="bot.content.store"):
        assert not store.refresh()
        assert not store.refresh()
    assert len(caplog.records) == 1


def test_mended_content_is_served(project: Project, store: ContentStore) -> None:
    path = project.topic("seat")
    project.edit(path, "as_of: 2015-07", "as_of: soon")
    assert not store.refresh()
    project.edit(path, "as_of: soon", "as_of: 2016-08")
    assert store.refresh()
    assert store.content.topics["seat"].sources[0].as_of == "2016-08"


def test_a_store_does_not_start_on_broken_content(project: Project) -> None:
    project.edit(project.topic("seat"), "as_of: 2015-07", "as_of: soon")
    with pytest.raises(ContentError, match=r"1 problem: .*seat\.yml"):
        ContentStore(project.root)


def test_an_edit_by_rename_is_noticed(project: Project, store: ContentStore, tmp_path: Path) -> None:
    # Many editors write a new file and move it over the old one.
    new = tmp_path / "new.yml"
    new.write_text(topic_text("seat").replace("In The Hague", "At The Hague"), encoding="utf-8")
    os.replace(new, project.topic("seat"))
    assert store.refresh()
    assert store.content.topics["seat"].answer.startswith("At The Hague")
