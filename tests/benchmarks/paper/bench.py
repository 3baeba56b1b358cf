"""What all parts share: the data, the plan, and models that are loaded when they are first used."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from specpc.counting.counters import Counter
from specpc.drafts.device import resolve_device, resolve_dtype
from specpc.drafts.load import load_draft, load_target
from specpc.evaluation import bm25, chance
from specpc.evaluation.local_target import TrimmedMethod, local_target
from specpc.evaluation.minilm import MiniLMRanker
from specpc.evaluation.own_scorers import ScorerMethod
from specpc.evaluation.ranked import RankedMethod
from specpc.evaluation.targets import ANSWER_TOKENS
from specpc.evaluation.truncate import TruncateMethod
from specpc.kv.lookahead import Guesser
from specpc.options import DEFAULT_DRAFT, Setup
from specpc.pipeline.compressor import Compressor
from tests.benchmarks.paper.plan import PROMPT_BUDGET
from tests.benchmarks.peers import start_peer

if TYPE_CHECKING:
    from collections.abc import Callable

    from specpc.evaluation.base import TextMethod
    from specpc.kv.answering import AnsweringModel
    from specpc.models.draft import Draft
    from specpc.models.tokens import TextEncoder
    from tests.benchmarks.paper.plan import Plan

PAPER: Final = "paper"
_AS_RELEASED: Final = "token"  # the paper keeps tokens, not sentences
_CASCADE_WIDTH: Final = 32  # of pooling and neighbours before SpecKV, for all drafts


def tell(line: str) -> None:
    """One line on the way, apart from the tables."""
    print(line, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Bench:
    """Where and with what is measured.

    Attributes:
        data: folder of data sets.
        plan: how much is measured.
        target_name: the model that answers.
        draft_name: of its family, which reads for the paper's methods.
        default_draft_name: what specpc has where none is named.
        dtype: in which number format all of them compute.
        budget: tokens of the target that a context is cut to.
        seed: of all that is left to chance.
    """

    data: Path
    plan: Plan
    target_name: str
    draft_name: str
    default_draft_name: str = DEFAULT_DRAFT
    dtype: str = "auto"
    budget: int = PROMPT_BUDGET
    seed: int = 0

    @property
    def settings(self) -> dict[str, Any]:
        """What must not change while a run goes on."""
        return {
            "target": _identity(self.target_name),
            "draft": _identity(self.draft_name),
            "default_draft": _identity(self.default_draft_name),
            "dtype": self._dtype,
            "budget": self.budget,
            "seed": self.seed,
        }

    @cached_property
    def _dtype(self) -> str:
        """The number format that is quickest here, for the target too."""
        found = resolve_dtype(self.dtype, resolve_device("auto"), compressing=True)
        return str(found).removeprefix("torch.")

    @cached_property
    def target(self) -> AnsweringModel:
        """The target."""
        model = load_target(self.target_name, dtype=self._dtype, report=tell)
        return local_target(model, ANSWER_TOKENS)

    @cached_property
    def draft(self) -> Draft:
        """The target's own draft, which can also generate."""
        return load_draft(self.draft_name, dtype=self._dtype, report=tell)

    @cached_property
    def default_draft(self) -> Draft:
        """The draft that specpc has where none is named."""
        return load_draft(self.default_draft_name, dtype=self._dtype, lean=True, report=tell)

    @property
    def encoder(self) -> TextEncoder:
        """Counts tokens, the target's, for all methods."""
        return self.target.reader.encoder

    def method(self, name: str) -> TextMethod:
        """One of `METHODS`, made once."""
        made = self._made
        if name not in made:
            made[name] = METHODS[name](self)
        return made[name]

    @cached_property
    def _made(self) -> dict[str, TextMethod]:
        return {}

    def compressor(self, draft: Draft, scorer: str = "auto", unit: str = "auto") -> Compressor:
        """Compresses to so many tokens of the target."""
        made = Compressor.of(Setup(draft.name, scorer, unit), loaded=draft)
        return replace(made, counter=Counter("target", self.encoder.count))

    @cached_property
    def guesser(self) -> Guesser:
        """The draft guesses an answer, while the paper's scorer reads or by itself."""
        compressor = self.compressor(self.draft, PAPER, _AS_RELEASED)
        scorer: Any = compressor.scorer
        cascade = replace(scorer, kernel_size=_CASCADE_WIDTH, neighbor_tokens=_CASCADE_WIDTH)
        compressor = replace(compressor, scorer=cascade)
        return Guesser(compressor, self.target.model, self.target.answer_tokens)


def _identity(model: str) -> list[Any]:
    """A model by its name and, of a file, its size: wherever it lies."""
    path = Path(model)
    return [path.stem, path.stat().st_size] if path.is_file() else [model]


def _ranked(rank: Any, bench: Bench) -> TextMethod:
    return RankedMethod(bench.encoder, rank, "sentence")


def _trimmed(name: str, bench: Bench) -> TextMethod:
    """A way of cutting the target's cache; those that guess have the draft do so."""
    whole = TruncateMethod(bench.encoder)
    guesser = bench.guesser if name in {"speckv", "speckv-pc"} else None
    text = ScorerMethod(bench.guesser.looking_ahead()) if name == "speckv-pc" else whole
    return TrimmedMethod(name, text, bench.target, guesser)


def _peer(name: str, bench: Bench) -> TextMethod:
    return start_peer(name, bench.draft, bench.encoder, os.environ["PEER_PYTHON"])


METHODS: Final[dict[str, Callable[[Bench], TextMethod]]] = {
    "full": lambda bench: TruncateMethod(bench.encoder),
    "default": lambda bench: ScorerMethod(bench.compressor(bench.default_draft)),
    "paper": lambda bench: ScorerMethod(bench.compressor(bench.draft, PAPER, _AS_RELEASED)),
    "paper-default-draft": lambda bench: ScorerMethod(
        bench.compressor(bench.default_draft, PAPER, _AS_RELEASED)
    ),
    "minilm": lambda bench: _ranked(MiniLMRanker("cpu"), bench),
    "bm25": partial(_ranked, bm25.rank),
    "random": lambda bench: _ranked(partial(chance.rank, bench.seed), bench),
    **{name: partial(_peer, name) for name in ("llmlingua", "longllmlingua")},
    **{name: partial(_trimmed, name) for name in ("speckv", "speckv-pc", "snapkv", "streaming")},
}
"""What makes the methods; all count tokens as the target does."""

PEERS: Final = ("llmlingua", "longllmlingua") if os.environ.get("PEER_PYTHON") else ()
"""Compressors of others, where they are installed."""
