"""What a conversation is about, and what the last reply offered."""

import pytest

from bot.dialogue.context import Context, slots_after
from bot.dialogue.reply import Card, Choice, Reply

FIRST = Choice(label="Drones", text="Tell me about the drones paper")
SECOND = Choice(label="Crimes", text="Which crimes does it try?")
LIST = Reply(text="Two papers.", cards=[Card(title="Drones", choice=FIRST)], choices=[SECOND], topic=["paper/drones"])


def test_a_reply_leaves_its_subject_and_its_options_cards_first() -> None:
    slots = slots_after(Context(), [LIST])
    context = Context.from_slots(slots)
    assert context == Context(subject=["paper/drones"], options=[FIRST, SECOND])


def test_a_reply_about_nothing_keeps_the_subject_and_ends_the_options() -> None:
    before = Context(subject=["paper/drones"], options=[FIRST])
    assert slots_after(before, [Reply(text="You are welcome.")]) == {"options": None}


@pytest.mark.parametrize("replies", [[], [LIST]])
def test_what_does_not_change_is_not_written(replies: list[Reply]) -> None:
    before = Context.from_slots(slots_after(Context(), replies))
    assert slots_after(before, replies) == {}


def test_options_of_several_replies_count_through() -> None:
    slots = slots_after(Context(), [LIST, Reply(text="Also.", choices=[FIRST])])
    assert [option["label"] for option in slots["options"]] == ["Drones", "Crimes", "Drones"]
