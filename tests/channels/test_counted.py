"""What goes wrong in channels is counted by channel and reason, for the alerts of docs/operations.md."""

import asyncio

from conftest import counted, free_port
from world import World, message, play

from bot.channels.shared_limits import SharedRateLimit, connect
from bot.runtime.agent import Assistant

QUESTION = "What is the ICC?"


def errors(channel: str, reason: str) -> float:
    return counted("amicc_channel_errors_total", channel=channel, reason=reason)


def test_a_forged_message_is_counted(assistant: Assistant) -> None:
    async def scene(world: World) -> None:
        before = errors("telegram", "not genuine")
        body = message("telegram", QUESTION)
        assert await world.post(body, X_Telegram_Bot_Api_Secret_Token="guessed") == 403
        assert errors("telegram", "not genuine") == before + 1

    play("telegram", assistant, scene)


def test_a_reply_that_the_platform_does_not_take_is_counted(assistant: Assistant) -> None:
    async def scene(world: World) -> None:
        before = errors("telegram", "not delivered")
        world.platform.faults += ["down"] * 20
        assert await world.post(message("telegram", QUESTION)) == 200
        assert errors("telegram", "not delivered") == before + 1

    play("telegram", assistant, scene)


def test_a_redis_that_is_away_is_counted() -> None:
    async def scene() -> None:
        redis = connect(f"redis://127.0.0.1:{free_port()}/0")
        before = errors("web", "redis")
        assert await SharedRateLimit("session", 10, redis).wait("somebody") is None
        assert errors("web", "redis") == before + 1
        await redis.close()

    asyncio.run(scene())
