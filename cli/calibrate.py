"""``specpc calibrate``: finds the retrieval heads of a draft, once, for later runs to use."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from specpc.errors import InputError
from specpc_cli import options as opt
from specpc_cli.inputs import check_file
from specpc_cli.outputs import check_apart, write_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specpc.calibration.calibrate import Calibration
    from specpc.calibration.example import Example


@opt.asking(*opt.WHERE, "quiet")
def calibrate(
    asked: opt.Asked,
    data: Annotated[
        list[Path] | None, opt.io("JSONL file of your own, as for 'specpc eval'. Repeatable.")
    ] = None,
    examples: Annotated[
        int, opt.io("Most that are read of the 160 that ship, and of each file.", min=16)
    ] = 160,
    output: Annotated[Path | None, opt.output("File to write the profile to as well.")] = None,
) -> None:
    """Find the attention heads of a draft that find answers; takes minutes.

    \b
      specpc calibrate --draft qwen2.5-0.5b
      specpc calibrate --draft ./my-model --data my-questions.jsonl

    The heads are found on 160 texts with questions, and on your own where you give them: lines
    with context, question and evidence. From then on they are used whenever this draft is; a
    draft that has changed is calibrated anew.
    """
    for file in data or []:
        check_file(str(file))
    check_apart(data or [], [output])
    # Bad data is reported before the draft is loaded.
    own = own_examples(data or [], examples)

    from specpc.calibration.calibrate import calibrate as run
    from specpc.calibration.example import shipped_examples
    from specpc.drafts.load import load_draft
    from specpc.scorers.profile import check_storable, store_profile

    setup, console = asked.setup, asked.console
    draft = load_draft(setup.draft, *setup.where, report=console.tell)
    check_storable(draft)
    texts = [*shipped_examples()[:examples], *own]
    names = ", ".join(sorted({example.kind for example in own}))
    source = "generated tasks (seed 0)" + (f" and {names}" if own else "")
    console.tell(f"Reading {len(texts)} examples with {setup.draft}; this takes minutes ...")
    with console.progress("Calibrating") as progress:
        result = run(draft, texts, source=source, progress=progress)
    if output is not None:
        write_file(output, result.profile.to_json().encode())
    path = store_profile(draft, result.profile)
    typer.echo(_summary(setup.draft, result, path))


def own_examples(paths: Sequence[Path], limit: int) -> list[Example]:
    """Items with a question and evidence, at most ``limit`` of each file, from its start."""
    from specpc.calibration.example import Example
    from specpc.evaluation.data import dataset_names, read_items

    found: list[Example] = []
    for path, name in zip(paths, dataset_names(paths), strict=True):
        usable = (
            Example.of_user(name, item.context, item.question, item.evidence)
            for item in read_items(path, name)
            if item.question.strip() and item.evidence
        )
        taken = list(islice(usable, limit))
        if not taken:
            raise InputError(
                f"{path} has nothing to learn from: calibration needs items with a question and "
                "with evidence (strings that occur in the context)"
            )
        found += taken
    return found


def _summary(draft: str, result: Calibration, path: Path) -> str:
    layers = sorted({layer for layer, _, _ in result.profile.heads})
    return (
        f"{draft} is calibrated: {len(result.profile.heads)} heads in layers {layers[0]} to "
        f"{layers[-1]} of {result.profile.layers}, from {result.examples} examples\n{path}"
    )
