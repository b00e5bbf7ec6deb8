"""The reply about a content id, whatever its kind; and what goes on from one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from bot.content.store import Content
from bot.dialogue.papers import MOST_CHOICES, PAGE, paper_card, paper_reply, situation_choice, situations_of
from bot.dialogue.replies import canned_reply, leading_to, topic_choices, topic_reply
from bot.dialogue.reply import Reply
from bot.dialogue.situations import situation_reply

LONG = 500
"""Characters from which the second of two answers is a choice only."""


def answer(content: Content, key: str) -> Optional[Reply]:
    """The full reply about a topic, situation or paper; None if it does not exist (any more)."""
    paper, situation = content.knowledge.paper(key), content.knowledge.situation(key)
    if paper:
        return paper_reply(content, paper)
    if situation:
        return situation_reply(content, situation)
    topic = content.topic(key) if key.startswith("faq/") else None
    return topic_reply(content, topic) if topic else None


def both_answers(content: Content, keys: Sequence[str]) -> Reply:
    """The answers to two questions in one reply; a long second one as the first choice."""
    replies = [reply for reply in (answer(content, key) for key in keys) if reply]
    if len(replies) < 2:
        return replies[0] if replies else canned_reply(content, content.responses["utter_unanswered"])
    first, second = replies
    topic = [*first.topic, *second.topic]
    if len(second.text) >= LONG:
        way = [choice for choice in [leading_to(content, keys[1])] if choice]
        offered = list({choice.text: choice for choice in [*way, *first.choices]}.values())
        return first.copy(update={"choices": offered[:MOST_CHOICES], "topic": topic})
    text = "\n\n".join(filter(None, [first.text, second.title, second.text]))
    sources = list(dict.fromkeys([*first.sources, *second.sources]))
    choices = list({choice.text: choice for choice in [*first.choices[:2], *second.choices[:2]]}.values())
    cards = [*first.cards, *second.cards][:PAGE]
    update = {"text": text, "short_text": None, "sources": sources, "choices": choices, "cards": cards, "topic": topic}
    return first.copy(update=update)


def more_about(content: Content, key: str) -> Reply:
    """What goes further than the last reply: papers and questions next to it."""
    paper, situation = content.knowledge.paper(key), content.knowledge.situation(key)
    topic = content.topic(key) if key.startswith("faq/") else None
    if paper:
        situations = situations_of(content, paper)
        choices = [*(situation_choice(one) for one in situations), *topic_choices(content, paper.topics)]
        papers = []
    elif situation:
        choices = topic_choices(content, situation.topics)
        papers = content.knowledge.papers_on(situation.id)
    else:
        choices = topic_choices(content, topic.related) if topic else []
        papers = [one for one in content.knowledge.papers.values() if topic and topic.id in one.topics]
    name = "utter_goes_further" if papers or choices else "utter_nothing_more"
    reply = canned_reply(content, content.responses[name])
    cards = [paper_card(one) for one in papers[:PAGE]]
    return reply.copy(update={"cards": cards, "choices": choices[:MOST_CHOICES], "topic": [key]})


def in_short(content: Content, key: str) -> Reply:
    """The last answer in its short form."""
    paper = content.knowledge.paper(key)
    full = answer(content, key)
    if full is None:
        return canned_reply(content, content.responses["utter_nothing_meant"])
    text = paper.line if paper else full.short_text or full.text
    return full.copy(update={"text": text, "cards": []})
