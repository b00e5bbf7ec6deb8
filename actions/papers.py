"""Papers: found by what a visitor asks, listed, told about."""

from __future__ import annotations

from typing import Any

from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot.content.finder import MAYBE, shared_finder
from bot.content.knowledge import PAPER, THEME
from bot.content.store import shared_store
from bot.dialogue.papers import LIST_PAPERS, no_paper_reply, paper_list, paper_reply, themes_reply
from bot.dialogue.replies import suggestion_reply
from bot.dialogue.say import say
from bot.dialogue.situations import situation_reply
from bot.dialogue.understood import ids_of, named, situations_named


class ActionFindPapers(Action):
    """Lists the papers on what the message names or means; without any, where its situation stands, or what is near."""

    def name(self) -> str:
        return "action_find_papers"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        finder, message = shared_finder(), tracker.latest_message
        content = finder.content
        situations = situations_named(named(message), content.knowledge)
        papers = [content.knowledge.papers[identity] for identity in finder.papers(message["text"])]
        papers = papers or [paper for situation in situations for paper in content.knowledge.papers_on(situation.id)]
        if papers:
            page = message.get("page", 1)
            intro = content.responses["utter_papers_found"].text
            say(
                dispatcher,
                paper_list(
                    intro, list({paper.id: paper for paper in papers}.values()), message["text"], page, [LIST_PAPERS]
                ),
            )
        elif situations:
            intro = content.responses["utter_no_paper"].text
            say(dispatcher, situation_reply(content, situations[0], intro=intro))
        else:
            maybe = [f"{PAPER}/{identity}" for identity in finder.papers_described(message["text"], MAYBE)]
            likely = [f"faq/{identity}" for identity in message.get("suggestions") or []]
            near = suggestion_reply(content, "utter_near", [*maybe, *likely])
            say(dispatcher, near if near.topic else no_paper_reply(content))
        return []


class ActionPaper(Action):
    """Tells about one paper, named by its title or label."""

    def name(self) -> str:
        return "action_paper"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        content = shared_store().content
        papers = [content.knowledge.papers.get(identity) for identity in ids_of(named(tracker.latest_message), PAPER)]
        say(dispatcher, paper_reply(content, papers[0]) if papers and papers[0] else no_paper_reply(content))
        return []


class ActionTheme(Action):
    """Lists the papers of a theme."""

    def name(self) -> str:
        return "action_theme"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        content, message = shared_store().content, tracker.latest_message
        themes = ids_of(named(message), THEME)
        papers = [paper for paper in content.knowledge.papers.values() if set(themes) & set(paper.themes)]
        if not papers:
            say(dispatcher, no_paper_reply(content))
            return []
        intro = content.responses["utter_papers_found"].text
        say(dispatcher, paper_list(intro, papers, message["text"], message.get("page", 1), [LIST_PAPERS]))
        return []


class ActionListPapers(Action):
    """Offers the themes."""

    def name(self) -> str:
        return "action_list_papers"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        message = tracker.latest_message
        say(dispatcher, themes_reply(shared_store().content, message["text"], message.get("page", 1)))
        return []


class ActionLatestPapers(Action):
    """Lists all papers, newest first."""

    def name(self) -> str:
        return "action_latest_papers"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        content, message = shared_store().content, tracker.latest_message
        intro = content.responses["utter_latest_papers"].text
        papers = list(content.knowledge.papers.values())
        say(dispatcher, paper_list(intro, papers, message["text"], message.get("page", 1), [LIST_PAPERS]))
        return []
