"""``specpc batch``: corpora of many rows, by many workers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from specpc.batch.output import BAD
from specpc.batch.planning import PART_ROWS, plan
from specpc.batch.settings import BatchSettings, Fields
from specpc.errors import InputError, SpecPCError, require
from specpc_cli import options as opt
from specpc_cli.compress.stats import Totals
from specpc_cli.wording import in_options

if TYPE_CHECKING:
    from specpc.batch.planning import Plan
    from specpc.batch.schedule import Pool
    from specpc.batch.work import Done, Work
    from specpc_cli.console import Console

Engine = Literal["processes", "ray"]


@opt.asking()
def batch(  # noqa: PLR0913, PLR0917 - one parameter an option
    source: Annotated[
        str,
        typer.Argument(metavar="IN", help="Parquet or JSONL file, or a folder of them; or a URL."),
    ],
    output: Annotated[str, typer.Argument(metavar="OUT", help="Folder for the parts; or a URL.")],
    asked: opt.Asked,
    context_field: Annotated[
        str, opt.many("The field, or column, that is compressed.")
    ] = "context",
    question_field: opt.QuestionField = "question",
    engine: Annotated[
        Engine, opt.many("Workers on this machine, or on a Ray cluster.")
    ] = "processes",
    workers: Annotated[
        int | None, opt.many("How many [default: one a GPU, or one for two cores].", min=1)
    ] = None,
    part_rows: Annotated[int, opt.many("Most rows of a part.", min=1)] = PART_ROWS,
    retries: Annotated[int, opt.many("How often a failed part is tried again.", min=0)] = 3,
    resume: opt.Resume = False,
    keep_short: opt.KeepShort = False,
) -> None:
    """Compress every row of a corpus, with many workers.

    \b
      specpc batch corpus/ short/ -q "What was decided?" --ratio 0.2

    Every row keeps its fields but the context, and gains 'compressed', 'spans' and counts. OUT
    gets one file a part, in the format of IN; a row that cannot be compressed goes to
    OUT/_bad-rows with the reason.
    """
    console, fields = asked.console, Fields(context_field, question_field)
    settings = BatchSettings(
        asked.cut, asked.question, fields, asked.setup, keep_short, wording=in_options
    )
    require("pyarrow", "specpc batch", "batch")  # before anything is fetched
    if engine == "ray":
        require("ray", "the engine ray", "ray")
    settings.fetch(console.tell)
    planned = plan(source, output, settings, part_rows=part_rows, resume=resume, tell=console.tell)
    if done := planned.parts - len(planned.blocks):
        console.tell(f"{done:,} of {planned.parts:,} parts were finished before")
    failed = 0
    if planned.blocks:
        failed = _run(planned, _pool(engine, planned.work, workers), retries, console)
    folder = planned.work.output
    folder.end()
    if failed:
        told = f"{failed:,} of {planned.parts:,} parts failed"
        raise SpecPCError(f"{told}: --resume tries them again")
    if bad := folder.count_bad():
        told = f"{bad:,} of {planned.rows:,} rows could not be compressed"
        raise InputError(f"{told}: {folder.place.below(BAD).path} says why")


def _pool(engine: Engine, work: Work, workers: int | None) -> Pool:
    if engine == "ray":
        from specpc.batch.ray_actors import RayPool

        return RayPool(work, workers)
    from specpc.batch.processes import ProcessPool, find_slots

    return ProcessPool(work, find_slots(work.settings.setup.device, workers))


def _run(planned: Plan, pool: Pool, retries: int, console: Console) -> int:
    """Do what is to be done, and tell how it goes; how many parts were given up."""
    from specpc.batch.schedule import GivenUp

    totals, failed, began = Totals(), 0, time.monotonic()
    rows = sum(block.rows.count for block in planned.blocks)
    with console.files(len(planned.blocks), rows, "parts") as progress:
        for outcome in planned.run(pool, retries, console.tell):
            if isinstance(outcome, GivenUp):
                failed += 1
                console.error(f"{outcome.block} are given up: {outcome.reason}")
                continue
            progress.start(outcome.name, outcome.rows + outcome.bad)
            progress.finish(outcome.original_tokens)
            totals.add(outcome.original_tokens, outcome.compressed_tokens, 0, outcome.rows)
            if console.verbose:
                console.tell(_line(outcome))
    totals.seconds = time.monotonic() - began
    console.tell(totals.line())
    return failed


def _line(done: Done) -> str:
    bad = f", {done.bad:,} bad" if done.bad else ""
    counts = f"{done.original_tokens:,} -> {done.compressed_tokens:,} tokens"
    return f"{done.name}: {done.rows:,} rows{bad}, {counts} in {done.seconds:.1f} s"
