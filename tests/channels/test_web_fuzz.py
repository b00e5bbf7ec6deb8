"""Bodies that nobody foresaw: the web channel answers each of them calmly, and tells nobody else's secrets."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from served import Server, Visitor

from bot.errors import WEB_ERRORS
from bot.runtime.settings import ROOT

BODIES = 1000
SECRET = "xylophonist"
SCHEMATHESIS = ROOT / ".venv-fuzz" / "bin" / "schemathesis"

words = st.one_of(
    st.text(max_size=80),
    st.sampled_from(["/restart", '/faq{"topic": "x"}', "/session_start", "2", "again please", "Is the US a member?"]),
)
junk = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), words),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=3)),
    max_leaves=6,
)


def either(right: st.SearchStrategy) -> st.SearchStrategy:
    """Mostly what is right, so that a body gets past the first check."""
    return st.one_of(*[right] * 6, junk)


messages = st.fixed_dictionaries(
    {"message_id": either(st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True)), "message": either(words)},
    optional={
        "token": either(st.none()),
        "page": either(words),
        "lang": either(st.sampled_from(["en", "es"])),
        "sender": junk,
        "metadata": junk,
        "input_channel": junk,
    },
)
bodies = st.one_of(messages.map(json.dumps), messages.map(json.dumps), junk.map(json.dumps), st.binary(max_size=200))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, model_path: Path) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("fuzz"))
    yield running
    running.stop()


def test_a_thousand_bodies_cause_no_error_and_get_nobody_elses_data(server: Server) -> None:
    victim = Visitor(server)
    victim.send(f"I am a {SECRET}", "a", page=f"https://example.org/{SECRET}")
    seen: dict[int, int] = {}
    with requests.Session() as connection:

        @settings(max_examples=BODIES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(body=bodies, route=st.sampled_from(["message", "message", "message", "feedback"]))
        def send(body: "str | bytes", route: str) -> None:
            data = body.encode() if isinstance(body, str) else body
            response = connection.post(f"{server.address}/chat/v1/{route}", data=data, timeout=60)
            seen[response.status_code] = seen.get(response.status_code, 0) + 1
            assert response.status_code < 500, response.text
            assert SECRET not in response.text
            assert victim.conversation not in response.text
            answer = response.json()
            if response.status_code == 200:
                assert answer["replies"]
                assert all(reply["text"] for reply in answer["replies"])
            else:
                assert answer["error"]["code"] in WEB_ERRORS

        send()
    assert seen[200] > BODIES / 20, seen
    assert seen[400] > BODIES / 20, seen
    stored = {kind for (kind,) in server.query("SELECT DISTINCT type FROM events")}
    assert not stored & {"restart", "undo", "rewind", "reset_slots"}
    assert server.query("SELECT DISTINCT channel FROM turns") == [("web",)]
    assert server.query("SELECT count(*) FROM turns WHERE conversation_id = ?", victim.conversation) == [(1,)]
    assert "Traceback" not in server.said()


def test_the_served_api_keeps_to_its_own_description(server: Server, tmp_path: Path) -> None:
    """Schemathesis reads ``/openapi.json`` and looks for requests whose responses break it."""
    if not SCHEMATHESIS.exists():
        pytest.fail("Schemathesis is not installed. Run: make .venv-fuzz/ready", pytrace=False)
    command = [SCHEMATHESIS, "--config-file", Path(__file__).with_name("schemathesis.toml")]
    command += ["run", f"{server.address}/openapi.json", "--max-examples", "12", "--seed", "1", "--no-color"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=240)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Operations:       4 selected / 4 total" in result.stdout
    assert "Traceback" not in server.said()
