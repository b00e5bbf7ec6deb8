"""What a visitor reads where nothing but text can be shown."""

import pytest

from bot.channels.formatting import plain_message, plain_text, source_line
from bot.content.schema import Source
from bot.dialogue.reply import Card, Choice, Reply

STATUTE = Source(name="The Rome Statute", url="https://example.org/statute", as_of="2015-07-17")
PAGE = Source(name="AMICC, home page", url="", as_of="2015-07")
CHOICES = [Choice(label="The crimes", text="Which crimes does it try?"), Choice(label="Judges", text="Who judges?")]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (STATUTE, "The Rome Statute (17 July 2015): https://example.org/statute"),
        (PAGE, "AMICC, home page (July 2015)"),
        (Source(name="A book", url="", as_of="1998"), "A book (1998)"),
    ],
)
def test_a_source_stands_on_one_line_with_its_date(source: Source, line: str) -> None:
    assert source_line(source) == line


def test_an_answer_has_question_answer_sources_and_numbered_choices() -> None:
    reply = Reply(title="Where is it?", text="In The Hague.\n\n- a\n- b", sources=[STATUTE, PAGE], choices=CHOICES)
    assert plain_text(reply) == (
        "Where is it?\n"
        "\n"
        "In The Hague.\n"
        "\n"
        "- a\n"
        "- b\n"
        "\n"
        "Sources:\n"
        "- The Rome Statute (17 July 2015): https://example.org/statute\n"
        "- AMICC, home page (July 2015)\n"
        "\n"
        "You can also ask:\n"
        "1. Which crimes does it try?\n"
        "2. Who judges?"
    )


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (Reply(text="Hello."), "Hello."),
        (Reply(text="Hi.", sources=[PAGE]), "Hi.\n\nSource:\n- AMICC, home page (July 2015)"),
        (Reply(title="What?", text="That."), "What?\n\nThat."),
        (
            Reply(text="Did you mean?", choices=CHOICES[:1], outcome="suggested"),
            "Did you mean?\n\nPick one, or ask in other words:\n1. Which crimes does it try?",
        ),
        (
            Reply(text="I do not know.", choices=CHOICES[:1], outcome="unanswered"),
            "I do not know.\n\nPick one, or ask in other words:\n1. Which crimes does it try?",
        ),
    ],
    ids=["text alone", "one source", "title", "suggestion", "no answer"],
)
def test_what_a_reply_lacks_leaves_no_gap(reply: Reply, text: str) -> None:
    assert plain_text(reply) == text


def test_a_message_has_text_buttons_and_the_reply_itself() -> None:
    reply = Reply(title="Where?", text="There.", short_text="There", choices=CHOICES, topic=["faq/seat"])
    message = plain_message(reply)
    assert set(message) == {"text", "buttons", "custom"}
    assert message["text"] == plain_text(reply)
    assert message["buttons"] == [
        {"title": "The crimes", "payload": "Which crimes does it try?"},
        {"title": "Judges", "payload": "Who judges?"},
    ]
    assert Reply.from_message(message) == reply


def test_a_message_without_choices_has_no_buttons() -> None:
    assert plain_message(Reply(text="Hello."))["buttons"] == []


def test_what_a_button_sends_is_no_command() -> None:
    message = plain_message(Reply(text="Hello.", choices=CHOICES))
    assert not [button for button in message["buttons"] if button["payload"].startswith("/")]


def test_cards_are_numbered_before_the_choices_and_picked_like_them() -> None:
    drones, palestine = Choice(label="Drones", text="The drones paper"), Choice(label="Palestine", text="The other")
    reply = Reply(
        text="Two papers:",
        cards=[
            Card(title="U.S. Drone Policy", date="2015", text="On strikes.", url="https://a.example", choice=drones),
            Card(title="Palestine", choice=palestine),
        ],
        choices=CHOICES[:1],
    )
    assert plain_text(reply) == (
        "Two papers:\n"
        "\n"
        "1. U.S. Drone Policy (2015)\n"
        "   On strikes.\n"
        "   https://a.example\n"
        "\n"
        "2. Palestine\n"
        "\n"
        "You can also ask:\n"
        "3. Which crimes does it try?"
    )
    assert reply.options == [drones, palestine, CHOICES[0]]
