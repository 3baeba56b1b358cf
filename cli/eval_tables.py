"""How ``specpc eval`` shows its figures to people."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from specpc.evaluation.methods import row_of
from specpc.evaluation.statistics import OF_ANSWERS, OF_TELLING, WITHOUT_EVIDENCE, SummaryRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.table import Table

    from specpc.evaluation.statistics import Difference, Estimate

_Column = tuple[str, Callable[[SummaryRow], str]]
"""A heading, and what a row has under it."""


def print_tables(
    rows: Sequence[SummaryRow],
    differences: Sequence[Difference],
    per_dataset: Sequence[SummaryRow],
) -> None:
    """Print tables of averages for each group, and of the data sets if there are rows.

    A target's answers have tables of their own.
    """
    from rich.console import Console as RichConsole

    # A pipe has no width: nothing must be wrapped or cut off there.
    out = RichConsole(width=None if sys.stdout.isatty() else 160, highlight=False)
    for group in dict.fromkeys(row.group for row in rows):
        gains = [difference for difference in differences if difference.group == group]
        for table in _tables(group, [row for row in rows if row.group == group], gains):
            out.print(table)
            out.print()
    if _shorten(per_dataset):
        columns = [*_OF_DATASET, _RATIO, _RECALL, _KEPT, _ACHIEVED]
        out.print(_table("Data sets", filter(_whole_cache, per_dataset), columns, names=2))
    if any(map(_answered, per_dataset)):
        columns = [*_OF_DATASET, *_level(per_dataset), *_answers(per_dataset)]
        title = "Data sets: answers of the target"
        out.print()
        out.print(_table(title, filter(_answered, per_dataset), columns, names=2))
    if told := _told(per_dataset):
        columns = [*_OF_DATASET, _RATIO, *told]
        out.print()
        out.print(_table(f"Data sets: {_TELLING_TITLE}", per_dataset, columns, names=2))


def _tables(group: str, rows: Sequence[SummaryRow], gains: Sequence[Difference]) -> Iterator[Table]:
    """What is kept, what a target answers, and what that takes, as far as it was measured."""
    if _shorten(rows):
        columns = [_METHOD, _RATIO, _RECALL, _KEPT, _ACHIEVED, _SECONDS]
        columns += [_FAILED] if any(row.failed for row in rows) else []
        told = {metric for gain in gains for metric, found in gain.estimates.items() if found}
        if WITHOUT_EVIDENCE in told:
            apart = ", no evidence" if "recall" in told else ""
            columns.insert(4, _gain(gains, WITHOUT_EVIDENCE, apart))
        if gains and ("recall" in told or WITHOUT_EVIDENCE not in told):
            columns.insert(3, _gain(gains, "recall"))
        # Where the cache is cut, the text is read whole, or shortened as by another method.
        title = f"{group}: {max(row.items for row in rows)} items"
        yield _table(title, filter(_whole_cache, rows), columns)
    if telling := _told(rows):
        yield _table(f"{group}: {_TELLING_TITLE}", rows, [_METHOD, _RATIO, *telling])
    if any(map(_answered, rows)):
        exact, f1, *others = _answers(rows)
        against = [_gain(gains, "f1")] if gains else []
        columns = [_METHOD, *_level(rows), exact, f1, *against, *others]
        columns += [_TRUNCATED] if any(row.truncated for row in rows) else []
        yield _table(f"{group}: answers of the target", rows, columns)
    if any(map(_cost_known, rows)):
        columns = [_METHOD, *_level(rows), *_COSTS]
        yield _table(f"{group}: what an answer took", filter(_cost_known, rows), columns)


def _table(
    title: str, rows: Iterable[SummaryRow], columns: Sequence[_Column], names: int = 1
) -> Table:
    """A table whose first columns are names, and all others figures."""
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for number, (heading, _) in enumerate(columns):
        is_name = number < names
        table.add_column(heading, no_wrap=is_name, justify="left" if is_name else "right")
    for row in rows:
        cells = [cell(row) for _, cell in columns]
        table.add_row(*map(escape, cells[:names]), *cells[names:])
    return table


def _shorten(rows: Sequence[SummaryRow]) -> bool:
    return any(row_of(row.method).shortens for row in rows)


def _whole_cache(row: SummaryRow) -> bool:
    return row.kv_budget is None


def _cost_known(row: SummaryRow) -> bool:
    return row.cache_bytes is not None


def _answers(rows: Sequence[SummaryRow]) -> list[_Column]:
    """What answers are measured by; of their benchmarks' own measures only if one has any."""
    scored = any(row.estimates["score"] for row in rows)
    return [*_ANSWERS, _SCORE] if scored else _ANSWERS


def _answered(row: SummaryRow) -> bool:
    return any(row.estimates[metric] for metric in OF_ANSWERS)


def _told(rows: Sequence[SummaryRow]) -> list[_Column]:
    """What is measured of the texts as a whole, if the questions were withheld."""
    metrics = {metric for row in rows for metric in OF_TELLING if row.estimates[metric]}
    return [column for metric, column in _TELLING.items() if metric in metrics]


def _level(rows: Sequence[SummaryRow]) -> list[_Column]:
    """Ratio and, if some row has one, KV budget."""
    return [_RATIO] if all(map(_whole_cache, rows)) else [_RATIO, _KV_BUDGET]


def _estimate(heading: str, metric: str) -> _Column:
    return heading, lambda row: _interval(row.estimates[metric])


def _gain(gains: Sequence[Difference], metric: str, apart: str = "") -> _Column:
    """How much better a row is than the baseline."""
    found = {(gain.method, gain.ratio, gain.kv_budget): gain.estimates[metric] for gain in gains}
    heading = f"vs {gains[0].baseline}{apart}"
    return heading, lambda row: _interval(found.get((row.method, row.ratio, row.kv_budget)), "+.3f")


def _mebibytes(size: float | None) -> str:
    return "-" if size is None else f"{size / 2**20:,.1f} MiB"


def _interval(estimate: Estimate | None, form: str = ".3f") -> str:
    if estimate is None:
        return "-"
    return f"{estimate.mean:{form}} [{estimate.low:{form}} {estimate.high:{form}}]"


_METHOD: Final[_Column] = ("Method", lambda row: row.method)
_OF_DATASET: Final[tuple[_Column, ...]] = (
    ("Data set", lambda row: row.dataset or ""),
    _METHOD,
    ("Items", lambda row: f"{row.items}"),
)
_RATIO: Final[_Column] = ("Ratio", lambda row: f"{row.ratio:g}")
_KV_BUDGET: Final[_Column] = ("KV budget", lambda row: str(row.kv_budget or "all"))
_RECALL: Final = _estimate("Evidence recall", "recall")
_KEPT: Final = _estimate("Answer kept", "answer_kept")
_ACHIEVED: Final[_Column] = ("Achieved", lambda row: f"{row.achieved:.3f}")
_SECONDS: Final[_Column] = ("s / 1k tokens", lambda row: f"{row.seconds_per_1k:.3f}")
_FAILED: Final[_Column] = ("Failed", lambda row: f"{row.failed}")
_TRUNCATED: Final[_Column] = ("Truncated", lambda row: f"{row.truncated}")
_COSTS: Final[tuple[_Column, ...]] = (
    ("KV cache", lambda row: _mebibytes(row.cache_bytes)),
    ("Peak memory", lambda row: _mebibytes(row.peak_bytes)),
    ("First token", lambda row: f"{row.first_seconds:.2f} s"),
    ("Whole answer", lambda row: f"{row.total_seconds:.2f} s"),
)
_HEADINGS: Final = ("Exact match", "F1", "Contained", "ROUGE-L")
_ANSWERS: Final = [*map(_estimate, _HEADINGS, OF_ANSWERS[:-1])]
_SCORE: Final = _estimate("Score", OF_ANSWERS[-1])
_TELLING_TITLE: Final = "what is told (ROUGE: recall)"
_TOLD: Final = ("Facts whole", "Negations lost", "ROUGE-1", "ROUGE-2", "ROUGE-L")
_TELLING: Final = dict(zip(OF_TELLING, map(_estimate, _TOLD, OF_TELLING), strict=True))
