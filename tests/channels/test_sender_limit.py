"""Who writes too much is told once, then gets silence; nobody else notices."""

import asyncio
from typing import Any

import pytest
from world import KINDS, World, payload, play

from bot.channels.limits import RateLimit, SenderLimit

TOO_MANY = "You are writing faster than I can read."


@pytest.mark.parametrize("kind", KINDS)
def test_too_many_messages_are_answered_once_then_with_silence(kind: str, assistant: Any) -> None:
    async def scene(world: World) -> None:
        for _ in range(3):
            (answer,) = await world.say("What is the ICC?")
            assert "What is the International Criminal Court?" in answer
        (told,) = await world.say("What is the ICC?")
        assert told.startswith(TOO_MANY)
        for _ in range(10):
            assert await world.say("What is the ICC?") == []
        (other,) = await world.say("What is the ICC?", person=2)
        assert "What is the International Criminal Court?" in other
        world.now += 60
        (answer,) = await world.say("What is the ICC?")
        assert "What is the International Criminal Court?" in answer

    play(kind, assistant, scene, per_minute=3)
    with assistant.store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM turns").scalar() == 5, "no turn was run for the others"


def test_a_flood_is_told_once_as_long_as_it_lasts() -> None:
    now = [0.0]
    limit = SenderLimit(RateLimit(10, lambda: now[0]), lambda: now[0])

    async def flood(seconds: int) -> list[str]:
        verdicts = []
        for _ in range(seconds):
            now[0] += 1
            verdicts.append(await limit.judge("a"))
        return verdicts

    verdicts = asyncio.run(flood(600))
    assert verdicts.count("tell") == 1
    assert verdicts.count("ignore") > 400
    now[0] += 120
    assert asyncio.run(limit.judge("a")) == "pass"
    assert asyncio.run(flood(60)).count("tell") == 1


def test_stop_and_start_take_effect_however_many_came_before(assistant: Any) -> None:
    async def scene(world: World) -> None:
        await world.say("What is the ICC?")
        (told,) = await world.say("HELP")
        assert told.startswith(TOO_MANY)
        assert await world.say("HELP") == []
        assert await world.say("STOP") == [], "one message a minute is all that is paid for"
        world.now += 120
        assert await world.say("What is the ICC?") == []
        assert len(await world.say("START")) == 1

    play("sms", assistant, scene, per_minute=1)


def test_the_first_stop_is_confirmed_even_if_it_is_too_many(assistant: Any) -> None:
    async def scene(world: World) -> None:
        await world.say("What is the ICC?")
        (text,) = await world.say("STOP")
        assert "you have been unsubscribed" in text

    play("sms", assistant, scene, per_minute=1)


def test_what_a_person_writes_in_groups_counts_with_the_rest(assistant: Any) -> None:
    async def scene(world: World) -> None:
        await world.post(payload("telegram", "text"))
        await world.post(payload("telegram", "group_mention"))
        assert world.platform.texts()[1].startswith(TOO_MANY)

    play("telegram", assistant, scene, per_minute=1)


def test_a_repetition_is_not_counted(assistant: Any) -> None:
    async def scene(world: World) -> None:
        for _ in range(5):
            await world.post(payload("slack", "retry"))
        assert len(world.platform.sent) == 1

    play("slack", assistant, scene, per_minute=1)
