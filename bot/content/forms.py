"""Reads ``knowledge/forms.yml``: what each form asks, in which order, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Optional

from pydantic import BaseModel, ConstrainedStr, Field, ValidationError, root_validator

from bot.content.schema import MAX_LABEL, MAX_SHORT_ANSWER
from bot.content.yaml_lines import YamlFile
from bot.errors import ContentError, Problem

FORMS_FILE = Path("knowledge") / "forms.yml"

AnswerType = Literal["text", "email", "phone", "place", "adult", "commitment", "consent"]
"""What a step takes; ``bot.dialogue.forms.validators`` has one validator for each."""


class Label(ConstrainedStr):
    """A text short enough for a button."""

    max_length = MAX_LABEL


class FormStep(BaseModel):
    """One question of a form.

    Attributes:
        id: Name of the field, which is the slot's name too.
        label: What the field is called in a summary and in "change my ...".
        answer: What it takes.
        ask: The question.
        ask_in: The question in a certain form, by the form's id.
        why: Why it is asked.
        example: What a valid answer looks like.
        optional: Whether it can be skipped.
        longest: Characters of the longest text that is taken.
        choices: Answers that are offered.
        autocomplete: ``autocomplete`` token of an HTML input.
    """

    id: str = Field(regex="^[a-z_]+$")
    label: str = Field(min_length=2, max_length=MAX_LABEL)
    answer: AnswerType
    ask: str = Field(max_length=MAX_SHORT_ANSWER)
    ask_in: dict[str, str] = Field(default_factory=dict)
    why: str = Field(min_length=3)
    example: str = Field(min_length=3)
    optional: bool = False
    longest: int = Field(500, ge=1, le=1000)
    choices: list[Label] = Field(default_factory=list, max_items=5)
    autocomplete: str = "off"

    class Config:
        extra = "forbid"
        frozen = True


class Form(BaseModel):
    """A form with its steps.

    Attributes:
        id: Such as ``volunteer``; also the kind of the record that it leads to.
        title: What the form is called.
        label: Name of the task for a button.
        phrase: What picking that button sends: a phrasing of the intent.
        intent: The intent that starts it.
        intro: What is said first: what is asked, why, and what happens with it.
        consent: The question that the last step asks.
        steps: In the order in which they are asked; the last is the consent.
    """

    id: str = Field(regex="^[a-z_]+$")
    title: str = Field(min_length=3)
    label: str = Field(min_length=2, max_length=MAX_LABEL)
    phrase: str = Field(min_length=3)
    intent: str
    intro: str = Field(min_length=3)
    consent: str = Field(min_length=3)
    steps: list[FormStep] = Field(min_items=2)

    class Config:
        extra = "forbid"
        frozen = True

    @root_validator(skip_on_failure=True)
    def _ends_with_consent(cls, values: dict[str, Any]) -> dict[str, Any]:
        answers = [step.answer for step in values["steps"]]
        if answers.count("consent") != 1 or answers[-1] != "consent":
            raise ValueError(f"the form {values['id']} must end with the one step that asks for consent")
        return values

    @property
    def key(self) -> str:
        """What the form is called beside content ids, such as ``form/volunteer``."""
        return f"form/{self.id}"

    @property
    def name(self) -> str:
        """Name of the form in ``domain.yml``, such as ``volunteer_form``."""
        return f"{self.id}_form"

    @property
    def fields(self) -> list[str]:
        """Names of all fields in order, the consent last."""
        return [step.id for step in self.steps]

    def step(self, field: Optional[str]) -> FormStep:
        """The step of a field.

        Raises:
            KeyError: The form has no such field.
        """
        for step in self.steps:
            if step.id == field:
                return step
        raise KeyError(field)

    def question(self, step: FormStep) -> str:
        """What a step asks in this form."""
        return self.consent if step.answer == "consent" else step.ask_in.get(self.id, step.ask)


class Forms(BaseModel):
    """All forms, by id.

    Attributes:
        no_promise: What is said of replies where the operator promises none.
        forms: By id.
    """

    no_promise: str
    forms: dict[str, Form]

    class Config:
        extra = "forbid"
        frozen = True

    def named(self, name: Optional[str]) -> Optional[Form]:
        """The form with a name such as ``volunteer_form``; None without one."""
        return next((form for form in self.forms.values() if form.name == name), None)


NO_FORMS = Forms(no_promise="", forms={})


def read_forms(root: Path) -> Forms:
    """Reads the forms of a project; none if it has no such file.

    Raises:
        ContentError: With every fault found; steps or forms that ``domain.yml`` has otherwise are faults too.
    """
    path = root / FORMS_FILE
    if not path.exists():
        return NO_FORMS
    file = YamlFile(path)
    steps, problems = _steps(file)
    forms: dict[str, Form] = {}
    for index, entry in enumerate(file.entries("forms")):
        line = file.line("forms", index)
        unknown = [name for name in entry.get("steps") or [] if name not in steps]
        if unknown and not problems:
            problems.append(Problem(path, line, f"the step {unknown[0]!r} is not under `steps:`; add it there"))
        if problems:
            continue
        try:
            form = Form(**{**entry, "steps": [steps[name] for name in entry.get("steps") or []]})
            forms[form.id] = form
        except ValidationError as error:
            problems.append(_problem(path, line, error))
    problems = problems or _domain_problems(root, file, forms)
    if problems:
        raise ContentError(problems)
    return Forms(no_promise=str(file.mapping().get("no_promise") or ""), forms=forms)


def _steps(file: YamlFile) -> tuple[dict[str, FormStep], list[Problem]]:
    steps: dict[str, FormStep] = {}
    problems: list[Problem] = []
    for index, entry in enumerate(file.entries("steps")):
        line = file.line("steps", index)
        try:
            step = FormStep(**entry)
        except ValidationError as error:
            problems.append(_problem(file.path, line, error))
            continue
        if step.id in steps:
            problems.append(Problem(file.path, line, f"there is already a step {step.id!r}; rename one"))
        steps[step.id] = step
    return steps, problems


def _problem(path: Path, line: int, error: ValidationError) -> Problem:
    first = error.errors()[0]
    return Problem(path, line, f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}")


def _domain_problems(root: Path, file: YamlFile, forms: dict[str, Form]) -> list[Problem]:
    """Where ``domain.yml``, which training reads, and the forms do not agree."""
    domain = YamlFile(root / "domain.yml")
    declared = domain.mapping().get("forms") or {}
    intents = domain.mapping().get("intents") or []
    problems = []
    for index, form in enumerate(forms.values()):
        line = file.line("forms", index)
        wanted = (declared.get(form.name) or {}).get("required_slots")
        if wanted != form.fields:
            message = f"domain.yml must have the form {form.name} with `required_slots: [{', '.join(form.fields)}]`"
            problems.append(Problem(file.path, line, message))
        if form.intent not in intents:
            problems.append(Problem(file.path, line, f"the intent {form.intent} is not in domain.yml; add it there"))
    return problems
