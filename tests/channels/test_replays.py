"""A recorded request, sent again with its genuine proof of origin, is refused wherever and whenever it comes.

"Refused" means that nothing is done and nothing sent. The answer is 200 all the same: a platform that delivers twice
because it missed our answer sends the same request, and would go on for days.
"""

from typing import Any

import pytest
from world import CHANNELS, KEYS, KINDS, World, headers, message, play, stored

from bot.channels.pseudonyms import Pseudonyms

QUESTION = "What is the ICC?"


def recorded(name: str, text: str) -> tuple[bytes, dict[str, str]]:
    """A genuine request as somebody who reads along would record it: body and proof of origin."""
    body = message(name, text)
    return body, {key.replace("-", "_"): value for key, value in headers(name, body).items()}


@pytest.mark.parametrize("name", KINDS)
def test_a_hundred_replays_are_refused_here_after_a_restart_and_at_another_replica(name: str, assistant: Any) -> None:
    body, given = recorded(name, QUESTION)

    async def scene(world: World) -> int:
        """A platform that delivers again is told that all is well, or it would try for days; nothing else is done."""
        for _ in range(100):
            assert await world.post(body, settle=False, **given) == 200
        await world.channel.idle()
        return len(world.platform.calls)

    assert play(name, assistant, scene) > 0
    before = stored(assistant)
    assert len(before["turns"]) == len(before["receipts"]) == 1
    for _ in range(2):
        assert play(name, assistant, scene) == 0
    assert stored(assistant) == before


@pytest.mark.parametrize("name", ["sms", "whatsapp"])
def test_replays_cannot_undo_stop_or_start(name: str, assistant: Any) -> None:
    requests = {word: recorded(name, word) for word in ("hello", "STOP", "START", "HELP")}

    async def said(world: World, *words: str) -> list[int]:
        sent = []
        for word in words:
            before = len(world.platform.sent)
            body, given = requests[word]
            assert await world.post(body, **given) == 200
            sent.append(len(world.platform.sent) - before)
        return sent

    assert play(name, assistant, lambda world: said(world, "hello", "STOP", "START", "HELP")) == [1, 1, 1, 1]
    before = stored(assistant)
    assert "opt_outs" not in before
    assert play(name, assistant, lambda world: said(world, "STOP", "HELP", "START")) == [0, 0, 0]
    assert stored(assistant) == before

    async def stops(world: World) -> None:
        assert len(await world.say("STOP")) == 1
        assert await said(world, "START", "hello") == [0, 0]

    play(name, assistant, stops)
    assert len(stored(assistant)["opt_outs"]) == 1


@pytest.mark.parametrize("name", CHANNELS)
def test_replays_are_refused_after_the_data_is_deleted_and_under_a_new_key(name: str, assistant: Any) -> None:
    body, given = recorded(name, QUESTION)

    async def scene(world: World) -> None:
        assert await world.post(body, **given) == 200
        for text in ("delete my data", "Yes, delete my data"):
            await world.say(text)

    async def replay(world: World) -> int:
        # The key was changed as the settings say: a new one in front of the old.
        world.channel.pseudonyms = Pseudonyms(["n" * 32, *KEYS])
        assert await world.post(body, **given) == 200
        return len(world.platform.calls)

    play(name, assistant, scene)
    before = stored(assistant)
    assert "turns" not in before
    assert play(name, assistant, replay) == 0
    assert stored(assistant) == before
