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
    from specpc.kv.answering import AnsweringModel
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
        whole: whether it reads the whole context, at ratio 1.
        trims: whether it cuts the KV cache of a target on this machine.
    """

    home: str
    variants: tuple[str, ...] = ()
    kind: str = "unit"
    whole: bool = False
    trims: bool = False

    @property
    def shortens(self) -> bool:
        """Whether it is measured by what it keeps of the text."""
        return not (self.whole or self.trims)


METHODS: Final[dict[str, MethodRow]] = {
    **{name: MethodRow("own_scorers", UNITS) for name in SCORERS},
    "random": MethodRow("chance", _RANKED_UNITS),
    "stopwords": MethodRow("stop_words", _RANKED_UNITS),
    "bm25": MethodRow("bm25", _RANKED_UNITS),
    "minilm": MethodRow("minilm", _RANKED_UNITS),
    "truncate": MethodRow("truncate"),
    FULL: MethodRow("truncate", whole=True),
    "speckv": MethodRow("local_target", whole=True, trims=True),
    "speckv-pc": MethodRow("local_target", SCORERS, "scorer", trims=True),
    "snapkv": MethodRow("local_target", whole=True, trims=True),
    "streaming": MethodRow("local_target", whole=True, trims=True),
}
"""All of them; any other is reached by ``MODULE:NAME``."""

TRIMMED: Final = tuple(name for name, row in METHODS.items() if row.trims)
"""Those that cut the KV cache of a target on this machine."""


def row_of(method: str) -> MethodRow:
    """What is known of a method; one of another release or of the user's shortens texts."""
    return METHODS.get(_split(method)[0], MethodRow(""))


def levels_of(
    method: str, ratios: Sequence[float], kv_budgets: Sequence[int] = (KV_BUDGET,)
) -> tuple[Level, ...]:
    """The levels a method is run at: methods that read the whole context know but one ratio."""
    row = row_of(method)
    budgets = kv_budgets if row.trims else (None,)
    return tuple(Level(r, b) for r in ((1.0,) if row.whole else ratios) for b in budgets)


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
    target: AnsweringModel | None = None,
    report: Report = silent,
) -> dict[str, TextMethod]:
    """Make the named methods, for which the draft, which may be the target, is loaded once.

    Raises:
        UsageError: there is no such method.
        SpecPCError: a method's package is missing, or the draft cannot be loaded.
    """
    check_methods(names)
    # What guesses an answer generates, which takes a model of transformers.
    bases = {_split(name)[0] for name in names} & {*TRIMMED}
    generates = any(KVSettings(base).guesses for base in bases)  # type: ignore[arg-type]
    models = Models(setup, target, generates, report)
    methods = {}
    for name in names:
        method = _maker(name)(MethodSetup(*_split(name), models, seed))
        if not callable(getattr(method, "prepare", None)):
            raise UsageError(f"{name} gives no method: what it makes has no function prepare(item)")
        methods[name] = method
    return methods


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
