"""What users choose, named and checked once, without the code behind it: it costs no imports."""

from __future__ import annotations

import math
from dataclasses import dataclass
from difflib import get_close_matches
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict, cast, get_args

from specpc.errors import Argument, BudgetError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Unpack

DEFAULT_DRAFT: Final = "smollm2-135m"
"""Name of the draft that is used where none is chosen."""

DEFAULT_RATIO: Final = 0.5
"""The ratio of commands where none is stated: half the tokens, at little loss."""

GAP: Final = "[...] "
"""Marks cuts where a machine reads the result, unless the user says otherwise."""

LEAST_OUTPUT: Final = 2000
"""Tools' outputs of fewer tokens stay whole, where nobody states another number."""

Unit = Literal["auto", "sentence", "line", "paragraph", "word", "token", "structure"]
"""What is kept or dropped whole; ``token`` is the paper's rule (best tokens with neighbours).

``auto`` is ``structure``, which looks at the text: sentences of prose, JSON values, table rows, log
records, chat turns, statements of code, Markdown blocks.
"""
IN_WORDS: Final = frozenset({"word", "token"})
"""Units smaller than what can stand on its own."""

ScorerName = Literal["auto", "retrieval-heads", "paper", "received-attention", "specpc"]
"""``auto`` is the best the draft has, with and without a question; ``paper`` the paper's rule.

``specpc`` is an earlier name of ``paper``.
"""

Device = Literal["auto", "cpu", "cuda", "cuda:0", "cuda:1", "cuda:2", "cuda:3", "mps"]
"""Where a draft computes; every ``cuda:N`` is understood, which Python's types cannot say."""

Dtype = Literal["auto", "float32", "bfloat16", "float16"]
"""The number format a draft computes in."""

Markup = Literal["text", "html"]
"""What is kept of HTML: the words it shows, or what stays well-formed HTML, tags and all."""

Format = Literal["text", "html", "messages"]
"""What comes out: text, HTML that stays HTML, or a chat request in JSON, which comes in, too."""

Role = Literal["system", "user", "assistant", "tool"]
"""Whose texts in a conversation; documents in system texts, and results of tools."""

Kind = Literal["numbers", "dates", "names", "ids", "errors", "urls", "negations"]
"""Kinds of things that may be kept in any case."""

RAISE_BUDGET: Final = "raise the ratio or the number of target tokens"
"""What to do where a budget is too small, in the words of the other messages on budgets."""

TEMPLATE: Final = "## {name}\n{text}\n\n"
"""How each of several documents stands in the joined text."""

ROLES: Final[tuple[str, ...]] = get_args(Role)
UNITS: Final[tuple[str, ...]] = get_args(Unit)
KINDS: Final[tuple[str, ...]] = get_args(Kind)

# Earlier names of scorers, still understood.
_ALIASES: Final = {"specpc": "paper"}
SCORERS: Final[tuple[str, ...]] = tuple(n for n in get_args(ScorerName) if n not in _ALIASES)


def scorer_name(typed: str) -> str:
    """The name that a scorer which was called so has now."""
    return _ALIASES.get(typed, typed)


def check_unit(unit: str) -> None:
    """Raise `UsageError` unless there is such a unit."""
    if unit not in UNITS:
        raise UsageError(f"there is no unit {unit!r}: use one of {', '.join(UNITS)}")


def check_markup(markup: str) -> None:
    """Raise `UsageError` unless HTML can be read so."""
    if markup not in get_args(Markup):
        raise UsageError(f"HTML is kept as text or html, not as {markup!r}")


def check_template(template: str) -> None:
    """Raise `UsageError` unless the template is a string with ``{text}`` once."""
    check_text(template, "the template")
    if template.count("{text}") != 1:
        raise UsageError(
            "the template needs {text} once, and may have {name}: '## {name}\\n{text}'"
        )


def check_type(
    value: Any,
    what: str,
    kind: type | tuple[type, ...],
    expected: str,
    error: type[UsageError] = UsageError,
) -> None:
    """Raise `UsageError`, which names the argument and says what is expected, for another type.

    A bool is no number.
    """
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        named = "" if value is None or isinstance(value, bool) else f"{type(value).__name__} "
        raise error(f"{what} must be {expected}, not {named}{value!r:.40}")


def check_text(value: Any, what: str, *, optional: bool = False) -> None:
    """Raise `UsageError`, which names the argument, unless its value is a string (or ``None``)."""
    if not (optional and value is None):
        check_type(value, what, str, "a string")


def check_names(given: Mapping[str, Any], known: type, beside: Sequence[str]) -> None:
    """Raise `UsageError` for a keyword argument that is not in a `TypedDict`.

    It names the nearest of these and of what else the function takes.
    """
    there = known.__annotations__
    for name in given:
        if name not in there:
            near = get_close_matches(name, [*there, *beside], 1)
            meant = f" (did you mean {near[0]}?)" if near else ""
            raise UsageError(f"there is no argument {name}{meant}: use {', '.join(there)}")


@dataclass(frozen=True)
class Protection:
    """What of every text is kept whatever the budget, besides what may be marked in it.

    Attributes:
        patterns: regular expressions of the ``regex`` package, whose matches are protected; one
            string is one of them.
        first: how many units at the start of a text are protected.
        last: how many at its end (before the text's own closing question, which always stays).
        kinds: of things that are protected wherever they stand; see `Kind`.
    """

    patterns: tuple[str, ...] = ()
    first: int = 0
    last: int = 0
    kinds: tuple[Kind, ...] = ()

    def __post_init__(self) -> None:
        """Make patterns of one; raise `UsageError` for what is none, or a negative count."""
        check_type(self.kinds, "the kinds to keep", (list, tuple), "a list such as ['numbers']")
        for kind in self.kinds:
            if kind not in KINDS:
                raise UsageError(f"there is no kind {kind!r} to keep: use {', '.join(KINDS)}")
        object.__setattr__(self, "kinds", tuple(dict.fromkeys(self.kinds)))
        for count in (self.first, self.last):
            check_type(count, "the number of units to keep", Integral, "whole")
        if min(self.first, self.last) < 0:
            raise UsageError("the number of units to keep cannot be negative")
        what = "a pattern, a list of patterns or a Protection"
        check_type(self.patterns, "what to keep", (str, list, tuple), what)
        given: Any = self.patterns
        object.__setattr__(self, "patterns", (given,) if isinstance(given, str) else tuple(given))
        for pattern in self.patterns:
            import regex  # which texts without patterns do without

            check_text(pattern, "a pattern of what to keep")
            try:
                regex.compile(pattern)
            except (regex.error, ValueError, OverflowError, RecursionError, MemoryError) as error:
                raise UsageError(
                    f"{pattern!r} is no regular expression ({error}): correct it, or write a "
                    "backslash before characters that stand for themselves"
                ) from error

    @classmethod
    def of(cls, keep: Protection | str | Sequence[str]) -> Protection:
        """Itself, or the protection of one pattern or several.

        Raises:
            UsageError: it is none of these.
        """
        return keep if isinstance(keep, Protection) else cls(keep)  # type: ignore[arg-type]


NOTHING: Final = Protection()
"""Besides what may be marked in a text, nothing is protected."""


class BudgetOptions(TypedDict, total=False):
    """What a `Cut` of a text that was read already is made of.

    Attributes:
        ratio: fraction of the tokens kept, ``0 < ratio <= 1``; the result never has more.
        target_tokens: absolute budget in tokens, instead of ``ratio``.
        gap: marker written wherever something between two kept pieces was cut, as the format
            allows. By default there is none in texts, and ``[...]`` (`GAP`) in chat messages, as
            whoever answers them must be able to see that something is missing.
    """

    ratio: float | None
    target_tokens: int | None
    gap: str | None


class CutOptions(BudgetOptions, total=False):
    """What a `Cut` is made of.

    Attributes:
        keep: what is kept in any case; it counts against the budget. Patterns, or a `Protection`.
        marks: whether what stands between ``<specpc:keep>`` and ``</specpc:keep>`` in the text is
            kept, too. They mean nothing unless asked for: a text of somebody else may hold them.
    """

    keep: Protection | str | Sequence[str]
    marks: bool


@dataclass(frozen=True)
class Cut:
    """A budget and how to cut to it; see `CutOptions` for the fields, and for `of`.

    Raises:
        BudgetError: both or neither of ratio and target tokens are given, or out of range.
        UsageError: another value is of the wrong type.
    """

    ratio: float | None = None
    target_tokens: int | None = None
    gap: str | None = None
    keep: Protection = NOTHING
    marks: bool = False

    def __post_init__(self) -> None:
        """Check all but what is kept, which did so itself."""
        check_budget(ratio=self.ratio, target_tokens=self.target_tokens)
        if self.gap is not None:
            check_text(self.gap, "the gap marker")
        check_type(self.marks, "marks", bool, "True or False")

    @classmethod
    def of(cls, **options: Unpack[CutOptions]) -> Cut:
        """What keyword arguments say; patterns to keep become a `Protection`."""
        check_names(options, CutOptions, ("question", "name", "progress"))
        fields: dict[str, Any] = {**options, "keep": Protection.of(options.get("keep", NOTHING))}
        return cls(**fields)

    def tokens(self, length: int) -> int:
        """The most tokens a text of ``length`` tokens may have when it is cut: at least 1."""
        if self.target_tokens is not None:
            return min(length, self.target_tokens)
        assert self.ratio is not None  # checked when it was made
        # The small term keeps 0.29 * 100 = 28.999999999999996 at 29.
        return min(length, max(1, math.floor(self.ratio * length + 1e-9)))

    def options(self) -> CutOptions:
        """The fields, as keyword arguments."""
        return cast("CutOptions", dict(vars(self)))


@dataclass(frozen=True)
class Turns:
    """Which texts of a conversation are cut, and by which question.

    Attributes:
        roles: whose; see `Role`.
        min_tokens: fewer tokens are not cut: short texts cost little and say who did what.
        requery: whether all are cut by the last question, to one budget. Otherwise each is cut to
            a budget of its own, by what was asked when it came, and a vendor's cache of the
            beginning of a conversation stays good.

    Raises:
        UsageError: there is no such role, or the number is none.
    """

    roles: tuple[Role, ...] = ("system", "user", "tool")
    min_tokens: int = 300
    requery: bool = False

    def __post_init__(self) -> None:
        """Check them."""
        check_type(self.roles, "the roles", (list, tuple), "a list such as ['user', 'tool']")
        for role in self.roles:
            if role not in ROLES:
                raise UsageError(f"there is no role {role!r}: use some of {', '.join(ROLES)}")
        object.__setattr__(self, "roles", tuple(self.roles))
        check_type(self.min_tokens, "the least number of tokens", Integral, "whole, such as 300")
        if self.min_tokens < 0:
            raise UsageError(Argument("min_tokens="), " cannot be negative")
        check_type(self.requery, "requery", bool, "True or False")


TURNS: Final = Turns()
"""As most want it."""


def check_budget(*, ratio: float | None, target_tokens: int | None) -> None:
    """Raise `BudgetError` unless exactly one of the two is given and can be used."""
    if ratio is not None and target_tokens is not None:
        raise BudgetError("give either a ratio or a number of target tokens, not both")
    if ratio is None and target_tokens is None:
        raise BudgetError(
            "say how much to keep: ", Argument("ratio=0.2"), " or ", Argument("target_tokens=800")
        )
    if ratio is not None:
        check_type(ratio, "the ratio", Real, "a number such as 0.2", BudgetError)
        if not 0 < ratio <= 1:
            raise BudgetError(
                f"the ratio is the fraction of tokens kept, above 0 and at most 1: not {ratio:g}"
            )
    if target_tokens is not None:
        what = "the number of target tokens"
        check_type(target_tokens, what, Integral, "whole, such as 800", BudgetError)
        if target_tokens < 1:
            raise BudgetError(f"{what} must be at least 1, not {target_tokens}")


class SetupOptions(TypedDict, total=False):
    """What a `Setup` has besides its draft.

    Attributes:
        scorer: ``auto`` for the best the draft has, with and without a question;
            ``retrieval-heads``, ``paper`` for the paper's rule, or ``received-attention``, which
            reads no question.
        unit: kind of units to choose from.
        tokenizer: what counts the tokens of budgets and results: a tiktoken model or encoding
            (``gpt-4o``, ``cl100k_base``), a Hugging Face id or folder, ``draft``, ``characters``
            or ``words``.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``.
        dtype: ``auto``, ``float32``, ``bfloat16`` or ``float16``.
        offline: forbid every download.
        markup: what is kept of HTML: ``text``, the words it shows, or ``html``, which stays
            well-formed.
    """

    scorer: ScorerName
    unit: Unit
    tokenizer: str
    device: Device
    dtype: Dtype
    offline: bool
    markup: Markup


@dataclass(frozen=True)
class Setup:
    """What compresses: a draft, and what goes with it; see `SetupOptions` for the other fields.

    Attributes:
        draft: a name from ``specpc models``, a Hugging Face id, a folder or a ``.gguf`` file.

    Raises:
        UsageError: there is no such unit, or a value is of the wrong type.
    """

    draft: str = DEFAULT_DRAFT
    scorer: str = "auto"
    unit: str = "auto"
    tokenizer: str = "draft"
    device: str = "auto"
    dtype: str = "auto"
    offline: bool = False
    markup: str = "text"

    def __post_init__(self) -> None:
        """Check the types, and what needs nothing loaded."""
        for name in ("draft", "scorer", "unit", "tokenizer", "device", "dtype", "markup"):
            check_text(getattr(self, name), f"the {name}")
        check_type(self.offline, "offline", bool, "True or False")
        object.__setattr__(self, "scorer", scorer_name(self.scorer))
        check_unit(self.unit)
        check_markup(self.markup)

    @property
    def where(self) -> tuple[str, str, bool]:
        """Device, number format, and whether to stay offline: what loading takes besides a name."""
        return self.device, self.dtype, self.offline
