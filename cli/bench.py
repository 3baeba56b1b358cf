"""``specpc bench``: how fast this machine compresses, and how fast it could."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from specpc.errors import UsageError
from specpc.options import DEFAULT_DRAFT, ScorerName, check_budget
from specpc_cli.console import Console
from specpc_cli.inputs import check_file
from specpc_cli.options import DeviceOption, DraftOption, DtypeOption, OfflineOption
from specpc_cli.outputs import write_file

if TYPE_CHECKING:
    from specpc.bench.measure import Report, Row

_TOKENS = [1000, 4000]
_FEWEST, _MOST = 64, 131_072


def bench(  # noqa: PLR0913, PLR0917 - one parameter an option
    tokens: Annotated[
        list[int] | None,
        typer.Option(
            help=f"Length of a text, {_FEWEST} to {_MOST}. Repeatable [default: 1000, 4000]"
        ),
    ] = None,
    batch: Annotated[
        list[int] | None,
        typer.Option(min=1, help="Number of texts. Repeatable [default: 1]"),
    ] = None,
    repeats: Annotated[int, typer.Option(min=1, help="Medians are of so many runs.")] = 5,
    ratio: Annotated[float, typer.Option(help="Fraction of the tokens kept.")] = 0.2,
    draft: DraftOption = DEFAULT_DRAFT,
    scorer: Annotated[ScorerName, typer.Option(help="Scoring rule.")] = "auto",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="JSON file to keep the figures in.")
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Picture to draw: .svg, .png or .pdf.")] = None,
    compare: Annotated[
        tuple[Path, Path] | None,
        typer.Option(help="Measure nothing: compare two files, OLD NEW.", show_default=False),
    ] = None,
    device: DeviceOption = "auto",
    dtype: DtypeOption = "auto",
    offline: OfflineOption = False,
) -> None:
    """Measure the stages of compression, beside a plain forward of the same draft.

    \b
      specpc bench
      specpc bench --tokens 1000 --tokens 8000 --batch 1 --batch 4 -o now.json --plot now.svg
      specpc bench --compare before.json now.json

    Each row tells the time of the stages, how many times that of a plain forward over the same
    tokens they take together, what share of the machine's peak that forward reaches, and the most
    memory that was in use so far.
    """
    if compare is not None:
        _compare(*compare)
        return
    check_budget(ratio=ratio, target_tokens=None)
    wrong = [length for length in tokens or () if not _FEWEST <= length <= _MOST]
    if wrong:
        raise UsageError(f"a length is {_FEWEST} to {_MOST:,} tokens, not {wrong[0]:,}")
    for path in (output, plot):
        if path is not None and not path.parent.is_dir():
            raise UsageError(f"there is no folder {path.parent} to write {path.name} into")
    if plot is not None:
        from specpc.bench.plot import check_plot

        check_plot(plot)

    from specpc import Compressor
    from specpc.bench.measure import Report, describe, machine_of, measure_rows, measure_startup

    console = Console(verbose=False, quiet=False)
    compressor = Compressor.from_pretrained(
        draft, scorer=scorer, device=device, dtype=dtype, offline=offline, report=console.tell
    )
    setting, machine = describe(compressor), machine_of(compressor)
    typer.echo(", ".join(f"{name} {told}" for name, told in setting.items()))
    typer.echo(
        f"peak {machine.operations / 1e9:,.0f} billion operations and {machine.bytes / 1e9:,.1f} "
        f"GB a second, {machine.threads} threads"
    )
    startup = measure_startup(draft, device, dtype, min(repeats, 3))
    typer.echo(f"import {startup['import']:.2f} s, load {startup['load']:.2f} s")
    typer.echo(_HEAD)
    sizes = [(length, texts) for length in tokens or _TOKENS for texts in batch or [1]]
    rows: list[Row] = []
    for row in measure_rows(compressor, machine, sizes, repeats, ratio):
        rows.append(row)
        typer.echo(_line(row))
    report = Report(setting, machine, startup, tuple(rows))
    if output is not None:
        write_file(output, report.to_json().encode())
    if plot is not None:
        from specpc.bench.plot import plot_report

        plot_report(report, plot)


_HEAD = (
    f"{'tokens':>8} {'batch':>5} {'tokenize':>8} {'prefill':>8} {'score':>7} {'select':>7} "
    f"{'rebuild':>7} {'total s':>8} {'tokens/s':>8} {'plain s':>8} {'x plain':>7} {'of peak':>7} "
    f"{'GB':>5}"
)


def _line(row: Row) -> str:
    stages = row.stages
    plain = "-" if row.plain is None else f"{row.plain:.3f}"
    ratio = "-" if row.ratio is None else f"{row.ratio:.2f}"
    share = "-" if row.plain is None else f"{row.least / row.plain:.0%}"
    return (
        f"{row.tokens:>8,} {row.batch:>5} {stages['tokenize']:>8.3f} {stages['prefill']:>8.3f} "
        f"{stages['score']:>7.3f} {stages['select']:>7.3f} {stages['reconstruct']:>7.3f} "
        f"{row.total:>8.3f} {row.tokens_per_second:>8,.0f} {plain:>8} {ratio:>7} {share:>7} "
        f"{row.peak_bytes / 1e9:>5.2f}"
    )


def _compare(old: Path, new: Path) -> None:
    """Print what changed between two results."""
    from specpc.bench.measure import Report

    reports: list[Report] = []
    for path in (old, new):
        check_file(str(path))
        reports.append(Report.from_json(path.read_text(encoding="utf-8", errors="replace")))
    before, after = reports
    for name in sorted(before.setting.keys() | after.setting.keys()):
        values = before.setting.get(name), after.setting.get(name)
        if values[0] != values[1]:
            typer.echo(f"{name}: {values[0]} -> {values[1]}")
    for name, seconds in after.startup.items():
        if name in before.startup:
            typer.echo(_change(name, before.startup[name], seconds))
    known = {(row.tokens, row.batch): row for row in before.rows}
    shared = [row for row in after.rows if (row.tokens, row.batch) in known]
    if not shared:
        raise UsageError(f"{old} and {new} have no length and batch size in common")
    for row in shared:
        earlier = known[row.tokens, row.batch]
        name = f"{row.tokens:,} tokens, batch {row.batch}"
        typer.echo(_change(name, earlier.total, row.total))
        if earlier.ratio is not None and row.ratio is not None:
            typer.echo(f"  times a plain forward: {earlier.ratio:.2f} -> {row.ratio:.2f}")


def _change(name: str, old: float, new: float) -> str:
    return f"{name}: {old:.3f} -> {new:.3f} s ({new / old:.2f}x)"
