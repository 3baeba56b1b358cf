"""How ``specpc eval`` shows its figures to people."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from specpc.evaluation.methods import shortens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specpc.evaluation.statistics import Difference, Estimate, Row


def print_tables(
    rows: Sequence[Row], differences: Sequence[Difference], per_dataset: Sequence[Row]
) -> None:
    """Print tables of averages for each group, and of the data sets if there are rows.

    A target's answers have tables of their own.
    """
    from rich.console import Console as RichConsole

    # A pipe has no width: nothing must be wrapped or cut off there.
    out = RichConsole(width=None if sys.stdout.isatty() else 160, highlight=False)
    for group in dict.fromkeys(row.group for row in rows):
        own = [row for row in rows if row.group == group]
        gains = [difference for difference in differences if difference.group == group]
        tables = [_summary_table(own, gains)] if _shorten(own) else []
        tables += [_answer_table(own, gains)] if any(map(_answered, own)) else []
        tables += [_cost_table(own)] if any(map(_cost_known, own)) else []
        for table in tables:
            out.print(table)
            out.print()
    if _shorten(per_dataset):
        out.print(_dataset_table(per_dataset))
    if any(map(_answered, per_dataset)):
        out.print()
        out.print(_dataset_answer_table(per_dataset))


def _shorten(rows: Sequence[Row]) -> bool:
    return any(shortens(row.method) for row in rows)


def _cost_known(row: Row) -> bool:
    return row.cache_bytes is not None


def _answered(row: Row) -> bool:
    return any(_answer_estimates(row))


def _answer_estimates(row: Row) -> tuple[Estimate | None, ...]:
    return (row.exact, row.f1, row.contained, row.rouge_l)


def _level(row: Row, *, budgets: bool) -> list[str]:
    """Cells of ratio and, if some row has one, KV budget."""
    return [f"{row.ratio:g}", *(["all" if row.kv_budget is None else f"{row.kv_budget}"] * budgets)]


def _level_headings(rows: Sequence[Row]) -> list[str]:
    return ["Ratio", *(["KV budget"] * any(row.kv_budget is not None for row in rows))]


_ANSWER_HEADINGS = ("Exact match", "F1", "Contained", "ROUGE-L")


def _table(title: str, names: Sequence[str], figures: Sequence[str]) -> Any:
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for heading in names:
        table.add_column(heading, no_wrap=True)
    for heading in figures:
        table.add_column(heading, justify="right")
    return table


def _summary_table(rows: Sequence[Row], differences: Sequence[Difference]) -> Any:
    from rich.markup import escape

    gains = {(d.method, d.ratio): d for d in differences}
    headings = ["Ratio", "Evidence recall", "Answer kept", "Achieved", "s / 1k tokens"]
    if differences:
        headings.insert(2, f"vs {differences[0].baseline}")
    if any(row.failed for row in rows):
        headings.append("Failed")
    title = f"{rows[0].group}: {max(row.items for row in rows)} items"
    table = _table(title, ["Method"], headings)
    for row in rows:
        if row.kv_budget is not None:
            continue  # the text is read whole, or shortened as by another method
        gain = gains.get((row.method, row.ratio))
        cells = [f"{row.ratio:g}", _interval(row.recall)]
        cells += [_interval(gain.recall if gain else None, "+.3f")] if differences else []
        cells += [_interval(row.answer_kept), f"{row.achieved:.3f}", f"{row.seconds_per_1k:.3f}"]
        cells += [str(row.failed)] if "Failed" in headings else []
        table.add_row(escape(row.method), *cells)
    return table


def _answer_table(rows: Sequence[Row], differences: Sequence[Difference]) -> Any:
    from rich.markup import escape

    gains = {(d.method, d.ratio, d.kv_budget): d for d in differences}
    headings = [*(levels := _level_headings(rows)), *_ANSWER_HEADINGS]
    place = len(levels) + 2  # after F1
    if differences:
        headings.insert(place, f"vs {differences[0].baseline}")
    if any(row.truncated for row in rows):
        headings.append("Truncated")
    table = _table(f"{rows[0].group}: answers of the target", ["Method"], headings)
    for row in rows:
        gain = gains.get((row.method, row.ratio, row.kv_budget))
        cells = [*_level(row, budgets=len(levels) > 1), *map(_interval, _answer_estimates(row))]
        if differences:
            cells.insert(place, _interval(gain.f1 if gain else None, "+.3f"))
        cells += [str(row.truncated)] if "Truncated" in headings else []
        table.add_row(escape(row.method), *cells)
    return table


def _cost_table(rows: Sequence[Row]) -> Any:
    from rich.markup import escape

    levels = _level_headings(rows)
    headings = [*levels, "KV cache", "Peak memory", "First token", "Whole answer"]
    table = _table(f"{rows[0].group}: what an answer took", ["Method"], headings)
    for row in filter(_cost_known, rows):
        sizes = (_mebibytes(row.cache_bytes), _mebibytes(row.peak_bytes))
        times = (f"{row.first_seconds:.2f} s", f"{row.total_seconds:.2f} s")
        table.add_row(escape(row.method), *_level(row, budgets=len(levels) > 1), *sizes, *times)
    return table


def _dataset_table(rows: Sequence[Row]) -> Any:
    from rich.markup import escape

    headings = ("Items", "Ratio", "Evidence recall", "Answer kept", "Achieved")
    table = _table("Data sets", ("Data set", "Method"), headings)
    for row in rows:
        if row.kv_budget is not None:
            continue
        recall, kept = _interval(row.recall), _interval(row.answer_kept)
        cells = [f"{row.items}", f"{row.ratio:g}", recall, kept, f"{row.achieved:.3f}"]
        table.add_row(escape(row.dataset or ""), escape(row.method), *cells)
    return table


def _dataset_answer_table(rows: Sequence[Row]) -> Any:
    from rich.markup import escape

    levels = _level_headings(rows)
    headings = ("Items", *levels, *_ANSWER_HEADINGS)
    table = _table("Data sets: answers of the target", ("Data set", "Method"), headings)
    for row in filter(_answered, rows):
        level = _level(row, budgets=len(levels) > 1)
        cells = [f"{row.items}", *level, *map(_interval, _answer_estimates(row))]
        table.add_row(escape(row.dataset or ""), escape(row.method), *cells)
    return table


def _mebibytes(size: float | None) -> str:
    return "-" if size is None else f"{size / 2**20:,.1f} MiB"


def _interval(estimate: Estimate | None, form: str = ".3f") -> str:
    if estimate is None:
        return "-"
    return f"{estimate.mean:{form}} [{estimate.low:{form}} {estimate.high:{form}}]"
