"""Checks the test dialogues: each says what it alone shows, and no two differ only in a value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.content.names import Names
from bot.content.yaml_lines import YamlFile
from bot.errors import ContentError, Problem

FOLDER = Path("tests") / "dialogues"

Shape = tuple[tuple[str, ...], ...]


def dialogue_problems(root: Path, names: Names) -> list[Problem]:
    """Faults of the dialogue files of a project; none if it has no such files.

    Args:
        root: The project's folder.
        names: The names of papers, situations and people: one in place of another makes no other dialogue.
    """
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
        shape = tuple(_shape(step, names) for step in steps)
        twin = seen.setdefault(shape, path)
        if twin != path:
            message = f"differs from {twin.name} only in words and names: add its lines there, or show something else"
            problems.append(Problem(path, 1, message))
    return problems


def _shape(step: dict[str, Any], names: Names) -> tuple[str, ...]:
    """What kind of step it is, whatever is said.

    Of a message, whether it names papers, situations or people; of a reply, its outcome, the step of a form that it
    asks, and its topic. Of topics that are entries of a list, such as ``paper/drones``, only the list counts.
    """
    if "bot" not in step:
        # What a name means first: "Ukraine" is a situation, and found in papers too.
        return (*sorted(step), *sorted({one.targets[0].kind for one in names.find(str(step.get("user", "")))}))
    kind, _, identity = str(step.get("topic", "")).partition("/")
    topic = (kind, identity) if kind == "faq" else (kind,)
    return (*sorted(step), str(step.get("outcome", "answered")), str(step.get("field", "")), *topic)
