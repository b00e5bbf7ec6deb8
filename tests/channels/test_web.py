"""The web channel over HTTP, against a server that is started as an operator starts it."""

import json
import re
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
import pytest
import requests
from served import Server, Visitor, project_copy

from bot.channels.inbound import MAX_STORED
from bot.channels.sessions import LIFETIME, Sessions
from bot.channels.web import MAX_BODY
from bot.channels.web_schema import MAX_REASON
from bot.content.store import ContentStore
from bot.dialogue.reply import Reply
from bot.errors import WEB_ERRORS

MEMBER = "Is the US a member?"
OTHER_SITE = "https://www.example.org"
STRANGER = "https://stranger.example"
OLD_KEY, NEW_KEY = "old" * 16, "new" * 16


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, model_path: Path) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("web"), BOT_ORIGINS=f"{OTHER_SITE},http://localhost:8000")
    yield running
    running.stop()


@pytest.fixture
def visitor(server: Server) -> Visitor:
    return Visitor(server)


def refused(response: requests.Response, status: int, code: str) -> str:
    """Asserts that a request was refused in the API's shape; returns the text."""
    assert response.status_code == status, response.text
    body = response.json()
    assert set(body) == {"version", "error"}
    assert body["version"] == 1
    assert body["error"]["code"] == code
    assert body["error"]["text"].startswith(WEB_ERRORS[code])
    return body["error"]["text"]


def message(**fields: object) -> dict[str, Any]:
    return {"token": None, "message_id": uuid4().hex, "message": MEMBER, **fields}


# A conversation


def test_a_first_message_sent_again_continues_what_it_began(server: Server) -> None:
    first = message()
    lost, again = (server.post(first).json() for _ in range(2))
    assert again["replies"] == lost["replies"]
    turns = "SELECT conversation_id FROM turns WHERE message_id = ?"
    assert len(server.query(turns, first["message_id"])) == 1
    following = message(token=again["token"], message="tell me more")
    server.post(following)
    assert server.query(turns, following["message_id"]) == server.query(turns, first["message_id"])


def test_an_answer_is_the_reply_with_all_its_fields(server: Server) -> None:
    response = server.post(message(message_id="m1"))
    assert response.headers["Content-Type"] == "application/json"
    body = response.json()
    assert set(body) == {"version", "token", "message_id", "replies"}
    assert (body["version"], body["message_id"]) == (1, "m1")
    (reply,) = body["replies"]
    assert set(reply) == set(Reply.__fields__)
    assert Reply.parse_obj(reply).topic == ["faq/us_member"]


def test_a_choice_can_be_picked_by_number_because_the_conversation_goes_on(visitor: Visitor) -> None:
    choices = visitor.answer(MEMBER)["choices"]
    assert visitor.answer("2")["title"] == choices[1]["text"]


def test_the_token_is_renewed_and_opens_the_same_conversation(visitor: Visitor) -> None:
    visitor.ask(MEMBER)
    first = visitor.conversation
    visitor.ask("thank you")
    assert visitor.conversation == first


def test_conversations_have_ids_that_the_client_does_not_choose(server: Server) -> None:
    ids = set()
    for _ in range(3):
        visitor = Visitor(server)
        visitor.send(MEMBER, "same", sender="chosen", conversation="chosen", sub="chosen")
        ids.add(visitor.conversation)
    assert len(ids) == 3
    assert all(re.fullmatch(r"web-[\w-]{22}", identity) for identity in ids)


def test_a_repeated_message_is_answered_alike_and_applied_once(server: Server, visitor: Visitor) -> None:
    visitor.ask("hello", "m0")
    first = visitor.ask(MEMBER, "m1")
    visitor.ask("thank you", "m2")
    assert visitor.ask(MEMBER, "m1") == first
    turns = server.query("SELECT message_id FROM turns WHERE conversation_id = ? ORDER BY id", visitor.conversation)
    assert turns == [("m0",), ("m1",), ("m2",)]


def test_the_same_message_id_in_another_conversation_is_another_message(server: Server) -> None:
    first, second = Visitor(server), Visitor(server)
    first.ask(MEMBER, "m1")
    assert second.ask("thank you", "m1") != first.ask("again", "m1")


def test_what_a_client_claims_is_ignored(server: Server, visitor: Visitor) -> None:
    visitor.send(MEMBER, input_channel="slack", metadata={"topic": "x"}, sender="x", intent="restart")
    assert server.query("SELECT channel FROM turns WHERE conversation_id = ?", visitor.conversation) == [("web",)]
    stored = server.query("SELECT data FROM events WHERE conversation_id = ?", visitor.conversation)
    assert not [data for (data,) in stored if "slack" in data or '"topic": "x"' in data]


@pytest.mark.parametrize(
    ("page", "kept"),
    [
        ("https://www.example.org/act?email=a@b.org#top", "https://www.example.org/act"),
        ("https://name:word@www.example.org/act", "https://www.example.org/act"),
        ("javascript:alert(1)", None),
        ("/relative", None),
        ("http://[", None),
    ],
)
def test_of_the_page_only_the_address_is_kept(server: Server, visitor: Visitor, page: str, kept: "str | None") -> None:
    assert visitor.send(MEMBER, page=page).ok
    rows = server.query("SELECT data FROM events WHERE conversation_id = ? AND type = 'user'", visitor.conversation)
    (event,) = [json.loads(data) for (data,) in rows]
    assert event["metadata"]["page"] == kept


@pytest.mark.parametrize("text", ["/restart", '/faq{"topic": "x"}', " \u200b/greet", "//back"], ids=ascii)
def test_a_slash_commands_nothing(server: Server, visitor: Visitor, text: str) -> None:
    visitor.ask(MEMBER)
    visitor.ask(text)
    types = {
        kind for (kind,) in server.query("SELECT type FROM events WHERE conversation_id = ?", visitor.conversation)
    }
    assert not types & {"restart", "undo", "rewind", "reset_slots"}


# Sessions


def forged(token: str) -> Iterator[str]:
    """Tokens that somebody might make out of one that is right."""
    header, claims, signature = token.split(".")
    yield f"{header}.{claims}.{signature[:-4]}AAAA"
    yield f"{header}.{claims}."
    yield f"eyJhbGciOiJub25lIn0.{claims}."
    yield Sessions(["stranger" * 8]).token("web-" + "x" * 22)
    yield f"{header}.{signature}"
    yield "nonsense"
    yield ""
    yield "\ud800"


def test_a_forged_token_opens_nothing(server: Server, visitor: Visitor) -> None:
    visitor.ask(MEMBER)
    turns = server.query("SELECT count(*) FROM turns")
    tokens = list(forged(str(visitor.token)))
    for token in tokens:
        refused(server.post(message(token=token)), 401, "session")
        refused(server.post({"token": token, "message_id": "m", "value": "up"}, "/chat/v1/feedback"), 401, "session")
    assert len(tokens) == 8
    assert server.query("SELECT count(*) FROM turns") == turns


def test_a_token_lives_seven_days_from_its_last_use(server: Server, visitor: Visitor) -> None:
    visitor.ask(MEMBER)
    key = (server.data / "secret").read_text().strip()

    def token_of(age: float) -> str:
        return Sessions([key], clock=lambda: time.time() - age).token(visitor.conversation)

    refused(server.post(message(token=token_of(LIFETIME + 1))), 401, "session")
    response = server.post(message(token=token_of(LIFETIME - 60)))
    assert response.status_code == 200
    renewed = jwt.decode(response.json()["token"], options={"verify_signature": False})
    assert renewed["exp"] == pytest.approx(time.time() + LIFETIME, abs=60)


def test_no_token_but_null_or_text_is_taken(server: Server) -> None:
    for token in (7, True, ["a"], {"a": 1}):
        refused(server.post(message(token=token)), 400, "bad_request")


def test_another_sessions_token_opens_that_session_only(server: Server) -> None:
    mine, yours = Visitor(server), Visitor(server)
    mine.ask(MEMBER, "m1")
    yours.ask("thank you")
    assert mine.conversation != yours.conversation
    # Voting on a message of another conversation: the id alone opens nothing.
    refused(yours.vote("m1", "down"), 404, "bad_request")


def test_keys_can_be_replaced_and_a_restart_ends_no_session(tmp_path: Path, model_path: Path) -> None:
    """Three starts on one data folder: the old key, both keys, the new key alone."""
    token = None
    for number, secret in enumerate((OLD_KEY, f"{NEW_KEY}, {OLD_KEY}", NEW_KEY)):
        server = Server(tmp_path, BOT_SECRET=secret)
        try:
            visitor = Visitor(server, token)
            visitor.ask(MEMBER if number == 0 else "2")
            token = visitor.token
            assert server.query("SELECT count(*) FROM conversations") == [(1,)]
            if number == 2:
                old = Sessions([OLD_KEY]).token(visitor.conversation)
                refused(server.post(message(token=old)), 401, "session")
        finally:
            assert server.stop() == 0
    assert server.query("SELECT count(*) FROM turns") == [(3,)]
    assert not (server.data / "secret").exists()


def test_without_a_secret_a_key_is_kept_that_only_the_owner_can_read(server: Server) -> None:
    mode = (server.data / "secret").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


# Who may ask


@pytest.mark.parametrize("origin", [STRANGER, "null", "https://www.example.org.evil.example", "http://www.example.org"])
def test_another_site_may_not_ask_and_is_told_so(server: Server, origin: str) -> None:
    response = server.post(message(), Origin=origin)
    refused(response, 403, "origin")
    assert response.headers["Access-Control-Allow-Origin"] == origin


@pytest.mark.parametrize("origin", [OTHER_SITE, "http://localhost:8000"])
def test_a_listed_site_may_ask_and_read(server: Server, origin: str) -> None:
    response = server.post(message(), Origin=origin)
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == origin
    assert response.headers["Access-Control-Expose-Headers"] == "Retry-After"
    assert response.headers["Vary"] == "Origin"
    assert "Access-Control-Allow-Credentials" not in response.headers


def test_the_servers_own_pages_and_programs_may_ask(server: Server) -> None:
    assert server.post(message(), Origin=server.address).status_code == 200
    assert server.post(message()).status_code == 200


def test_a_stranger_cannot_read_what_is_public_either(server: Server) -> None:
    assert "Access-Control-Allow-Origin" not in server.get("/chat/v1/greeting", Origin=STRANGER).headers


@pytest.mark.parametrize("path", ["/chat/v1/message", "/chat/v1/nowhere", "/health", "/nowhere"])
def test_every_response_has_its_security_headers(server: Server, path: str) -> None:
    headers = server.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] in ("cross-origin", "same-origin")
    assert "Set-Cookie" not in headers
    assert "Server" not in headers


# What cannot be used


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param(b"", 400, "bad_request", id="empty"),
        pytest.param(b"{", 400, "bad_request", id="broken"),
        pytest.param(b"hello", 400, "bad_request", id="no JSON"),
        pytest.param(b'{"message_id": "a", "message": "\xff\xfe"}', 400, "bad_request", id="not UTF-8"),
        pytest.param(nested(30_000), 400, "bad_request", id="deep"),
        pytest.param([message()], 400, "bad_request", id="array"),
        pytest.param("text", 400, "bad_request", id="string"),
        pytest.param(None, 400, "bad_request", id="null"),
        pytest.param({}, 400, "bad_request", id="nothing"),
        pytest.param({"message": "b"}, 400, "bad_request", id="no message id"),
        pytest.param({"message_id": "a"}, 400, "bad_request", id="no message"),
        pytest.param(message(message=None), 400, "bad_request", id="null message"),
        pytest.param(message(message={"text": "b"}), 400, "bad_request", id="object as message"),
        pytest.param(message(message_id=7), 400, "bad_request", id="number as message id"),
        pytest.param(message(message_id=""), 400, "bad_request", id="empty message id"),
        pytest.param(message(message_id="a" * 65), 400, "bad_request", id="long message id"),
        pytest.param(message(message_id="a\n"), 400, "bad_request", id="line break in message id"),
        pytest.param(message(message_id="\x00"), 400, "bad_request", id="NUL in message id"),
        pytest.param(message(lang="fr"), 400, "bad_request", id="unknown language"),
        pytest.param(message(page="a" * 3000), 400, "bad_request", id="long page"),
        pytest.param(message(token="a" * 2000), 400, "bad_request", id="long token"),
        pytest.param(message(message="b" * (MAX_STORED + 1)), 413, "too_large", id="long message"),
        pytest.param(message(message="b" * 100_000), 413, "too_large", id="100 kB"),
        pytest.param(b"b" * 100_000, 413, "too_large", id="100 kB of no JSON"),
        pytest.param(b"b" * 2_000_000, 413, "too_large", id="2 MB"),
    ],
)
def test_a_request_that_cannot_be_used_is_refused_with_a_reason(
    server: Server, body: object, status: int, code: str
) -> None:
    turns = server.query("SELECT count(*) FROM turns")
    refused(server.post(body), status, code)
    assert server.query("SELECT count(*) FROM turns") == turns


def test_the_largest_message_is_taken_however_it_is_escaped(server: Server) -> None:
    body = json.dumps(message(message="\U0001f600" * MAX_STORED)).encode()
    assert len(body) < MAX_BODY
    assert server.post(body).status_code == 200


@pytest.mark.parametrize(
    "text",
    ["", "   ", "\x00", "\ud800", "\U0001f600", "b" * 4000, "<script>alert(1)</script>", "'; DROP TABLE turns; --"],
    ids=lambda text: ascii(text[:30]),
)
def test_a_strange_message_gets_one_calm_reply(visitor: Visitor, content_store: ContentStore, text: str) -> None:
    reply = visitor.answer(text)
    broken = {content_store.content.responses[name].text for name in ("utter_failed", "utter_not_stored")}
    assert reply["text"] not in broken
    assert "<script>" not in reply["text"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/chat/v1/message", 405),
        ("PUT", "/chat/v1/message", 405),
        ("GET", "/chat/v1/feedback", 405),
        ("GET", "/chat/v1/nowhere", 404),
        ("GET", "/chat/v1/topic/nothing", 404),
        ("POST", "/chat/v1/stream", 404),
    ],
)
def test_what_is_not_there_is_said_in_the_same_shape(server: Server, method: str, path: str, status: int) -> None:
    refused(server.request(method, path, data=b"{}"), status, "bad_request")


# Greeting, topics, votes, health


def test_the_greeting_offers_questions_and_begins_no_conversation(server: Server) -> None:
    before = server.query("SELECT count(*) FROM conversations")
    response = server.get("/chat/v1/greeting")
    (reply,) = response.json()["replies"]
    assert set(reply) == set(Reply.__fields__)
    assert len(reply["choices"]) >= 3
    assert "max-age" in response.headers["Cache-Control"]
    assert server.query("SELECT count(*) FROM conversations") == before


def test_the_spanish_greeting_says_that_answers_are_english(server: Server) -> None:
    (reply,) = server.get("/chat/v1/greeting?lang=es").json()["replies"]
    assert "inglés" in reply["text"]


def test_a_greeting_in_another_language_is_refused(server: Server) -> None:
    refused(server.get("/chat/v1/greeting?lang=fr"), 400, "bad_request")


def test_a_topics_question_can_be_looked_up(server: Server) -> None:
    assert server.get("/chat/v1/topic/us_member").json() == {"version": 1, "title": MEMBER}


def votes(server: Server, visitor: Visitor) -> list[tuple]:
    return server.query(
        "SELECT message_id, vote, vote_reason FROM turns WHERE conversation_id = ? ORDER BY id", visitor.conversation
    )


def test_a_vote_is_kept_with_its_turn_and_the_last_one_counts(server: Server, visitor: Visitor) -> None:
    visitor.ask(MEMBER, "m1")
    visitor.ask("thank you", "m2")
    assert visitor.vote("m1", "up").json() == {"version": 1}
    assert votes(server, visitor) == [("m1", "up", None), ("m2", None, None)]
    assert visitor.vote("m1", "down", reason="not what I\x00 asked" + "!" * MAX_REASON).ok
    ((_, vote, reason), _) = votes(server, visitor)
    assert vote == "down"
    assert reason.startswith("not what I  asked!")
    assert len(reason) == MAX_REASON


def test_a_vote_is_no_message(server: Server, visitor: Visitor) -> None:
    visitor.ask(MEMBER, "m1")
    state = server.query("SELECT version, slots FROM conversations WHERE id = ?", visitor.conversation)
    visitor.vote("m1", "up")
    assert server.query("SELECT version, slots FROM conversations WHERE id = ?", visitor.conversation) == state


@pytest.mark.parametrize("fields", [{"value": "sideways"}, {"value": None}, {"message_id": ""}, {"reason": 7}])
def test_a_vote_that_cannot_be_used_is_refused(server: Server, visitor: Visitor, fields: dict[str, object]) -> None:
    visitor.ask(MEMBER, "m1")
    body = {"token": visitor.token, "message_id": "m1", "value": "up", **fields}
    refused(server.post(body, "/chat/v1/feedback"), 400, "bad_request")


def test_a_running_server_is_healthy_and_ready(server: Server) -> None:
    assert server.get("/health").json() == {"status": "ok"}
    response = server.get("/ready")
    assert response.status_code == 200
    assert response.json() == {"status": "ready", "parts": {"model": "ok", "content": "ok", "database": "ok"}}
    assert response.headers["Cache-Control"] == "no-store"


# Limits


@pytest.fixture(scope="module")
def strict_server(tmp_path_factory: pytest.TempPathFactory, model_path: Path) -> Iterator[Server]:
    """A server that takes little, and believes a proxy on this machine."""
    settings = {"BOT_RATE_SESSION": 5, "BOT_RATE_ADDRESS": 12, "BOT_PROXIES": "127.0.0.0/8"}
    running = Server(tmp_path_factory.mktemp("strict"), **settings)
    yield running
    running.stop()


def retry_after(response: requests.Response) -> int:
    refused(response, 429, "rate_limited")
    return int(response.headers["Retry-After"])


def test_a_session_that_asks_too_often_has_to_wait_and_others_need_not(strict_server: Server) -> None:
    hasty, other = ({"X-Forwarded-For": address} for address in ("192.0.2.1", "192.0.2.2"))
    token = strict_server.post(message(), **hasty).json()["token"]
    for _ in range(5):
        assert strict_server.post(message(token=token), **hasty).status_code == 200
    response = strict_server.post(message(token=token), **hasty, Origin=strict_server.address)
    assert 1 <= retry_after(response) <= 12
    assert response.headers["Access-Control-Expose-Headers"] == "Retry-After"
    assert strict_server.post(message(), **other).status_code == 200
    assert strict_server.post(message(), **hasty).status_code == 200


def test_an_address_that_asks_too_often_has_to_wait_whatever_it_claims(strict_server: Server) -> None:
    for number in range(12):
        # Only the last entry was written by the trusted proxy.
        headers = {"X-Forwarded-For": f"198.51.100.{number}, 192.0.2.9"}
        assert strict_server.post(b"{", **headers).status_code == 400
    assert 1 <= retry_after(strict_server.post(message(), **{"X-Forwarded-For": "192.0.2.9"})) <= 5


def test_addresses_of_one_ipv6_network_count_as_one(strict_server: Server) -> None:
    for number in range(12):
        strict_server.post(b"{", **{"X-Forwarded-For": f"2001:db8::{number:x}"})
    retry_after(strict_server.post(message(), **{"X-Forwarded-For": "2001:db8::ffff"}))
    assert strict_server.post(message(), **{"X-Forwarded-For": "2001:db8:0:1::1"}).status_code == 200


# A bot that fails


BROKEN_TURN = """

async def _broken(self, message):
    raise RuntimeError("because of " + message.text)


Processor.handle_message = _broken
"""


def test_a_bot_error_is_a_clear_reply_and_leaves_no_words_in_the_log(
    tmp_path: Path, model_path: Path, content_store: ContentStore
) -> None:
    root = project_copy(tmp_path, model_path)
    with (root / "bot" / "runtime" / "processor.py").open("a", encoding="utf-8") as file:
        file.write(BROKEN_TURN)
    server = Server(tmp_path, root)
    try:
        reply = Visitor(server).answer("I am a xylophonist")
        assert reply["text"] == content_store.content.responses["utter_failed"].text
        assert "RuntimeError" in server.said()
        assert "_broken" in server.said()
        assert "xylophonist" not in server.said()
    finally:
        server.stop()


# A database that fails


def test_a_database_that_is_down_gives_a_clear_reply(
    tmp_path: Path, model_path: Path, postgresql_url: str, postgresql_admin: Any, content_store: ContentStore
) -> None:
    import sqlalchemy as sa

    server = Server(tmp_path, BOT_DATABASE_URL=postgresql_url, BOT_SECRET=NEW_KEY)
    name = sa.engine.make_url(postgresql_url).database

    def allow(yes: bool) -> None:
        with postgresql_admin.connect() as connection:
            connection.execute(sa.text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {str(yes).lower()}"))
            connection.execute(
                sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": name}
            )

    try:
        visitor = Visitor(server)
        visitor.ask(MEMBER, "m1")
        allow(False)
        reply = visitor.answer("2")
        assert reply["text"] == content_store.content.responses["utter_not_stored"].text
        response = server.get("/ready")
        assert response.status_code == 503
        assert response.json()["parts"] == {"model": "ok", "content": "ok", "database": "down"}
        assert server.get("/health").status_code == 200
        response = visitor.vote("m1", "up")
        refused(response, 503, "unavailable")
        assert int(response.headers["Retry-After"]) >= 1
        allow(True)
        assert visitor.answer("2")["outcome"] == "answered"
        assert server.get("/ready").status_code == 200
    finally:
        allow(True)
        server.stop()


@pytest.mark.parametrize("name", ["slack", "telegram", "twilio", "facebook"])
def test_a_messaging_channel_without_settings_is_not_there(server: Server, name: str) -> None:
    for method in ("GET", "POST"):
        assert server.request(method, f"/webhooks/{name}/webhook", data=b"{}").status_code == 404
