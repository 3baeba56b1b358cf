"""Options that several commands have, declared once, with the panels that ``--help`` shows.

An option with a variable of its own, ``SPECPC_`` and its name, is a setting: it can also be set
in a file, for all commands that have it (`specpc_cli.config`).
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, get_args

import typer

from specpc.errors import UsageError
from specpc.options import (
    DEFAULT_DRAFT,
    DEFAULT_RATIO,
    KINDS,
    ROLES,
    SCORERS,
    UNITS,
    Cut,
    Protection,
    ScorerName,
    Setup,
    Turns,
    scorer_name,
)
from specpc.options import Device as DeviceName
from specpc.options import Dtype as DtypeName
from specpc.options import Unit as UnitName
from specpc_cli.console import Console
from specpc_cli.inputs import read_question, typed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

OUTPUT: Final = "Input and output"


def _option(panel: str, told: str, *names: str, **kwargs: Any) -> Any:
    return typer.Option(*names, help=told, rich_help_panel=panel, **kwargs)


budget = partial(_option, "Budget")
measured = partial(_option, "What is measured")
kept = partial(_option, "What is kept")
answers = partial(_option, "Answers")
io = partial(_option, OUTPUT)
draft = partial(_option, "Draft")
many = partial(_option, "Many texts")
chat = partial(_option, "Chat requests")
_LAST: Final = ("", "verbose", "quiet", "device", "dtype", "offline", "cache", "server")
_PANELS: Final = [one.args[0] for one in (budget, measured, kept, answers, io, draft, many, chat)]


def variable_of(name: str) -> str:
    """The variable that sets an option for all commands that have it."""
    return f"SPECPC_{name.upper()}"


def setting(panel: Callable[..., Any], name: str, told: str, **kwargs: Any) -> Any:
    """An option of a panel that can also be set by a variable or in a file."""
    return panel(told, f"--{name}", envvar=variable_of(name), show_envvar=False, **kwargs)


def output(told: str) -> Any:
    """The option ``-o``, whose folder is there."""
    return io(told, "-o", "--output", callback=_writable)


def _writable(path: Path | None) -> Path | None:
    if path is not None and not path.parent.is_dir():
        raise UsageError(f"there is no folder {path.parent} to write {path.name} into")
    return path


def plot(told: str) -> Any:
    """The option ``--plot``, for which all is there."""
    return io(f"{told}: a .svg, .png or .pdf file.", "--plot", callback=_plottable)


def _plottable(path: Path | None) -> Path | None:
    if path is not None:
        from specpc.evaluation.plot import check_plot

        check_plot(path)
    return path


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
    return _one_of(SCORERS, typed, scorer_name(typed))


def _device(typed: str) -> str:
    """A device, perhaps one of many that are alike."""
    known = ("auto", "cpu", "cuda", "cuda:N", "mps")
    return _one_of(known, typed, re.sub(r"^cuda:\d+$", "cuda:N", typed)) and typed


def _one_of(names: Sequence[str], typed: str, name: str) -> str:
    if name not in names:
        raise typer.BadParameter(f"{typed!r} is not one of {', '.join(map(repr, names))}.")
    return name


Json = Annotated[bool, io("Print JSON, for programs.", "--json")]
Cache = Annotated[
    bool,
    draft(
        "Keep the scores on disk: another ratio for the same text and question then needs no "
        "draft.",
        "--cache",
    ),
]
QuestionField = Annotated[str, many("JSON lines: the field that holds the question.")]
Server = Annotated[
    str | None,
    setting(
        draft,
        "server",
        "Address of a 'specpc serve' that does the work, at once; auto: one of your own, started "
        "when needed, ended when idle.",
    ),
]
LeastTokens = Annotated[int, kept("Outputs with fewer tokens stay whole.", "--min-tokens")]
Resume = Annotated[bool, many("Go on with an interrupted run.", "--resume")]
KeepShort = Annotated[
    bool,
    many(
        "JSON lines: a text of which nothing fits into its budget stays whole.",
        "--keep-short",
    ),
]


_TURNS: Final = Turns()

Roles = Annotated[
    str,
    chat(
        f"Whose long texts are cut: some of {', '.join(ROLES)}, with commas between them; of what "
        "system and users say, documents only.",
        "--roles",
        metavar="<roles>",
    ),
]
ROLES_CUT: Final = ",".join(_TURNS.roles)
MinTokens = Annotated[int, chat("Texts with fewer tokens stay as they are.", "--min-tokens")]
MIN_TOKENS: Final = _TURNS.min_tokens
Requery = Annotated[
    bool,
    chat(
        "Cut all texts by the last question, to one budget; a vendor's cache then finds no earlier "
        "turn again.",
        "--requery",
    ),
]


def turns_of(roles: str, min_tokens: int, requery: bool) -> Turns:
    """Which texts of a conversation are cut, as it was typed."""
    named: Any = [role.strip() for role in roles.split(",") if role.strip()]
    return Turns(tuple(named), min_tokens, requery)


WHERE: Final = ("draft", "device", "dtype", "offline")
"""The options of a command that uses a draft for something else than compressing."""


@dataclass(frozen=True)
class Asked:
    """What commands are asked to do, as far as it is the same in many of them.

    Attributes:
        question: what is asked of a text, if anything.
        cut: how much of it is kept, and what in any case.
        setup: what reads it.
        console: what is told there.
    """

    question: str | None
    cut: Cut
    setup: Setup
    console: Console


def _asked(  # noqa: PLR0913, PLR0917 - one parameter an option
    ratio: Annotated[
        float | None, setting(budget, "ratio", "Fraction of the tokens kept, 0 < r <= 1.")
    ] = DEFAULT_RATIO,
    target_tokens: Annotated[int | None, budget("Most tokens kept, in place of a ratio.")] = None,
    tokenizer: Annotated[
        str,
        setting(
            budget,
            "tokenizer",
            "What counts the tokens: a tiktoken model or encoding (gpt-4o, cl100k_base), a "
            "Hugging Face id or folder, or draft, characters, words.",
        ),
    ] = "draft",
    question: Annotated[
        str | None, kept("What will be asked of the text.", "-q", "--question")
    ] = None,
    question_file: Annotated[Path | None, kept("Read the question from a file.")] = None,
    unit: Annotated[
        UnitName,
        setting(
            kept,
            "unit",
            f"What is kept or dropped whole: {_any_of(UNITS)}. By default it follows the text; "
            "'token' is the paper's rule.",
            metavar="<unit>",
        ),
    ] = "auto",
    gap: Annotated[
        str | None,
        setting(
            kept, "gap", "Marker written wherever text was cut; by default [...] in messages only."
        ),
    ] = None,
    keep: Annotated[
        list[str] | None,
        kept(
            "Keep every unit (sentence, line ...) that this regular expression matches in; "
            "repeatable."
        ),
    ] = None,
    keep_kind: Annotated[
        str,
        kept(
            f"Keep every unit that has one of these, with commas between them: {', '.join(KINDS)}.",
            metavar="<kinds>",
        ),
    ] = "",
    keep_first: Annotated[int, kept("Keep the first N units.")] = 0,
    keep_last: Annotated[int, kept("Keep the last N units.")] = 0,
    marks: Annotated[
        bool,
        kept(
            "Keep what stands between the marks specpc:keep and /specpc:keep, in angle brackets.",
            "--marks",
        ),
    ] = False,
    verbose: Annotated[bool, io("Tell how the result came about.", "-v", "--verbose")] = False,
    quiet: Annotated[bool, io("Nothing on standard error but failures.", "-Q", "--quiet")] = False,
    draft: Annotated[
        str,
        setting(
            draft,
            "draft",
            "Draft model: see 'specpc models'; or a Hub id, folder or .gguf file.",
            autocompletion=complete_drafts,
        ),
    ] = DEFAULT_DRAFT,
    scorer: Annotated[
        ScorerName,
        setting(
            draft,
            "scorer",
            f"How the draft judges the text: {_any_of(SCORERS)}.",
            parser=_scorer,
            metavar="<scorer>",
            autocompletion=completing(SCORERS),
        ),
    ] = "auto",
    device: Annotated[
        DeviceName,
        setting(
            draft,
            "device",
            "Where it computes: auto, cpu, cuda or mps.",
            parser=_device,
            metavar="<device>",
            autocompletion=completing(get_args(DeviceName)),
        ),
    ] = "auto",
    dtype: Annotated[
        DtypeName,
        setting(
            draft, "dtype", f"In which numbers: {_any_of(get_args(DtypeName))}.", metavar="<dtype>"
        ),
    ] = "auto",
    offline: Annotated[
        bool, draft("Never download; fail if the draft is missing.", "--offline")
    ] = False,
) -> Asked:
    patterns = tuple(typed(pattern, "a pattern to keep") for pattern in keep or ())
    marker = None if gap is None else typed(gap, "the gap marker")
    kinds: Any = tuple(kind.strip() for kind in keep_kind.split(",") if kind.strip())
    protection = Protection(patterns, keep_first, keep_last, kinds)
    cut = Cut(ratio, target_tokens, marker, protection, marks)
    setup = Setup(draft, scorer, unit, tokenizer, device, dtype, offline)
    console = Console(verbose=verbose, quiet=quiet)
    return Asked(read_question(question, question_file), cut, setup, console)


def asking(
    *names: str, without: Sequence[str] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Gives a command ``asked``, made of options that many commands have, in place of these.

    Args:
        *names: of the options; without any, all but some.
        without: these.
    """
    every = inspect.signature(_asked, eval_str=True).parameters
    wanted = {*(names or every)} - {*without}
    shared = [option for option in every.values() if option.name in wanted]

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(command, eval_str=True).parameters.values()
        options = [one for mine in own for one in (shared if mine.name == "asked" else [mine])]
        options.sort(key=_place)

        @wraps(command)
        def run(**typed: Any) -> None:
            command(asked=_asked(**{one.name: typed.pop(one.name) for one in shared}), **typed)

        # What typer looks at.
        shown: Any = run
        by_name = inspect.Parameter.KEYWORD_ONLY
        shown.__signature__ = inspect.Signature([one.replace(kind=by_name) for one in options])
        shown.__annotations__ = {one.name: one.annotation for one in options}
        return run

    return decorate


def _place(option: inspect.Parameter) -> tuple[int, int]:
    """Where an option stands in ``--help``: by panel, without one first; some there at the end."""
    marks = getattr(option.annotation, "__metadata__", ())
    panels = [_PANELS.index(mark.rich_help_panel) for mark in marks if mark.rich_help_panel]
    last = _LAST.index(option.name) if option.name in _LAST else 0
    return panels[0] if panels else -1, last
