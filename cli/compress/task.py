"""What one run of ``specpc compress`` asks of every text."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from specpc.options import NOTHING, Protection

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from specpc import CompressionResult, Compressor
    from specpc.pipeline.messages import CompressedMessages
    from specpc.serving.client import ServerCompressor, ServerMessages

    Engine: TypeAlias = Compressor | ServerCompressor


@dataclass(frozen=True)
class Task:
    """The question, the budget and the gap marker.

    Attributes:
        question: asked of every text that brings none of its own.
        ratio: fraction of the tokens kept.
        target_tokens: or the number of them.
        gap: marker where text was cut.
        keep: what is protected in every text.
    """

    question: str | None
    ratio: float | None
    target_tokens: int | None
    gap: str
    keep: Protection = NOTHING

    def run(
        self,
        compressor: Engine,
        text: str,
        *,
        question: str | None = None,
        name: str | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> CompressionResult:
        """Compress one text, perhaps of a file."""
        return compressor.compress(
            text,
            self.question if question is None else question,
            ratio=self.ratio,
            target_tokens=self.target_tokens,
            gap=self.gap,
            keep=self.keep,
            name=name,
            progress=progress,
        )

    def run_messages(
        self,
        compressor: Engine,
        request: Any,
        progress: Callable[[int, int], None] | None = None,
    ) -> CompressedMessages | ServerMessages:
        """Compress a chat request."""
        options: dict[str, Any] = {
            "ratio": self.ratio,
            "target_tokens": self.target_tokens,
            "gap": self.gap,
            "keep": self.keep,
            "progress": progress,
        }
        return compressor.compress_messages(request, self.question, **options)

    def settings(self) -> dict[str, Any]:
        """The fields, for telling whether two runs are alike."""
        return asdict(self)
