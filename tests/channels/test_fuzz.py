"""A thousand bodies a channel that nobody foresaw, with whole turns: no error of ours, nothing personal logged."""

import asyncio
import copy
import json
import logging
import re
from collections import Counter
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world import CHANNELS, PAYLOADS, World, play

BODIES = 1000
PERSONAL = "Jane Sample jane.sample@example.org +1 500 555 0123"
SECRETS = ("Jane", "jane.sample", "555 0123", "5005550006", "Sample", "member?", "5000000001", "U061F7AUR", "Denver")
"""What was typed, who typed it, and ids of the canned payloads."""

nasty = st.one_of(
    st.sampled_from(
        [None, True, False, 0, -1, 10**30, 1.5e300, "", " ", "\0", "\ud800", "é" * 300, "x" * 5000, [], {}]
    ),
    st.sampled_from([[[]], {"": {"id": []}}, [PERSONAL, None], {"id": PERSONAL}, {"id": 1}, PERSONAL]),
    st.sampled_from(["/restart", "{}", "-5", "1e9", "payload", "block_actions", "page", "private", "stop", 5000000001]),
    st.sampled_from(["I want to volunteer", "yes", "MORE", "2", "99", "delete my data", "START", "What is the ICC?"]),
    st.text(max_size=40),
    st.recursive(
        st.none() | st.text(max_size=9), lambda inner: st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
)
"""What stands where something else is expected."""
numbers = st.integers(10**6, 10**9)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Ways to everything inside a document."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found += paths(inner, (*path, key))
    return found


def damage(document: Any, draw: st.DrawFn) -> Any:
    """Replaces up to three things in a document, or takes one out."""
    document = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 3))):
        ways = paths(document)
        if not ways:
            break
        *above, last = draw(st.sampled_from(ways))
        target = document
        for key in above:
            target = target[key]
        if isinstance(target, dict) and draw(st.integers(0, 4)) == 0:
            del target[last]
        else:
            target[last] = copy.deepcopy(draw(nasty))
    return document


EXPECTED = re.compile(r"A reply was not delivered: \w+ did not take a call \((status \d+(, \w+)?|no answer)\)")
"""The one error that a body may lead to: the platform does not know the address that stands in it, or is slow."""
IDS = {"event_id", "update_id", "mid", "ts", "action_ts", "trigger_id", "MessageSid"}


def renewed(value: Any, number: int) -> Any:
    """A document as if it came for the first time: canned ids would be taken for repetitions."""
    if isinstance(value, list):
        return [renewed(each, number) for each in value]
    if not isinstance(value, dict):
        return value
    ids = {key: number if isinstance(value[key], int) else f"{value[key]}{number}" for key in IDS & value.keys()}
    others = {key: renewed(each, number) for key, each in value.items() if key not in ids}
    if "From" in others:  # a person who has said STOP is heard no more: there are many
        others["From"] = f"{others['From'][:-3]}{number % 1000:03}"
    return {**others, **ids}


def damaged_form(body: bytes, draw: st.DrawFn) -> bytes:
    """The same for a form; what Slack sends as JSON in a field is damaged inside."""
    number = draw(numbers)
    fields = renewed(dict(parse_qsl(body.decode(), keep_blank_values=True)), number)
    if "payload" in fields:
        fields["payload"] = json.dumps(damage(renewed(json.loads(fields["payload"]), number), draw))
    else:
        fields = damage(fields, draw)
    return urlencode({key: str(value).encode("utf-8", "replace") for key, value in fields.items()}).encode()


@st.composite
def bodies(draw: st.DrawFn, channel: str) -> bytes:
    """Mostly a canned body of the channel with something wrong; also another platform's, half of one, or none."""
    kind = draw(st.sampled_from(["damaged"] * 7 + ["other", "cut", "bytes", "unknown"]))
    if kind == "bytes":
        return draw(st.binary(max_size=200))
    if kind == "unknown":
        return json.dumps({draw(st.text(max_size=20)): draw(nasty), "update_id": draw(st.integers())}).encode()
    others = [each for each in CHANNELS if each != channel]
    folder = PAYLOADS / (draw(st.sampled_from(others)) if kind == "other" else channel)
    path = draw(st.sampled_from(sorted(folder.iterdir())))
    body = path.read_bytes()
    if kind == "other":
        return body
    if kind == "cut":
        return body[: draw(st.integers(0, len(body)))]
    if path.suffix == ".txt":
        return damaged_form(body, draw)
    return json.dumps(damage(renewed(json.loads(body), draw(numbers)), draw)).encode()


def ours(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """What was logged, but for what the platform's own server logs."""
    return [record for record in caplog.records if record.name not in ("aiohttp.access", "aiohttp.server")]


@pytest.mark.parametrize("name", CHANNELS)
def test_fuzzed_bodies_are_never_an_error_of_ours_and_never_logged(
    name: str, assistant: Any, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    statuses: Counter[int] = Counter()

    async def scene(world: World) -> None:
        loop = asyncio.get_running_loop()

        @settings(max_examples=BODIES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(body=bodies(name))
        def send(body: bytes) -> None:
            body = body.replace(b"http%3A%2F%2F127.0.0.1%3APORT", world.platform.address.replace(":", "%3A").encode())
            status = asyncio.run_coroutine_threadsafe(world.post(body), loop).result(60)
            statuses[status] += 1
            assert status in (200, 400, 403), body
            errors = [record.getMessage() for record in ours(caplog) if record.levelno >= logging.ERROR]
            assert [error for error in errors if not EXPECTED.fullmatch(error)] == [], body

        await asyncio.to_thread(send)

    with caplog.at_level("DEBUG"):
        play(name, assistant, scene)
    assert statuses[200] > BODIES / 2, statuses
    assert sum(statuses.values()) >= BODIES
    with assistant.store.engine.connect() as connection:
        turns = connection.exec_driver_sql("SELECT count(*) FROM turns").scalar()
    assert turns > BODIES / 20, "few of the bodies led to a turn"
    # The records of all loggers, and what Rasa's own logging prints.
    logged = "\n".join([*(record.getMessage() for record in ours(caplog)), *capfd.readouterr()])
    assert "Turn on" in logged, "nothing was logged: this test would see nothing"
    assert [secret for secret in SECRETS if secret in logged] == []
