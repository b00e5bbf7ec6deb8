"""The other end of :func:`benchmarks.processes.run_module`: reads a request and writes the answer."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def answer(work: Callable[[Any], Any]) -> None:
    """Runs ``work`` on the request in the first file of the command line and writes its result to the second."""
    asked, answered = (Path(argument) for argument in sys.argv[1:3])
    result = work(json.loads(asked.read_text(encoding="utf-8")))
    answered.write_text(json.dumps(result), encoding="utf-8")
