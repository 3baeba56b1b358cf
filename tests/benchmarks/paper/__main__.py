"""Measures what is missing of the parts, or prints what there is."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

from specpc.errors import SpecPCError, UsageError
from specpc.machine.processors import share_machine
from specpc.version import __version__
from tests.benchmarks import paper

if TYPE_CHECKING:
    from collections.abc import Sequence

PARTS: Final = ("ruler", "longbench", "kv", "correlation", "time")
PUBLISHED: Final = ("published", "published-kv")
"""Parts that take LongBench's own files, and are measured if they are named."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run, and end with 2 where what is asked for makes no sense."""
    parser = argparse.ArgumentParser(
        prog="tests.benchmarks.paper",
        description=paper.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("run", type=Path, metavar="RUN_FOLDER", help="keeps what is measured")
    parser.add_argument("data", type=Path, nargs="?", metavar="DATA_FOLDER")
    parser.add_argument("--target", help="model that answers: a .gguf file, a folder or a name")
    parser.add_argument("--draft", help="model of its family that reads for the paper's methods")
    parser.add_argument("--quick", action="store_true", help="the first sixteenth of it")
    parts = (*PARTS, *PUBLISHED)
    parser.add_argument("--part", action="append", choices=parts, help="repeatable [first five]")
    parser.add_argument("--budget", type=int, help="tokens that prompts are cut to")
    parser.add_argument("--dtype", default="auto", help="number format of all models")
    parser.add_argument("--report", action="store_true", help="print tables, run nothing")
    options = parser.parse_args(arguments)
    try:
        if not options.report:
            _measure(options)
        _report(options)
    except SpecPCError as error:
        parser.error(str(error))


def _measure(options: argparse.Namespace) -> None:
    if not (options.data and options.target and options.draft):
        raise UsageError("a run needs DATA_FOLDER, --target and --draft")
    share_machine()  # before torch is read
    from tests.benchmarks.paper.bench import Bench, tell
    from tests.benchmarks.paper.journal import open_run
    from tests.benchmarks.paper.parts import load
    from tests.benchmarks.paper.plan import PROMPT_BUDGET, QUICK, WHOLE

    plan = QUICK if options.quick else WHOLE
    budget = options.budget or PROMPT_BUDGET
    bench = Bench(
        options.data, plan, options.target, options.draft, dtype=options.dtype, budget=budget
    )
    settings = {**bench.settings, "version": __version__}
    with open_run(options.run, settings) as (lines, write):
        for name in options.part or PARTS:
            tell(f"== {name}")
            for line in load(name).measure(bench, lines.get(name, [])):
                write(name, line)


def _report(options: argparse.Namespace) -> None:
    from tests.benchmarks.paper.journal import read
    from tests.benchmarks.paper.parts import load

    settings, lines = read(options.run)
    print(", ".join(f"{name} {value}" for name, value in settings.items()))
    for name in options.part or (*PARTS, *PUBLISHED):
        if name in lines:
            part = load(name)
            print(f"\n## {part.title}\n\n" + "\n".join(part.report(lines[name])))


if __name__ == "__main__":
    main()
