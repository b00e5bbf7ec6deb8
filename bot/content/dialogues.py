"""Checks the test dialogues: each says what it alone shows, and no two differ only in a value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.content.yaml_lines import YamlFile
from bot.errors import ContentError, Problem

FOLDER = Path("tests") / "dialogues"

Shape = tuple[tuple[str, ...], ...]


def dialogue_problems(root: Path) -> list[Problem]:
    """Faults of the dialogue files of a project; none if it has no such files."""
    problems: list[Problem] = []
    seen: dict[Shape, Path] = {}
    for path in sorted((root / FOLDER).rglob("*.yml")):
        try:
            file = YamlFile(path)
            steps = file.entries("conversation")
            if not str(file.mapping().get("shows") or "").strip():
                problems.append(Problem(path, 1, "add a line `shows:` that says what this dialogue alone shows"))
        except ContentError as error:
            problems += error.problems
            continue
        shape = tuple(_shape(step) for step in steps)
        twin = seen.setdefault(shape, path)
        if twin != path:
            message = f"differs from {twin.name} only in what is said: add its lines there, or show something else"
            problems.append(Problem(path, 1, message))
    return problems


def _shape(step: dict[str, Any]) -> tuple[str, ...]:
    """What kind of step it is, whatever is said: keys, and of a reply its outcome, topic and step of a form."""
    shown = (str(step.get(key, "")) for key in ("topic", "field"))
    return (*sorted(step), str(step.get("outcome", "answered")), *shown) if "bot" in step else tuple(sorted(step))
