"""What operators see: metrics of whole turns, and log lines with ids that lead to nobody."""

import io
import json
import logging
import re
import sys

import pytest
import requests
from conftest import free_port, say
from prometheus_client import REGISTRY, Metric

from bot.errors import StartError
from bot.runtime import logs
from bot.runtime.agent import Assistant
from bot.runtime.serving import serve_metrics
from bot.runtime.settings import ROOT, Settings

QUESTION = "Is the US a member?"


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def ours() -> list[Metric]:
    return [metric for metric in REGISTRY.collect() if metric.name.startswith("amicc_")]


def test_a_turn_is_counted_by_channel_and_outcome_and_timed_by_stage(assistant: Assistant) -> None:
    turns = value("amicc_turns_total", channel="text", outcome="answered")
    stages = {
        stage: value("amicc_turn_seconds_count", stage=stage) for stage in ("wait", "understand", "store", "whole")
    }
    say(assistant, "a", QUESTION)
    assert value("amicc_turns_total", channel="text", outcome="answered") == turns + 1
    for stage, before in stages.items():
        assert value("amicc_turn_seconds_count", stage=stage) == before + 1, stage


def test_a_turn_that_cannot_be_stored_is_counted(assistant: Assistant) -> None:
    before = value("amicc_turn_failures_total", reason="storage")
    with assistant.store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE events")
    say(assistant, "a", QUESTION)
    assert value("amicc_turn_failures_total", reason="storage") == before + 1


def test_every_metric_is_documented() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    listed = {re.sub("_total$", "", name) for name in re.findall(r"^\| `(amicc_\w+)`", page, re.MULTILINE)}
    assert listed == {metric.name for metric in ours()}


def test_metrics_are_served_on_their_own_port(assistant: Assistant) -> None:
    port = free_port()
    serve_metrics(Settings(metrics_port=port), assistant)
    text = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text
    assert "amicc_turn_seconds_bucket" in text
    assert "amicc_database_connections 0.0" in text
    with pytest.raises(StartError, match=r"BOT_METRICS_PORT"):
        serve_metrics(Settings(metrics_port=port), assistant)


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
    dashboard = json.loads((ROOT / "deploy" / "grafana.json").read_text(encoding="utf-8"))
    expressions = " ".join(target["expr"] for panel in dashboard["panels"] for target in panel["targets"])
    shown = {re.sub("_(total|bucket|sum|count)$", "", name) for name in re.findall(r"amicc_\w+", expressions)}
    assert shown == {metric.name for metric in ours()}
