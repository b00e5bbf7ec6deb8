"""Turns of one conversation wait for each other; turns of others do not."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.storage.locks import ConversationLocks


async def settle() -> None:
    """Lets every task run until it waits."""
    for _ in range(20):
        await asyncio.sleep(0)


async def hold(locks: ConversationLocks, conversation: str, log: list[str], name: str, release: asyncio.Event) -> None:
    async with locks.lock(conversation):
        log.append(name)
        await release.wait()


def assert_nothing_left(locks: ConversationLocks) -> None:
    assert locks._locks == {}
    assert locks._users == {}


def run(test: Callable[[ConversationLocks], Awaitable[None]]) -> None:
    async def body() -> None:
        locks = ConversationLocks()
        await test(locks)
        assert_nothing_left(locks)

    asyncio.run(body())


def test_turns_of_one_conversation_run_one_after_the_other_in_order() -> None:
    async def body(locks: ConversationLocks) -> None:
        log: list[str] = []
        releases = [asyncio.Event() for _ in range(3)]
        tasks = [
            asyncio.create_task(hold(locks, "a", log, f"turn {number}", release))
            for number, release in enumerate(releases)
        ]
        for number, release in enumerate(releases):
            await settle()
            assert log == [f"turn {entered}" for entered in range(number + 1)]
            release.set()
        await asyncio.gather(*tasks)

    run(body)


def test_another_conversation_does_not_wait() -> None:
    async def body(locks: ConversationLocks) -> None:
        log: list[str] = []
        release = asyncio.Event()
        tasks = [asyncio.create_task(hold(locks, name, log, name, release)) for name in "abc"]
        await settle()
        assert log == ["a", "b", "c"]
        release.set()
        await asyncio.gather(*tasks)

    run(body)


def test_a_turn_that_fails_lets_the_next_one_in() -> None:
    async def fail(locks: ConversationLocks) -> None:
        async with locks.lock("a"):
            raise LookupError

    async def body(locks: ConversationLocks) -> None:
        with pytest.raises(LookupError):
            await fail(locks)
        assert_nothing_left(locks)
        async with locks.lock("a") as lock:
            assert lock.conversation_id == "a"

    run(body)


@pytest.mark.parametrize("cancelled", ["holder", "waiter"])
def test_a_cancelled_turn_leaves_nothing_behind(cancelled: str) -> None:
    async def body(locks: ConversationLocks) -> None:
        log: list[str] = []
        release = asyncio.Event()
        tasks = {}
        for name in ("holder", "waiter"):
            tasks[name] = asyncio.create_task(hold(locks, "a", log, name, release))
            await settle()
        tasks.pop(cancelled).cancel()
        await settle()
        release.set()
        await asyncio.gather(*tasks.values())
        assert log == (["holder", "waiter"] if cancelled == "holder" else ["holder"])

    run(body)
