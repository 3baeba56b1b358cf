"""What a target answers, and what that took; kept apart from torch."""

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Cost:
    """What an answer took on this machine."""

    prompt_tokens: int  # that the target read, a draft's guess not counted
    answer_tokens: int  # that it wrote, the one that ends the answer included
    first_seconds: float  # from text to the first token, a draft's guess included
    seconds: float  # to the end of the answer
    cache_bytes: int  # of keys and values when the prompt had been read
    peak_bytes: int | None  # as `PeakMemory` counts it, weights included

    def after(self, seconds: float, peak_bytes: int | None) -> Cost:
        """With what was done before: how long it took, and the most memory in use meanwhile."""
        first, whole = seconds + self.first_seconds, seconds + self.seconds
        most = max(filter(None, (peak_bytes, self.peak_bytes)), default=None)
        return replace(self, first_seconds=first, seconds=whole, peak_bytes=most)

    @property
    def tokens_per_second(self) -> float:
        """Speed after the first token; 0 where there is only one."""
        return max(0, self.answer_tokens - 1) / max(self.seconds - self.first_seconds, 1e-9)


@dataclass(frozen=True)
class Reply:
    """What a target said, whether the context was too long and lost its middle, and what it took.

    There is no cost where another machine answered.
    """

    text: str
    truncated: bool = False
    cost: Cost | None = field(default=None, compare=False)
