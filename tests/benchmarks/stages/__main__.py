"""Measures, writes, draws and compares."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from specpc import Compressor
from specpc.drafts.catalogue import DEFAULT_DRAFT
from specpc.errors import SpecPCError
from tests.benchmarks import stages
from tests.benchmarks.stages.measure import (
    Report,
    describe,
    machine_of,
    measure_rows,
    measure_startup,
)
from tests.benchmarks.stages.plot import check_plot, plot_report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.benchmarks.stages.measure import Row

_FEWEST, _MOST = 64, 131_072
_HEAD = (
    f"{'tokens':>8} {'batch':>5} {'tokenize':>8} {'prefill':>8} {'score':>7} {'select':>7} "
    f"{'rebuild':>7} {'total s':>8} {'tokens/s':>8} {'plain s':>8} {'x plain':>7} {'of peak':>7} "
    f"{'GB':>5}"
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run, and end with 2 where what is asked for makes no sense."""
    parser = argparse.ArgumentParser(
        prog="tests.benchmarks.stages",
        description=stages.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--tokens", type=int, nargs="+", default=[1000, 4000], metavar="N")
    parser.add_argument("--batch", type=int, nargs="+", default=[1], metavar="TEXTS")
    parser.add_argument("--repeats", type=int, default=5, help="medians are of so many runs")
    parser.add_argument("--ratio", type=float, default=0.2)
    parser.add_argument("--draft", default=DEFAULT_DRAFT)
    parser.add_argument("--scorer", default="auto")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("-o", "--output", type=Path, help="JSON file to keep the figures in")
    parser.add_argument("--plot", type=Path, help="picture to draw: .svg, .png or .pdf")
    parser.add_argument("--compare", type=Path, nargs=2, metavar=("OLD", "NEW"))
    options = parser.parse_args(arguments)
    try:
        if options.compare:
            _compare(*options.compare)
        else:
            _check(options)
            _measure(options)
    except (SpecPCError, OSError) as error:
        parser.error(str(error))


def _check(options: argparse.Namespace) -> None:
    """Raise before a long run what would fail after it."""
    wrong = [length for length in options.tokens if not _FEWEST <= length <= _MOST]
    if wrong:
        raise SpecPCError(f"a length is {_FEWEST} to {_MOST:,} tokens, not {wrong[0]:,}")
    if not 0 < options.ratio <= 1:
        raise SpecPCError(f"the ratio is above 0 and at most 1, not {options.ratio}")
    if options.output is not None and not options.output.parent.is_dir():
        raise SpecPCError(f"there is no folder {options.output.parent}")
    if options.plot is not None:
        check_plot(options.plot)


def _measure(options: argparse.Namespace) -> None:
    compressor = Compressor.from_pretrained(
        options.draft,
        scorer=options.scorer,
        device=options.device,
        dtype=options.dtype,
        report=lambda line: print(line, file=sys.stderr),
    )
    setting, machine = describe(compressor), machine_of(compressor)
    print(", ".join(f"{name} {told}" for name, told in setting.items()))
    print(
        f"peak {machine.operations / 1e9:,.0f} billion operations and {machine.bytes / 1e9:,.1f} "
        f"GB a second, {machine.threads} threads"
    )
    repeats = options.repeats
    startup = measure_startup(options.draft, options.device, options.dtype, min(repeats, 3))
    print(f"import {startup['import']:.2f} s, load {startup['load']:.2f} s\n{_HEAD}")
    sizes = [(length, texts) for length in options.tokens for texts in options.batch]
    rows: list[Row] = []
    for row in measure_rows(compressor, machine, sizes, repeats, options.ratio):
        rows.append(row)
        print(_line(row), flush=True)
    report = Report(setting, machine, startup, tuple(rows))
    if options.output is not None:
        options.output.write_text(report.to_json(), encoding="utf-8")
    if options.plot is not None:
        plot_report(report, options.plot)


def _line(row: Row) -> str:
    times = row.stages
    plain = "-" if row.plain is None else f"{row.plain:.3f}"
    ratio = "-" if row.ratio is None else f"{row.ratio:.2f}"
    share = "-" if row.plain is None else f"{row.least / row.plain:.0%}"
    return (
        f"{row.tokens:>8,} {row.batch:>5} {times['tokenize']:>8.3f} {times['prefill']:>8.3f} "
        f"{times['score']:>7.3f} {times['select']:>7.3f} {times['reconstruct']:>7.3f} "
        f"{row.total:>8.3f} {row.tokens_per_second:>8,.0f} {plain:>8} {ratio:>7} {share:>7} "
        f"{row.peak_bytes / 1e9:>5.2f}"
    )


def _compare(old: Path, new: Path) -> None:
    """Print what changed between two results."""
    before, after = (
        Report.from_json(path.read_text(encoding="utf-8", errors="replace")) for path in (old, new)
    )
    for name in sorted(before.setting.keys() | after.setting.keys()):
        values = before.setting.get(name), after.setting.get(name)
        if values[0] != values[1]:
            print(f"{name}: {values[0]} -> {values[1]}")
    for name, seconds in after.startup.items():
        if name in before.startup:
            print(_change(name, before.startup[name], seconds))
    known = {(row.tokens, row.batch): row for row in before.rows}
    shared = [row for row in after.rows if (row.tokens, row.batch) in known]
    if not shared:
        raise SpecPCError(f"{old} and {new} have no length and batch size in common")
    for row in shared:
        earlier = known[row.tokens, row.batch]
        name = f"{row.tokens:,} tokens, batch {row.batch}"
        print(_change(name, earlier.total, row.total))
        if earlier.ratio is not None and row.ratio is not None:
            print(f"  times a plain forward: {earlier.ratio:.2f} -> {row.ratio:.2f}")


def _change(name: str, old: float, new: float) -> str:
    return f"{name}: {old:.3f} -> {new:.3f} s ({new / old:.2f}x)"


if __name__ == "__main__":
    main()
