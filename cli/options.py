"""Options that several commands have, declared once, with the panels that ``--help`` shows.

An option with a variable of its own, ``SPECPC_`` and its name, is a setting: it can also be set
in a file, for all commands that have it (`specpc_cli.config`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, get_args

import typer

from specpc.options import SCORERS, UNITS, Device, Dtype, ScorerName, Unit, scorer_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

BUDGET: Final = "Budget"
KEPT: Final = "What is kept"
IO: Final = "Input and output"
DRAFT: Final = "Draft"
MANY: Final = "Many texts"
MEASURED: Final = "What is measured"
ANSWERS: Final = "Answers"


def option(panel: str, *names: str, **kwargs: Any) -> Any:
    """An option of a panel."""
    return typer.Option(*names, rich_help_panel=panel, **kwargs)


def completing(names: Iterable[str]) -> Callable[[str], list[str]]:
    """What the shell asks for the names that start as what was typed so far."""
    return lambda incomplete: [name for name in names if name.startswith(incomplete)]


def variable_of(name: str) -> str:
    """The variable that sets an option for all commands that have it."""
    return f"SPECPC_{name.upper()}"


def setting(panel: str, name: str, **kwargs: Any) -> Any:
    """An option that can also be set by a variable or in a file."""
    return option(panel, f"--{name}", envvar=variable_of(name), show_envvar=False, **kwargs)


def _any_of(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _scorer(typed: str) -> str:
    """The scorer of a name, which may be an earlier one."""
    name = scorer_name(typed)
    if name not in SCORERS:
        raise typer.BadParameter(f"{typed!r} is not one of {', '.join(map(repr, SCORERS))}.")
    return name


def complete_drafts(incomplete: str) -> list[str]:
    """Drafts that have a name here."""
    from specpc.drafts.catalogue import KNOWN_DRAFTS

    return completing(draft.name for draft in KNOWN_DRAFTS)(incomplete)


_RATIO = setting(BUDGET, "ratio", help="Fraction of the tokens kept, 0 < r <= 1.")
RatioOption = Annotated[float | None, _RATIO]
OnlyRatioOption = Annotated[float, _RATIO]
TargetTokensOption = Annotated[
    int | None,
    option(BUDGET, "--target-tokens", help="Most tokens kept, in place of a ratio."),
]
TokenizerOption = Annotated[
    str,
    setting(
        BUDGET,
        "tokenizer",
        help="What counts the tokens: a tiktoken model or encoding (gpt-4o, cl100k_base), a "
        "Hugging Face id or folder, or draft, characters, words.",
    ),
]

QuestionOption = Annotated[
    str | None, option(KEPT, "-q", "--question", help="What will be asked of the text.")
]
QuestionFileOption = Annotated[
    Path | None, option(KEPT, "--question-file", help="Read the question from a file.")
]
UnitOption = Annotated[
    Unit,
    setting(
        KEPT,
        "unit",
        metavar="<unit>",
        help=f"What is kept or dropped whole: {_any_of(UNITS)}. By default it follows the text, "
        "in words where there is no question; 'token' is the paper's rule.",
    ),
]
GapOption = Annotated[
    str, setting(KEPT, "gap", help="Marker written wherever text was cut.", show_default=False)
]
KeepOption = Annotated[
    list[str] | None,
    option(KEPT, "--keep", help="Keep every unit this regular expression matches in; repeatable."),
]
KeepFirstOption = Annotated[int, option(KEPT, "--keep-first", help="Keep the first N units.")]
KeepLastOption = Annotated[int, option(KEPT, "--keep-last", help="Keep the last N units.")]

VerboseOption = Annotated[
    bool, option(IO, "-v", "--verbose", help="Tell how the result came about.")
]
QuietOption = Annotated[
    bool, option(IO, "-Q", "--quiet", help="Nothing on standard error but failures.")
]
JsonOption = Annotated[bool, option(IO, "--json", help="Print JSON, for programs.")]

DraftOption = Annotated[
    str,
    setting(
        DRAFT,
        "draft",
        help="Draft model: see 'specpc models'; or a Hub id, folder or .gguf file.",
        autocompletion=complete_drafts,
    ),
]
ScorerOption = Annotated[
    ScorerName,
    setting(
        DRAFT,
        "scorer",
        parser=_scorer,
        metavar="<scorer>",
        help=f"Scoring rule: {_any_of(SCORERS)}.",
        autocompletion=completing(SCORERS),
    ),
]
DeviceOption = Annotated[
    Device,
    setting(
        DRAFT,
        "device",
        parser=str,  # any cuda:N
        metavar="<device>",
        help="Where it computes: auto, cpu, cuda or mps.",
        autocompletion=completing(get_args(Device)),
    ),
]
DtypeOption = Annotated[
    Dtype,
    setting(
        DRAFT,
        "dtype",
        parser=str,
        metavar="<dtype>",
        help=f"In which numbers: {_any_of(get_args(Dtype))}.",
        autocompletion=completing(get_args(Dtype)),
    ),
]
OfflineOption = Annotated[
    bool, option(DRAFT, "--offline", help="Never download; fail if the draft is missing.")
]
CacheOption = Annotated[
    bool,
    option(
        DRAFT,
        "--cache",
        help="Keep the scores on disk: another ratio for the same text needs no draft.",
    ),
]
ServerOption = Annotated[
    str | None,
    setting(
        DRAFT,
        "server",
        help="Address of a 'specpc serve' that does the work, at once [or SPECPC_SERVER].",
    ),
]

OutputOption = Annotated[
    Path | None, option(IO, "-o", "--output", help="File to write, or folder for several files.")
]
ResumeOption = Annotated[bool, option(MANY, "--resume", help="Go on with an interrupted run.")]
QuestionFieldOption = Annotated[
    str, option(MANY, "--question-field", help="JSON lines: the field that holds the question.")
]
