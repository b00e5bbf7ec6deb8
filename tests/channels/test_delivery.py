"""How calls to a platform are tried again: which answers pass by themselves, and how long is waited for them."""

import asyncio
import time
from email.utils import formatdate
from typing import Any

import pytest
from platform_on_loopback import FakePlatform

from bot.channels import delivery, facebook, slack, telegram
from bot.channels.delivery import Api, DeliveryError, Judge, Patience

MESSAGE = {"text": "x", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x"}}]}
FACEBOOK, SLACK, TELEGRAM, TWILIO = facebook.judge, slack.judge, telegram.judge, delivery.busy_or_down


def pauses(monkeypatch: pytest.MonkeyPatch, faults: list[str], retry_after: object = 0) -> list[float]:
    """Seconds that are waited between tries of one call, without waiting for them."""
    waited: list[float] = []
    sleep = asyncio.sleep

    async def slept(seconds: float, result: Any = None) -> Any:
        waited.extend([seconds] if seconds else [])
        return await sleep(0, result)

    async def scene() -> None:
        platform = FakePlatform()
        await platform.start()
        platform.faults.extend(faults)
        platform.retry_after = retry_after
        api = Api("Slack", slack.judge)
        try:
            with monkeypatch.context() as patch:
                patch.setattr(asyncio, "sleep", slept)
                await api.call("POST", f"{platform.address}/commands/x", json=MESSAGE)
        except DeliveryError:
            assert len(faults) == Patience().attempts
        finally:
            await api.close()
            await platform.stop()

    asyncio.run(scene())
    return waited


def test_each_pause_is_about_twice_the_last_and_no_two_callers_wait_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (pauses(monkeypatch, ["down"] * 6) for _ in range(2))
    for waited in (first, second):
        assert len(waited) == 5, "there is no pause after the last try"
        for number, seconds in enumerate(waited):
            assert 0.75 <= seconds / (0.5 * 2**number) <= 1.25
    assert first != second


@pytest.mark.parametrize(
    ("retry_after", "least", "most"),
    [
        ("30", 30, 30),
        ("2.5", 2.5, 2.5),
        ("-5", 0.3, 0.7),
        ("soon", 0.3, 0.7),
        ("", 0.3, 0.7),
        (formatdate(0, usegmt=True), 0.3, 0.7),
    ],
)
def test_what_the_platform_asks_for_is_waited_for(
    retry_after: str, least: float, most: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    (waited,) = pauses(monkeypatch, ["busy"], retry_after)
    assert least <= waited <= most


def test_a_date_to_wait_for_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    (waited,) = pauses(monkeypatch, ["busy"], formatdate(time.time() + 45, usegmt=True))
    assert 30 < waited <= 45


PASSES: list[tuple[Judge, int, dict[str, Any], float]] = [
    *((judge, status, {}, 0.0) for judge in (FACEBOOK, SLACK, TELEGRAM, TWILIO) for status in (408, 429, 500, 503)),
    *((SLACK, 200, {"ok": False, "error": code}, 0.0) for code in ("ratelimited", "internal_error")),
    (SLACK, 200, {"ok": False, "error": "service_unavailable"}, 0.0),
    *((FACEBOOK, 400, {"error": {"code": code}}, 0.0) for code in (4, 17, 32, 613, 1200)),
    (FACEBOOK, 403, {"error": {"code": 10, "is_transient": True}}, 0.0),
    (TELEGRAM, 429, {"parameters": {"retry_after": 7}}, 7.0),
    (TELEGRAM, 429, {"parameters": {"retry_after": "7"}}, 0.0),
]
FINAL: list[tuple[Judge, int, dict[str, Any]]] = [
    *((judge, status, {}) for judge in (FACEBOOK, SLACK, TELEGRAM, TWILIO) for status in (200, 400, 401, 403, 404)),
    (SLACK, 200, {"ok": True}),
    *((SLACK, 200, {"ok": False, "error": code}) for code in ("not_in_channel", "invalid_auth", "channel_not_found")),
    *((FACEBOOK, 400, {"error": {"code": code}}) for code in (10, 100, 190, 551)),
    (FACEBOOK, 403, {"error": {"code": 10, "is_transient": False}}),
    (FACEBOOK, 200, {"error": {"code": 4}}),
    (TELEGRAM, 400, {"parameters": {"retry_after": 7}}),
    (TWILIO, 400, {"code": 21610}),
]


@pytest.mark.parametrize(("judge", "status", "body", "wait"), PASSES)
def test_these_answers_pass_by_themselves(judge: Judge, status: int, body: dict[str, Any], wait: float) -> None:
    assert judge(status, body) == wait


@pytest.mark.parametrize(("judge", "status", "body"), FINAL)
def test_these_answers_are_final(judge: Judge, status: int, body: dict[str, Any]) -> None:
    assert judge(status, body) is None
