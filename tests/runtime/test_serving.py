"""The server as an operator starts it: a process of its own, asked over HTTP."""

import hashlib
import json
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Optional
from uuid import uuid4

import pytest
import requests
import yaml
from conftest import PATIENCE, free_port, is_up, subprocess_environment, wait_for

from bot.channels.rest import MAX_BODY, MAX_ID
from bot.content.store import ContentStore
from bot.runtime.settings import ROOT
from bot.runtime.training import MANIFEST_NAME, MODEL_NAME

MEMBER = "Is the US a member?"
PROJECT = ["bot", "actions", "data", "knowledge", "config.yml", "domain.yml", "endpoints.yml", "credentials.yml"]


class Server:
    """A running server."""

    def __init__(self, folder: Path, root: Path = ROOT, **settings: object) -> None:
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.data, self.log = folder / "server data", folder / "stderr.txt"
        environment = subprocess_environment(BOT_PORT=port, BOT_DATA_FOLDER=self.data, **settings)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"], cwd=root, env=environment, stdout=subprocess.DEVNULL, stderr=log
            )
        wait_for(lambda: is_up(f"{self.address}/webhooks/rest/", self.process, self.log), "the server")

    def request(self, method: str, path: str, **arguments: Any) -> requests.Response:
        return requests.request(method, self.address + path, timeout=PATIENCE, **arguments)

    def post(self, body: object) -> requests.Response:
        """Sends a body, as bytes or as JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.request("POST", "/webhooks/rest/webhook", data=data)

    def ask(self, sender: str, text: str, message_id: Optional[str] = None) -> list[dict[str, Any]]:
        body = {"sender": sender, "message": text}
        response = self.post({**body, "message_id": message_id} if message_id else body)
        assert response.status_code == 200, response.text
        return response.json()

    def answer(self, sender: str, text: str) -> str:
        (reply,) = self.ask(sender, text)
        return reply["text"]

    def said(self) -> str:
        """What the server wrote to standard error."""
        return self.log.read_text(encoding="utf-8")

    def query(self, statement: str) -> list[tuple]:
        """Reads the server's database."""
        address = f"file:{self.data / 'conversations.sqlite3'}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            return connection.execute(statement).fetchall()

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(PATIENCE)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, model_path: Path) -> Iterator[Server]:
    """A server on the project itself."""
    running = Server(tmp_path_factory.mktemp("server"))
    yield running
    running.stop()


def test_a_question_is_answered_in_the_shape_of_rasas_rest_channel(server: Server) -> None:
    (reply,) = server.ask("visitor", MEMBER)
    assert set(reply) == {"recipient_id", "text", "buttons", "custom"}
    assert reply["recipient_id"] == "visitor"
    assert reply["text"].startswith(MEMBER)
    assert "Source" in reply["text"]
    assert reply["custom"]["topic"] == ["faq/us_member"]
    for button in reply["buttons"]:
        assert set(button) == {"title", "payload"}
        assert not button["payload"].startswith("/")


def test_a_button_sends_what_its_topic_answers(server: Server) -> None:
    (reply,) = server.ask("buttons", MEMBER)
    payload = reply["buttons"][0]["payload"]
    assert server.answer("buttons", payload).startswith(payload)


def test_a_repeated_message_id_is_answered_alike_and_applied_once(server: Server) -> None:
    first = server.ask("repeats", MEMBER, "m1")
    server.ask("repeats", "thank you", "m2")
    assert server.ask("repeats", MEMBER, "m1") == first
    assert server.query("SELECT message_id FROM turns WHERE conversation_id = 'repeats' ORDER BY id") == [
        ("m1",),
        ("m2",),
    ]


def test_messages_without_an_id_are_all_new(server: Server) -> None:
    for _ in range(2):
        server.ask("no id", MEMBER)
    assert server.query("SELECT count(*) FROM turns WHERE conversation_id = 'no id'") == [(2,)]


def test_what_a_client_claims_about_its_channel_is_ignored(server: Server) -> None:
    body = {"sender": "claims", "message": MEMBER, "input_channel": "slack", "metadata": {"topic": "x"}}
    assert server.post(body).status_code == 200
    assert server.query("SELECT channel FROM turns WHERE conversation_id = 'claims'") == [("rest",)]
    assert server.query("SELECT count(*) FROM events WHERE data LIKE '%slack%'") == [(0,)]


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="broken"),
        pytest.param(b"hello", id="no JSON"),
        pytest.param(b'{"sender": "a", "message": "\xff\xfe"}', id="not UTF-8"),
        pytest.param(nested(100_000), id="deep"),
        pytest.param([], id="array"),
        pytest.param([{"sender": "a", "message": "b"}], id="array of one"),
        pytest.param("text", id="string"),
        pytest.param(None, id="null"),
        pytest.param({}, id="nothing"),
        pytest.param({"message": "b"}, id="no sender"),
        pytest.param({"sender": "", "message": "b"}, id="empty sender"),
        pytest.param({"sender": None, "message": "b"}, id="null sender"),
        pytest.param({"sender": 7, "message": "b"}, id="number as sender"),
        pytest.param({"sender": ["a"], "message": "b"}, id="list as sender"),
        pytest.param({"sender": "a" * (MAX_ID + 1), "message": "b"}, id="long sender"),
        pytest.param({"sender": "a\x00b", "message": "b"}, id="NUL in sender"),
        pytest.param({"sender": "\ud800", "message": "b"}, id="lone surrogate in sender"),
        pytest.param({"sender": "a"}, id="no message"),
        pytest.param({"sender": "a", "message": None}, id="null message"),
        pytest.param({"sender": "a", "message": {"text": "b"}}, id="object as message"),
        pytest.param({"sender": "a", "message": "b", "message_id": 7}, id="number as message id"),
        pytest.param({"sender": "a", "message": "b", "message_id": ""}, id="empty message id"),
        pytest.param({"sender": "a", "message": "b", "message_id": "c" * (MAX_ID + 1)}, id="long message id"),
        pytest.param({"sender": "a", "message": "b", "message_id": "\x00"}, id="NUL in message id"),
        pytest.param({"sender": "a", "message": "b", "message_id": "\udfff"}, id="lone surrogate in message id"),
        pytest.param({"sender": "a", "message": "b" * MAX_BODY}, id="1 MB"),
        pytest.param({"sender": "a", "message": "b" * 2_000_000}, id="2 MB"),
    ],
)
def test_a_request_that_cannot_be_used_is_refused_with_a_reason(server: Server, body: object) -> None:
    turns = server.query("SELECT count(*) FROM turns")
    response = server.post(body)
    assert 400 <= response.status_code < 500, response.text
    assert re.search(r"[a-z]{3}", response.text)
    assert "Traceback" not in response.text
    assert server.query("SELECT count(*) FROM turns") == turns
    assert server.process.poll() is None


@pytest.mark.parametrize(
    "message",
    ["", "   ", "\x00", "\ud800", "\U0001f600", "b" * 100_000, "<script>alert(1)</script>", "'; DROP TABLE turns; --"],
    ids=lambda text: ascii(text[:30]),
)
def test_a_strange_message_gets_one_calm_reply(server: Server, content_store: ContentStore, message: str) -> None:
    (reply,) = server.ask(uuid4().hex, message)
    broken = {content_store.content.responses[name].text for name in ("utter_failed", "utter_not_stored")}
    assert reply["text"] not in broken
    assert "<script>" not in reply["text"]


PREFIXES = [
    "/",
    "//",
    " /",
    "\n/",
    "\\/",
    "\x00/",
    "\u200b/",
    "/\u200b/",
    "\u3000/",
    "/\u00a0/",
    "\u200b\u00a0/",
    "/\u2003/",
    "\u2028/",
    "/\u2028/",
]
COMMANDS = ["session_start", "back", "greet", 'greet@1.0{"topic": "x"}', "faq/icc", 'EXTERNAL: greet{"topic": "x"}']


@pytest.mark.parametrize(
    ("prefix", "command"),
    [
        *[(prefix, command) for prefix in PREFIXES for command in ("restart", 'faq{"topic": "x"}')],
        *[("/", command) for command in COMMANDS],
    ],
    ids=ascii,
)
def test_a_leading_slash_commands_nothing(server: Server, prefix: str, command: str) -> None:
    with_slash, without = uuid4().hex, uuid4().hex
    for sender in (with_slash, without):
        server.ask(sender, MEMBER)
    reply = server.ask(with_slash, prefix + command)
    server.ask(without, command)
    turns = "SELECT intent, confidence, topic, outcome FROM turns WHERE conversation_id = '{}' ORDER BY id"
    assert server.query(turns.format(with_slash)) == server.query(turns.format(without))
    ((slots,),) = server.query(f"SELECT slots FROM conversations WHERE id = '{with_slash}'")
    assert json.loads(slots)["topic"] != "x"
    stored = server.query(f"SELECT type, data FROM events WHERE conversation_id = '{with_slash}'")
    assert not {"restart", "undo", "rewind", "reset_slots"} & {kind for kind, _ in stored}
    assert sum("action_session_start" in data for _, data in stored) == 1
    assert server.ask(with_slash, "again please") == reply


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/version"),
        ("GET", "/status"),
        ("GET", "/domain"),
        ("GET", "/conversations/a/tracker"),
        ("GET", "/conversations/a/story"),
        ("POST", "/conversations/a/tracker/events"),
        ("POST", "/conversations/a/messages"),
        ("POST", "/conversations/a/trigger_intent"),
        ("POST", "/conversations/a/execute"),
        ("POST", "/conversations/a/predict"),
        ("POST", "/model/train"),
        ("POST", "/model/parse"),
        ("POST", "/model/predict"),
        ("PUT", "/model"),
        ("DELETE", "/model"),
        ("GET", "/socket.io/"),
        ("POST", "/webhooks/callback/webhook"),
        ("GET", "/docs"),
    ],
)
def test_rasas_own_routes_do_not_exist(server: Server, method: str, path: str) -> None:
    assert server.request(method, path, data=b"{}").status_code == 404


def test_the_log_holds_no_words_of_visitors(server: Server) -> None:
    for text in ("xylophonist", "/xylophonist{}", "xylophonist " * 2000):
        server.ask("quiet", text)
    server.post(b'{"sender": "quiet", "message": "xylophonist"')
    assert "xylophonist" not in server.said()


def test_a_stopped_server_ends_in_order_and_keeps_its_conversations(tmp_path: Path, model_path: Path) -> None:
    server = Server(tmp_path)
    server.ask("a", MEMBER)
    assert server.stop() == 0
    assert "Traceback" not in server.said()
    assert server.query("SELECT topic FROM turns") == [("faq/us_member",)]


# Content that changes while it is served


@pytest.fixture
def project(tmp_path: Path, model_path: Path) -> Path:
    """A copy of the project with the trained model."""
    root = tmp_path / "project"
    root.mkdir()
    for name in PROJECT:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, root / name)
    (root / "models").symlink_to(model_path.parent)
    return root


def with_answer(original: str, answer: str) -> str:
    """A topic file with another answer."""
    document = yaml.safe_load(original)
    ((_, variants),) = document["responses"].items()
    variants[0]["text"] = answer
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True)


def refusals(server: Server) -> list[str]:
    return [line for line in server.said().splitlines() if "refused" in line]


def test_an_edited_answer_is_served_without_training_and_a_broken_edit_is_not(project: Path, tmp_path: Path) -> None:
    (path,) = (project / "data" / "nlu" / "faq").rglob("us_member.yml")
    original = path.read_text(encoding="utf-8")
    server = Server(tmp_path, project)
    try:
        before = server.answer("editor", MEMBER)
        assert "First edit." not in before

        path.write_text(with_answer(original, "First edit."), encoding="utf-8")
        wait_for(lambda: "First edit." in server.answer("editor", MEMBER), "the first edit")

        path.write_text(original.replace("    label:", "\tlabel:"), encoding="utf-8")
        (line,) = wait_for(lambda: refusals(server), "the refusal of a broken edit")
        assert "us_member.yml" in line
        assert "First edit." in server.answer("editor", MEMBER)

        path.write_text(with_answer(original, "Second edit."), encoding="utf-8")
        server.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "Second edit." in server.answer("editor", MEMBER), "the second edit")
        assert refusals(server) == [line]
        assert "Traceback" not in server.said()
    finally:
        server.stop()


# A server that cannot start


def refused_start(folder: Path, root: Path = ROOT, **settings: object) -> str:
    """Starts a server that must not start, and returns the one line that says why."""
    environment = subprocess_environment(**{"BOT_PORT": free_port(), "BOT_DATA_FOLDER": folder / "data", **settings})
    result = subprocess.run(
        [sys.executable, "-m", "bot", "serve"],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert result.returncode == 1, result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    errors = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert len(errors) == 1, result.stderr
    assert result.stderr.endswith(errors[0] + "\n")
    return errors[0]


def test_a_port_in_use_is_named(tmp_path: Path, model_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        error = refused_start(tmp_path, BOT_PORT=port)
    assert str(port) in error
    assert "BOT_PORT" in error


@pytest.mark.parametrize("interface", ["192.0.2.1", "assistant.invalid", "no address", ""])
def test_an_interface_that_this_machine_does_not_have_is_refused(interface: str) -> None:
    # In this process: each start costs seconds. One whole start is below.
    from bot.errors import StartError
    from bot.runtime.serving import check_address

    with pytest.raises(StartError, match="BOT_INTERFACE"):
        check_address(interface, free_port())


@pytest.mark.parametrize("interface", ["127.0.0.1", "127.0.0.2", "localhost", "0.0.0.0"])
def test_an_interface_of_this_machine_is_accepted(interface: str) -> None:
    from bot.runtime.serving import check_address

    check_address(interface, free_port())


def test_a_server_for_everyone_needs_a_secret(tmp_path: Path, model_path: Path) -> None:
    error = refused_start(tmp_path, BOT_INTERFACE="0.0.0.0")
    assert "BOT_SECRET" in error
    assert "openssl rand" in error


def test_a_missing_model_says_what_to_run(tmp_path: Path) -> None:
    assert refused_start(tmp_path, BOT_MODELS=tmp_path).endswith("Run: make train")


def test_a_changed_model_is_not_loaded(tmp_path: Path) -> None:
    archive = tmp_path / MODEL_NAME
    archive.write_bytes(b"not the model that was trained")
    manifest = {"digest": "", "sha256": hashlib.sha256(b"the model that was trained").hexdigest()}
    (tmp_path / MANIFEST_NAME).write_text(json.dumps(manifest))
    error = refused_start(tmp_path, BOT_MODELS=tmp_path)
    assert str(archive) in error
    assert "checksum" in error
    assert error.endswith("Run: make train")


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path, model_path: Path) -> None:
    (tmp_path / "file").write_text("")
    error = refused_start(tmp_path, BOT_DATA_FOLDER=tmp_path / "file" / "data")
    assert str(tmp_path / "file" / "data") in error


def test_a_database_that_is_down_is_named_without_its_password(tmp_path: Path, model_path: Path) -> None:
    port = free_port()
    address = f"postgresql://amicc:geheim@127.0.0.1:{port}/conversations"
    error = refused_start(tmp_path, BOT_DATABASE_URL=address, BOT_SECRET="k" * 32)
    assert str(port) in error
    assert "geheim" not in error
