"""What a compression gives back: numbers and spans; formatting is the caller's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from html import escape
from typing import Final

_SHOWN: Final = 60


class QuerySource(str, Enum):
    """Where the query that guides the compression came from."""

    QUESTION = "question"
    """Given by the caller."""
    TAIL = "tail"
    """The text is a prompt itself, whose last paragraph asks or instructs; it is kept whole."""
    NEUTRAL = "neutral"
    """There was none; a neutral instruction took its place."""
    NONE = "none"
    """There was none, and the scorer reads none."""


@dataclass(frozen=True)
class Span:
    """A kept stretch ``source[start:end]`` in characters.

    Attributes:
        start: first character.
        end: one past the last character.
        score: the scorer's highest score among the units inside (infinite where the text is
            kept without being scored: the prompt's own question, or a ratio of 1).
    """

    start: int
    end: int
    score: float


@dataclass(frozen=True)
class Timings:
    """Wall-clock seconds of the stages of one compression."""

    tokenize: float
    score: float
    select: float

    @property
    def total(self) -> float:
        """Seconds from text to text; loading the draft is not in it."""
        return self.tokenize + self.score + self.select


@dataclass(frozen=True)
class Runtime:
    """Where a draft computed.

    Attributes:
        device: such as ``cpu`` or ``cuda:0``.
        dtype: its number format, such as ``float32``.
        threads: how many threads it uses on the CPU.
    """

    device: str
    dtype: str
    threads: int


@dataclass(frozen=True)
class CompressionResult:
    """A compressed text and how it came about.

    Attributes:
        text: the kept slices of the source in order, joined by the gap marker (default none).
        spans: where the slices were, sorted and disjoint.
        positions: where each of them begins in ``text``.
        original_tokens: the source's length in tokens.
        compressed_tokens: the length of ``text`` in tokens, gap markers included.
        budget: the most tokens the result was allowed.
        query: what the draft was asked; empty if nothing.
        query_source: whether that was given, found at the end of the text, neutral, or nothing.
        draft: name of the draft model.
        scorer: name of the scoring rule.
        unit: kind of units chosen from.
        windows: how many windows the scores come from; 0 where none were needed.
        timings: seconds a stage.
        tokenizer: name of what counted the tokens; ``draft`` for the draft's own tokenizer.
        notes: what the user may want to know, one sentence each.
        runtime: where the draft computed; ``None`` where it did not run.
    """

    text: str
    spans: tuple[Span, ...]
    positions: tuple[int, ...]
    original_tokens: int
    compressed_tokens: int
    budget: int
    query: str
    query_source: QuerySource
    draft: str
    scorer: str
    unit: str
    windows: int
    timings: Timings
    tokenizer: str = "draft"
    notes: tuple[str, ...] = ()
    runtime: Runtime | None = None

    @property
    def cached(self) -> bool:
        """Whether the scores were computed before and kept."""
        return self.windows > 0 and self.runtime is None

    @property
    def ratio(self) -> float:
        """Achieved fraction of the tokens kept."""
        return self.compressed_tokens / self.original_tokens

    def __repr__(self) -> str:
        """Counts and the beginning of the text."""
        return f"CompressionResult({self._counts}: {shortened(self.text)!r})"

    def _repr_html_(self) -> str:
        """What was kept, piece by piece, as notebooks show it."""
        ends = [p + s.end - s.start for p, s in zip(self.positions, self.spans, strict=True)]
        starts = [*self.positions[1:], len(self.text)]
        pieces = [
            f"<span title='{s.start}-{s.end}'>{escape(self.text[p:end])}</span>"
            + f"<i>{escape(self.text[end:next_start]) or ' &hellip; '}</i>" * (end < len(self.text))
            for s, p, end, next_start in zip(self.spans, self.positions, ends, starts, strict=True)
        ]
        kept = "".join(pieces)
        return f"<p>{self._counts}</p><div style='white-space: pre-wrap'>{kept}</div>"

    @property
    def _counts(self) -> str:
        return f"{self.original_tokens:,} -> {self.compressed_tokens:,} tokens ({self.ratio:.1%})"


def shortened(text: str) -> str:
    """The beginning of a text, for a ``repr``."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


@dataclass(frozen=True)
class CutText:
    """What is left of one of several texts.

    Attributes:
        text: its kept slices in order, joined by the gap marker; or the replacement.
        spans: where in its source they were (of several fitted together, in the joined one); empty
            if nothing of it was kept.
        positions: where each of them begins in ``text``.
    """

    text: str
    spans: tuple[Span, ...]
    positions: tuple[int, ...]
