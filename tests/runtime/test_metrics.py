"""What operators see: metrics of whole turns, and log lines with ids that lead to nobody."""

import io
import json
import logging
import re
import sys
from pathlib import Path

import pytest
import requests
from conftest import counted, free_port, say
from prometheus_client import REGISTRY, Metric

from bot import metrics
from bot.errors import StartError
from bot.runtime import logs
from bot.runtime.agent import Assistant
from bot.runtime.serving import serve_metrics
from bot.runtime.settings import ROOT, Settings
from bot.storage.database import POOL_SIZE

QUESTION = "Is the US a member?"


def served(port: int, address: str = "127.0.0.1") -> str:
    """The metrics as Prometheus gets them."""
    return requests.get(f"http://{address}:{port}/metrics", timeout=10).text


def ours() -> list[Metric]:
    return [metric for metric in REGISTRY.collect() if metric.name.startswith("amicc_")]


def test_a_turn_is_counted_by_channel_and_outcome_and_timed_by_stage(assistant: Assistant) -> None:
    turns = counted("amicc_turns_total", channel="text", outcome="answered")
    stages = {
        stage: counted("amicc_turn_seconds_count", stage=stage) for stage in ("wait", "understand", "store", "whole")
    }
    say(assistant, "a", QUESTION)
    assert counted("amicc_turns_total", channel="text", outcome="answered") == turns + 1
    for stage, before in stages.items():
        assert counted("amicc_turn_seconds_count", stage=stage) == before + 1, stage


def test_a_turn_that_cannot_be_stored_is_counted(assistant: Assistant) -> None:
    before = counted("amicc_turn_failures_total", reason="storage")
    with assistant.store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE events")
    say(assistant, "a", QUESTION)
    assert counted("amicc_turn_failures_total", reason="storage") == before + 1


def shown() -> str:
    """What the panels of the dashboard ask for."""
    panels = json.loads((ROOT / "deploy" / "grafana.json").read_text(encoding="utf-8"))["panels"]
    return "\n".join(target["expr"] for panel in panels for target in panel["targets"])


def base(name: str) -> str:
    """A metric's name without what Prometheus adds for its parts."""
    return re.sub("_(total|bucket|sum|count)$", "", name)


def unknown_labels(text: str) -> list[str]:
    """Which selections of a label's value in a text find nothing that bot/metrics.py has and explains."""
    kinds = {getattr(kind, "_name", ""): kind for kind in vars(metrics).values()}
    explained = Path(metrics.__file__).read_text(encoding="utf-8")

    def known(name: str, selection: str) -> bool:
        found = re.fullmatch(r'(\w+)!?="([^"]+)"', selection.strip())
        labels = getattr(kinds.get(base(name)), "_labelnames", ())
        return found is not None and found[1] in labels and f"``{found[2]}``" in explained

    selections = re.finditer(r"(amicc_\w+)\{([^}]*)\}", text)
    return [found.group() for found in selections if not all(known(found[1], one) for one in found[2].split(","))]


def alerts() -> list[str]:
    """When the table of docs/operations.md wants somebody to be woken."""
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    section = page.split("\n## Alerts\n")[1].split("\n## ")[0]
    return re.findall(r"^\| (.+?) \|", section, re.MULTILINE)[1:]


def test_alerts_and_dashboard_ask_for_what_is_counted() -> None:
    text = "\n".join([*alerts(), shown()])
    assert {base(name) for name in re.findall(r"amicc_\w+", text)} <= {metric.name for metric in ours()}
    assert unknown_labels(text) == []


@pytest.mark.parametrize(
    "text",
    [
        'amicc_turn_failures_total{result="storage"}',
        'amicc_turn_failures_total{reason="disk"}',
        'amicc_failures_total{reason!="storage"}',
        'amicc_turn_failures_total{reason="storage", result="storage"}',
        "amicc_turn_failures_total{reason=storage}",
    ],
)
def test_a_label_that_is_not_there_would_be_seen(text: str) -> None:
    assert unknown_labels(text) == [text]


@pytest.mark.parametrize("wanted", ["`up ", "amicc_database_pool_size", '{reason="redis"}', '{reason="storage"}'])
def test_there_is_an_alert_for_each_part_that_can_be_away(wanted: str) -> None:
    assert [alert for alert in alerts() if wanted in alert]


def test_every_metric_is_documented() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    listed = {base(name) for name in re.findall(r"^\| `(amicc_\w+)`", page, re.MULTILINE)}
    assert listed == {metric.name for metric in ours()}


def test_metrics_are_served_on_their_own_port(assistant: Assistant) -> None:
    port = free_port()
    serve_metrics(Settings(metrics_port=port), assistant)
    text = served(port)
    assert "amicc_turn_seconds_bucket" in text
    with pytest.raises(StartError, match=r"BOT_METRICS_PORT"):
        serve_metrics(Settings(metrics_port=port), assistant)


def test_only_this_machine_reaches_the_metrics_unless_an_address_is_set(assistant: Assistant) -> None:
    # What listens on 127.0.0.1 alone does not answer on 127.0.0.2, which is this machine too.
    here, everywhere = free_port(), free_port()
    serve_metrics(Settings(metrics_port=here), assistant)
    serve_metrics(Settings(metrics_port=everywhere, metrics_interface="0.0.0.0"), assistant)
    assert served(here)
    with pytest.raises(requests.ConnectionError):
        served(here, "127.0.0.2")
    assert served(everywhere, "127.0.0.2")


def test_the_connections_in_use_are_told_beside_those_there_are(assistant: Assistant) -> None:
    port = free_port()
    serve_metrics(Settings(metrics_port=port), assistant)
    with assistant.store.engine.connect():
        assert "\namicc_database_connections 1.0\n" in served(port)
    assert "\namicc_database_connections 0.0\n" in served(port)
    assert f"\namicc_database_pool_size {POOL_SIZE}.0\n" in served(port)


def test_without_the_setting_no_metrics_are_served(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.runtime.serving.start_http_server", lambda *_: pytest.fail("a port was opened"))
    serve_metrics(Settings(), assistant)


def test_log_lines_as_json_name_turn_and_conversation_by_hashes(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = io.StringIO()
    monkeypatch.setattr(sys, "stderr", error)
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        logs.configure("INFO", "json")
        say(assistant, "somebody@example.org", QUESTION, "message 1")
    finally:
        root.handlers[:] = handlers
        logs.configure("WARNING")
        root.handlers[:] = handlers
        root.setLevel(level)
    lines = [json.loads(line) for line in error.getvalue().splitlines()]
    (turn,) = [line for line in lines if line["event"].startswith("Turn on text: answered")]
    assert re.fullmatch("[0-9a-f]{12}", turn["conversation"])
    assert re.fullmatch("[0-9a-f]{12}", turn["request"])
    for private in ("somebody@example.org", QUESTION):
        assert private not in error.getvalue()


def test_the_dashboard_shows_every_metric_and_no_other() -> None:
    assert {base(name) for name in re.findall(r"amicc_\w+", shown())} == {metric.name for metric in ours()}
