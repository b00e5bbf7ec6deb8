"""Messages whose meaning needs no guessing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.content.store import Content, ContentStore, shared_store
from bot.nlu.exact import MAX_CHARACTERS, ExactMatcher
from bot.nlu.parse import FALLBACK, UNREADABLE, set_intent, set_topic
from bot.runtime.settings import ROOT
from nlu.parts import created, said, storage_in


@pytest.fixture
def matcher(tmp_path: Path) -> ExactMatcher:
    return created(ExactMatcher, storage_in(tmp_path / "storage"))


@pytest.fixture
def content() -> Content:
    return shared_store(ROOT).content


def matched(matcher: ExactMatcher, text: str) -> dict[str, Any]:
    """What is known of a message that the classifier took for a greeting, after the matcher has seen it."""
    message = said(text)
    set_intent(message, "greet", 0.5)
    (message,) = matcher.process([message])
    return message.as_dict(only_output_properties=True)


WRITINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "small": str.lower,
    "capitals": str.upper,
    "without punctuation": lambda text: "".join(sign for sign in text if sign.isalnum() or sign in " '\u2019.-/"),
    "shouted": lambda text: f"  {text} !!! ",
    "quoted": lambda text: f"“{text}”",
    "wide spaces": lambda text: text.replace(" ", "   "),
    "with an emoji": lambda text: f"{text} \U0001f642",
}


@pytest.mark.parametrize("writing", WRITINGS.values(), ids=WRITINGS)
def test_every_title_and_label_leads_to_its_topic(
    matcher: ExactMatcher, content: Content, writing: Callable[[str], str]
) -> None:
    for topic in content.topics.values():
        for text in (topic.title, topic.label):
            found = matched(matcher, writing(text))
            assert found["intent"] == {"name": "faq", "confidence": 1.0}, writing(text)
            selected = found["response_selector"]["faq"]
            assert selected["response"]["utter_action"] == f"utter_{topic.intent}"
            assert selected["ranking"] == [{"intent_response_key": topic.intent, "confidence": 1.0}]
            assert found["entities"][0]["value"] == topic.id


def test_a_title_overrules_another_topic(matcher: ExactMatcher, content: Content) -> None:
    message = said(content.topics["us_member"].title)
    set_topic(message, "faq/icc", 0.9)
    (message,) = matcher.process([message])
    assert message.get("response_selector")["faq"]["response"]["intent_response_key"] == "faq/us_member"
    assert [entity["value"] for entity in message.get("entities")] == ["us_member"]


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "why should the US support",
        "Why should the US support the ICC? And how?",
        "¿Por qué Estados Unidos no está en la Corte? ¡Qué lástima, señor Núñez!",
        "Où est la Cour pénale internationale, s'il vous plaît ?",
        "Çok güzel, teşekkürler; Łódź, Ørsted, Ægir, ß",
        "tòa án hình sự quốc tế là gì",
        "what does 国际刑事法院 mean in English",
        "meet me at π",
        "x" * MAX_CHARACTERS,
        "7",
        "\uff29\uff23\uff23",
    ],
)
def test_other_messages_are_left_to_the_classifier(matcher: ExactMatcher, text: str) -> None:
    found = matched(matcher, text)
    assert found["intent"] == {"name": "greet", "confidence": 0.5}
    assert UNREADABLE not in found


@pytest.mark.parametrize(
    "text", ["", "   ", "?", "...!", "\U0001f642", "\U0001f44d\U0001f3fd \u2764\ufe0f", "—", "\u200d"]
)
def test_a_message_without_words_is_not_read(matcher: ExactMatcher, text: str) -> None:
    found = matched(matcher, text)
    assert (found["intent"]["name"], found[UNREADABLE]) == (FALLBACK, "no_words")


@pytest.mark.parametrize("text", ["x" * (MAX_CHARACTERS + 1), "why " * 1000, "国" * 5000])
def test_a_message_far_too_long_is_not_read(matcher: ExactMatcher, text: str) -> None:
    found = matched(matcher, text)
    assert (found["intent"]["name"], found[UNREADABLE]) == (FALLBACK, "too_long")


@pytest.mark.parametrize(
    "text",
    [
        "Что такое Международный уголовный суд?",
        "ما هي المحكمة الجنائية الدولية؟",
        "国际刑事法院是什么",
        "国際刑事裁判所とは",
        "국제형사재판소가 무엇입니까",
        "अंतर्राष्ट्रीय न्यायालय क्या है",
        "Τι είναι το Διεθνές Ποινικό Δικαστήριο;",  # noqa: RUF001 - it is Greek
        "מהו בית הדין",
        "Що таке ICC?",
        "ICC 是什么机构呢",
    ],
)
def test_a_message_mostly_in_another_script_is_another_language(matcher: ExactMatcher, text: str) -> None:
    found = matched(matcher, text)
    assert found["intent"] == {"name": "other_language", "confidence": 1.0}
    assert UNREADABLE not in found


def test_a_refused_message_keeps_no_topic(matcher: ExactMatcher) -> None:
    message = said("\U0001f642")
    set_topic(message, "faq/icc", 0.9)
    (message,) = matcher.process([message])
    assert message.get("entities") == []


def test_an_edited_title_is_matched_without_training(
    matcher: ExactMatcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import bot.content.store as store_module

    original = shared_store(ROOT)
    folder = tmp_path / "project"
    for path in [*(ROOT / "data" / "nlu" / "faq").glob("*/*.yml"), ROOT / "knowledge" / "forms.yml"]:
        copy = folder / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    (folder / "domain.yml").write_bytes((ROOT / "domain.yml").read_bytes())
    store = ContentStore(folder)
    monkeypatch.setattr(store_module, "_shared", {folder: store})
    title = original.content.topics["icc"].title
    path = store.content.topics["icc"].path
    path.write_text(
        path.read_text(encoding="utf-8").replace(f"title: {title}", "title: Tell me of it"), encoding="utf-8"
    )
    assert store.refresh()
    assert matched(matcher, "tell me of it")["entities"][0]["value"] == "icc"
    assert matched(matcher, title)["intent"]["name"] == "greet"
