"""MORE gives what the channel had no room for, as a turn like any other."""

import asyncio
from typing import Optional

import pytest
from rasa.core.channels.channel import UserMessage

from bot.channels.capabilities import CAPABILITIES
from bot.channels.formatting import format_turn
from bot.channels.output import ReplyChannel
from bot.runtime.agent import Assistant

QUESTION = "Why should the US support the ICC?"


def sent(assistant: Assistant, text: str, channel: str = "sms", message_id: Optional[str] = None) -> str:
    """What a visitor of a channel reads."""
    output = ReplyChannel()
    message = UserMessage(text, output, "visitor", input_channel=channel, message_id=message_id)
    asyncio.run(assistant.handle_message(message))
    return "\n".join(each.text for each in format_turn(output.pending, CAPABILITIES[channel]).messages)


def test_more_goes_on_until_nothing_is_left(assistant: Assistant) -> None:
    assert "MORE" in sent(assistant, QUESTION)
    first = sent(assistant, "MORE")
    assert first.startswith("For five reasons, in AMICC's view as of 2015:")
    assert "MORE" in first
    second = sent(assistant, "more.")
    assert "http://amicc.org/advocacy/" in second
    assert "MORE" not in second
    assert "MORE" not in sent(assistant, "the rest of it")


def test_asking_for_the_rest_when_nothing_is_left_is_answered(assistant: Assistant) -> None:
    assert sent(assistant, "send me the rest of that").startswith("That was all of it.")


def test_a_number_still_picks_after_more(assistant: Assistant) -> None:
    sent(assistant, QUESTION)
    sent(assistant, "MORE")
    assert sent(assistant, "2").startswith("How does the Court serve US security interests?")


def test_a_new_answer_ends_the_old_rest(assistant: Assistant) -> None:
    sent(assistant, QUESTION)
    sent(assistant, "thank you")
    assert "For five reasons" not in sent(assistant, "MORE")


def test_the_same_message_twice_gives_the_same_part(assistant: Assistant) -> None:
    sent(assistant, QUESTION)
    first = sent(assistant, "MORE", message_id="m1")
    assert sent(assistant, "MORE", message_id="m1") == first


@pytest.mark.parametrize("channel", ["slack", "facebook", "text"])
def test_where_all_fits_more_has_no_such_meaning(assistant: Assistant, channel: str) -> None:
    output = ReplyChannel()
    for text in (QUESTION, "more"):
        asyncio.run(assistant.handle_message(UserMessage(text, output, "visitor", input_channel=channel)))
    tracker = asyncio.run(assistant.store.retrieve("visitor"))
    assert tracker.get_slot("rest") is None
    assert tracker.latest_message.intent["name"] != "rest"
