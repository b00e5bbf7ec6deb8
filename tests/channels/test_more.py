"""MORE gives what the channel had no room for, as a turn like any other."""

import asyncio
from typing import Optional

import pytest
from platform_on_loopback import tapped
from rasa.core.channels.channel import UserMessage
from world import KINDS, World, play

from bot.channels.capabilities import CAPABILITIES
from bot.channels.formatting import format_turn
from bot.channels.output import ReplyChannel
from bot.runtime.agent import Assistant

QUESTION = "Why should the US support the ICC?"


def sent(assistant: Assistant, text: str, channel: str = "sms", message_id: Optional[str] = None) -> str:
    """What a visitor of a channel reads, Slack's own blocks for papers included."""
    output = ReplyChannel()
    message = UserMessage(text, output, "visitor", input_channel=channel, message_id=message_id)
    asyncio.run(assistant.handle_message(message))
    messages = format_turn(output.pending, CAPABILITIES[channel]).messages
    parts = (part for each in messages for part in (each.text, *(card.text for card in each.cards), each.closing))
    return "\n".join(filter(None, parts))


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


def test_more_with_nothing_left_says_so_and_offers_what_goes_further(assistant: Assistant) -> None:
    for text in (QUESTION, "MORE", "MORE"):
        sent(assistant, text)
    after = sent(assistant, "MORE")
    assert after.startswith("I have said what I have on that. This goes further:")
    assert "1. " in after


def test_more_before_anything_was_said_is_answered(assistant: Assistant) -> None:
    assert sent(assistant, "MORE").startswith("I am not sure what you are referring to.")


def test_more_after_a_greeting_repeats_nothing(assistant: Assistant) -> None:
    greeting = sent(assistant, "hello")
    assert "or MORE" not in greeting
    assert sent(assistant, "MORE").startswith("That was all of it.")


def test_more_of_a_list_is_first_its_rest_and_then_its_next_page(assistant: Assistant) -> None:
    first = sent(assistant, "show me the latest papers")
    assert "4. More papers" in first
    assert first.endswith("or MORE for the rest.")
    told = sent(assistant, "MORE")
    assert "Whether the Rome Statute could lead to a case against President Obama" in told
    assert not told.endswith("or MORE for the rest.")
    second = sent(assistant, "more")
    assert "1. Preliminary Examination in Palestine" in second
    assert sent(assistant, "1").startswith("Preliminary Examination in Palestine")


def test_the_next_page_can_be_had_at_once(assistant: Assistant) -> None:
    for text in ("more papers", "4"):
        sent(assistant, "show me the latest papers")
        assert "1. Preliminary Examination in Palestine" in sent(assistant, text)


def test_where_the_whole_list_fits_more_is_the_next_page(assistant: Assistant) -> None:
    for channel in ("slack", "telegram", "facebook", "whatsapp"):
        sent(assistant, "show me the latest papers", channel)
        assert "Preliminary Examination in Palestine" in sent(assistant, "more", channel)


def test_more_themes_are_reached_by_number_and_by_more(assistant: Assistant) -> None:
    for text in ("7", "MORE"):
        assert "7. More themes" in sent(assistant, "What papers do you have?")
        assert "1. Arrests" in sent(assistant, text)
    assert sent(assistant, "MORE").startswith("That was all of it.")


@pytest.mark.parametrize("text", ["9", "0", "99", "the ninth one", "number 12"])
def test_a_number_outside_the_menu_is_answered_with_the_menu(assistant: Assistant, text: str) -> None:
    menu = sent(assistant, QUESTION).splitlines()[-5:-1]
    answer = sent(assistant, text)
    assert answer.startswith("There is no such number in my last answer.")
    assert answer.splitlines()[-5:-1] == menu
    assert sent(assistant, "2").startswith("How does the Court serve US security interests?")


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


# As each platform is sent it

each_kind = pytest.mark.parametrize("kind", KINDS)


@each_kind
@pytest.mark.parametrize("number", ["0", "99"])
def test_a_number_outside_the_menu_is_clear_on_every_channel(number: str, kind: str, assistant: Assistant) -> None:
    async def scene(world: World) -> None:
        await world.say(QUESTION)
        (answer,) = await world.say(number)
        first, *menu = answer.splitlines()
        assert first == "There is no such number in my last answer. Pick one of these, or ask in other words."
        by_number = kind in ("sms", "whatsapp")
        assert ("Reply 1, 2, 3 or 4." in menu) == by_number
        assert len(tapped(world.platform.sent[-1])) == (0 if by_number else 4)
        (picked,) = await world.say("2")
        assert "How does the Court serve US security interests?" in picked.splitlines()[0]

    play(kind, assistant, scene)


@each_kind
@pytest.mark.parametrize(
    ("before", "answer"),
    [
        ("hello", "That was all of it. What else would you like to know?"),
        ("thank you", "I am not sure what you are referring to. Please ask the whole question in a few words."),
        (QUESTION, "I have said what I have on that. This goes further:"),
    ],
)
def test_more_with_nothing_left_is_clear_on_every_channel(
    before: str, answer: str, kind: str, assistant: Assistant
) -> None:
    async def scene(world: World) -> None:
        (said,) = await world.say(before)
        while "or MORE for the rest." in said or said.endswith("Reply MORE for the rest."):
            (said,) = await world.say("MORE")
        (nothing,) = await world.say("MORE")
        assert nothing.splitlines()[0] == answer
        if before != "thank you":
            assert len(tapped(world.platform.sent[-1])) == 4 or "Reply 1, 2, 3 or 4." in nothing

    play(kind, assistant, scene)
