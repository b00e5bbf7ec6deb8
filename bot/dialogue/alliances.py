"""Replies about local alliances: what is documented near a place, and from when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from bot.content.alliances import Alliance
from bot.content.geography import KM_A_MILE, Place, distance_km
from bot.content.places import Found
from bot.content.schema import spoken_date
from bot.content.store import Content
from bot.dialogue.replies import canned_reply, task_choices, topic_choices
from bot.dialogue.reply import Card, Choice, Reply

TOPIC = "faq/find_alliance"
START = ("start_alliance", "local_alliance")
"""Topics that help where there is no alliance."""
SIGN_UP = ("alliance",)
"""The form for who wants to start or join one."""
NEXT_DOOR_MILES = 5


def alliance_reply(content: Content, found: Found) -> Reply:
    """What is documented near the place that was found, or the question which place is meant."""
    if found.kind == "ambiguous":
        return _which_place(content, found.places)
    if found.kind == "abroad":
        return _filled(content, "utter_place_abroad").copy(update={"topic": [TOPIC]})
    if found.place is None:
        return _filled(content, "utter_where_are_you").copy(update={"topic": [TOPIC]})
    place = found.place
    near = _near(content, place)
    alliances = [one for one in near if one.standing == "alliance"]
    name = "utter_alliance_near" if alliances else "utter_no_alliance_near"
    reply = _filled(content, name, place=place.name)
    nearest = _nearest(content, place) if not alliances else None
    shown = [*near, *([nearest] if nearest else [])]
    return reply.copy(
        update={
            "cards": [_card(one, place) for one in shown],
            "choices": [*task_choices(content, SIGN_UP), *topic_choices(content, START)],
            "sources": [source for one in shown for source in one.sources] or reply.sources,
            "topic": [TOPIC, *(one.key for one in near)],
        }
    )


def one_alliance_reply(content: Content, alliance: Alliance) -> Reply:
    """What is documented of one alliance."""
    reply = _filled(content, "utter_alliance", alliance=alliance.name, line=alliance.line)
    return reply.copy(
        update={
            "title": alliance.name,
            "choices": [*task_choices(content, SIGN_UP), *topic_choices(content, ("find_alliance", *START))],
            "sources": alliance.sources,
            "topic": [alliance.key],
        }
    )


def _near(content: Content, place: Place) -> list[Alliance]:
    """What is near a place: alliances first, the nearer before the farther."""
    near = [one for one in content.alliances.values() if one.is_near(place)]
    return sorted(near, key=lambda one: (one.standing != "alliance", distance_km(place, one.place)))


def _nearest(content: Content, place: Place) -> Optional[Alliance]:
    """The alliance with the shortest way from a place where none is near; None if none is known at all."""
    alliances = [one for one in content.alliances.values() if one.standing == "alliance"]
    return min(alliances, key=lambda one: distance_km(place, one.place), default=None)


def _card(alliance: Alliance, place: Place) -> Card:
    return Card(
        title=alliance.name,
        date=f"as of {spoken_date(alliance.as_of)}",
        text=f"{_way(alliance, place)} {alliance.line}",
        url=alliance.url or None,
        choice=Choice(label=alliance.label, text=alliance.name),
    )


def _way(alliance: Alliance, place: Place) -> str:
    """Where an alliance was, and how far from a place."""
    where = alliance.place.name if alliance.covers == "city" else f"{alliance.place.name}, for the whole state"
    if not place.city:
        return f"{where}."
    miles = distance_km(place, alliance.place) / KM_A_MILE
    if miles < NEXT_DOOR_MILES:
        return f"{where}."
    return f"{where}, about {round(miles, -1) or 10:.0f} miles away."


def _which_place(content: Content, places: Sequence[Place]) -> Reply:
    """Asks which of several places is meant."""
    reply = _filled(content, "utter_which_place", place=places[0].city or places[0].state_name)
    choices = [Choice(label=f"{one.city[:16]}, {one.state}" if one.city else one.name, text=one.name) for one in places]
    return reply.copy(update={"choices": choices, "topic": [TOPIC]})


def _filled(content: Content, name: str, **values: str) -> Reply:
    """A canned response with names filled in."""
    reply = canned_reply(content, content.responses[name])
    text, short = reply.text, reply.short_text
    for key, value in values.items():
        text = text.replace(f"{{{key}}}", value)
        short = short.replace(f"{{{key}}}", value) if short else None
    return reply.copy(update={"text": text, "short_text": short})
