"""The reply: the one form in which answers and actions speak."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.content.schema import Source
from bot.dialogue.reply import Choice, Reply
from bot.dialogue.say import say as speak

WORDS = st.text(min_size=1, max_size=30)
REPLIES = st.builds(
    Reply,
    title=st.none() | WORDS,
    text=WORDS,
    short_text=st.none() | WORDS,
    sources=st.lists(
        st.builds(
            Source,
            name=st.text(min_size=3, max_size=20),
            url=st.sampled_from(["", "https://example.org/a"]),
            as_of=st.sampled_from(["1998", "2015-07", "2015-07-17"]),
        ),
        max_size=2,
    ),
    choices=st.lists(st.builds(Choice, label=st.text(max_size=20), text=WORDS), max_size=3),
    outcome=st.sampled_from(["answered", "suggested", "unanswered"]),
    topic=st.lists(st.sampled_from(["faq/icc", "faq/seat"]), max_size=2),
)


@given(REPLIES)
def test_a_reply_survives_being_stored(reply: Reply) -> None:
    assert Reply.from_message(json.loads(json.dumps(reply.to_message()))) == reply


def test_a_message_always_says_its_version_and_outcome() -> None:
    payload = Reply(text="Hello.").to_message()["custom"]
    assert (payload["version"], payload["text"], payload["outcome"]) == (1, "Hello.", "answered")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"text": ""},
        {"text": None},
        {"text": "x", "outcome": "perhaps"},
        {"text": "x", "version": 2},
        {"text": "x", "colour": "red"},
        {"text": "x", "choices": [{"label": "a label of more than twenty", "text": "y"}]},
        {"text": "x", "choices": [{"label": "y"}]},
        {"text": "x", "choices": [{"label": "y", "text": "y", "payload": "/greet"}]},
        {"text": "x", "sources": [{"name": "The page", "url": "www", "as_of": "2015"}]},
    ],
)
def test_a_reply_of_another_shape_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Reply.parse_obj(fields)


def test_a_stock_message_becomes_an_answer() -> None:
    assert Reply.from_message({"text": "Hello.", "buttons": [], "custom": {}}) == Reply(text="Hello.")


@pytest.mark.parametrize("message", [{}, {"text": None}, {"image": "x.png"}])
def test_a_message_without_words_is_no_reply(message: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Reply.from_message(message)


def test_an_action_speaks_in_one_message_that_holds_the_reply() -> None:
    from rasa_sdk.executor import CollectingDispatcher

    dispatcher = CollectingDispatcher()
    reply = Reply(title="Where?", text="There.\n\nReally.", choices=[Choice(label="More", text="Tell me more")])
    speak(dispatcher, reply)
    (message,) = dispatcher.messages
    assert Reply.from_message(message) == reply
    assert not message["text"]
