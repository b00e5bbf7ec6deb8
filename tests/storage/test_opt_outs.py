"""Who said STOP, on both databases."""

import asyncio
import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from conftest import say

from bot.errors import StorageError
from bot.runtime.agent import Assistant
from bot.storage.opt_outs import OptOuts, Standing


@pytest.fixture
def one(assistant_on: Callable[..., Assistant], database_url: str) -> Assistant:
    return assistant_on(database_url)


def test_a_stop_holds_until_start_under_any_key(one: Assistant) -> None:
    opt_outs = OptOuts(one.store.transactions)

    async def story() -> list[bool]:
        seen = []
        for change in (None, opt_outs.add("old"), opt_outs.add("old"), opt_outs.add("other"), None):
            if change:
                await change
            seen.append((await opt_outs.standing(["new", "old"], "c")).stopped)
        await opt_outs.remove(["new", "old"])
        seen.append((await opt_outs.standing(["new", "old"], "c")).stopped)
        seen.append((await opt_outs.standing(["other"], "c")).stopped)
        return seen

    assert asyncio.run(story()) == [False, True, True, True, True, False, True]


def test_a_conversation_is_known_once_a_turn_is_stored(one: Assistant) -> None:
    opt_outs = OptOuts(one.store.transactions)
    assert asyncio.run(opt_outs.standing(["p"], "c")) == Standing(stopped=False, known=False)
    say(one, "c", "thank you")
    assert asyncio.run(opt_outs.standing(["p"], "c")) == Standing(stopped=False, known=True)
    assert asyncio.run(opt_outs.standing(["p"], "d")) == Standing(stopped=False, known=False)


def test_a_database_that_fails_is_an_error_that_says_so(one: Assistant) -> None:
    with one.store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE opt_outs")
    opt_outs = OptOuts(one.store.transactions)
    for work in (opt_outs.standing(["p"], "c"), opt_outs.add("p"), opt_outs.remove(["p"])):
        with pytest.raises(StorageError):
            asyncio.run(work)


def test_postgresql_is_asked_without_holding_up_the_others(
    assistant_on: Callable[..., Assistant], postgresql_url: str
) -> None:
    store = assistant_on(postgresql_url).store
    threads: set[int] = set()
    sa.event.listen(store.engine, "before_cursor_execute", lambda *_: threads.add(threading.get_ident()))
    opt_outs = OptOuts(store.transactions)
    for work in (opt_outs.standing(["p"], "c"), opt_outs.add("p"), opt_outs.remove(["p"])):
        threads.clear()
        asyncio.run(work)
        assert threads
        assert threading.get_ident() not in threads, "the event loop runs in this thread"
