"""Cells that no spreadsheet runs, texts that no terminal obeys."""

import csv
import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli.parts import as_csv, as_json, visible


def cell(value: str) -> str:
    """A value as it comes out of a CSV file again."""
    (row,) = list(csv.reader(io.StringIO(as_csv([{"name": value}]), newline="")))[1:]
    return row[0]


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
@pytest.mark.parametrize(
    "before",
    ["", " ", "   ", "\t", "\r", "\n", "\r\n", " \t\n ", "\u00a0", "\u3000", "\ufeff", "\u200b", "\0", "\x1b"],
    ids=ascii,
)
def test_no_cell_begins_a_formula(before: str, first: str) -> None:
    assert cell(f"{before}{first}1+1").startswith("'")


@pytest.mark.parametrize("value", ["Ann O'Lee", "a=b", "ann@example.org", "O+ blood", " Lee", "", "R-7K3QX-9MAB2"])
def test_other_cells_are_as_they_were(value: str) -> None:
    assert cell(value) == value


@given(st.text())
def test_any_text_is_safe_to_show(text: str) -> None:
    shown = visible(text)
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cs", "Zl", "Zp"}
    shown.encode("utf-8")
    assert json.loads(as_json([text])) == [text]
    cell(text).encode("utf-8")


@pytest.mark.parametrize("text", ["José Ng", "Зоя", "نازنین‌زهرا", "👩‍👧", "O'Brien <b>"])
def test_names_are_shown_as_typed(text: str) -> None:
    assert visible(text) == text
