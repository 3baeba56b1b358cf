"""Tables in Markdown, which can go into a page as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from specpc.evaluation.statistics import Estimate


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column is names, and all others figures."""
    lines = [headings, ["---", *["--:"] * (len(headings) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def interval(estimate: Estimate | None, form: str = ".2f") -> str:
    """A mean and its 95% interval."""
    if estimate is None:
        return ""
    low, high = (f"{end:{form}}" for end in (estimate.low, estimate.high))
    return f"{estimate.mean:{form}} ({low} to {high})"


def plain(estimate: Estimate | None, form: str = ".1f", scale: float = 1) -> str:
    """A mean alone."""
    return "" if estimate is None else f"{estimate.mean / scale:{form}}"
