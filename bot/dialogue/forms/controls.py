"""What steers a form instead of answering it: a control word alone, "change my e-mail", a clear request to stop."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, Optional

from bot.content.forms import Form, FormStep
from bot.content.text import normalized

ControlKind = Literal["cancel", "back", "skip", "explain", "repeat", "go_on", "change"]

_WORDS: dict[str, ControlKind] = {
    **dict.fromkeys(
        ("cancel", "stop", "quit", "exit", "abort", "cancel it", "cancel this", "cancel please", "please cancel",
         "stop it", "stop this", "please stop", "never mind", "nevermind", "forget it", "cancel the form",
         "stop the form", "cancel sign up", "cancel my sign up", "i want to cancel", "i want to stop"),
        "cancel",
    ),
    **dict.fromkeys(
        ("back", "go back", "previous", "previous question", "go back please", "please go back", "step back", "undo",
         "go back one step", "one step back", "last question"),
        "back",
    ),
    **dict.fromkeys(
        ("skip", "skip it", "skip this", "skip this one", "skip that", "skip please", "please skip",
         "skip this question", "rather not say", "i d rather not say", "prefer not to say", "leave it blank"),
        "skip",
    ),
    **dict.fromkeys(
        ("help", "why", "why do you ask", "why do you ask that", "why do you need that", "why do you need this",
         "why do you want to know", "what for", "what is that for", "what is this for", "what do you mean"),
        "explain",
    ),
    **dict.fromkeys(
        ("repeat", "repeat that", "say that again", "again", "what was the question", "repeat the question",
         "where were we"),
        "repeat",
    ),
    **dict.fromkeys(
        ("continue", "go on", "resume", "carry on", "keep going", "let s go on", "continue the form",
         "back to the form", "resume the form"),
        "go_on",
    ),
    **dict.fromkeys(("change an answer", "change something", "change answer", "change my answers", "edit"), "change"),
}  # fmt: skip

_NOTHING = frozenset(
    (
        "no",
        "none",
        "nope",
        "nah",
        "no thanks",
        "no thank you",
        "no thx",
        "n a",
        "na",
        "nothing",
        "i don t have one",
        "i dont have one",
        "don t have one",
        "dont have one",
        "no phone",
        "no number",
        "no email",
        "no need",
        "nah im good",
    )
)
"""What skips an optional step besides the words above."""

_NO_IDEA = re.compile(r"(?:sorry )?(?:idk|dunno|no idea|i (?:don t|dont|do not) know)(?P<of>(?: \w+){0,3})")
"""An answer that is none: "idk", "i don't know the website"."""
_ROUND_ABOUT = re.compile(
    r"^(?:(?:no|wait|ok|okay|oh|oops|sorry|um|pls|please|actually|just)\s+)+|(?:\s+(?:pls|please|now|more|again|lol))+$"
)
"""What stands around a control word: "no wait go back pls"."""

_YES = frozenset(("yes", "yes please", "y", "yep", "yeah", "sure", "ok", "okay"))
_NO = frozenset(("no", "no thanks", "no thank you", "n", "nope", "nah"))

_INTENTS: dict[str, ControlKind] = {
    "cancel": "cancel",
    "go_back": "back",
    "skip": "skip",
    "resume_form": "go_on",
    "change_answer": "change",
}
"""Task intents that mean the same."""

_SYNONYMS = {
    "email": ("mail", "email address", "e mail", "e mail address", "mail address", "address"),
    "email_if_any": ("mail", "email", "email address", "e mail address", "mail address", "address"),
    "phone": ("phone number", "number", "telephone", "cell", "cell number", "mobile"),
    "person_name": ("full name", "first name", "last name", "surname", "contact person", "contact"),
    "place": ("city", "state", "zip", "zip code", "town", "location", "where i live"),
    "adult": ("age",),
    "interests": ("interests", "interest", "what i would like to do", "tasks"),
    "alliance_wish": ("alliance", "start or join"),
    "backing": ("backing", "backing organization", "backer"),
    "organization": ("organisation", "organization name", "organization s name", "name of the organization", "group"),
    "organization_field": ("work", "field of work", "what we do", "subject"),
    "commitment": ("commitment", "answer on the commitment"),
}
_CHANGE = re.compile(
    r"^(?:(?:no|yes|please|wait|oops|sorry|hold on|actually|but|can i|could i|can you|could you|i want to|i d like to|"
    r"i would like to|i need to|let me)\s+)*(?:change|correct|edit|fix|update|redo|replace)\s+"
    r"(?:(?:my|the|our|this|that)\s+)?(?P<field>.+?)"
    r"(?:\s+(?:please|again|first))*$"
)
_WRONG = re.compile(
    r"^(?:(?:no|wait|oops|sorry|but|actually)\s+)*(?:(?:my|the|our)\s+)?(?P<field>.+?)\s+(?:is|was)\s+"
    r"(?:wrong|not right|incorrect|misspelled|not correct)$|^wrong\s+(?P<other>.+)$"
)
_NEW_VALUE = re.compile(
    r"\b(?:change|correct|edit|fix|update|replace)\b.*?\b(?:to|with|into)\s*:?\s+(?P<value>\S.*)$", re.I | re.S
)


class Control(NamedTuple):
    """A wish about the form itself.

    Attributes:
        kind: What is wanted.
        field: Field to change, if it was named.
        value: What to change it to, as typed.
    """

    kind: ControlKind
    field: Optional[str] = None
    value: Optional[str] = None


def control_of(typed: str, form: Form, step: FormStep) -> Optional[Control]:
    """The control that a message is, by its words alone; None if it is none."""
    said = normalized(typed)
    kind = _WORDS.get(said) or _WORDS.get(_ROUND_ABOUT.sub("", said)) or _no_idea(said, step)
    if kind is None and step.optional and said in _NOTHING:
        kind = "skip"
    if kind:
        return Control(kind)
    if step.answer == "consent" and named_field(said, form):
        return Control("change", named_field(said, form))
    return _change(typed, said, form)


def _no_idea(said: str, step: FormStep) -> Optional[ControlKind]:
    """The wish to have a step explained that is in not knowing its answer."""
    found = _NO_IDEA.fullmatch(said)
    needed = step.answer == "text" and not step.optional and step.id != "message"
    return "explain" if found and (needed or not found["of"]) else None


def control_of_intent(intent: str) -> Optional[Control]:
    """The control that an intent stands for; None if it is none."""
    kind = _INTENTS.get(intent)
    return Control(kind) if kind else None


def yes_or_no(typed: str) -> Optional[bool]:
    """What a message answers to a question of the assistant's own; None unless it is a yes or no alone."""
    said = normalized(typed)
    return True if said in _YES else False if said in _NO else None


def named_field(said: str, form: Form) -> Optional[str]:
    """The field of a form that normalized words name: its label, its id or another word for it."""
    for step in form.steps[:-1]:
        if said in (normalized(step.label), step.id, step.id.replace("_", " "), *_SYNONYMS.get(step.id, ())):
            return step.id
    return None


def _change(typed: str, said: str, form: Form) -> Optional[Control]:
    field = _field_to_change(said, form)
    if field:
        return Control("change", field)
    new = _NEW_VALUE.search(typed)
    if new:
        field = _field_to_change(normalized(typed[: new.start("value")]).rsplit(" ", 1)[0], form)
    return Control("change", field, new["value"].strip()) if new and field else None


def _field_to_change(said: str, form: Form) -> Optional[str]:
    match = _CHANGE.match(said) or _WRONG.match(said)
    return named_field(match["field"] or match.groupdict().get("other") or "", form) if match else None
