"""A turn's replies as messages: they fit, keep what must not be lost, and are numbered as the dialogue counts."""

import re
from typing import Optional

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.capabilities import CAPABILITIES, FACEBOOK, SLACK, SMS, TELEGRAM, WHATSAPP, Capabilities
from bot.channels.formatting import Button, format_turn
from bot.channels.formatting.sms import segments
from bot.content.schema import Source
from bot.content.store import ContentStore
from bot.dialogue.replies import canned_reply, topic_reply
from bot.dialogue.reply import Card, Choice, FormStep, Reply

ALL = list(CAPABILITIES.values())
PAGE = Source(name="AMICC, home page", url="https://example.org/a?b=1&c=2", as_of="2015-07")
CHOICES = [Choice(label="The crimes", text="Which crimes does it try?"), Choice(label="Judges", text="Who judges?")]
ANSWER = Reply(
    title="Where is it?",
    text="In The Hague.",
    short_text="The Hague.",
    sources=[PAGE],
    choices=CHOICES,
    topic=["faq/x"],
)
LONG = "\n\n".join(f"Paragraph {number}. " + "It goes on and on. " * 20 for number in range(30)).replace(" \n", "\n")
PAPERS = Reply(
    text="Two papers fit.",
    cards=[
        Card(
            title=f"Paper {n}",
            date="July 2015",
            text="About <it> & more.",
            url=url,
            choice=Choice(label=f"P{n}", text=f"Tell me about paper {n}"),
        )
        for n, url in ((1, None), (2, "https://example.org/p2"))
    ],
    choices=CHOICES,
)
STEP = FormStep(form="volunteer", field="email", step=2, total=5, answer="email", input_type="email")


def only(replies: list[Reply], channel: Capabilities):
    formatted = format_turn(replies, channel)
    assert len(formatted.messages) == 1
    return formatted.messages[0]


def within_limits(replies: list[Reply], channel: Capabilities, intro: str = "") -> None:
    formatted = format_turn(replies, channel, intro)
    assert 1 <= len(formatted.messages) <= channel.max_messages
    for message in formatted.messages:
        assert 0 < len(message.text) <= channel.text_length
        assert len(message.closing) <= channel.text_length
        if channel.max_segments:
            in_form = any(reply.form_step for reply in replies)
            assert segments(message.text) <= (10 if in_form else channel.max_segments)
        if message.buttons and channel.button_text_length:
            assert len(message.text) <= channel.button_text_length
        buttons = [*message.buttons, *(card.button for card in message.cards)]
        assert len(buttons) <= channel.buttons
        for button in buttons:
            assert 0 < len(button.title) <= channel.button_title
            assert 0 < len(button.payload.encode()) <= channel.button_payload
        assert not message.cards or channel.cards


@pytest.mark.parametrize("channel", ALL, ids=lambda channel: channel.name)
def test_every_answer_and_canned_response_fits_every_channel(
    channel: Capabilities, content_store: ContentStore
) -> None:
    content = content_store.content
    for topic in content.topics.values():
        within_limits(
            [topic_reply(content, topic)], channel, "AMICC's automated assistant. HELP for help, STOP to end."
        )
    for response in content.responses.values():
        within_limits([canned_reply(content, response)], channel)


words = st.text(st.sampled_from("abc é—ş*<&|_\n.✓"), min_size=1, max_size=400).filter(str.strip)
choices = st.builds(Choice, label=st.text(st.sampled_from("ab<é ✓"), min_size=1, max_size=20), text=words)
replies = st.builds(
    Reply,
    title=st.one_of(st.none(), words),
    text=st.one_of(words, st.just(LONG), st.just("x" * 9000)),
    short_text=st.one_of(st.none(), words),
    sources=st.lists(
        st.builds(
            Source,
            name=st.text("nm é", min_size=3, max_size=90),
            url=st.just("https://example.org/" + "u" * 90),
            as_of=st.just("2015"),
        ),
        max_size=3,
    ),
    cards=st.lists(st.builds(Card, title=words, text=words, choice=choices), max_size=4),
    choices=st.lists(choices, max_size=30),
    form_step=st.one_of(st.none(), st.just(STEP)),
)


@pytest.mark.parametrize("channel", ALL, ids=lambda channel: channel.name)
@given(turn=st.lists(replies, min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_no_turn_whatever_breaks_a_limit(channel: Capabilities, turn: list[Reply]) -> None:
    within_limits(turn, channel, "Who is writing.")


# What must not be lost


def test_an_answer_stays_one_message_with_its_blank_lines() -> None:
    reply = ANSWER.copy(update={"text": "One.\n\nTwo.\n\nThree."})
    for channel in (SLACK, TELEGRAM, WHATSAPP, FACEBOOK):
        assert "One.\n\nTwo.\n\nThree." in only([reply], channel).text


def test_sources_are_one_line_with_date() -> None:
    second = Source(name="The statute", url="", as_of="1998")
    reply = ANSWER.copy(update={"sources": [PAGE, second]})
    assert (
        "Sources: AMICC, home page (July 2015): https://example.org/a?b=1&c=2; The statute (1998)\n"
        in only([reply], FACEBOOK).text + "\n"
    )
    assert (
        '<a href="https://example.org/a?b=1&amp;c=2">AMICC, home page</a> (July 2015)' in only([reply], TELEGRAM).text
    )
    assert "<https://example.org/a?b=1&amp;c=2|AMICC, home page> (July 2015)" in only([reply], SLACK).text


def test_addresses_of_sources_give_way_before_the_answer_does() -> None:
    reply = ANSWER.copy(update={"text": "x" * 1480})
    message = only([reply], WHATSAPP)
    assert "x" * 1450 in message.text
    assert "Source: AMICC, home page (July 2015)" in message.text
    assert "https://" not in message.text


def test_markup_of_the_platform_is_escaped() -> None:
    reply = Reply(title="Is 1 < 2 & 3 > 2?", text="<b>No</b> & *so*")
    assert only([reply], SLACK).text == "*Is 1 &lt; 2 &amp; 3 &gt; 2?*\n\n&lt;b&gt;No&lt;/b&gt; &amp; *so*"
    assert only([reply], TELEGRAM).text == "<b>Is 1 &lt; 2 &amp; 3 &gt; 2?</b>\n\n&lt;b&gt;No&lt;/b&gt; &amp; *so*"
    assert only([reply], FACEBOOK).text == "Is 1 < 2 & 3 > 2?\n\n<b>No</b> & *so*"


def test_a_list_on_whatsapp_costs_no_source() -> None:
    sources = [Source(name=f"Source number {number}", url="", as_of="2015") for number in range(5)]
    short, long = ("y" * length for length in (700, 900))
    assert only([ANSWER.copy(update={"text": short, "sources": sources})], WHATSAPP).buttons
    message = only([ANSWER.copy(update={"text": long, "sources": sources})], WHATSAPP)
    assert not message.buttons
    assert all(source.name in message.text for source in sources)
    assert message.text.endswith("Reply 1 or 2.")


# Choices


def test_choices_are_buttons_where_they_fit() -> None:
    buttons = (Button("The crimes", "Which crimes does it try?"), Button("Judges", "Who judges?"))
    for channel in (SLACK, TELEGRAM, WHATSAPP, FACEBOOK):
        message = only([ANSWER], channel)
        assert message.buttons == buttons
        assert "1." not in message.text


def test_a_button_sends_its_label_where_its_text_is_too_long() -> None:
    question = "What did the Security Council decide about the situation in Darfur?"
    assert len(question) > TELEGRAM.button_payload
    reply = Reply(text="?", choices=[Choice(label="Darfur", text=question)])
    assert only([reply], TELEGRAM).buttons == (Button("Darfur", "Darfur"),)
    assert only([reply], SLACK).buttons == (Button("Darfur", question),)


def test_sms_has_a_numbered_menu() -> None:
    assert only([ANSWER], SMS).text.endswith("\n1. The crimes\n2. Judges\nReply 1, 2, or MORE for the rest.")


def test_choices_that_do_not_fit_as_buttons_become_a_numbered_menu() -> None:
    many = [Choice(label=f"Choice {n}", text=f"Tell me about {n}") for n in range(1, 16)]
    message = only([Reply(text="Many.", choices=many)], FACEBOOK)
    assert message.buttons == ()
    assert "1. Tell me about 1\n" in message.text


def test_no_number_is_named_that_the_menu_does_not_show() -> None:
    many = [Choice(label=f"Choice {n}", text=f"Tell me about {n}") for n in range(1, 13)]
    message = only([Reply(text="Many.", choices=many)], SMS)
    assert message.text.splitlines()[-2:] == ["10. Choice 10", "Reply 1, 2, 3, 4, 5, 6, 7, 8, 9 or 10."]


def test_two_choices_that_look_alike_are_numbered() -> None:
    alike = [Choice(label="Same", text="One thing"), Choice(label="Same", text="Another thing")]
    message = only([Reply(text="Which?", choices=alike)], FACEBOOK)
    assert message.buttons == ()
    assert message.text.endswith("1. One thing\n2. Another thing\nReply 1 or 2.")


def test_numbers_run_on_over_the_replies_of_a_turn() -> None:
    # The dialogue counts the options of all replies of a turn.
    text = only([PAPERS, ANSWER], SMS).text
    numbered = re.findall(r"^(\d)\. (.*)$", text, flags=re.MULTILINE)
    options = [option for reply in (PAPERS, ANSWER) for option in reply.options]
    for number, line in numbered:
        assert line.startswith((options[int(number) - 1].label, f"Paper {number}"))
    assert [int(number) for number, _ in numbered] == list(range(1, len(numbered) + 1))


def test_papers_are_blocks_with_their_own_button_on_slack() -> None:
    message = only([PAPERS], SLACK)
    assert [card.button for card in message.cards] == [
        Button("P1", "Tell me about paper 1"),
        Button("P2", "Tell me about paper 2"),
    ]
    assert message.cards[0].text == "1. *Paper 1* (July 2015)\nAbout &lt;it&gt; &amp; more."
    assert message.cards[1].text.startswith("2. <https://example.org/p2|Paper 2> (July 2015)")
    assert [button.title for button in message.buttons] == ["The crimes", "Judges"]
    sourced = only([PAPERS.copy(update={"sources": [PAGE]})], SLACK)
    assert sourced.text == "Two papers fit."
    assert sourced.closing.startswith("Source: <https://example.org/a?b=1&amp;c=2|AMICC, home page>")


def test_papers_are_numbered_text_elsewhere() -> None:
    assert "1. Paper 1 (July 2015)\nAbout <it> & more." in only([PAPERS], FACEBOOK).text
    assert "https://example.org/p2" in only([PAPERS], FACEBOOK).text


# MORE


def test_sms_gives_the_short_answer_and_keeps_the_full_one() -> None:
    formatted = format_turn([ANSWER], SMS)
    (message,) = formatted.messages
    assert message.text.startswith("Where is it?\nThe Hague.\nSource: AMICC, home page (July 2015)\n")
    assert "In The Hague." not in message.text
    assert formatted.rest == "In The Hague.\n\nSource: AMICC, home page (July 2015): https://example.org/a?b=1&c=2"


@pytest.mark.parametrize("channel", ALL, ids=lambda channel: channel.name)
def test_a_long_text_comes_whole_by_sending_more(channel: Capabilities) -> None:
    shown, rest = "", LONG
    for _ in range(40):
        formatted = format_turn([Reply(text=rest)], channel)
        shown += " ".join(message.text for message in formatted.messages) + " "
        assert ("MORE" in formatted.messages[-1].text) == bool(formatted.rest)
        rest = formatted.rest
        if not rest:
            break
    assert not rest
    words = shown.replace("Reply MORE for the rest.", "").replace(" ...", "").split()
    assert words == LONG.split()


def test_papers_on_sms_are_listed_once_and_told_about_by_more() -> None:
    formatted = format_turn([PAPERS], SMS)
    (message,) = formatted.messages
    assert message.text.startswith("Two papers fit.\n1. Paper 1 (July 2015)\n2. Paper 2 (July 2015)\n3. The crimes")
    assert formatted.rest == "Paper 1: About <it> & more.\n\nPaper 2: About <it> & more."


def test_a_line_that_fits_the_next_message_is_not_cut_in_its_middle() -> None:
    line = "Source: " + "x" * 300 + " (July 2015): https://example.org/x"
    formatted = format_turn([Reply(text="It is so. " * 60 + f"\n\n{line}")], SMS)
    assert formatted.rest == line


def test_a_cut_falls_at_the_end_of_a_sentence() -> None:
    text = format_turn([Reply(text="It is so. " * 300)], SMS).messages[0].text
    assert text.endswith("It is so.\nReply MORE for the rest.")


def test_buttons_include_more_where_there_is_a_rest() -> None:
    formatted = format_turn([Reply(text=LONG, choices=CHOICES)], FACEBOOK)
    assert formatted.rest
    assert formatted.messages[-1].buttons[-1] == Button("More", "more")


@pytest.mark.parametrize(("channel", "most"), [(SLACK, 25), (TELEGRAM, 20), (WHATSAPP, 10), (FACEBOOK, 13)])
def test_as_many_choices_as_the_platform_takes_are_buttons_and_one_more_makes_them_numbers(
    channel: Capabilities, most: int
) -> None:
    choices = [Choice(label=f"Topic {n}", text=f"Tell me about topic {n}") for n in range(1, most + 2)]
    tapped = only([Reply(text="Which one?", choices=choices[:most])], channel)
    assert [button.title for button in tapped.buttons] == [f"Topic {n}" for n in range(1, most + 1)]
    assert tapped.text == "Which one?"
    numbered = only([Reply(text="Which one?", choices=choices)], channel)
    assert numbered.buttons == ()
    assert numbered.text.splitlines()[2:5] == [f"{n}. Tell me about topic {n}" for n in (1, 2, 3)]
    assert numbered.text.endswith("\nReply 1, 2, 3, 4, 5, 6, 7, 8, 9 or 10.")


# Forms


def test_a_form_step_says_where_it_is_and_is_never_cut() -> None:
    question = "We ask for it because we want to answer. " * 20 + "What is your e-mail address?"
    for channel in ALL:
        formatted = format_turn([Reply(text=question, form_step=STEP)], channel)
        assert formatted.messages[0].text.startswith("Step 2 of 5")
        assert "What is your e-mail address?" in formatted.messages[-1].text
        assert not formatted.rest


def test_in_a_form_an_answer_leaves_room_for_the_question() -> None:
    answer = Reply(text="z" * 1500, short_text="Short.")
    text = only([answer, Reply(text="What is your name?", form_step=STEP)], WHATSAPP).text
    assert "Short." in text
    assert text.endswith("What is your name?")


def test_a_platform_asks_for_what_it_can_ask_for() -> None:
    ask = Reply(text="Your e-mail?", form_step=STEP)
    assert only([ask], FACEBOOK).hint == "email"
    assert only([ask], TELEGRAM).hint is None
    assert only([ask], SLACK).hint is None


@pytest.mark.parametrize(
    ("field", "answer", "hint"),
    [("place", "place", "place"), ("chapter_town", "place", "place"), ("place", "text", None)],
)
def test_the_hint_follows_what_the_step_is_declared_to_take(field: str, answer: str, hint: Optional[str]) -> None:
    step = FormStep(form="volunteer", field=field, step=5, total=7, answer=answer)
    assert only([Reply(text="Where?", form_step=step)], TELEGRAM).hint == hint


# What an SMS costs


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),  # from the extension table: two places each
        ("€" * 81, 2),
        ("José é ñ", 1),
        ("á" * 70, 1),  # not in the alphabet
        ("á" * 71, 2),
        ("á" * 134, 2),
        ("á" * 135, 3),
        ("😀" * 35, 1),  # two UTF-16 units each
        ("😀" * 36, 2),
    ],
)
def test_segments_are_counted_as_the_networks_do(text: str, count: int) -> None:
    assert segments(text) == count


def test_a_dash_does_not_double_the_price() -> None:
    text = only([Reply(text="\u201cSo\u201d \u2013 it\u2019s\u2026 here\u00a0now")], SMS).text
    assert text == '"So" - it\'s... here now'
