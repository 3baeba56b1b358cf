"""Options that several commands have, declared once, with the panels that ``--help`` shows.

An option with a variable of its own, ``SPECPC_`` and its name, is a setting: it can also be set
in a file, for all commands that have it (`specpc_cli.config`).
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, get_args

import typer

from specpc.options import SCORERS, UNITS, ScorerName, scorer_name
from specpc.options import Device as DeviceName
from specpc.options import Dtype as DtypeName
from specpc.options import Unit as UnitName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

OUTPUT: Final = "Input and output"


def _option(panel: str, told: str, *names: str, **kwargs: Any) -> Any:
    return typer.Option(*names, help=told, rich_help_panel=panel, **kwargs)


budget = partial(_option, "Budget")
kept = partial(_option, "What is kept")
io = partial(_option, OUTPUT)
draft = partial(_option, "Draft")
many = partial(_option, "Many texts")
measured = partial(_option, "What is measured")
answers = partial(_option, "Answers")


def variable_of(name: str) -> str:
    """The variable that sets an option for all commands that have it."""
    return f"SPECPC_{name.upper()}"


def setting(panel: Callable[..., Any], name: str, told: str, **kwargs: Any) -> Any:
    """An option of a panel that can also be set by a variable or in a file."""
    return panel(told, f"--{name}", envvar=variable_of(name), show_envvar=False, **kwargs)


def completing(names: Iterable[str]) -> Callable[[str], list[str]]:
    """What the shell asks for the names that start as what was typed so far."""
    return lambda incomplete: [name for name in names if name.startswith(incomplete)]


def complete_drafts(incomplete: str) -> list[str]:
    """Drafts that have a name here."""
    from specpc.drafts.catalogue import KNOWN_DRAFTS

    return completing(known.name for known in KNOWN_DRAFTS)(incomplete)


def _any_of(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _scorer(typed: str) -> str:
    """The scorer of a name, which may be an earlier one."""
    name = scorer_name(typed)
    if name not in SCORERS:
        raise typer.BadParameter(f"{typed!r} is not one of {', '.join(map(repr, SCORERS))}.")
    return name


_RATIO: Final = setting(budget, "ratio", "Fraction of the tokens kept, 0 < r <= 1.")
Ratio = Annotated[float | None, _RATIO]
OnlyRatio = Annotated[float, _RATIO]
TargetTokens = Annotated[int | None, budget("Most tokens kept, in place of a ratio.")]
Tokenizer = Annotated[
    str,
    setting(
        budget,
        "tokenizer",
        "What counts the tokens: a tiktoken model or encoding (gpt-4o, cl100k_base), a "
        "Hugging Face id or folder, or draft, characters, words.",
    ),
]

Question = Annotated[str | None, kept("What will be asked of the text.", "-q", "--question")]
QuestionFile = Annotated[Path | None, kept("Read the question from a file.")]
Unit = Annotated[
    UnitName,
    setting(
        kept,
        "unit",
        f"What is kept or dropped whole: {_any_of(UNITS)}. By default it follows the text, in "
        "words where there is no question; 'token' is the paper's rule.",
        metavar="<unit>",
    ),
]
Gap = Annotated[
    str, setting(kept, "gap", "Marker written wherever text was cut.", show_default=False)
]
Keep = Annotated[
    list[str] | None,
    kept("Keep every unit this regular expression matches in; repeatable."),
]
KeepFirst = Annotated[int, kept("Keep the first N units.")]
KeepLast = Annotated[int, kept("Keep the last N units.")]

Output = Annotated[Path | None, io("File to write, or folder for several files.", "-o", "--output")]
Json = Annotated[bool, io("Print JSON, for programs.", "--json")]
Verbose = Annotated[bool, io("Tell how the result came about.", "-v", "--verbose")]
Quiet = Annotated[bool, io("Nothing on standard error but failures.", "-Q", "--quiet")]

Draft = Annotated[
    str,
    setting(
        draft,
        "draft",
        "Draft model: see 'specpc models'; or a Hub id, folder or .gguf file.",
        autocompletion=complete_drafts,
    ),
]
Scorer = Annotated[
    ScorerName,
    setting(
        draft,
        "scorer",
        f"Scoring rule: {_any_of(SCORERS)}.",
        parser=_scorer,
        metavar="<scorer>",
        autocompletion=completing(SCORERS),
    ),
]
Device = Annotated[
    DeviceName,
    setting(
        draft,
        "device",
        "Where it computes: auto, cpu, cuda or mps.",
        parser=str,  # any cuda:N
        metavar="<device>",
        autocompletion=completing(get_args(DeviceName)),
    ),
]
Dtype = Annotated[
    DtypeName,
    setting(
        draft,
        "dtype",
        f"In which numbers: {_any_of(get_args(DtypeName))}.",
        parser=str,
        metavar="<dtype>",
        autocompletion=completing(get_args(DtypeName)),
    ),
]
Offline = Annotated[bool, draft("Never download; fail if the draft is missing.", "--offline")]
Cache = Annotated[
    bool,
    draft("Keep the scores on disk: another ratio for the same text needs no draft.", "--cache"),
]
Server = Annotated[
    str | None,
    setting(
        draft,
        "server",
        "Address of a 'specpc serve' that does the work, at once [or SPECPC_SERVER].",
    ),
]

QuestionField = Annotated[str, many("JSON lines: the field that holds the question.")]
Resume = Annotated[bool, many("Go on with an interrupted run.", "--resume")]
