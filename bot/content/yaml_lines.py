"""YAML with line numbers, so that a fault can be shown where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Union

import yaml

from bot.errors import ContentError, Errors, Problem

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Step = Union[str, int]
"""One step into a document: a key of a mapping or an index of a list."""


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
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ContentError([Problem(path, 0, Errors.E024.format(path=path.name, reason=error))]) from error
        try:
            loader = Loader(text)
            try:
                self._root = loader.get_single_node()
                self.data: Any = loader.construct_document(self._root) if self._root is not None else None
            finally:
                loader.dispose()
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 0
            reason = getattr(error, "problem", None) or "not valid YAML"
            message = f"not valid YAML: {reason}. Compare the indentation and quotes with a neighbouring file"
            raise ContentError([Problem(path, line, message)]) from error

    def line(self, *steps: Step) -> int:
        """Line of the value at the given steps, counted from 1; the nearest existing parent if it is missing."""
        node = self._root
        line = node.start_mark.line if node is not None else 0
        for step in steps:
            child = None
            if isinstance(node, yaml.MappingNode):
                for key, value in node.value:
                    if key.value == step:
                        child, line = value, key.start_mark.line
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                child = node.value[step]
                line = child.start_mark.line
            if child is None:
                break
            node = child
        return int(line) + 1


def line_with(path: Path, text: str) -> int:
    """Line of the first place in a file where a text stands, counted from 1; 0 if it stands nowhere."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, start=1) if text in line), 0)
