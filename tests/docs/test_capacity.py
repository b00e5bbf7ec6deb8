"""The capacity page's table is what its one measured figure comes to, and what the benchmark prints."""

from pathlib import Path

import pytest

from benchmarks import capacity
from benchmarks.scale import needs_table
from bot.storage.database import POOL_SIZE


def test_the_table_follows_from_the_stated_figure() -> None:
    page = capacity.PAGE.read_text(encoding="utf-8")
    assert capacity.renewed(page) == page, "run `python -m benchmarks.capacity`"


@pytest.mark.parametrize("per_second", [87.0, 86.75, 0.1, 123.456])
def test_half_of_what_a_replica_answers_is_used_of_it(per_second: float) -> None:
    needs = capacity.needs(per_second)
    assert [need.per_second / per_second for need in needs] == pytest.approx([1, 10, 1000])
    # Not one more for the way in which computers round.
    assert [need.replicas for need in needs] == [2, 20, 2000]
    assert [need.connections for need in needs] == [2 * POOL_SIZE, 20 * POOL_SIZE, 2000 * POOL_SIZE]
    assert [need.turns_a_day for need in needs] == pytest.approx([86_400 * need.per_second for need in needs])


def test_another_figure_is_a_change_of_one_number(tmp_path: Path) -> None:
    page = capacity.PAGE.read_text(encoding="utf-8")
    stated = capacity.stated(page)
    changed = page.replace(f"answers {stated:g} messages", "answers 50 messages")
    assert changed != page
    copy = tmp_path / "capacity.md"
    copy.write_text(changed, encoding="utf-8")
    capacity.renew(copy)
    renewed = copy.read_text(encoding="utf-8")
    assert f"| 500 | 20 | {20 * POOL_SIZE} | 43 million | PostgreSQL's writes: some 1,500 short transactions" in renewed
    assert renewed.count("\n") == page.count("\n")


def test_a_page_without_the_figure_or_the_table_is_refused() -> None:
    page = capacity.PAGE.read_text(encoding="utf-8")
    for broken in (page.replace("one replica answers", "it answers"), page.replace(capacity.HEAD, "")):
        assert broken != page
        with pytest.raises(ValueError, match=r"capacity\.md"):
            capacity.renewed(broken)


def test_the_benchmark_prints_the_same() -> None:
    table = needs_table(87.0)
    printed = list(zip(*(column.cells for column in table.columns)))
    assert printed == [need.cells()[:-1] for need in capacity.needs(87.0)]
