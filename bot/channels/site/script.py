"""Makes ``/chat.js``, the widget's script, out of its parts. How: ``widget/README.md``."""

from __future__ import annotations

from pathlib import Path

import rjsmin

from bot.errors import Errors, StartError

_OPENING, _CLOSING = '(()=>{"use strict";\n', "})();\n"
"""The parts share one scope that is private to the widget."""


def widget_script(folder: Path) -> bytes:
    """The script as it is served.

    Args:
        folder: The widget's folder; the parts are ``src/*.js``, joined in the order of their names.

    Raises:
        StartError: There are no parts, or one cannot be read.
    """
    source = folder / "src"
    try:
        parts = [path.read_text(encoding="utf-8") for path in sorted(source.glob("*.js"))]
    except (OSError, UnicodeDecodeError) as error:
        raise StartError(Errors.E043.format(path=source)) from error
    if not parts:
        raise StartError(Errors.E043.format(path=source / "*.js"))
    joined = _OPENING + "".join(f"{part}\n" for part in parts) + _CLOSING
    minified: str = rjsmin.jsmin(joined)
    return minified.encode()
