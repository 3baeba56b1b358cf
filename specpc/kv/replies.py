"""What a target answers, and what that took; kept apart from torch."""

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Cost:
    """What an answer took on this machine.

    Attributes:
        prompt_tokens: tokens that the target read, a draft's guess not counted.
        answer_tokens: tokens it wrote, the one that ends the answer included.
        first_seconds: wall-clock time from text to the first token, a draft's guess included.
        seconds: to the end of the answer.
        cache_bytes: keys and values held when the prompt had been read.
        peak_bytes: most memory in use (see `specpc.machine.memory.PeakMemory`), weights included.
    """

    prompt_tokens: int
    answer_tokens: int
    first_seconds: float
    seconds: float
    cache_bytes: int
    peak_bytes: int | None

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
    """What a target said.

    Attributes:
        text: its answer, without special tokens.
        truncated: whether the context was too long and lost its middle.
        cost: what it took; ``None`` where another machine answered.
    """

    text: str
    truncated: bool = False
    cost: Cost | None = field(default=None, compare=False)
