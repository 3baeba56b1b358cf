"""What one run of ``specpc compress`` is to do, with whose help, and what it tells."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from specpc.machine.journal import json_line
from specpc.output.fields import json_fields
from specpc_cli.compress.stats import Totals

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from specpc import CompressionResult
    from specpc_cli.console import Console
    from specpc_cli.options import Asked
    from specpc_cli.source import TextCompressor


@dataclass(frozen=True)
class Task:
    """What is the same for all texts of a run.

    Attributes:
        sources: files and folders, or ``-``.
        output: file or folder to write to; ``None`` for standard output.
        as_json: whether JSON is written instead of text.
        jsonl: whether every line of the source is a JSON object.
        resume: whether to go on with an interrupted run.
        asked: the question of every text that brings none of its own, and all else.
        load: gives what compresses, after seconds where a draft must be loaded.
        draft_name: gives the name of its draft, at once.
        price: of a million tokens, if it was stated.
        stats: whether to tell what was saved.
    """

    sources: Sequence[str]
    output: Path | None
    as_json: bool
    jsonl: bool
    resume: bool
    asked: Asked
    load: Callable[[], TextCompressor]
    draft_name: Callable[[], str]
    price: float | None
    stats: bool

    @property
    def console(self) -> Console:
        """What is told there."""
        return self.asked.console

    def made_with(self) -> dict[str, Any]:
        """What a run that goes on must share; a server is asked for the name of its draft."""
        setup = self.asked.setup
        named = {"draft": self.draft_name(), "scorer": setup.scorer, "unit": setup.unit}
        wanted = {"question": self.asked.question, **asdict(self.asked.cut)}
        if setup.markup != "text":
            named["markup"] = setup.markup
        return {**named, "tokenizer": setup.tokenizer, **wanted}

    def totals(self) -> Totals:
        """Totals to add to."""
        return Totals(self.price)

    def data(self, name: str, result: CompressionResult) -> bytes:
        """What is written of the result of one file."""
        if not self.as_json:
            return result.text.encode()
        return self.json({"file": name, **json_fields(result)}, result)

    def json(self, fields: dict[str, Any], total: CompressionResult) -> bytes:
        """A line of fields, and of statistics where they are wanted."""
        stats = {"stats": self.totals().count(total).fields()} if self.stats else {}
        return json_line(fields | stats)

    def tell(self, result: CompressionResult) -> None:
        """Say what became of a text, or of several; statistics are part of the JSON."""
        if self.stats and not self.as_json:
            self.console.tell(self.totals().count(result).line())
        else:
            self.console.summary(result)
