"""The server as an operator starts it: a process of its own, asked over HTTP."""

import hashlib
import json
import signal
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml
from conftest import free_port, wait_for
from faults.cluster import RedisServer
from served import Server, Visitor, project_copy, refused_start
from sqlalchemy.pool import NullPool

from bot.runtime.training import MANIFEST_NAME, MODEL_NAME

MEMBER = "Is the US a member?"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, model_path: Path) -> Iterator[Server]:
    """A server on the project itself."""
    running = Server(tmp_path_factory.mktemp("server"))
    yield running
    running.stop()


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
    with_slash, without = Visitor(server), Visitor(server)
    for visitor in (with_slash, without):
        visitor.ask(MEMBER)
    reply = with_slash.ask(prefix + command)
    without.ask(command)
    turns = "SELECT intent, confidence, topic, outcome FROM turns WHERE conversation_id = ? ORDER BY id"
    assert server.query(turns, with_slash.conversation) == server.query(turns, without.conversation)
    ((slots,),) = server.query("SELECT slots FROM conversations WHERE id = ?", with_slash.conversation)
    assert json.loads(slots)["topic"] != "x"
    stored = server.query("SELECT type, data FROM events WHERE conversation_id = ?", with_slash.conversation)
    assert not {"restart", "undo", "rewind", "reset_slots"} & {kind for kind, _ in stored}
    assert sum("action_session_start" in data for _, data in stored) == 1
    assert with_slash.ask("again please") == reply


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
        ("POST", "/webhooks/rest/webhook"),
        ("POST", "/webhooks/callback/webhook"),
        ("GET", "/docs"),
    ],
)
def test_rasas_own_routes_do_not_exist(server: Server, method: str, path: str) -> None:
    assert server.request(method, path, data=b"{}").status_code == 404


def test_the_log_holds_no_words_of_visitors(server: Server) -> None:
    for text in ("xylophonist", "/xylophonist{}", "xylophonist " * 2000):
        Visitor(server).send(text, page="https://xylophonist.example/")
    server.post(b'{"message_id": "a", "message": "xylophonist"')
    assert "xylophonist" not in server.said()


def test_a_stopped_server_ends_in_order_and_keeps_its_conversations(tmp_path: Path, model_path: Path) -> None:
    server = Server(tmp_path)
    Visitor(server).ask(MEMBER)
    assert server.stop() == 0
    assert "Traceback" not in server.said()
    assert server.query("SELECT topic FROM turns") == [("faq/us_member",)]


# Content that changes while it is served


@pytest.fixture
def project(tmp_path: Path, model_path: Path) -> Path:
    """A copy of the project with the trained model."""
    return project_copy(tmp_path, model_path)


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
    visitor = Visitor(server)

    def answer() -> str:
        return visitor.answer(MEMBER)["text"]

    try:
        assert "First edit." not in answer()

        path.write_text(with_answer(original, "First edit."), encoding="utf-8")
        wait_for(lambda: "First edit." in answer(), "the first edit")

        path.write_text(original.replace("    label:", "\tlabel:"), encoding="utf-8")
        (line,) = wait_for(lambda: refusals(server), "the refusal of a broken edit")
        assert "us_member.yml" in line
        assert "First edit." in answer()

        path.write_text(with_answer(original, "Second edit."), encoding="utf-8")
        server.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "Second edit." in answer(), "the second edit")
        assert refusals(server) == [line]
        assert "Traceback" not in server.said()
    finally:
        server.stop()


# A server that starts without a part


def test_a_redis_that_is_down_is_a_warning_at_the_start(tmp_path: Path, model_path: Path) -> None:
    server = Server(tmp_path, BOT_REDIS_URL=f"redis://:geheim@127.0.0.1:{free_port()}/0")
    try:
        (warning,) = [line for line in server.said().splitlines() if "Redis" in line]
        assert warning.startswith("Warning: ")
        assert "BOT_REDIS_URL" in warning
        assert Visitor(server).answer(MEMBER)["outcome"] == "answered"
        assert "geheim" not in server.said()
    finally:
        server.stop()


def test_a_redis_that_answers_is_not_spoken_of(tmp_path: Path, model_path: Path) -> None:
    redis = RedisServer()
    try:
        server = Server(tmp_path, BOT_REDIS_URL=redis.url)
        Visitor(server).ask(MEMBER)
        server.stop()
        assert "Redis" not in server.said()
    finally:
        redis.stop()


# A server that cannot start


def test_a_port_in_use_is_named_before_rasa_is_imported(tmp_path: Path, model_path: Path, no_rasa: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        error = refused_start(tmp_path, BOT_PORT=port, PYTHONPATH=no_rasa)
    assert str(port) in error
    assert "BOT_PORT" in error


@pytest.mark.parametrize("interface", ["192.0.2.1", "assistant.invalid", "no address", ""])
def test_an_interface_that_this_machine_does_not_have_is_refused(interface: str) -> None:
    # In this process: each start costs seconds. One whole start is below.
    from bot.errors import StartError
    from bot.runtime.preflight import check_address

    with pytest.raises(StartError, match="BOT_INTERFACE"):
        check_address(interface, free_port())


@pytest.mark.parametrize("interface", ["127.0.0.1", "127.0.0.2", "localhost", "0.0.0.0"])
def test_an_interface_of_this_machine_is_accepted(interface: str) -> None:
    from bot.runtime.preflight import check_address

    check_address(interface, free_port())


def test_a_server_for_everyone_needs_a_secret(tmp_path: Path, model_path: Path) -> None:
    error = refused_start(tmp_path, BOT_INTERFACE="0.0.0.0")
    assert "BOT_SECRET" in error
    assert "openssl rand" in error


def test_replicas_need_one_secret(tmp_path: Path, model_path: Path, no_rasa: str, postgresql_url: str) -> None:
    error = refused_start(tmp_path, BOT_DATABASE_URL=postgresql_url, PYTHONPATH=no_rasa)
    assert "BOT_SECRET" in error
    assert "openssl rand" in error
    engine = sa.create_engine(postgresql_url, future=True, poolclass=NullPool)
    assert sa.inspect(engine).get_table_names() == [], "nothing is begun that is not gone through with"


def test_a_redis_address_that_is_none_is_refused(tmp_path: Path, model_path: Path, no_rasa: str) -> None:
    error = refused_start(tmp_path, BOT_REDIS_URL="nonsense", PYTHONPATH=no_rasa)
    assert "BOT_REDIS_URL" in error
    assert "redis://" in error


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


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path, model_path: Path, no_rasa: str) -> None:
    (tmp_path / "file").write_text("")
    error = refused_start(tmp_path, BOT_DATA_FOLDER=tmp_path / "file" / "data", PYTHONPATH=no_rasa)
    assert str(tmp_path / "file" / "data") in error


def test_a_database_that_is_down_is_named_without_its_password(tmp_path: Path, model_path: Path, no_rasa: str) -> None:
    port = free_port()
    address = f"postgresql://amicc:geheim@127.0.0.1:{port}/conversations"
    error = refused_start(tmp_path, BOT_DATABASE_URL=address, BOT_SECRET="k" * 32, PYTHONPATH=no_rasa)
    assert str(port) in error
    assert "geheim" not in error
