"""Rasa's ``utter_`` actions are filled from the content that is served now."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from conftest import say
from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.channels.formatting import plain_text
from bot.channels.generator import STOCK_SHELL, ContentGenerator
from bot.content.store import ContentStore
from bot.dialogue.reply import Reply
from bot.runtime.agent import Assistant
from bot.runtime.settings import ROOT


@pytest.fixture
def generator(content_store: ContentStore) -> ContentGenerator:
    return ContentGenerator(store=content_store)


def generated(generator: NaturalLanguageGenerator, action: str, channel: str = "text") -> dict[str, Any]:
    """What a visitor gets who wrote through an input channel; Rasa's shell collects replies as REST does."""
    tracker = DialogueStateTracker.from_events("visitor", [UserUttered("hello", input_channel=channel)])
    message = asyncio.run(generator.generate(action, tracker, "collector"))
    assert message is not None
    return message


def remove_icc(store: ContentStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The content store as it is after an editor has deleted the topic ``icc``."""
    content = store.content
    topics = {name: topic for name, topic in content.topics.items() if name != "icc"}
    by_title = {title: name for title, name in content.by_title.items() if name != "icc"}
    monkeypatch.setattr(store, "content", replace(content, topics=topics, by_title=by_title))


def test_a_topic_is_answered_from_its_file(generator: ContentGenerator, content_store: ContentStore) -> None:
    message = generated(generator, "utter_faq/why_support")
    assert set(message) == {"custom"}
    reply = Reply.from_message(message)
    assert reply.text == content_store.content.topics["why_support"].answer
    assert reply.topic == ["faq/why_support"]


def test_a_canned_response_comes_from_the_domain(generator: ContentGenerator, content_store: ContentStore) -> None:
    reply = Reply.from_message(generated(generator, "utter_greet"))
    assert reply.text == content_store.content.responses["utter_greet"].text


def test_an_edited_answer_is_given_at_once(
    generator: ContentGenerator, content_store: ContentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = content_store.content
    edited = content.topics["icc"].copy(update={"answer": "Edited."})
    monkeypatch.setattr(content_store, "content", replace(content, topics={**content.topics, "icc": edited}))
    assert Reply.from_message(generated(generator, "utter_faq/icc")).text == "Edited."


def test_a_removed_topic_is_not_answered(
    generator: ContentGenerator, content_store: ContentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove_icc(content_store, monkeypatch)
    reply = Reply.from_message(generated(generator, "utter_faq/icc"))
    assert (reply.outcome, reply.topic, reply.title) == ("unanswered", [], None)
    assert reply.text == content_store.content.responses["utter_unanswered"].text


@pytest.mark.parametrize("action", ["utter_faq/gone", "utter_faq/", "utter_faq/why_support/more"])
def test_a_topic_that_never_was_is_not_answered(generator: ContentGenerator, action: str) -> None:
    assert Reply.from_message(generated(generator, action)).outcome == "unanswered"


@pytest.mark.parametrize("question", ["what is the icc", "What is the International Criminal Court?", "define icc"])
def test_a_visitor_never_gets_a_removed_topic(
    assistant: Assistant, content_store: ContentStore, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    icc = content_store.content.topics["icc"]
    before = say(assistant, uuid4().hex, question)
    assert [reply.topic for reply in before] == [["faq/icc"]], "the question must be one that the topic answers"
    remove_icc(content_store, monkeypatch)
    (reply,) = say(assistant, uuid4().hex, question)
    assert reply.outcome in ("suggested", "unanswered")
    assert "faq/icc" not in reply.topic
    assert icc.title not in plain_text(reply)
    assert icc.answer not in reply.text


@pytest.mark.parametrize("action", ["utter_faq/why_support", "utter_greet"])
def test_the_stock_shell_gets_text(generator: ContentGenerator, action: str) -> None:
    message = generated(generator, action, STOCK_SHELL)
    assert message == {"text": plain_text(Reply.from_message(generated(generator, action)))}


def test_the_stock_shell_is_rasas_console_channel() -> None:
    from rasa.core.channels.console import CmdlineInput

    assert CmdlineInput.name() == STOCK_SHELL


def test_rasa_makes_the_generator_from_the_projects_endpoints(content_store: ContentStore) -> None:
    from rasa.core.utils import AvailableEndpoints
    from rasa.shared.core.domain import Domain

    endpoints = AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml"))
    assert isinstance(endpoints.nlg, EndpointConfig)
    made = NaturalLanguageGenerator.create(endpoints.nlg, Domain.empty())
    assert isinstance(made, ContentGenerator)
    reply = Reply.from_message(generated(made, "utter_faq/icc"))
    assert reply.title == content_store.content.topics["icc"].title
