"""YAML with line numbers, so that a fault can be shown where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Optional, Union

import yaml

from bot.errors import ContentError, Errors, Problem

Step = Union[str, int]
"""One step into a document: a key of a mapping or an index of a list."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # whichever is installed
    """Plain values only; dates stay text, so that a date that does not exist is a fault on its line."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}


class YamlFile:
    """One parsed YAML file.

    Attributes:
        path: The file.
        data: Its content as plain dictionaries, lists and scalars.
    """

    def __init__(self, path: Path) -> None:
        """Reads and parses the file.

        Raises:
            ContentError: It cannot be read, is not UTF-8, or is not valid YAML; the problem names the line.
        """
        self.path = path
        try:
            loader = _Loader(_text(path))
            try:
                self._root: Optional[yaml.Node] = loader.get_single_node()
                self.data: Any = loader.construct_document(self._root) if self._root is not None else None
            finally:
                loader.dispose()
        except yaml.YAMLError as error:
            raise ContentError([_syntax_problem(path, error)]) from error

    def mapping(self) -> dict[str, Any]:
        """The content as a mapping; empty for an empty file.

        Raises:
            ContentError: It is a list or words.
        """
        if self.data is None:
            return {}
        if not isinstance(self.data, dict):
            raise ContentError([Problem(self.path, 1, "the file must begin with a key such as `nlu:` or `responses:`")])
        return {str(key): value for key, value in self.data.items()}

    def entries(self, key: str) -> list[dict[str, Any]]:
        """The list under a key of the file, each entry a mapping; empty if there is none.

        Raises:
            ContentError: It is no list, or an entry is no mapping.
        """
        found = self.mapping().get(key) or []
        if not isinstance(found, list):
            raise ContentError([Problem(self.path, self.line(key), f"`{key}:` needs a list, each entry with a dash")])
        for index, entry in enumerate(found):
            if not isinstance(entry, dict):
                raise ContentError(
                    [Problem(self.path, self.line(key, index), f"write it like its neighbours: {entry!r}")]
                )
        return found

    def line(self, *steps: Step) -> int:
        """Line of the value at the given steps, counted from 1; the nearest existing parent if it is missing."""
        node = self._root
        line = node.start_mark.line if node is not None else 0
        for step in steps:
            child = None
            if isinstance(node, yaml.MappingNode):
                for key, value in node.value:
                    if key.value == str(step):
                        child, line = value, key.start_mark.line
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                child = node.value[step]
                line = child.start_mark.line
            if child is None:
                break
            node = child
        return int(line) + 1


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ContentError([Problem(path, 0, Errors.E024.format(path=path.name, reason=error.strerror))]) from error
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ContentError([Problem(path, line, "not UTF-8 text: save the file with the encoding UTF-8")]) from error


def _syntax_problem(path: Path, error: yaml.YAMLError) -> Problem:
    # An unclosed quote is noticed at the end of the file; what helps is where it was opened.
    opened = "quoted scalar" in (getattr(error, "context", None) or "")
    mark = getattr(error, "context_mark" if opened else "problem_mark", None)
    reason = "a quote that is not closed" if opened else getattr(error, "problem", None) or "not readable"
    message = f"not valid YAML: {reason}. Compare the indentation and quotes with a neighbouring file"
    return Problem(path, mark.line + 1 if mark else 0, message)


def line_with(path: Path, text: str) -> int:
    """Line of the first place in a file where a text stands, counted from 1; 0 if it stands nowhere."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, start=1) if text in line), 0)
