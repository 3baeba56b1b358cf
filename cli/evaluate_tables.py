"""How ``specpc eval`` shows its figures to people."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specpc.evaluation.statistics import Difference, Estimate, Row


def print_tables(
    rows: Sequence[Row], differences: Sequence[Difference], per_dataset: Sequence[Row]
) -> None:
    """Print a table of averages for each group, and one of the data sets if there are rows."""
    from rich.console import Console as RichConsole

    # A pipe has no width: nothing must be wrapped or cut off there.
    out = RichConsole(width=None if sys.stdout.isatty() else 160, highlight=False)
    for group in dict.fromkeys(row.group for row in rows):
        own = [row for row in rows if row.group == group]
        out.print(_summary_table(own, [d for d in differences if d.group == group]))
        out.print()
    if per_dataset:
        out.print(_dataset_table(per_dataset))


def _summary_table(rows: Sequence[Row], differences: Sequence[Difference]) -> Any:
    from rich.markup import escape
    from rich.table import Table

    gains = {(d.method, d.ratio): d for d in differences}
    title = f"{rows[0].group}: {max(row.items for row in rows)} items"
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column("Method", no_wrap=True)
    headings = ["Ratio", "Evidence recall", "Answer kept", "Achieved", "s / 1k tokens"]
    if differences:
        headings.insert(2, f"vs {differences[0].baseline}")
    if any(row.failed for row in rows):
        headings.append("Failed")
    for heading in headings:
        table.add_column(heading, justify="right")
    for row in rows:
        gain = gains.get((row.method, row.ratio))
        cells = [f"{row.ratio:g}", _interval(row.recall)]
        cells += [_interval(gain.recall if gain else None, "+.3f")] if differences else []
        cells += [_interval(row.answer_kept), f"{row.achieved:.3f}", f"{row.seconds_per_1k:.3f}"]
        cells += [str(row.failed)] if "Failed" in headings else []
        table.add_row(escape(row.method), *cells)
    return table


def _dataset_table(rows: Sequence[Row]) -> Any:
    from rich.markup import escape
    from rich.table import Table

    table = Table(title="Data sets", title_justify="left", box=None, pad_edge=False)
    for heading in ("Data set", "Method"):
        table.add_column(heading, no_wrap=True)
    for heading in ("Items", "Ratio", "Evidence recall", "Answer kept", "Achieved"):
        table.add_column(heading, justify="right")
    for row in rows:
        recall, kept = _interval(row.recall), _interval(row.answer_kept)
        cells = [f"{row.items}", f"{row.ratio:g}", recall, kept, f"{row.achieved:.3f}"]
        table.add_row(escape(row.dataset or ""), escape(row.method), *cells)
    return table


def _interval(estimate: Estimate | None, form: str = ".3f") -> str:
    if estimate is None:
        return "-"
    return f"{estimate.mean:{form}} [{estimate.low:{form}} {estimate.high:{form}}]"
