"""Custom actions run in this process as an action server would run them; one that fails is not met with silence."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import PATIENCE, counted, free_port, is_up, say, subprocess_environment, wait_for
from jsonschema import ValidationError
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import ClientResponseError
from sqlalchemy.engine import Engine

from bot.channels.output import ReplyChannel
from bot.content.store import ContentStore
from bot.runtime.actions import InProcessEndpoint
from bot.runtime.agent import Assistant, load_assistant
from bot.runtime.settings import ROOT
from bot.storage.conversations import ConversationStore

NO_WORDS = "\U0001f600"

SAMPLES = """
from rasa_sdk import Action
from rasa_sdk.events import SlotSet
from rasa_sdk.interfaces import ActionExecutionRejection


class ActionSampleTalks(Action):
    def name(self):
        return "action_sample_talks"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="Hello " + tracker.sender_id)
        return [SlotSet("topic", "icc")]


class ActionSampleRefuses(Action):
    def name(self):
        return "action_sample_refuses"

    async def run(self, dispatcher, tracker, domain):
        raise ActionExecutionRejection(self.name())


class ActionSampleBreaks(Action):
    def name(self):
        return "action_sample_breaks"

    async def run(self, dispatcher, tracker, domain):
        raise ZeroDivisionError


class ActionSampleTalksNonsense(Action):
    def name(self):
        return "action_sample_talks_nonsense"

    async def run(self, dispatcher, tracker, domain):
        return [{"event": "slot", "value": "no name"}]
"""


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> InProcessEndpoint:
    """An endpoint with the actions of a package of its own."""
    folder = tmp_path_factory.mktemp("package")
    (folder / "sample_actions").mkdir()
    (folder / "sample_actions" / "__init__.py").write_text("")
    (folder / "sample_actions" / "samples.py").write_text(SAMPLES)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        return InProcessEndpoint("sample_actions")


def call(name: str) -> dict[str, Any]:
    """What Rasa sends to an action server."""
    state = DialogueStateTracker("visitor", []).current_state()
    return {"next_action": name, "sender_id": "visitor", "tracker": state, "domain": {}, "version": "3.6.21"}


def run_action(assistant: Assistant, endpoint: InProcessEndpoint, name: str) -> list:
    """Runs an action the way Rasa's processor does."""
    tracker = DialogueStateTracker("visitor", assistant.domain.slots)
    action = RemoteAction(name, endpoint)
    return asyncio.run(action.run(ReplyChannel(), assistant.nlg, tracker, assistant.domain))


def test_every_action_of_a_package_is_found(endpoint: InProcessEndpoint) -> None:
    result = asyncio.run(endpoint.request(json=call("action_sample_talks")))
    assert result["responses"][0]["text"] == "Hello visitor"
    assert [(event["event"], event["name"], event["value"]) for event in result["events"]] == [("slot", "topic", "icc")]


def test_rasa_gets_the_events_of_an_action(assistant: Assistant, endpoint: InProcessEndpoint) -> None:
    said, slot = run_action(assistant, endpoint, "action_sample_talks")
    assert said.text == "Hello visitor"
    assert (slot.key, slot.value) == ("topic", "icc")


def test_an_action_answers_a_visitor(assistant: Assistant, content_store: ContentStore) -> None:
    (reply,) = say(assistant, "a", NO_WORDS)
    assert reply.text == content_store.content.responses["utter_no_words"].text


def test_a_refusal_is_status_400_with_the_actions_name(endpoint: InProcessEndpoint) -> None:
    with pytest.raises(ClientResponseError) as caught:
        asyncio.run(endpoint.request(json=call("action_sample_refuses")))
    assert caught.value.status == 400
    assert json.loads(caught.value.text)["action_name"] == "action_sample_refuses"


def test_rasa_takes_a_refusal_for_a_rejection(assistant: Assistant, endpoint: InProcessEndpoint) -> None:
    with pytest.raises(ActionExecutionRejection) as caught:
        run_action(assistant, endpoint, "action_sample_refuses")
    assert caught.value.action_name == "action_sample_refuses"


@pytest.mark.parametrize(
    "result",
    [
        {"events": "none", "responses": []},
        {"events": [{"event": "slot"}], "responses": []},
        {"events": [{"name": "topic"}], "responses": []},
        {"events": [], "responses": ["Hello"]},
        {"events": [], "responses": {"text": "Hello"}},
        ["Hello"],
        None,
    ],
    ids=str,
)
def test_a_bad_result_is_refused(assistant: Assistant, result: object) -> None:
    with pytest.raises(ValidationError):
        RemoteAction("action_fallback", None)._validate_action_result(result)


@pytest.mark.parametrize(
    "result",
    [
        {"events": [], "responses": []},
        {"events": [{"event": "slot", "name": "topic", "value": None}], "responses": [{"custom": {"text": "Hello"}}]},
    ],
    ids=str,
)
def test_a_good_result_is_accepted(assistant: Assistant, result: dict) -> None:
    assert RemoteAction("action_fallback", None)._validate_action_result(result)


def test_a_bad_result_of_an_action_does_not_reach_the_tracker(
    assistant: Assistant, endpoint: InProcessEndpoint
) -> None:
    with pytest.raises(ValidationError):
        run_action(assistant, endpoint, "action_sample_talks_nonsense")


def replace_fallback(assistant: Assistant, endpoint: InProcessEndpoint, name: str) -> None:
    """Lets another action, or none, run where Rasa asks for `action_fallback`."""

    async def request(method: str = "post", **kwargs: Any) -> Any:
        return await endpoint.request(method, **{**kwargs, "json": {**kwargs["json"], "next_action": name}})

    stand_in: Callable[..., Awaitable[Any]] = request
    other = InProcessEndpoint("actions")
    other.request = stand_in
    assistant.processor.action_endpoint = other


FAILING = [
    "action_that_does_not_exist",
    "action_sample_breaks",
    "action_sample_refuses",
    "action_sample_talks_nonsense",
]


@pytest.mark.parametrize("name", FAILING)
def test_an_action_that_fails_is_answered_all_the_same(
    assistant: Assistant, endpoint: InProcessEndpoint, content_store: ContentStore, name: str
) -> None:
    replace_fallback(assistant, endpoint, name)
    silent = counted("amicc_turn_failures_total", reason="silent")
    replies = say(assistant, "a", NO_WORDS)
    assert counted("amicc_turn_failures_total", reason="silent") == silent + 1
    expected = content_store.content.responses["utter_failed"].text
    assert [(reply.text, reply.outcome) for reply in replies] == [(expected, "unanswered")]
    # The conversation goes on.
    (reply,) = say(assistant, "a", "Is the US a member?")
    assert reply.topic == ["faq/us_member"]


def test_a_message_that_failed_and_comes_again_is_answered_again(
    assistant: Assistant, endpoint: InProcessEndpoint
) -> None:
    replace_fallback(assistant, endpoint, "action_that_does_not_exist")
    first = say(assistant, "a", NO_WORDS, message_id="m1")
    assert say(assistant, "a", NO_WORDS, message_id="m1") == first


def test_a_stock_action_server_can_be_used_instead(
    model_path: Path, content_store: ContentStore, sqlite_url: str, open_engine: Callable[[str], Engine], tmp_path: Path
) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    log = tmp_path / "log.txt"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", str(port)],
            cwd=ROOT,
            env=subprocess_environment(),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for(lambda: is_up(f"{address}/health", server, log), "the action server")
        store = ConversationStore(open_engine(sqlite_url))
        assistant = load_assistant(model_path, content_store, store, f"{address}/webhook")
        expected = content_store.content.responses["utter_no_words"].text
        assert [reply.text for reply in say(assistant, "a", NO_WORDS)] == [expected]
    finally:
        server.terminate()
        server.wait(PATIENCE)
    # It was that server, not this process, that ran the action.
    expected = content_store.content.responses["utter_failed"].text
    assert [reply.text for reply in say(assistant, "a", NO_WORDS)] == [expected]
