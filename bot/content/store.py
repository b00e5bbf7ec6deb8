"""The content in memory: read from files, served at run time, swapped as a whole when files change."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from bot.content.alliances import ALLIANCES, Alliance, read_alliances
from bot.content.forms import FORMS_FILE, NO_FORMS, Forms, read_forms
from bot.content.knowledge import Knowledge, knowledge_files, read_knowledge
from bot.content.references import reference_problems
from bot.content.responses import CannedResponse, read_responses
from bot.content.schema import Topic
from bot.content.text import normalized
from bot.content.topics import read_topic, topic_files
from bot.content.yaml_lines import line_with
from bot.errors import ContentError, Problem
from bot.metrics import CONTENT_RELOADS

logger = logging.getLogger(__name__)

Stamp = tuple[tuple[str, int, int], ...]
"""Path, modification time in ns and size of each content file."""


@dataclass(frozen=True)
class Content:
    """Everything the assistant can say at one moment.

    Attributes:
        topics: Topics by id.
        responses: Canned responses by name.
        forms: What the forms ask.
        by_title: Id of the topic whose title or label, normalized, is the key.
        knowledge: Papers and situations.
        by_name: Content id, such as ``paper/drones``, of the paper or situation whose title, label or question,
            normalized, is the key.
        alliances: Local alliances by id.
    """

    topics: dict[str, Topic]
    responses: dict[str, CannedResponse]
    by_title: dict[str, str] = field(default_factory=dict)
    knowledge: Knowledge = field(default_factory=Knowledge)
    by_name: dict[str, str] = field(default_factory=dict)
    alliances: dict[str, Alliance] = field(default_factory=dict)
    forms: Forms = NO_FORMS

    def topic(self, intent: Optional[str]) -> Optional[Topic]:
        """The topic of an intent such as ``faq/why_support``; None if it does not exist (any more)."""
        return self.topics.get((intent or "").split("/", 1)[-1])


def read_content(root: Path) -> Content:
    """Reads all content files of a project.

    Raises:
        ContentError: With every fault of every file.
    """
    topics: dict[str, Topic] = {}
    problems: list[Problem] = []
    for path in topic_files(root):
        try:
            topic = read_topic(path)
        except ContentError as error:
            problems += error.problems
            continue
        if topic.id in topics:
            problems.append(Problem(path, 0, f"there is already a topic with this name: {topics[topic.id].path}"))
        topics[topic.id] = topic
    responses: dict[str, CannedResponse] = {}
    try:
        responses = read_responses(root / "domain.yml")
    except ContentError as error:
        problems += error.problems
    knowledge, alliances = Knowledge(), dict[str, Alliance]()
    try:
        knowledge = read_knowledge(root)
    except ContentError as error:
        problems += error.problems
    try:
        alliances = read_alliances(root)
    except ContentError as error:
        problems += error.problems
    forms = NO_FORMS
    try:
        forms = read_forms(root)
    except ContentError as error:
        problems += error.problems
    by_title = _titles(topics, problems)
    # A broken file would make its neighbours' references look dangling: show the cause, not the symptoms.
    problems = problems or reference_problems(root, topics, responses, knowledge, forms)
    if problems:
        raise ContentError(problems)
    return Content(topics, responses, by_title, knowledge, _names(topics, by_title, knowledge), alliances, forms)


def _names(topics: dict[str, Topic], by_title: dict[str, str], knowledge: Knowledge) -> dict[str, str]:
    """What the names of papers and situations lead to.

    What a choice sends leads to what the choice is for. All other names give way to topics, and those of papers to
    situations.
    """
    situations, papers = knowledge.situations.values(), knowledge.papers.values()
    sent = {normalized(one.question): one.key for one in situations}
    sent.update((normalized(paper.asked), paper.key) for paper in papers)
    sent.update((normalized(theme.asked), theme.key) for theme in knowledge.themes.values())
    titles = {normalized(topic.title) for topic in topics.values()}
    found = {name: key for name, key in sent.items() if name not in titles}
    others = [(name, one.key) for one in situations for name in (one.title, one.label)]
    others += [(name, one.key) for one in papers for name in (one.title, one.label)]
    for name, key in others:
        if normalized(name) not in by_title:
            found.setdefault(normalized(name), key)
    return found


def _titles(topics: dict[str, Topic], problems: list[Problem]) -> dict[str, str]:
    titles: dict[str, str] = {}
    for topic in topics.values():
        for text in (topic.title, topic.label):
            other = titles.setdefault(normalized(text), topic.id)
            if other != topic.id:
                message = f"{text!r} is also the title or label of {other}: change one"
                problems.append(Problem(topic.path, line_with(topic.path, text), message))
    return titles


class ContentStore:
    """Serves the content of a project folder and notices when its files change."""

    def __init__(self, root: Path) -> None:
        """Reads the content.

        Raises:
            ContentError: The content on disk does not pass.
        """
        self.root = root
        self._stamp = self._stat()
        self.content = read_content(root)
        self._trained = self.content

    def refresh(self) -> bool:
        """Reads the files again if any has changed; content that does not pass is refused and the old one stays.

        Returns:
            Whether new content is being served now.
        """
        stamp = self._stat()
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        try:
            content = read_content(self.root)
        except ContentError as error:
            CONTENT_RELOADS.labels("refused").inc()
            logger.error("Content change refused, still serving the old content. %s", error)
            return False
        self.content = content
        CONTENT_RELOADS.labels("accepted").inc()
        logger.info("Content reloaded: %d topics, %d papers.", len(content.topics), len(content.knowledge.papers))
        untrained = self._untrained()
        if untrained:
            logger.warning("These are found only after `make train`: %s", ", ".join(untrained))
        return True

    def _untrained(self) -> list[str]:
        """Topics that are new, or have other phrasings than when the store was made, by id."""
        trained = self._trained.topics
        return [
            identity
            for identity, topic in self.content.topics.items()
            if identity not in trained or topic.phrasings != trained[identity].phrasings
        ]

    def _stat(self) -> Stamp:
        stamps = []
        rules = sorted((self.root / "data" / "stories").glob("*.yml"))
        knowledge = [*knowledge_files(self.root), self.root / ALLIANCES, self.root / FORMS_FILE]
        for path in [*topic_files(self.root), *rules, self.root / "domain.yml", *knowledge]:
            try:
                status = path.stat()
            except OSError:
                continue
            stamps.append((str(path), status.st_mtime_ns, status.st_size))
        return tuple(stamps)


_shared: dict[Path, ContentStore] = {}


def shared_store(root: Optional[Path] = None) -> ContentStore:
    """The one content store of this process.

    Rasa makes graph components and response generators itself and cannot hand them a store, so they ask here. The
    launcher names the root first; without one, as under the stock ``rasa`` command, it is the working folder.

    Raises:
        ContentError: The content does not pass (first call only).
    """
    if root is None and _shared:
        return next(iter(_shared.values()))
    root = (root or Path.cwd()).resolve()
    if root not in _shared:
        _shared.clear()
        _shared[root] = ContentStore(root)
    return _shared[root]
