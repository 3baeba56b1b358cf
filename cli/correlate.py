"""``specpc correlate``: how well a draft's scores predict what a target attends to."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from specpc.errors import UsageError
from specpc.machine.journal import json_line
from specpc.text.query import NEUTRAL_INSTRUCTION
from specpc_cli import options as opt
from specpc_cli.inputs import STDIN, read_text
from specpc_cli.outputs import write_stdout

if TYPE_CHECKING:
    from specpc.evaluation.correlation import Correlation


@opt.asking("question", "question_file", *opt.WHERE, "quiet")
def correlate(
    asked: opt.Asked,
    file: Annotated[
        str, typer.Argument(help="Text file; '-' or none for standard input.", show_default=False)
    ] = STDIN,
    target: Annotated[
        str | None, opt.measured("Model to be predicted: a name as for --draft.")
    ] = None,
    top: Annotated[float, opt.measured("Fraction of the tokens whose overlap is measured.")] = 0.1,
    as_json: opt.Json = False,
    plot: Annotated[Path | None, opt.plot("Draw it by layer")] = None,
) -> None:
    """Measure how well a draft's scores predict what a target attends to.

    \b
      specpc correlate report.md -q "Who signed the contract?" --target ./my-model
      specpc correlate report.md --target ./my-model --plot layers.svg

    Compared are the importance scores (the paper's) that both models give the tokens: by
    Spearman's rank correlation, and by how many of the target's top tokens are the draft's, too.
    Both must be able to read the text at once.
    """
    if target is None:
        raise UsageError("name the model to be predicted: --target MODEL")
    if not 0 < top <= 1:
        raise UsageError(f"--top is a fraction above 0 and at most 1, not {top:g}")
    text = read_text(file)

    from specpc.drafts.load import load_draft, load_target
    from specpc.evaluation.correlation import correlate as run

    draft, where, tell = asked.setup.draft, asked.setup.where, asked.console.tell
    predicted = load_target(target, *where, report=tell)
    predictor = predicted if draft == target else load_draft(draft, *where, report=tell)
    found = run(predicted, predictor, text, asked.question or NEUTRAL_INSTRUCTION, top=top)
    write_stdout(json_line(asdict(found)) if as_json else _table(found).encode())
    if plot is not None:
        from specpc.evaluation.plot import plot_correlation

        plot_correlation(found, plot)


def _table(found: Correlation) -> str:
    rows = [
        ("overall", found.overall),
        *((f"layer {layer.layer}", layer) for layer in found.layers),
    ]
    head = (
        f"{found.draft} as a predictor of {found.target}, {found.tokens:,} tokens\n"
        f"{'':10} {'Spearman':>9} {f'top {found.top:.0%}':>9}\n"
    )
    return head + "".join(f"{name:10} {r.spearman:9.3f} {r.overlap:9.3f}\n" for name, r in rows)
