"""A small project of three topics, as an editor would have it, to be spoiled one fault at a time."""

import shutil
from pathlib import Path

import yaml

from bot.content.check import check_project
from bot.errors import ContentError, Problem
from bot.runtime.settings import ROOT

HEAD = """\
version: "3.1"
nlu:
- intent: faq/{id}
  metadata:
    title: {title}
    label: {label}
    sources:
    - name: The Rome Statute
      url: https://example.org/statute
      as_of: 2015-07
    reviewed: 2026-11-23
    related: [{related}]
    follow_ups: {{why: {related}, how_help: {help}}}
  examples: |
"""

TAIL = """\
responses:
  utter_faq/{id}:
  - text: |-
      {answer}

      A second paragraph.
  - text: {answer}
    channel: twilio
"""

TOPICS = {
    "seat": {
        "theme": "court",
        "title": "Where does the Court sit?",
        "label": "Where it sits",
        "related": "crimes",
        "help": "write",
        "answer": "In The Hague, in the Netherlands.",
        "phrasings": [
            "court address",
            "which city hosts it",
            "the hague or geneva",
            "is it in holland",
            "headquarters building",
            "in what country does the icc have its seat",
            "my class wants to visit the judges, where do we go",
            "does the tribunal sit in belgium or in the netherlands",
            "tell me the place where hearings happen every day",
            "how far is the courthouse from amsterdam by train",
            "are trials ever held outside of its home town",
            "show me on a map the home of international justice",
        ],
    },
    "crimes": {
        "theme": "court",
        "title": "Which crimes does it try?",
        "label": "The crimes",
        "related": "seat",
        "help": "write",
        "answer": "Genocide, crimes against humanity, war crimes and aggression.",
        "phrasings": [
            "list the offences",
            "genocide only?",
            "does terrorism count",
            "war crimes and what else",
            "four core crimes",
            "what kind of acts can somebody be charged with there",
            "is drug trafficking something that the prosecutor may pursue",
            "would piracy at sea come before these judges at all",
            "are attacks on hospitals within the scope of the statute",
            "since when is aggression one of the punishable deeds",
            "do they deal with theft or fraud or only with mass murder",
            "which atrocities are listed in the founding treaty of 1998",
        ],
    },
    "write": {
        "theme": "involved",
        "title": "How do I write to my senator?",
        "label": "Write to a senator",
        "related": "seat",
        "help": "seat",
        "answer": "Say in your own words why the Court matters to you.",
        "phrasings": [
            "contact congress",
            "letter template please",
            "email my representative",
            "call capitol hill",
            "petition lawmakers",
            "what should i put into a message to a member of congress",
            "who speaks for my state in washington and how do i reach them",
            "i would like to tell politicians what i think of all this",
            "is a phone call better than a letter on paper these days",
            "give me some tips for lobbying the people i voted for",
            "how can a citizen influence the vote on such a bill",
            "does sending postcards to elected officials ever work",
        ],
    },
}


def topic_text(identity: str) -> str:
    """A sound topic file."""
    fields = {"id": identity, **TOPICS[identity]}
    examples = "".join(f"    - {phrasing}\n" for phrasing in TOPICS[identity]["phrasings"])
    return HEAD.format(**fields) + examples + TAIL.format(**fields)


class Project:
    """A project folder, what an editor does to it, and what the check says then."""

    def __init__(self, root: Path, cache: Path) -> None:
        self.root = root
        self.domain = root / "domain.yml"
        self.rules = root / "data" / "stories" / "rules.yml"
        self._cache = cache
        for identity in TOPICS:
            self.write(self.topic(identity), topic_text(identity))
        shutil.copy(ROOT / "config.yml", root / "config.yml")
        shutil.copytree(ROOT / "data" / "stories", root / "data" / "stories")
        domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
        for variants in domain["responses"].values():
            for variant in variants:
                # The project's own responses offer topics and forms that are not here.
                for offer in ("choices", "tasks"):
                    variant.get("metadata", {}).pop(offer, None)
        self.write(self.domain, yaml.safe_dump(domain, sort_keys=False, allow_unicode=True))

    def topic(self, identity: str, theme: str = "") -> Path:
        """The file of a topic."""
        return self.root / "data" / "nlu" / "faq" / (theme or TOPICS[identity]["theme"]) / f"{identity}.yml"

    def write(self, path: Path, text: str) -> None:
        """Saves a file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def edit(self, path: Path, old: str, new: str) -> None:
        """Replaces a passage that stands once in a file."""
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def line(self, path: Path, text: str) -> int:
        """Line of the only place where a text stands, counted from 1."""
        numbers = [
            number for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if text in line
        ]
        assert len(numbers) == 1, f"{text!r} stands on lines {numbers} of {path.name}"
        return numbers[0]

    def problems(self) -> list[Problem]:
        """What the check finds."""
        try:
            check_project(self.root, self._cache)
        except ContentError as error:
            return error.problems
        return []
