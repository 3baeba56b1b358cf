"""The scorers, and what they are set to; no torch is imported for it."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from specpc.errors import DraftError
from specpc.machine.journal import parse_json
from specpc.scorers.base import Scorer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from specpc.models.reader import Reader
    from specpc.text.pieces import Spread


_LARGEST: Final = 1_000_000


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value <= _LARGEST


def _is_weight(value: object) -> bool:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return False
    return math.isfinite(value) and abs(value) <= _LARGEST


def _is_width(value: object) -> bool:
    return _is_count(value) and value != 0


def _is_width_or_none(value: object) -> bool:
    return value is None or _is_width(value)


def _is_reduction(value: object) -> bool:
    return value in {"max", "mean"} if isinstance(value, str) else False


_PAPER_VALUES: Final[dict[str, Callable[[object], bool]]] = {
    "skip_layers": _is_count,
    "lookahead_tokens": _is_width,
    "max_window": _is_width_or_none,
    "kernel_size": _is_width,
    "neighbor_tokens": _is_width,
    "rows": _is_width_or_none,
    "weighted": lambda value: isinstance(value, bool),
    "reduction": _is_reduction,
    "pool": _is_reduction,
}


@dataclass(frozen=True)
class PaperSettings(Scorer):
    """The paper's rule, with all that its released code can be set to.

    The rows of the greedy tokens that the draft looks ahead (fewer if it ends before), but for the
    last one's, join the reduction; 1 means the prompt alone, as released.
    """

    name = "paper"
    home = "specpc.scorers.paper"

    skip_layers: int = 8  # those below are ignored (models with no more layers use all)
    lookahead_tokens: int = 1
    max_window: int | None = None  # most context tokens read at once, if the draft can read more
    kernel_size: int = 64  # width of the pooling over the scores when tokens are selected
    neighbor_tokens: int = 64  # positions each selected token stands for, itself included
    # Last tokens of the prompt whose attention counts; None for all that follows the text.
    rows: int | None = None
    weighted: bool = True  # whether the later of these count more
    reduction: str = "max"  # over heads, layers and rows: max or mean
    pool: str = "max"  # over the tokens that the kernel reaches, likewise

    def context_window(self, reader: Reader, question: str) -> int:
        """What the draft can read, less the frame and the look-ahead."""
        room = reader.room(reader.frame(question), reserved=self.lookahead_tokens - 1)
        return room if self.max_window is None else min(room, self.max_window)

    @property
    def spread(self) -> Spread:
        """See `Scorer`."""
        from specpc.text.pieces import Spread

        return Spread(self.kernel_size, self.neighbor_tokens, self.pool)

    @classmethod
    def checked(cls, fields: Any) -> PaperSettings:
        """Settings that somebody wrote, those left out as in the paper.

        Raises:
            DraftError: one is none of these, or has a value that cannot be.
        """
        if not isinstance(fields, dict):
            raise DraftError(f"settings of the paper's rule are an object, not {fields!r:.40}")
        known = cls.__dataclass_fields__
        for name, value in fields.items():
            if name not in known:
                raise DraftError(f"the paper's rule has no {name!r}: use {', '.join(known)}")
            if not _PAPER_VALUES[name](value):
                raise DraftError(f"{name} of the paper's rule cannot be {value!r:.40}")
        return cls(**fields)

    def looking_ahead(self, tokens: int) -> PaperSettings:
        """See `Scorer`."""
        return replace(self, lookahead_tokens=tokens)


@dataclass(frozen=True)
class ReceivedSettings(Scorer):
    """Attention received, for which no question is read.

    Of the ``heads`` that count, ``(layer, head)``, the forward ends after the deepest; where none
    are told, all of the layers from ``skip_layers`` on count (of all, if there are no more).
    """

    name = "received-attention"
    home = "specpc.scorers.received_attention"

    heads: tuple[tuple[int, int], ...] | None = None
    skip_layers: int = 8
    max_window: int = 1500  # most tokens read at once

    def context_window(self, reader: Reader, question: str) -> int:
        """``max_window``, or what the draft can read if that is less."""
        return min(self.max_window, reader.room(reader.frame("")))


@dataclass(frozen=True)
class CoverageSettings(Scorer):
    """What pieces tell, for which neither a question nor the text is read."""

    name = "coverage"
    home = "specpc.scorers.coverage"
    reads = False
    together = True

    def context_window(self, reader: Reader, question: str) -> int:
        """Whatever there is."""
        return sys.maxsize


@dataclass(frozen=True)
class DenseReference:
    """A map that ships with the package, and what it weighs."""

    file: str  # its name among the shipped profiles
    sha256: str  # of the file
    weight: float  # of the standardised similarity, where standardised attention weighs 1


@dataclass(frozen=True)
class AdapterReference:
    """An adapter that ships with the package, or lies beside the profile, and what it weighs."""

    file: str  # its name there
    sha256: str  # of the file
    weight: float  # of its standardised score, where standardised attention weighs 1
    last_layer: int  # the deepest that it reads


@dataclass(frozen=True)
class HeadProfile(Scorer):
    """The retrieval heads of one draft and how to read them."""

    name = "retrieval-heads"
    home = "specpc.scorers.retrieval_heads"

    draft: str  # name of the one it was measured on
    layers: int  # of that draft
    heads_per_layer: int  # query heads of each
    heads: tuple[tuple[int, int, float], ...]  # (layer, head, weight) of each retrieval head
    content_free_query: str | None  # whose attention is subtracted
    window: int  # most context tokens read at once
    provenance: str  # what the heads were chosen by
    lexical: float = 0.3  # weight of BM25 in judging units, where attention weighs 1
    dense: DenseReference | None = None  # the map for dense similarity, if there is one
    # Most that a unit gains by what the best units lead to, in standard deviations of all values.
    second_look: float = 1.5
    adapter: AdapterReference | None = None  # what was trained for this draft, if anything was

    @property
    def last_layer(self) -> int:
        """The deepest layer used; the forward ends there."""
        adapted = -1 if self.adapter is None else self.adapter.last_layer
        return max(adapted, *(layer for layer, _, _ in self.heads))

    def context_window(self, reader: Reader, question: str) -> int:
        """The profile's window, or what the draft can read if that is less."""
        return min(self.window, reader.room(reader.frame(question)))

    @classmethod
    def from_json(cls, text: str) -> HeadProfile:
        """Read a profile.

        Raises:
            DraftError: it is no profile, has a value that cannot be, or names heads its draft does
                not have.
        """
        try:
            fields = parse_json(text)
            heads = tuple((h["layer"], h["head"], h["weight"]) for h in fields.pop("heads"))
            dense = fields.pop("dense", None)
            reference = None if dense is None else DenseReference(**dense)
            trained = fields.pop("adapter", None)
            adapter = None if trained is None else AdapterReference(**trained)
            profile = cls(heads=heads, dense=reference, adapter=adapter, **fields)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DraftError(f"this is no head profile: {error}") from error
        if wrong := next(profile._mistakes(), None):
            raise DraftError(f"this is no head profile: {wrong} cannot be so")
        shape = (profile.layers, profile.heads_per_layer)
        if not heads or any(not (0 <= h[0] < shape[0] and 0 <= h[1] < shape[1]) for h in heads):
            raise DraftError(f"the head profile of {profile.draft} names heads that are not there")
        if profile.last_layer >= profile.layers:
            raise DraftError(f"the adapter of {profile.draft} reads layers that are not there")
        return profile

    def _mistakes(self) -> Iterator[str]:
        """Names of the fields whose values can be none."""
        texts: dict[str, Any] = {"draft": self.draft, "provenance": self.provenance}
        counts: dict[str, Any] = {"layers": self.layers, "heads_per_layer": self.heads_per_layer}
        counts["window"] = self.window
        weights: dict[str, Any] = {"lexical": self.lexical, "second_look": self.second_look}
        if self.content_free_query is not None:
            texts["content_free_query"] = self.content_free_query
        if self.dense is not None:
            texts |= {"file": self.dense.file, "sha256": self.dense.sha256}
            weights["weight"] = self.dense.weight
        if self.adapter is not None:
            texts |= {"adapter file": self.adapter.file, "adapter sha256": self.adapter.sha256}
            weights["adapter weight"] = self.adapter.weight
            if not _is_count(self.adapter.last_layer):
                yield "adapter last_layer"
        yield from (name for name, value in texts.items() if not isinstance(value, str))
        yield from (name for name, value in counts.items() if not _is_count(value) or value < 1)
        yield from (name for name, value in weights.items() if not _is_weight(value))
        for layer, head, weight in self.heads:
            if not (_is_count(layer) and _is_count(head) and _is_weight(weight)):
                yield "heads"

    def to_json(self) -> str:
        """What `from_json` reads."""
        heads = [{"layer": layer, "head": head, "weight": w} for layer, head, w in self.heads]
        return json.dumps({**asdict(self), "heads": heads}, indent=2, ensure_ascii=False) + "\n"
