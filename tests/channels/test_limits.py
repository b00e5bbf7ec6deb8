"""Rates of messages."""

import asyncio
from typing import Optional

import pytest

from bot.channels.limits import WINDOW, RateLimit


class Clock:
    now = 50.0

    def __call__(self) -> float:
        return self.now


def wait(limit: RateLimit, key: str) -> Optional[float]:
    return asyncio.run(limit.wait(key))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.parametrize("most", [1, 3, 7, 30, 120])
def test_as_many_as_allowed_may_come_at_once_and_no_more(clock: Clock, most: int) -> None:
    limit = RateLimit(most, clock)
    assert [wait(limit, "a") for _ in range(most)] == [None] * most
    assert wait(limit, "a") == pytest.approx(WINDOW / most)


def test_who_waits_as_told_may_go_on(clock: Clock) -> None:
    limit = RateLimit(6, clock)
    for _ in range(6):
        wait(limit, "a")
    seconds = wait(limit, "a")
    assert seconds is not None
    clock.now += seconds - 0.01
    assert wait(limit, "a") == pytest.approx(0.01)
    clock.now += 0.01
    assert wait(limit, "a") is None
    assert wait(limit, "a") is not None


def test_over_time_no_more_than_the_rate_pass(clock: Clock) -> None:
    limit = RateLimit(10, clock)
    passed = 0
    for _ in range(600):
        passed += wait(limit, "a") is None
        clock.now += 0.5
    assert passed == 10 + 10 * 5 - 1  # a burst, then the rate over 300 s; the last has not come round


def test_keys_do_not_share(clock: Clock) -> None:
    limit = RateLimit(1, clock)
    assert wait(limit, "a") is None
    assert wait(limit, "b") is None
    assert wait(limit, "a") is not None


def test_what_has_passed_is_forgotten(clock: Clock) -> None:
    limit = RateLimit(10, clock)
    for number in range(1000):
        wait(limit, str(number))
    clock.now += 2 * WINDOW
    wait(limit, "a")
    assert len(limit._whole_at) == 1
