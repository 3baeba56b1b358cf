"""The methods that can be compared, by name; each prepares an item once for all ratios."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from specpc.drafts.load import load_draft
from specpc.evaluation.names import FULL, PEERS, RANKED, TRIMMED, check_methods, split_name
from specpc.evaluation.picked import Compressed, EndsPicker, PickedText, ScoredUnitPicker
from specpc.evaluation.rankers import BM25Ranker, MiniLMRanker, RandomRanker
from specpc.evaluation.trimmed import TrimmedMethod
from specpc.evaluation.word_baselines import StopWordRanker
from specpc.kv.drafting import Guesser
from specpc.machine.reporting import Report, silent
from specpc.models.tokens import TextEncoder
from specpc.options import Setup
from specpc.pipeline.compressor import Compressor
from specpc.structure.units import cut_into_units
from specpc.text.pieces import Scores

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from specpc.evaluation.data import Item
    from specpc.evaluation.local_target import LocalTarget
    from specpc.evaluation.rankers import Ranker
    from specpc.models.draft import Draft

_UNIT: Final = "sentence"
_GUESSING: Final = frozenset({"speckv", "speckv-pc"})


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
            counts = (result.original_tokens, result.compressed_tokens)
            return Compressed(result.text, ranges, *counts, scored.lookahead)

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
        length = len(tokens)
        values = Scores(np.zeros(length), scores - scores.min())
        return PickedText(item.context, length, self.encoder, picker, values)


@dataclass(frozen=True)
class TruncateMethod:
    """The beginning and the end, half the budget each."""

    name: str
    encoder: TextEncoder

    def prepare(self, item: Item) -> Callable[[float], Compressed]:
        """Tokenize."""
        tokens = self.encoder.encode(item.context)
        picker = EndsPicker(item.context, tokens.bounds)
        length = len(tokens)
        return PickedText(item.context, length, self.encoder, picker, Scores(np.zeros(length)))


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


@dataclass(frozen=True)
class DraftOptions:
    """Which draft the scorers use and everyone counts tokens with, and where models run."""

    draft: str
    device: str = "auto"
    dtype: str = "auto"
    offline: bool = False

    def load(
        self, name: str | None = None, *, lean: bool = False, report: Report = silent
    ) -> Draft:
        """Load the draft, or another model to run where it does; see `load_draft` for ``lean``.

        Raises:
            SpecPCError: it cannot be loaded.
        """
        return load_draft(
            name or self.draft,
            device=self.device,
            dtype=self.dtype,
            offline=self.offline,
            lean=lean,
            report=report,
        )


def build_methods(
    names: Sequence[str],
    options: DraftOptions,
    *,
    seed: int = 0,
    peer_python: str | None = None,
    target: LocalTarget | None = None,
    report: Report = silent,
) -> list[Method]:
    """Load what the named methods need, the draft once for all of them.

    Args:
        names: method names, with or without ``:UNIT``.
        options: the draft, which may be the target.
        seed: of the method ``random``.
        peer_python: interpreter of the environment the peers are installed in.
        target: the model whose KV cache is cut.
        report: called with one line before anything slow.

    Raises:
        UsageError: there is no such method.
        SpecPCError: a method's package is missing, or the draft cannot be loaded.
    """
    check_methods(names, local_target=target is not None)
    rankers = {base: _ranker(base, seed, options.device) for base in _bases(names) & {*RANKED}}
    if target is not None and target.model.name == options.draft:
        draft = target.model
    else:
        # What guesses an answer generates, which takes a model of transformers.
        draft = options.load(lean=not _bases(names) & _GUESSING, report=report)
    encoder = TextEncoder(draft.tokenizer)
    whole = FullMethod(FULL, encoder)
    methods: list[Method] = []
    for name in names:
        base, unit = split_name(name)
        if base in rankers:
            usual = "word" if base == "stopwords" else _UNIT
            methods.append(RankedMethod(name, encoder, rankers[base], unit or usual))
        elif base == "truncate":
            methods.append(TruncateMethod(name, encoder))
        elif base == FULL:
            methods.append(whole)
        elif base in PEERS:
            from specpc.evaluation.peers import start_peer

            methods.append(start_peer(name, draft, encoder, peer_python))
        elif base in TRIMMED and target is not None:
            compressor = Compressor.of(Setup(draft.name, unit or "auto"), loaded=draft)
            guesser = Guesser(compressor, target.model, target.answer_tokens)
            shortener = ScorerMethod(name, guesser.looking_ahead())
            text = shortener if base == "speckv-pc" else whole
            methods.append(
                TrimmedMethod(name, text, target, guesser if base in _GUESSING else None)
            )
        else:
            compressor = Compressor.of(Setup(draft.name, base, unit or "auto"), loaded=draft)
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
