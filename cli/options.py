"""Options that several commands have, worded once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from specpc.options import SCORERS, ScorerName, Unit, scorer_name


def _scorer(typed: str) -> str:
    """The scorer of a name, which may be an earlier one."""
    name = scorer_name(typed)
    if name not in SCORERS:
        known = ", ".join(map(repr, SCORERS))
        raise typer.BadParameter(f"{typed!r} is not one of {known}.")
    return name


DraftOption = Annotated[
    str, typer.Option(help="Draft model: see 'specpc models'; or a Hub id, folder or .gguf file.")
]
DeviceOption = Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")]
DtypeOption = Annotated[str, typer.Option(help="auto, float32, bfloat16 or float16.")]
TokenizerOption = Annotated[
    str,
    typer.Option(
        help="What counts the tokens: a tiktoken model or encoding (gpt-4o, cl100k_base), a "
        "Hugging Face id or folder, or draft, characters, words."
    ),
]
KeepOption = Annotated[
    list[str] | None,
    typer.Option(help="Keep every unit this regular expression matches in; repeatable."),
]
KeepFirstOption = Annotated[int, typer.Option(help="Keep the first N units.")]
KeepLastOption = Annotated[int, typer.Option(help="Keep the last N units.")]
OfflineOption = Annotated[
    bool, typer.Option("--offline", help="Never download; fail if the draft is missing.")
]
CacheOption = Annotated[
    bool,
    typer.Option(
        "--cache", help="Keep the scores on disk: another ratio for the same text needs no draft."
    ),
]
QuestionOption = Annotated[
    str | None, typer.Option("-q", "--question", help="What will be asked of the text.")
]
QuestionFileOption = Annotated[
    Path | None, typer.Option("--question-file", help="Read the question from a file.")
]
QuietOption = Annotated[
    bool, typer.Option("-Q", "--quiet", help="Nothing on standard error but failures.")
]
RatioOption = Annotated[
    float | None, typer.Option("--ratio", help="Fraction of the tokens kept, 0 < r <= 1.")
]
TargetTokensOption = Annotated[
    int | None, typer.Option("--target-tokens", help="Most tokens kept.")
]
ScorerOption = Annotated[
    ScorerName,
    typer.Option(
        parser=_scorer,
        metavar=f"<{'|'.join(SCORERS)}>",
        autocompletion=lambda: [*SCORERS],
        help="Scoring rule; 'paper' is the paper's.",
    ),
]
UnitOption = Annotated[
    Unit,
    typer.Option(
        help="What is kept or dropped whole: by default sentences, or words where there is "
        "no question; 'token' is the paper's rule."
    ),
]
GapOption = Annotated[str, typer.Option(help="Marker written wherever text was cut.")]
