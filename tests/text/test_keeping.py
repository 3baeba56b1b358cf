"""Kinds of things that may be kept in any case are found, and nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from specpc import Protection
from specpc.errors import BudgetError, UsageError
from specpc.options import KINDS
from specpc.text.keeping import find_kind

if TYPE_CHECKING:
    from specpc import Compressor
    from specpc.options import Kind

FOUND: list[tuple[Kind, str, list[str]]] = [
    ("numbers", "It costs $1,299.50, or 42 at 0.19%, not v2 or x86.", ["$1,299.50", "42", "0.19%"]),
    ("numbers", "12:30 is 7.", ["12:30", "7"]),
    ("numbers", "alice,42,7\n.5 of 30s, 5GB", ["42,7", ".5", "30s", "5GB"]),
    ("numbers", "売上は1,234円です、35%。", ["1,234", "35%"]),
    ("dates", "会議は2024年5月3日に開催。", ["2024年5月3日"]),
    (
        "dates",
        "On 2026-03-12T09:30, 12 March 2026, March 12, 2026, Mar 2026 or 12.03.2026; v1.2.3.",
        ["2026-03-12T09:30", "12 March 2026", "March 12, 2026", "Mar 2026", "12.03.2026"],
    ),
    (
        "dates",
        "Am 3. Mai 2025, le 14 juillet, 2026年3月12日.",
        ["3. Mai 2025", "14 juillet", "2026年3月12日"],
    ),
    ("dates", "It may march 12 men.", ["march 12"]),
    ("names", "The ship met Edda Hallgrim, then Tern. It left.", ["Edda Hallgrim", "Tern"]),
    ("names", "It is so. They agree.", []),
    (
        "ids",
        "Flight HAT157, user_42 and #123, 3f2a9c01, 9d7e6f1a-1111-2222-3333-444455556666; a1 2026.",
        ["HAT157", "user_42", "#123", "3f2a9c01", "9d7e6f1a-1111-2222-3333-444455556666"],
    ),
    ("errors", "ok\na.c:3:5: error: no such thing\nok\n", ["a.c:3:5: error: no such thing", "ok"]),
    ("errors", "all is well\n", []),
    (
        "urls",
        "See https://a.org/b?c=1 (or www.b.org), ann@c.org.",
        ["https://a.org/b?c=1", "www.b.org", "ann@c.org"],
    ),
    ("negations", "It is not so, and never was.", ["not", "never"]),
]


@pytest.mark.parametrize(("kind", "text", "expected"), FOUND)
def test_what_is_of_a_kind(kind: Kind, text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in find_kind(kind, text)] == expected


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_in_nothing(kind: Kind) -> None:
    assert find_kind(kind, "") == find_kind(kind, " \n ") == []


TEXT = "The quay was calm. " * 20 + "It closed on 12 March 2026. " + "Gulls slept all day. " * 20


def test_kinds_are_kept(tiny: Compressor) -> None:
    result = tiny.compress(TEXT, "Gulls?", ratio=0.2, keep=Protection(kinds=("dates", "urls")))
    assert "It closed on 12 March 2026." in result.text
    assert result.notes == ("the text has no urls to keep",)


def test_kinds_count_against_the_budget(tiny: Compressor) -> None:
    numbers = "".join(f"Berth {n} is free. " for n in range(50))
    with pytest.raises(BudgetError, match=r"what must be kept takes [\d,]+ .* the budget is"):
        tiny.compress(numbers, "Gulls?", ratio=0.2, keep=Protection(kinds=("numbers",)))


def test_a_kind_that_is_none_is_told() -> None:
    with pytest.raises(UsageError, match="there is no kind 'colours' to keep: use numbers, dates"):
        Protection(kinds=("colours",))  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="the kinds to keep must be a list"):
        Protection(kinds="numbers")  # type: ignore[arg-type]


def test_names_in_a_chain_take_linear_time() -> None:
    assert find_kind("names", "A-" * 100_000) == []


def test_a_kind_counts_once() -> None:
    assert Protection(kinds=("dates", "urls", "dates")).kinds == ("dates", "urls")
