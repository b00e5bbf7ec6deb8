"""Our RulePolicy predicts what Rasa's does, whatever has happened in the conversation."""

import copy
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasa.core.policies import rule_policy
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    DefinePrevUserUtteredFeaturization,
    Event,
    LoopInterrupted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.generator import TrainingDataGenerator
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph

from bot.runtime.agent import Assistant
from bot.runtime.rules import RulePolicy, recent_states

SAMPLE_DOMAIN = """
version: "3.1"
intents: [greet, bye, inform, stop, faq]
entities: [city]
slots:
  city: {type: text, mappings: [{type: custom}]}
  done: {type: bool, mappings: [{type: custom}]}
forms:
  trip_form: {required_slots: [city]}
  other_form: {required_slots: [city]}
responses:
  utter_greet: [{text: a}]
  utter_bye: [{text: b}]
  utter_done: [{text: c}]
  utter_first: [{text: d}]
  utter_known: [{text: e}]
  utter_stop: [{text: f}]
"""

SAMPLE_RULES = """
version: "3.1"
rules:
- rule: first words
  conversation_start: true
  steps:
  - intent: faq
  - action: utter_first
- rule: greet
  steps:
  - intent: greet
  - action: utter_greet
- rule: greet one who has given a city
  condition:
  - slot_was_set: [{city: paris}]
  steps:
  - intent: bye
  - action: utter_bye
- rule: what is known is said without a message's intent
  condition:
  - slot_was_set: [{done: true}]
  steps:
  - action: utter_known
- rule: a second word of its own accord
  condition:
  - slot_was_set: [{done: true}, {city: paris}]
  steps:
  - action: action_listen
  - action: utter_known
- rule: open
  steps:
  - intent: inform
  - action: trip_form
  - active_loop: trip_form
- rule: close
  condition:
  - active_loop: trip_form
  steps:
  - action: trip_form
  - active_loop: null
  - slot_was_set: [{requested_slot: null}]
  - action: utter_done
- rule: a question within the form
  condition:
  - active_loop: trip_form
  steps:
  - intent: faq
  - action: utter_stop
  - action: trip_form
- rule: stop
  condition:
  - active_loop: trip_form
  steps:
  - intent: stop
  - action: utter_stop
  - action: action_deactivate_loop
  - active_loop: null
"""


class Policies(NamedTuple):
    """Rasa's policy and ours over the same rules."""

    stock: rule_policy.RulePolicy
    ours: RulePolicy
    domain: Domain


def _ours(stock: rule_policy.RulePolicy) -> RulePolicy:
    twin: Any = copy.copy(stock)
    twin.__class__ = RulePolicy
    return twin  # type: ignore[no-any-return]  # it is one now


def train_sample(folder: Path, rules: str = SAMPLE_RULES) -> Policies:
    """Trains Rasa's policy on rules of every kind: conditions, starts of conversations, forms and ways out of them."""
    (folder / "storage").mkdir()
    domain = Domain.from_yaml(SAMPLE_DOMAIN)
    path = folder / "rules.yml"
    path.write_text(rules, encoding="utf-8")
    steps = YAMLStoryReader().read_from_file(path)
    trackers = TrainingDataGenerator(StoryGraph(steps), domain, augmentation_factor=0).generate()
    policy = rule_policy.RulePolicy(
        rule_policy.RulePolicy.get_default_config(),
        LocalModelStorage.create(folder / "storage"),
        Resource("rules"),
        ExecutionContext(GraphSchema({})),
    )
    policy.train(trackers, domain)
    return Policies(policy, _ours(policy), domain)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Policies:
    return train_sample(tmp_path_factory.mktemp("rules"))


@pytest.fixture
def project(assistant: Assistant) -> Policies:
    """The trained model's policy."""
    assert assistant.processor is not None
    nodes: dict[str, Any] = assistant.processor.graph_runner._instantiated_nodes  # type: ignore[attr-defined]
    ours = next(node._component for node in nodes.values() if isinstance(node._component, rule_policy.RulePolicy))
    assert isinstance(ours, RulePolicy), "the launcher has not put our policy into the model"
    stock: Any = copy.copy(ours)
    stock.__class__ = rule_policy.RulePolicy
    return Policies(stock, ours, assistant.domain)


def message(intent: str, entity: str = "") -> list[Event]:
    """What Rasa puts into a tracker when a message comes."""
    entities = [{"entity": entity, "value": "x", "start": 0, "end": 1}] if entity else []
    return [
        UserUttered("some text", {"name": intent, "confidence": 1.0}, entities),
        DefinePrevUserUtteredFeaturization(False),
    ]


def assert_same(policies: Policies, tracker: DialogueStateTracker) -> Any:
    """Both policies say the same; returns the name of the action that they predict."""
    stock, source = policies.stock._predict(tracker, policies.domain)
    ours, own_source = policies.ours._predict(tracker, policies.domain)
    assert ours == stock
    if source in policies.stock.lookup[rule_policy.RULES]:
        assert own_source == source
    depth = policies.ours._longest
    states = tracker.past_states(policies.domain)
    assert recent_states(tracker, policies.domain, depth) == states[-depth:]
    return policies.domain.action_names_or_texts[stock.max_confidence_index]


def turns(policies: Policies, tracker: DialogueStateTracker, events: list[Event]) -> None:
    """Adds a message and does what is predicted until nothing is."""
    tracker.update_with_events(events, policies.domain)
    for _ in range(5):
        action = assert_same(policies, tracker)
        tracker.update_with_events([ActionExecuted(action)], policies.domain)
        if action in policies.domain.form_names:
            tracker.update(ActiveLoop(action))
        if action == "action_listen":
            return


@pytest.mark.parametrize("which", ["project", "sample"])
def test_every_intent_at_the_start_later_and_in_every_form(which: str, request: pytest.FixtureRequest) -> None:
    policies: Policies = request.getfixturevalue(which)
    domain = policies.domain
    for form in [None, *domain.form_names]:
        for intent in domain.intents:
            tracker = DialogueStateTracker("a", domain.slots)
            tracker.update(ActionExecuted("action_listen"))
            turns(policies, tracker, message(intent))
            if form:
                tracker.update_with_events([*message(intent), ActionExecuted(form), ActiveLoop(form)], domain)
                turns(policies, tracker, [ActionExecuted("action_listen"), *message(intent)])
                tracker.update_with_events(message(intent), domain)
                turns(policies, tracker, [ActionExecutionRejected(form)])
            turns(policies, tracker, message(intent, "topic" if "topic" in domain.entities else "city"))


def happenings(domain: Domain) -> st.SearchStrategy[list[Event]]:
    """Anything that may happen in a conversation, likely or not."""
    forms = domain.form_names or [None]
    return st.one_of(
        st.sampled_from(domain.intents).map(message),
        st.sampled_from(domain.action_names_or_texts).map(lambda name: [ActionExecuted(name)]),
        st.just([ActionExecuted("action_listen")]),
        st.sampled_from([*forms, None]).map(lambda name: [ActiveLoop(name)]),
        st.sampled_from(forms).map(lambda name: [ActionExecutionRejected(name)] if name else []),
        st.booleans().map(lambda interrupted: [LoopInterrupted(interrupted)]),
        st.tuples(st.sampled_from([slot.name for slot in domain.slots]), st.sampled_from([None, "paris", True])).map(
            lambda pair: [SlotSet(*pair)]
        ),
    )


@pytest.mark.parametrize("which", ["project", "sample"])
def test_whatever_happens(which: str, request: pytest.FixtureRequest) -> None:
    policies: Policies = request.getfixturevalue(which)

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(happenings(policies.domain), min_size=1, max_size=12))
    def check(story: list[list[Event]]) -> None:
        tracker = DialogueStateTracker("a", policies.domain.slots)
        tracker.update(ActionExecuted("action_listen"))
        for events in story:
            for event in events:
                tracker.update(copy.copy(event))
            assert_same(policies, tracker)

    check()


def test_a_rule_without_an_intent_keeps_the_try_with_the_text(sample: Policies, tmp_path: Path) -> None:
    assert sample.ours._text_may_match
    greetings = SAMPLE_RULES.split("- rule: greet one who")[0]
    assert not train_sample(tmp_path, greetings).ours._text_may_match
