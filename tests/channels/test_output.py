"""Replies are collected whole, and kept until the turn is stored."""

import asyncio

import pytest
from pydantic import ValidationError

from bot.channels.output import ReplyChannel
from bot.dialogue.reply import Choice, Reply

ANSWER = Reply(
    title="Where?",
    text="There.\n\nAnd then here.",
    choices=[Choice(label="More", text="Tell me more")],
    topic=["faq/x"],
)


def sent(*messages: dict) -> ReplyChannel:
    channel = ReplyChannel()

    async def send_all() -> None:
        for message in messages:
            await channel.send_response("visitor", message)

    asyncio.run(send_all())
    return channel


def test_a_reply_stays_one_reply() -> None:
    assert sent(ANSWER.to_message()).pending == [ANSWER]


def test_replies_keep_their_order() -> None:
    second = Reply(text="Second.", outcome="unanswered")
    assert sent(ANSWER.to_message(), second.to_message()).pending == [ANSWER, second]


def test_a_stock_message_becomes_a_reply() -> None:
    # Rasa's own channels would make two messages of it.
    assert sent({"text": "One.\n\nTwo."}).pending == [Reply(text="One.\n\nTwo.")]


@pytest.mark.parametrize(
    "message", [{}, {"text": ""}, {"custom": {"text": "x", "colour": "red"}}, {"custom": {"a": 1}}]
)
def test_a_message_that_says_nothing_known_is_refused(message: dict) -> None:
    with pytest.raises(ValidationError):
        sent(message)


def test_what_a_failed_turn_said_can_be_dropped() -> None:
    channel = sent(ANSWER.to_message())
    sorry = [Reply(text="Please send it again.", outcome="unanswered")]
    channel.replace(sorry)
    assert channel.pending == sorry
    sorry.clear()
    assert len(channel.pending) == 1, "the channel must keep a list of its own"


def test_delivery_leaves_the_replies_to_the_caller() -> None:
    channel = sent(ANSWER.to_message())
    asyncio.run(channel.deliver())
    assert channel.pending == [ANSWER]


def test_channels_share_nothing() -> None:
    assert sent(ANSWER.to_message()).pending
    assert ReplyChannel().pending == []


def test_the_name_is_that_of_a_text_channel() -> None:
    assert ReplyChannel.name() == "text"
