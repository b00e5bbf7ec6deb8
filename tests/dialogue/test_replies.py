"""Replies made from content."""

from dataclasses import replace

import pytest

from bot.content.responses import CannedResponse
from bot.content.schema import MAX_LABEL
from bot.content.store import Content, ContentStore
from bot.dialogue.replies import MAX_SUGGESTIONS, canned_reply, suggestion_reply, topic_choices, topic_reply
from bot.dialogue.reply import Choice


@pytest.fixture
def content(content_store: ContentStore) -> Content:
    return content_store.content


def without(content: Content, *removed: str) -> Content:
    return replace(content, topics={name: topic for name, topic in content.topics.items() if name not in removed})


def test_a_topics_answer_names_question_sources_and_related_topics(content: Content) -> None:
    topic = content.topics["why_support"]
    reply = topic_reply(content, topic)
    assert (reply.title, reply.text, reply.short_text) == (topic.title, topic.answer, topic.short_answer)
    assert (reply.outcome, reply.topic) == ("answered", ["faq/why_support"])
    assert reply.sources == topic.sources
    assert [choice.text for choice in reply.choices] == [content.topics[name].title for name in topic.related]


def test_every_topic_can_be_answered_and_every_response_given(content: Content) -> None:
    for topic in content.topics.values():
        reply = topic_reply(content, topic)
        assert len(reply.choices) == len(topic.tasks) + len(topic.related)
        assert reply.sources
    for response in content.responses.values():
        assert len(canned_reply(content, response).choices) == len(response.tasks) + len(response.choices)


def test_what_a_choice_sends_leads_to_its_topic(content: Content) -> None:
    from bot.content.text import normalized

    for topic in content.topics.values():
        (choice,) = topic_choices(content, [topic.id])
        assert content.by_title[normalized(choice.text)] == topic.id
        assert content.by_title[normalized(choice.label)] == topic.id
        assert len(choice.label) <= MAX_LABEL
        assert not choice.text.startswith("/")


def test_a_removed_topic_is_not_offered(content: Content) -> None:
    related = content.topics["why_support"].related
    reply = topic_reply(without(content, related[0]), content.topics["why_support"])
    assert [choice.text for choice in reply.choices] == [content.topics[name].title for name in related[1:]]
    assert topic_choices(content, ["gone"]) == []


@pytest.mark.parametrize("outcome", ["answered", "unanswered"])
def test_a_canned_response_keeps_its_outcome(content: Content, outcome: str) -> None:
    response = CannedResponse(name="utter_x", text="Text.", short_text="T.", choices=["icc"], outcome=outcome)
    reply = canned_reply(content, response)
    assert (reply.text, reply.short_text, reply.outcome, reply.topic) == ("Text.", "T.", outcome, [])
    icc = content.topics["icc"]
    assert reply.choices == [Choice(label=icc.label, text=icc.title)]


def test_suggestions_are_titles_and_no_answer(content: Content) -> None:
    reply = suggestion_reply(content, "utter_suggest", ["faq/icc", "faq/judges"])
    assert reply.outcome == "suggested"
    assert reply.topic == ["faq/icc", "faq/judges"]
    assert [choice.text for choice in reply.choices] == [content.topics[name].title for name in ("icc", "judges")]
    assert reply.text == content.responses["utter_suggest"].text
    assert reply.sources == []
    assert content.topics["icc"].answer not in reply.text


def test_only_the_first_few_existing_suggestions_are_offered(content: Content) -> None:
    keys = ["faq/gone", "faq/icc", "situation/gone", "faq/judges", "paper/drones", "faq/crimes"]
    reply = suggestion_reply(content, "utter_near", keys)
    assert reply.topic == ["faq/icc", "faq/judges", "paper/drones"]
    assert reply.text == content.responses["utter_near"].text
    assert len(reply.choices) == MAX_SUGGESTIONS


@pytest.mark.parametrize("keys", [[], ["faq/gone"], ["paper/gone", "faq/icc"]])
def test_without_a_suggestion_it_says_that_it_does_not_know(content: Content, keys: list[str]) -> None:
    reply = suggestion_reply(without(content, "icc"), "utter_suggest", keys)
    assert reply.outcome == "unanswered"
    assert reply.text == content.responses["utter_unanswered"].text
    assert reply.topic == []
