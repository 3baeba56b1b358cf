"""The methods by name: a new one is a module with a function ``make``, and a row here."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from specpc.errors import UsageError
from specpc.evaluation.base import Level, MethodSetup, Models
from specpc.kv.settings import KV_BUDGET, KVSettings
from specpc.machine.reporting import Report, silent
from specpc.options import SCORERS, UNITS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from specpc.evaluation.base import TextMethod
    from specpc.evaluation.local_target import LocalTarget
    from specpc.options import Setup

    Maker = Callable[[MethodSetup], TextMethod]

FULL: Final = "full"
"""The method that keeps the whole context, at ratio 1: what compressed ones are held against."""

_RANKED_UNITS: Final = tuple(unit for unit in UNITS if unit not in {"auto", "token"})


@dataclass(frozen=True)
class MethodRow:
    """A method that has a name.

    Attributes:
        home: the module of this package whose function ``make`` makes it of a `MethodSetup`; what
            it imports waits until the method is run.
        variants: what may stand behind the name and a colon.
        kind: what these are called.
        whole: whether it reads the whole context, at no ratio.
        trims: whether it cuts the KV cache of a target on this machine.
    """

    home: str
    variants: tuple[str, ...] = ()
    kind: str = "unit"
    whole: bool = False
    trims: bool = False


METHODS: Final[dict[str, MethodRow]] = {
    **{name: MethodRow("own_scorers", UNITS) for name in SCORERS},
    "random": MethodRow("chance", _RANKED_UNITS),
    "stopwords": MethodRow("stop_words", _RANKED_UNITS),
    "bm25": MethodRow("bm25", _RANKED_UNITS),
    "minilm": MethodRow("minilm", _RANKED_UNITS),
    "truncate": MethodRow("truncate"),
    FULL: MethodRow("full", whole=True),
    "speckv": MethodRow("trimmed", whole=True, trims=True),
    "speckv-pc": MethodRow("trimmed", SCORERS, "scorer", trims=True),
    "snapkv": MethodRow("trimmed", whole=True, trims=True),
    "streaming": MethodRow("trimmed", whole=True, trims=True),
}
"""All of them; any other is reached by ``MODULE:NAME``."""

TRIMMED: Final = tuple(name for name, row in METHODS.items() if row.trims)
"""Those that cut the KV cache of a target on this machine."""


def shortens(method: str) -> bool:
    """Whether a method is measured by what it keeps of the text."""
    row = _row(method)
    return not (row.whole or row.trims)


def has_ratio(method: str) -> bool:
    """Whether a method shortens the text, be it for another one that cuts the KV cache."""
    return not _row(method).whole


def trims(method: str) -> bool:
    """Whether a method cuts the KV cache of a target on this machine."""
    return _row(method).trims


def levels_of(
    method: str, ratios: Sequence[float], kv_budgets: Sequence[int] = (KV_BUDGET,)
) -> tuple[Level, ...]:
    """The levels a method is run at: methods that read the whole context know but one ratio."""
    budgets = kv_budgets if trims(method) else (None,)
    return tuple(Level(r, b) for r in (ratios if has_ratio(method) else (1.0,)) for b in budgets)


def check_methods(names: Iterable[str]) -> None:
    """Raise `UsageError` unless every name is that of a method, or leads to one."""
    for name in names:
        base, variant = _split(name)
        row = METHODS.get(base)
        if row is None:
            _maker(name)
        elif variant is not None and variant not in row.variants:
            offered = f"use one of {', '.join(row.variants)}" if row.variants else "leave it out"
            raise UsageError(f"the method {base} has no {row.kind} {variant!r}: {offered}")


def build_methods(
    names: Sequence[str],
    setup: Setup,
    *,
    seed: int = 0,
    target: LocalTarget | None = None,
    report: Report = silent,
) -> dict[str, TextMethod]:
    """Load what the named methods need, the draft once for all of them.

    Args:
        names: with or without ``:UNIT``, or ``MODULE:NAME``.
        setup: the draft, which may be the target, and where models run.
        seed: of the method ``random``.
        target: the model whose KV cache is cut.
        report: called with one line before anything slow.

    Returns:
        The methods by their names.

    Raises:
        UsageError: there is no such method.
        SpecPCError: a method's package is missing, or the draft cannot be loaded.
    """
    check_methods(names)
    # What guesses an answer generates, which takes a model of transformers.
    bases = {_split(name)[0] for name in names}
    generates = any(trims(base) and KVSettings(base).guesses for base in bases)  # type: ignore[arg-type]
    models = Models(setup, target, generates, report)
    methods = {}
    for name in names:
        method = _maker(name)(MethodSetup(*_split(name), models, seed))
        if not callable(getattr(method, "prepare", None)):
            raise UsageError(f"{name} gives no method: what it makes has no function prepare(item)")
        methods[name] = method
    return methods


def _row(name: str) -> MethodRow:
    """What is known of a method; one of another release or of the user's shortens texts."""
    return METHODS.get(_split(name)[0], MethodRow(""))


def _split(name: str) -> tuple[str, str | None]:
    """``NAME:UNIT`` to its two parts, any other name to itself and nothing."""
    base, colon, variant = name.partition(":")
    return (base, variant) if colon and base in METHODS else (name, None)


def _maker(name: str) -> Maker:
    base, _ = _split(name)
    if base in METHODS:
        made: Maker = import_module(f"specpc.evaluation.{METHODS[base].home}").make
        return made
    module, _, attribute = name.partition(":")
    if module == "specpc":
        raise UsageError(
            f"there is no method {name!r}: 'auto' is this tool's default, 'paper' the paper's rule"
        )
    if not attribute:
        known = ", ".join(METHODS)
        raise UsageError(f"there is no method {name!r}: use one of {known}, or MODULE:NAME")
    try:
        found: Any = getattr(import_module(module), attribute, None)
    except Exception as error:  # whatever the module does when it is imported
        reason = f"{type(error).__name__}: {error}"
        raise UsageError(f"the method {name} cannot be imported ({reason})") from error
    if not callable(found):
        what = "there is no" if found is None else "nothing can be made with"
        raise UsageError(f"the method {name} cannot be made: {what} {attribute} in {module}")
    maker: Maker = found
    return maker
