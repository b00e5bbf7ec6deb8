"""Replies about situations and the persons in them."""

import pytest

from bot.content.store import Content, ContentStore
from bot.dialogue.papers import MOST_CHOICES, PAGE
from bot.dialogue.situations import MOST_SITUATIONS, people_reply, situation_reply, situations_reply


@pytest.fixture(scope="module")
def content(content_store: ContentStore) -> Content:
    return content_store.content


def test_each_situation_gives_its_dated_status_with_sources_and_papers(content: Content) -> None:
    for situation in content.knowledge.situations.values():
        reply = situation_reply(content, situation)
        assert reply.title == situation.question
        assert reply.text == situation.status
        assert "as of" in reply.text.casefold()
        assert reply.sources == situation.sources
        papers = content.knowledge.papers_on(situation.id)[:PAGE]
        assert [card.title for card in reply.cards] == [paper.title for paper in papers]
        assert reply.topic == [situation.key, *(paper.key for paper in papers)]
        assert 1 <= len(reply.choices) <= MOST_CHOICES


def test_a_topic_that_fits_too_is_the_first_choice(content: Content) -> None:
    reply = situation_reply(content, content.knowledge.situations["ukraine"], ["at_large"])
    assert reply.choices[0].text == content.topics["at_large"].title


def test_a_topic_is_offered_once(content: Content) -> None:
    ukraine = content.knowledge.situations["ukraine"]
    texts = [choice.text for choice in situation_reply(content, ukraine, ukraine.topics).choices]
    assert len(texts) == len(set(texts))


def test_that_there_is_no_paper_comes_first(content: Content) -> None:
    text = situation_reply(content, content.knowledge.situations["mali"], intro="I found no paper.").text
    assert text.startswith("I found no paper.\n\n")


def test_of_several_situations_each_is_told_in_short(content: Content) -> None:
    situations = [content.knowledge.situations[name] for name in ("ukraine", "palestine", "kenya", "libya")]
    reply = situations_reply(content, situations)
    told = situations[:MOST_SITUATIONS]
    assert reply.text == "\n\n".join(situation.short for situation in told)
    assert [choice.text for choice in reply.choices] == [situation.question for situation in told]
    assert [card.choice.label for card in reply.cards] == ["Paper on Ukraine", "Paper on Palestine", "The Kenyan cases"]
    assert reply.topic[:3] == ["situation/ukraine", "situation/palestine", "situation/kenya"]


def test_a_paper_on_two_situations_is_shown_once(content: Content) -> None:
    reply = situations_reply(content, [content.knowledge.situations[name] for name in ("libya", "syria")])
    assert [card.choice.label for card in reply.cards] == ["UN Security Council"]


def test_a_person_is_introduced_with_the_situation_as_a_choice(content: Content) -> None:
    person = content.knowledge.people["omar_al_bashir"]
    reply = people_reply(content, [person])
    assert (reply.title, reply.text) == (f"Who is {person[0].name}?", person[0].line)
    assert reply.choices[0].text == content.knowledge.situations["darfur"].question
    assert reply.topic == ["situation/darfur"]


def test_several_persons_get_a_line_each(content: Content) -> None:
    people = [content.knowledge.people[name] for name in ("omar_al_bashir", "vladimir_putin")]
    reply = people_reply(content, people)
    assert reply.title is None
    assert reply.text.splitlines() == [f"- {person.name}: {person.line}" for person, _ in people]
    assert reply.topic == ["situation/darfur", "situation/ukraine"]
