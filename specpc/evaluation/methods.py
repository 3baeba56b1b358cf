"""The methods that can be compared, by name; each prepares an item once for all ratios."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from specpc.compressor import Compressor
from specpc.config import SCORERS, UNITS
from specpc.drafts import load_draft
from specpc.errors import UsageError
from specpc.evaluation.picked import NO_SCORES, Compressed, EndsPicker, PickedText, ScoredUnitPicker
from specpc.evaluation.rankers import BM25Ranker, MiniLMRanker, RandomRanker
from specpc.evaluation.records import FULL
from specpc.evaluation.word_baselines import StopWordRanker
from specpc.picking import cut_into_units
from specpc.tokens import TextEncoder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from specpc.evaluation.data import Item
    from specpc.evaluation.rankers import Ranker

RANKED: Final = ("random", "stopwords", "bm25", "minilm")
PEERS: Final = ("llmlingua", "longllmlingua", "selective-context")
_UNIT: Final = "sentence"


class Method(Protocol):
    """A way of compressing texts around a question."""

    @property
    def name(self) -> str:
        """As the user named it."""

    def prepare(self, item: Item) -> Callable[[float], Compressed]:
        """Do once what all ratios share; what comes back compresses to one ratio."""


@dataclass(frozen=True)
class ScorerMethod:
    """One of our scorers with one kind of unit."""

    name: str
    compressor: Compressor

    def prepare(self, item: Item) -> Callable[[float], Compressed]:
        """Score the context once."""
        scored = self.compressor.score(item.context, item.question)

        def compress(ratio: float) -> Compressed:
            result = scored.compress(ratio=ratio)
            ranges = tuple((span.start, span.end) for span in result.spans)
            return Compressed(result.text, ranges, result.original_tokens, result.compressed_tokens)

        return compress


@dataclass(frozen=True)
class WithoutQuestion:
    """A method from which the question is withheld."""

    method: Method

    @property
    def name(self) -> str:
        """That of the method."""
        return self.method.name

    def prepare(self, item: Item) -> Callable[[float], Compressed]:
        """As if nothing were asked."""
        return self.method.prepare(replace(item, question=""))


@dataclass(frozen=True)
class RankedMethod:
    """Whole units, best first, by a score that needs no draft model."""

    name: str
    encoder: TextEncoder
    ranker: Ranker
    unit: str

    def prepare(self, item: Item) -> Callable[[float], Compressed]:
        """Cut the context into units and score them."""
        tokens = self.encoder.encode(item.context)
        picker = ScoredUnitPicker(cut_into_units(item.context, tokens.bounds, self.unit))
        scores = self.ranker(item, picker.units.texts)
        return PickedText(item.context, len(tokens), self.encoder, picker, scores - scores.min())


@dataclass(frozen=True)
class TruncateMethod:
    """The beginning and the end, half the budget each."""

    name: str
    encoder: TextEncoder

    def prepare(self, item: Item) -> Callable[[float], Compressed]:
        """Tokenize."""
        tokens = self.encoder.encode(item.context)
        picker = EndsPicker(item.context, tokens.bounds)
        return PickedText(item.context, len(tokens), self.encoder, picker, NO_SCORES)


@dataclass(frozen=True)
class FullMethod:
    """The whole context, uncompressed."""

    name: str
    encoder: TextEncoder

    def prepare(self, item: Item) -> Callable[[float], Compressed]:
        """Count its tokens."""
        length = self.encoder.count(item.context)
        whole = Compressed(item.context, ((0, len(item.context)),), length, length)
        return lambda _: whole


def ratios_of(method: str, ratios: Sequence[float]) -> tuple[float, ...]:
    """The ratios a method is run at, of those asked for: the full context knows but one."""
    return (1.0,) if method == FULL else tuple(ratios)


@dataclass(frozen=True)
class DraftOptions:
    """Which draft the scorers use and everyone counts tokens with, and where it runs."""

    draft: str
    device: str = "auto"
    dtype: str = "auto"
    offline: bool = False


def check_methods(names: Sequence[str]) -> None:
    """Raise `UsageError` unless every name is a method, with or without a unit."""
    for name in names:
        base, unit = split_name(name)
        known = (*SCORERS, *RANKED, "truncate", FULL, *PEERS)
        if base not in known:
            raise UsageError(f"there is no method {base!r}: use one of {', '.join(known)}")
        allowed = _units_of(base)
        if unit is not None and unit not in allowed:
            offered = f"use one of {', '.join(allowed)}" if allowed else "leave it out"
            raise UsageError(f"the method {base} has no unit {unit!r}: {offered}")


RANKED_UNITS: Final = tuple(unit for unit in UNITS if unit not in {"auto", "token"})


def _units_of(base: str) -> Sequence[str]:
    if base in SCORERS:
        return UNITS
    if base == "selective-context":
        return ("sentence", "token")
    return RANKED_UNITS if base in RANKED else ()


def split_name(name: str) -> tuple[str, str | None]:
    """``NAME:UNIT`` to its two parts, ``NAME`` to itself and nothing."""
    base, colon, unit = name.partition(":")
    return base, unit if colon else None


def build_methods(
    names: Sequence[str],
    options: DraftOptions,
    *,
    seed: int = 0,
    peer_python: str | None = None,
    report: Callable[[str], None] = lambda _: None,
) -> list[Method]:
    """Load what the named methods need, the draft once for all of them.

    Args:
        names: method names, with or without ``:UNIT``.
        options: the draft.
        seed: of the method ``random``.
        peer_python: interpreter of the environment the peers are installed in.
        report: called with one line before anything slow.

    Raises:
        UsageError: there is no such method.
        SpecPCError: a method's package is missing, or the draft cannot be loaded.
    """
    check_methods(names)
    rankers = {base: _ranker(base, seed, options.device) for base in _bases(names) & {*RANKED}}
    draft = load_draft(
        options.draft,
        device=options.device,
        dtype=options.dtype,
        offline=options.offline,
        lean=True,
        report=report,
    )
    encoder = TextEncoder(draft.tokenizer)
    methods: list[Method] = []
    for name in names:
        base, unit = split_name(name)
        if base in rankers:
            usual = "word" if base == "stopwords" else _UNIT
            methods.append(RankedMethod(name, encoder, rankers[base], unit or usual))
        elif base == "truncate":
            methods.append(TruncateMethod(name, encoder))
        elif base == FULL:
            methods.append(FullMethod(name, encoder))
        elif base in PEERS:
            from specpc.evaluation.peers import start_peer

            methods.append(start_peer(name, draft, encoder, peer_python))
        else:
            compressor = Compressor.from_pretrained(draft, scorer=base, unit=unit or "auto")
            methods.append(ScorerMethod(name, compressor))
    return methods


def _bases(names: Sequence[str]) -> set[str]:
    return {split_name(name)[0] for name in names}


def _ranker(base: str, seed: int, device: str) -> Ranker:
    if base == "bm25":
        return BM25Ranker()
    if base == "stopwords":
        return StopWordRanker()
    return RandomRanker(seed) if base == "random" else MiniLMRanker(device)
