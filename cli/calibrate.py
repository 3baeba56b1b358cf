"""``specpc calibrate``: finds the retrieval heads of a draft, once, for later runs to use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from specpc.errors import UsageError
from specpc.options import DEFAULT_DRAFT
from specpc_cli.console import Console
from specpc_cli.inputs import check_file
from specpc_cli.options import DeviceOption, DraftOption, DtypeOption, OfflineOption, QuietOption
from specpc_cli.outputs import write_file

if TYPE_CHECKING:
    from specpc.calibration.calibrate import Calibration
    from specpc.calibration.example import Example


def calibrate(  # noqa: PLR0913, PLR0917 - one parameter an option
    draft: DraftOption = DEFAULT_DRAFT,
    data: Annotated[
        list[Path] | None,
        typer.Option(help="JSONL file of your own, as for 'specpc eval'. Repeatable."),
    ] = None,
    examples: Annotated[
        int, typer.Option(min=16, help="How many examples are generated, or taken of each file.")
    ] = 160,
    seed: Annotated[int, typer.Option(min=0, help="Of the generated examples.")] = 0,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to write the profile to as well.")
    ] = None,
    device: DeviceOption = "auto",
    dtype: DtypeOption = "auto",
    offline: OfflineOption = False,
    quiet: QuietOption = False,
) -> None:
    """Find the attention heads of a draft that find answers; takes minutes.

    \b
      specpc calibrate --draft qwen2.5-0.5b
      specpc calibrate --draft ./my-model --data my-questions.jsonl

    The heads are found on generated texts with questions, and on your own where you give them:
    lines with context, question and evidence. They are kept beside the drafts and used from then
    on whenever this draft is; a draft that has changed is calibrated anew.
    """
    console = Console(verbose=False, quiet=quiet)
    for file in data or []:
        check_file(str(file))
    if output is not None and not output.parent.is_dir():
        raise UsageError(f"there is no folder {output.parent} to write {output.name} into")
    # Bad data is reported before the draft is loaded.
    texts, source = _examples(data or [], examples, seed)

    from specpc.calibration.calibrate import calibrate as run
    from specpc.drafts.load import load_draft
    from specpc.scorers.profile import check_storable, store_profile

    loaded = load_draft(draft, device=device, dtype=dtype, offline=offline, report=console.tell)
    check_storable(loaded)
    console.tell(f"Reading {len(texts)} examples with {draft}; this takes minutes ...")
    with console.progress("Calibrating") as progress:
        result = run(loaded, texts, source=source, progress=progress)
    if output is not None:
        write_file(output, result.profile.to_json().encode())
    path = store_profile(loaded, result.profile)
    typer.echo(_summary(draft, result, path))


def _examples(data: list[Path], count: int, seed: int) -> tuple[list[Example], str]:
    """Generated examples and the user's, and what they are in words."""
    from specpc.calibration.own_data import read_examples
    from specpc.calibration.tasks import generate

    own = read_examples(data, count) if data else []
    names = ", ".join(sorted({example.kind for example in own}))
    source = f"generated tasks (seed {seed})" + (f" and {names}" if own else "")
    return [*generate(seed, count), *own], source


def _summary(draft: str, result: Calibration, path: Path) -> str:
    layers = sorted({layer for layer, _, _ in result.profile.heads})
    return (
        f"{draft} is calibrated: {len(result.profile.heads)} heads in layers {layers[0]} to "
        f"{layers[-1]} of {result.profile.layers}, from {result.examples} examples\n{path}"
    )
