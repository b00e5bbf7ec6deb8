"""The widget's script is put together from its parts."""

from pathlib import Path

import pytest

from bot.channels.site.script import widget_script
from bot.errors import StartError


def parts(folder: Path, **texts: str) -> Path:
    (folder / "src").mkdir()
    for name, text in texts.items():
        (folder / "src" / f"{name}.js").write_text(text, encoding="utf-8")
    return folder


def test_parts_share_one_private_scope_in_the_order_of_their_names(tmp_path: Path) -> None:
    folder = parts(tmp_path, b_second="  use(first); // a remark", a_first="const first = 'é';", c_third="done()")
    script = widget_script(folder).decode()
    assert script.startswith("(()=>{")
    assert '"use strict"' in script
    assert script.index("const first='é';") < script.index("use(first);") < script.index("done()")
    assert "remark" not in script
    assert script.rstrip().endswith("})();")


def test_the_same_parts_give_the_same_bytes(tmp_path: Path) -> None:
    folder = parts(tmp_path, a="const a = 1;", b="const b = 2;")
    assert widget_script(folder) == widget_script(folder)


def test_a_part_without_a_last_line_break_does_not_swallow_the_next(tmp_path: Path) -> None:
    assert b"const b" in widget_script(parts(tmp_path, a="const a = 1; // ends here", b="const b = 2;"))


@pytest.mark.parametrize("broken", ["no folder", "no parts", "not UTF-8"])
def test_missing_parts_are_named(tmp_path: Path, broken: str) -> None:
    if broken != "no folder":
        parts(tmp_path)
    if broken == "not UTF-8":
        (tmp_path / "src" / "a.js").write_bytes(b"\xff")
    with pytest.raises(StartError, match="src"):
        widget_script(tmp_path)
