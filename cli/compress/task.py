"""What one run of ``specpc compress`` asks of every text, of whom, and what it tells."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from specpc.machine.journal import json_line
from specpc.output.fields import json_fields

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from specpc import CompressionResult, Compressor
    from specpc.options import Cut
    from specpc.serving.client import ServerCompressor
    from specpc_cli.compress.stats import StatsWanted
    from specpc_cli.console import Console

    TextCompressor: TypeAlias = Compressor | ServerCompressor


@dataclass(frozen=True)
class Task:
    """What is the same for all texts of a run.

    Attributes:
        question: asked of every text that brings none of its own.
        cut: the budget of each, and how it is cut.
        load: gives what compresses, after seconds where a draft must be loaded.
        console: what is told there.
        stats: whether to tell what was saved.
    """

    question: str | None
    cut: Cut
    load: Callable[[], TextCompressor]
    console: Console
    stats: StatsWanted

    def settings(self) -> dict[str, Any]:
        """What the results depend on, for telling whether two runs are alike."""
        return {"question": self.question, **asdict(self.cut)}

    def data(self, name: str, result: CompressionResult, *, as_json: bool) -> bytes:
        """What is written of the result of one file."""
        if not as_json:
            return result.text.encode()
        fields = {"file": name, **json_fields(result)}
        if self.stats.wanted:
            fields["stats"] = self.stats.totals(result).fields()
        return json_line(fields)

    def tell(self, result: CompressionResult, *, as_json: bool = False) -> None:
        """Say what became of a text, or of several; statistics are part of the JSON."""
        if self.stats.wanted and not as_json:
            self.console.tell(self.stats.totals(result).line())
        else:
            self.console.summary(result)
