"""What is done with every row of a corpus."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from specpc.errors import Argument, InputError
from specpc.options import Cut, Setup
from specpc.pipeline.short import compress_or_keep
from specpc.scorers import check_scorer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from specpc.errors import SpecPCError
    from specpc.pipeline.elsewhere import ProcessCompressor
    from specpc.results import CompressionResult


@dataclass(frozen=True)
class Fields:
    """Names of the input fields that are read."""

    context: str = "context"
    question: str = "question"

    def text(self, row: Mapping[str, Any]) -> str:
        """The context of a row.

        Raises:
            InputError: there is none, or it is no string.
        """
        if self.context not in row:
            raise InputError(
                f"no field {self.context!r}: name the right one with ", Argument("context=")
            )
        context = row[self.context]
        if not isinstance(context, str):
            raise InputError(f"the field {self.context!r} is not a string")
        return context

    def texts(self, row: Mapping[str, Any]) -> tuple[str, str | None]:
        """Context and question of a row.

        Raises:
            InputError: there is no context, or one of them is no string.
        """
        context = self.text(row)
        question = row.get(self.question)
        if question is not None and not isinstance(question, str):
            raise InputError(f"the field {self.question!r} is not a string")
        return context, question


@dataclass(frozen=True)
class BatchSettings:
    """What travels to other processes.

    Attributes:
        cut: the budget of each row, and how it is cut.
        question: asked of every row that brings none of its own.
        fields: names of the fields, or columns, that are read.
        setup: what compresses.
        keep_short: whether a row that its budget can hold nothing of stays whole.
        wording: makes of an error what is told of it.

    Raises:
        UsageError: there is no such scorer.
    """

    cut: Cut
    question: str | None = None
    fields: Fields = Fields()
    setup: Setup = field(default_factory=Setup)
    keep_short: bool = False
    wording: Callable[[SpecPCError], str] = str

    def __post_init__(self) -> None:
        """Check what the others did not."""
        check_scorer(self.setup.scorer)

    def made_with(self) -> dict[str, Any]:
        """What the result depends on."""
        cut, setup = asdict(self.cut), asdict(self.setup)
        budget = {name: cut.pop(name) for name in ("ratio", "target_tokens")}
        for where in ("device", "dtype", "offline"):
            del setup[where]
        asked: dict[str, Any] = {"question": self.question}
        if self.keep_short:
            asked["keep_short"] = True
        return budget | asked | cut | {"fields": asdict(self.fields)} | setup

    def fetch(self, report: Callable[[str], None]) -> None:
        """Find draft and tokenizer, fetching what is missing, without loading the draft.

        Raises:
            SpecPCError: see `specpc.errors`.
        """
        from specpc.counting.counters import find_counter
        from specpc.drafts.catalogue import find_draft
        from specpc.drafts.locate import fetch_folder

        fetch_folder(find_draft(self.setup.draft), self.setup.offline, report)
        find_counter(self.setup.tokenizer, offline=self.setup.offline, report=report)

    def load(self, device: str | None = None) -> ProcessCompressor:
        """Load the compressor, on a device instead of that of the settings if one is named.

        It has a process of its own, which is all that a row ends that hangs it.

        Raises:
            SpecPCError: see `specpc.errors`.
        """
        from specpc.pipeline.elsewhere import ProcessCompressor

        made = ProcessCompressor(replace(self.setup, device=device or self.setup.device))
        made.start()
        return made

    def compress(self, compressor: ProcessCompressor, row: Mapping[str, Any]) -> CompressionResult:
        """Compress one row.

        Raises:
            SpecPCError: the row cannot be compressed.
        """
        context, question = self.fields.texts(row)
        asked = self.question if question is None else question
        if self.keep_short:
            return compress_or_keep(compressor, context, asked, self.cut)
        return compressor.compress(context, asked, **self.cut.options())
