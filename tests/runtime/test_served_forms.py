"""A server that logs all it can takes sign-ups, and none of what was given is in a log line, a metric or a file."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa
from conftest import free_port
from served import Server, Visitor
from sqlalchemy.engine import Engine

sys.path.append(str(Path(__file__).parents[1] / "storage"))
from forms import traces

SAVED = ["Zephyrine Quillfeather", "zephyrine@quillfeather-example.org", "202 555 0143", "Louisville, Kentucky"]
REFUSED = ["Balthasar Thistlewood", "balthasar@thistlewood-example.org", "202 555 0187", "Fairbanks, Alaska"]
CANCELLED = ["Cassiopeia Brambleby", "cassiopeia@brambleby-example.org", "202 555 0162", "Tucumcari, New Mexico"]
LOST = ["Ottoline Fernsby", "ottoline@fernsby-example.org", "202 555 0111", "Walla Walla, Washington"]


def known(answers: list[str]) -> tuple[str, ...]:
    """Parts of answers that stand nowhere else, however they are written."""
    name, address, phone, place = answers
    return name.split()[0], name.split()[1], address, phone[4:].replace(" ", "-"), phone, place.split(",")[0]


@pytest.mark.parametrize(("database", "form"), [("sqlite", "text"), ("postgresql", "json")])
def test_what_was_given_is_in_no_log_line_no_metric_and_no_file(
    database: str, form: str, request: pytest.FixtureRequest, tmp_path: Path, open_engine: Callable[[str], Engine]
) -> None:
    port = free_port()
    settings = {"BOT_LOG_LEVEL": "DEBUG", "BOT_LOG_FORMAT": form, "BOT_METRICS_PORT": port, "BOT_SECRET": "s" * 32}
    url = f"sqlite:///{tmp_path / 'server data' / 'conversations.sqlite3'}"
    if database == "postgresql":
        settings["BOT_DATABASE_URL"] = url = request.getfixturevalue("postgresql_url")
    server = Server(tmp_path, **settings)
    engine = open_engine(url)

    def sign_up(answers: list[str], *endings: str) -> str:
        visitor = Visitor(server)
        for text in (
            "I want to volunteer",
            "yes",
            *answers,
            "what is wicc?",
            f"help {answers[0]} with letters",
            *endings,
        ):
            replies = visitor.send(text).json()["replies"]
        return str(replies[-1])

    assert "I have handed over nothing" in sign_up(REFUSED, "no")
    assert "Cancelled" in sign_up(CANCELLED, "change my e-mail", "cancel")
    assert traces(engine, known(REFUSED) + known(CANCELLED)) == []
    assert "reference number R-" in sign_up(SAVED, "yes, hand it over")
    assert {found.split(":")[0] for found in traces(engine, known(SAVED)) if "sqlite" not in found} == {"records"}
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE records RENAME TO away"))
    assert "please send it again" in sign_up(LOST, "yes")

    metrics = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text
    server.stop()
    logged = server.said()
    assert logged.count("Turn on web: answered") > 20, "the test reads another log"
    assert "the turn was not applied" in logged
    for answers in (SAVED, REFUSED, CANCELLED, LOST):
        for value in known(answers):
            assert value.casefold() not in logged.casefold(), value
            assert value.casefold() not in metrics.casefold(), value
