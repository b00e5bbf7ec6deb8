"""The file of the forms is read, and its faults are named by line."""

from pathlib import Path

import pytest
import yaml

from bot.content.forms import FORMS_FILE, NO_FORMS, read_forms
from bot.errors import ContentError
from bot.runtime.settings import ROOT


def project(tmp_path: Path, forms: str, domain: str = "") -> Path:
    """The project's forms and domain, with one of them changed."""
    (tmp_path / FORMS_FILE).parent.mkdir()
    (tmp_path / FORMS_FILE).write_text(forms, encoding="utf-8")
    (tmp_path / "domain.yml").write_text(domain or (ROOT / "domain.yml").read_text("utf-8"), encoding="utf-8")
    return tmp_path


TEXT = (ROOT / FORMS_FILE).read_text("utf-8")


def test_the_forms_of_the_project_end_with_a_consent_and_begin_with_the_age() -> None:
    for form in read_forms(ROOT).forms.values():
        assert (form.steps[0].answer, form.steps[-1].answer) == ("adult", "consent")


def test_a_project_without_the_file_has_no_forms(tmp_path: Path) -> None:
    assert read_forms(tmp_path) == NO_FORMS


@pytest.mark.parametrize(
    ("old", "new", "message", "line"),
    [
        ("  answer: email", "  answer: e-mail", "answer: unexpected value", "- id: email"),
        ("  label: E-mail", "  label: " + "E" * 21, "label: ensure this value has at most 20", "- id: email"),
        ("steps: [adult, person_name", "steps: [adult, nom", "the step 'nom' is not under", "- id: volunteer"),
        (", interests, consent]", ", interests]", "must end with the one step", "- id: volunteer"),
        (", interests, consent]", ", consent]", "domain.yml must have the form volunteer_form", "- id: volunteer"),
        ("intent: start_alliance", "intent: found", "the intent found is not in domain.yml", "- id: alliance"),
        ("- id: role", "- id: phone", "there is already a step 'phone'", None),
    ],
)
def test_a_fault_is_named(tmp_path: Path, old: str, new: str, message: str, line: str) -> None:
    assert old in TEXT
    with pytest.raises(ContentError, match=message) as error:
        read_forms(project(tmp_path, TEXT.replace(old, new, 1)))
    if line:
        assert TEXT.splitlines()[error.value.problems[0].line - 1] == line


def test_the_slots_that_forms_need_are_in_the_domain() -> None:
    slots = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))["slots"]
    for form in read_forms(ROOT).forms.values():
        assert set(form.fields) <= set(slots)
