"""What the assistant points to: AMICC's papers and where the Court's situations stand, read from ``knowledge/``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Optional, TypeVar

from pydantic import BaseModel, Field, ValidationError, validator

from bot.content.schema import (
    MAX_LABEL,
    MAX_RELATED,
    MAX_SHORT_ANSWER,
    Source,
    partial_date,
    spoken_date,
    web_address,
)
from bot.content.text import folded
from bot.content.yaml_lines import YamlFile
from bot.errors import ContentError, Problem

FOLDER = Path("knowledge")
PAPERS = FOLDER / "papers.yml"
SITUATIONS = FOLDER / "situations.yml"

PAPER, SITUATION, PERSON, THEME = "paper", "situation", "person", "theme"
"""Kinds of content ids, as in ``paper/drones``. A message names persons and themes; no reply is about them."""

_ID = r"^[a-z0-9_]+$"
_ABOUT = re.compile(r"c\. (early-|mid-|late-)?\d{4}")


class _Entry(BaseModel):
    """What all entries have: nothing but the fields that are documented."""

    class Config:
        extra = "forbid"


def _dated(value: Any) -> str:
    """A date that may be "about": ``c. mid-2015``, or partial ISO."""
    text = str(value)
    if _ABOUT.fullmatch(text):
        return text
    try:
        return partial_date(text)
    except ValueError as error:
        raise ValueError("write the date as 2015, 2015-07, 2015-07-17 or c. mid-2015") from error


class Theme(_Entry):
    """A subject under which papers are listed."""

    id: str = Field(regex=_ID)
    title: str = Field(min_length=3)
    label: str = Field(min_length=2, max_length=MAX_LABEL)

    @property
    def key(self) -> str:
        """The content id, such as ``theme/drones``."""
        return f"{THEME}/{self.id}"

    @property
    def asked(self) -> str:
        """The words in which its papers are asked for."""
        return f"Papers on {self.title}"


class Since(_Entry):
    """What has happened since a paper was written, where no situation tells it."""

    text: str = Field(min_length=1)
    as_of: str
    sources: list[Source] = Field(min_items=1)

    _as_of = validator("as_of", pre=True, allow_reuse=True)(partial_date)


class Paper(_Entry):
    """One analysis of AMICC.

    Attributes:
        id: Of ``[a-z0-9_]+``.
        title: The exact title; a description in square brackets if it has none.
        label: At most 20 characters, for a button.
        date: Partial ISO or ``c. mid-2015``.
        line: What it is about, in one line.
        summary: The same in three to five sentences.
        themes: Ids of themes.
        aliases: Names by which people ask for it.
        situations: Ids of situations; what has happened since comes from them.
        since: What has happened since that no situation tells.
        shorter: Id of a shorter version.
        topics: Ids of FAQ topics that go with it.
        page: The documented page nearest to it.
        url: Its own address; empty until one is documented.
    """

    id: str = Field(regex=_ID)
    title: str = Field(min_length=3)
    label: str = Field(min_length=2, max_length=MAX_LABEL)
    date: str
    line: str = Field(min_length=10)
    summary: str = Field(min_length=10)
    themes: list[str] = Field(min_items=1)
    aliases: list[str] = Field(min_items=1)
    situations: list[str] = Field(default_factory=list)
    since: Optional[Since] = None
    shorter: Optional[str] = None
    topics: list[str] = Field(default_factory=list, max_items=MAX_RELATED)
    page: Source
    url: str = ""

    _date = validator("date", pre=True, allow_reuse=True)(_dated)
    _url = validator("url", allow_reuse=True)(web_address)

    @property
    def key(self) -> str:
        """The content id, such as ``paper/drones``."""
        return f"{PAPER}/{self.id}"

    @property
    def asked(self) -> str:
        """The words in which it is asked for: its title may be the label of a topic."""
        return f"Paper: {self.title}"

    @property
    def when(self) -> str:
        """The date as a person would say it."""
        return self.date.replace("c.", "about", 1) if self.date.startswith("c.") else spoken_date(self.date)


class NewsItem(_Entry):
    """A news item of AMICC's page; a topic tells it."""

    id: str = Field(regex=_ID)
    title: str = Field(min_length=3)
    label: str = Field(min_length=2, max_length=MAX_LABEL)
    date: str
    line: str = Field(min_length=10)
    topic: str

    _date = validator("date", pre=True, allow_reuse=True)(partial_date)


class Person(_Entry):
    """Someone whose name means a situation.

    Attributes:
        name: As replies give it.
        aliases: Other names.
        line: Who this is, in one dated sentence.
    """

    name: str = Field(min_length=2)
    aliases: list[str] = Field(default_factory=list)
    line: str = Field(min_length=10)


class Situation(_Entry):
    """Where a situation before the Court stands: the only home of that status.

    Attributes:
        id: Of ``[a-z0-9_]+``.
        title: How replies name it.
        label: At most 20 characters, for a button.
        question: The question that a choice sends to get the status.
        status: The dated status, opening with the point.
        short: The same for SMS, at most 320 characters.
        as_of: Date of the newest fact in it.
        sources: Where it was read.
        aliases: Names that mean it wherever they stand.
        weak_aliases: Names that mean it only in a question about a case, such as "Russia".
        people: Persons whose names mean it.
        topics: Ids of FAQ topics that go with it.
    """

    id: str = Field(regex=_ID)
    title: str = Field(min_length=3)
    label: str = Field(min_length=2, max_length=MAX_LABEL)
    question: str = Field(min_length=5)
    status: str = Field(min_length=10)
    short: str = Field(min_length=10, max_length=MAX_SHORT_ANSWER)
    as_of: str
    sources: list[Source] = Field(min_items=1)
    aliases: list[str] = Field(min_items=1)
    weak_aliases: list[str] = Field(default_factory=list)
    people: list[Person] = Field(default_factory=list)
    topics: list[str] = Field(default_factory=list, max_items=MAX_RELATED)

    _as_of = validator("as_of", pre=True, allow_reuse=True)(partial_date)

    @validator("status")
    def _dated_in_words(cls, value: str) -> str:
        if "as of" not in value.casefold():
            raise ValueError('say in the text from when this is: "As of May 2026 ..."')
        return value

    @property
    def asked(self) -> str:
        """The words in which it is asked for."""
        return self.question

    @property
    def key(self) -> str:
        """The content id, such as ``situation/kenya``."""
        return f"{SITUATION}/{self.id}"


def person_id(name: str) -> str:
    """The id of a person, such as ``omar_al_bashir``."""
    return folded(name).replace(" ", "_")


@dataclass(frozen=True)
class Knowledge:
    """All that can be pointed to.

    Attributes:
        themes: Titles of themes by id.
        papers: Papers by id, newest first.
        news: News items by id.
        situations: Situations by id.
    """

    themes: dict[str, Theme] = field(default_factory=dict)
    papers: dict[str, Paper] = field(default_factory=dict)
    news: dict[str, NewsItem] = field(default_factory=dict)
    situations: dict[str, Situation] = field(default_factory=dict)

    def paper(self, key: str) -> Optional[Paper]:
        """The paper of a content id; None for ids of another kind and papers that do not exist (any more)."""
        kind, _, identity = key.partition("/")
        return self.papers.get(identity) if kind == PAPER else None

    def situation(self, key: str) -> Optional[Situation]:
        """The situation of a content id; None for ids of another kind."""
        kind, _, identity = key.partition("/")
        return self.situations.get(identity) if kind == SITUATION else None

    @cached_property
    def people(self) -> dict[str, tuple[Person, Situation]]:
        """All persons by :func:`person_id`, each with the situation that the name means."""
        return {
            person_id(one.name): (one, situation) for situation in self.situations.values() for one in situation.people
        }

    def papers_on(self, situation: str) -> list[Paper]:
        """The papers that name a situation, the nearest first: for which it is the first, which share most names."""
        found = [paper for paper in self.papers.values() if situation in paper.situations]
        names = self._names.get(situation, frozenset())

        def farness(paper: Paper) -> tuple[int, int]:
            return paper.situations.index(situation), -len(names.intersection(map(folded, paper.aliases)))

        return sorted(found, key=farness)

    @cached_property
    def _names(self) -> dict[str, frozenset[str]]:
        """All names of each situation and its persons, folded."""
        return {
            one.id: frozenset(
                folded(name)
                for name in (
                    *one.aliases,
                    *one.weak_aliases,
                    *(name for person in one.people for name in (person.name, *person.aliases)),
                )
            )
            for one in self.situations.values()
        }


def knowledge_files(root: Path) -> list[Path]:
    """The files of a project that this module reads."""
    return [root / PAPERS, root / SITUATIONS]


def read_knowledge(root: Path) -> Knowledge:
    """Reads ``knowledge/papers.yml`` and ``knowledge/situations.yml``; a file that is not there counts as empty.

    Raises:
        ContentError: With every fault of both files, by line.
    """
    problems: list[Problem] = []
    papers, situations = (_file(path, problems) for path in knowledge_files(root))
    knowledge = Knowledge(
        themes=_entries(papers, "themes", Theme, problems),
        papers=_entries(papers, "papers", Paper, problems),
        news=_entries(papers, "news", NewsItem, problems),
        situations=_entries(situations, "situations", Situation, problems),
    )
    if problems:
        raise ContentError(problems)
    return knowledge


def _file(path: Path, problems: list[Problem]) -> Optional[YamlFile]:
    if not path.exists():
        return None
    try:
        return YamlFile(path)
    except ContentError as error:
        problems += error.problems
        return None


_Kind = TypeVar("_Kind", Theme, Paper, NewsItem, Situation)


def _entries(file: Optional[YamlFile], key: str, kind: type[_Kind], problems: list[Problem]) -> dict[str, _Kind]:
    """The entries under a key of a file, by id; what is wrong with them is added to the problems."""
    found: dict[str, _Kind] = {}
    if file is None:
        return found
    try:
        entries = file.entries(key)
    except ContentError as error:
        problems += error.problems
        return found
    for index, fields in enumerate(entries):
        try:
            entry = kind(**fields)
        except (ValidationError, TypeError) as error:
            problems += _faults(file, key, index, error)
            continue
        if entry.id in found:
            message = f"the id {entry.id!r} is already taken in this file: give each entry its own"
            problems.append(Problem(file.path, file.line(key, index, "id"), message))
        found[entry.id] = entry
    return found


def _faults(file: YamlFile, key: str, index: int, error: Exception) -> Iterator[Problem]:
    if not isinstance(error, ValidationError):
        yield Problem(file.path, file.line(key, index), "write it like its neighbours: names, each with a colon")
        return
    for fault in error.errors():
        place = ".".join(str(step) for step in fault["loc"])
        yield Problem(file.path, file.line(key, index, *fault["loc"]), f"{place}: {fault['msg']}")
