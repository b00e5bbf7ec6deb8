"""Replies about the Court's situations: where one stands, several at once, who someone is."""

from __future__ import annotations

from collections.abc import Sequence

from bot.content.knowledge import Person, Situation
from bot.content.store import Content
from bot.dialogue.papers import MOST_CHOICES, PAGE, paper_card, situation_choice
from bot.dialogue.replies import topic_choices
from bot.dialogue.reply import Reply

MOST_SITUATIONS = 3
"""Situations that one reply tells of."""


def situation_reply(content: Content, situation: Situation, topics_first: Sequence[str] = (), intro: str = "") -> Reply:
    """Where a situation stands, with the related papers and topics.

    Args:
        content: What is served.
        situation: Which one.
        topics_first: Ids of topics that fit the question too: offered before the situation's own.
        intro: What is said before the status.
    """
    papers = content.knowledge.papers_on(situation.id)[:PAGE]
    topics = dict.fromkeys([*topics_first, *situation.topics])
    return Reply(
        title=situation.question,
        text="\n\n".join(filter(None, [intro, situation.status])),
        short_text=situation.short,
        sources=situation.sources,
        cards=[paper_card(paper) for paper in papers],
        choices=topic_choices(content, topics)[:MOST_CHOICES],
        topic=[situation.key, *(paper.key for paper in papers)],
    )


def situations_reply(content: Content, situations: Sequence[Situation]) -> Reply:
    """Where several situations stand, in short, with the paper nearest to each."""
    told = list(situations)[:MOST_SITUATIONS]
    papers = [paper for situation in told for paper in content.knowledge.papers_on(situation.id)[:1]]
    shown = list({paper.id: paper for paper in papers}.values())[:PAGE]
    return Reply(
        text="\n\n".join(situation.short for situation in told),
        sources=list(dict.fromkeys(source for situation in told for source in situation.sources[:2])),
        cards=[paper_card(paper) for paper in shown],
        choices=[situation_choice(situation) for situation in told],
        topic=[*(situation.key for situation in told), *(paper.key for paper in shown)],
    )


def people_reply(content: Content, people: Sequence[tuple[Person, Situation]]) -> Reply:
    """Who some people are; at least one."""
    situations = list({situation.id: situation for _, situation in people}.values())
    lines = [f"{person.name}: {person.line}" for person, _ in people]
    return Reply(
        title=f"Who is {people[0][0].name}?" if len(people) == 1 else None,
        text=people[0][0].line if len(people) == 1 else "\n".join(f"- {line}" for line in lines),
        short_text=lines[0] if len(lines[0]) <= 320 else None,
        sources=list(dict.fromkeys(source for situation in situations for source in situation.sources)),
        choices=[
            *(situation_choice(situation) for situation in situations[:2]),
            *topic_choices(content, situations[0].topics),
        ][:MOST_CHOICES],
        topic=[situation.key for situation in situations],
    )
