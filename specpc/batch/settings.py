"""What is done with every row of a corpus."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from specpc.errors import InputError
from specpc.options import DEFAULT_DRAFT, NOTHING, Cut, Protection, Setup
from specpc.scorers import check_scorer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from specpc.pipeline.compressor import Compressor
    from specpc.results import CompressionResult


@dataclass(frozen=True)
class Fields:
    """Names of the input fields that are read."""

    context: str = "context"
    question: str = "question"

    def texts(self, row: Mapping[str, Any]) -> tuple[str, str | None]:
        """Context and question of a row.

        Raises:
            InputError: there is no context, or one of them is no string.
        """
        if self.context not in row:
            raise InputError(f"no field {self.context!r}: name the right one with --context-field")
        context = row[self.context]
        if not isinstance(context, str):
            raise InputError(f"the field {self.context!r} is not a string")
        question = row.get(self.question)
        if question is not None and not isinstance(question, str):
            raise InputError(f"the field {self.question!r} is not a string")
        return context, question


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Plain values, which travel to other processes; see `specpc.Compressor` for what they mean.

    Attributes:
        ratio: fraction of the tokens of each row that is kept.
        target_tokens: absolute budget of each row, instead of ``ratio``.
        question: asked of every row that brings none of its own.
        gap: marker written wherever text was cut.
        keep: what is kept in any case.
        fields: names of the fields, or columns, that are read.
        draft: as in `Compressor.from_pretrained`, like all that follow.
    """

    ratio: float | None = None
    target_tokens: int | None = None
    question: str | None = None
    gap: str = ""
    keep: Protection = NOTHING
    fields: Fields = Fields()
    draft: str = DEFAULT_DRAFT
    scorer: str = "auto"
    unit: str = "auto"
    tokenizer: str = "draft"
    device: str = "auto"
    dtype: str = "auto"
    offline: bool = False

    def __post_init__(self) -> None:
        """Raise `UsageError` for what cannot be used."""
        check_scorer(self._setup().scorer)
        self._cut()

    def made_with(self) -> dict[str, Any]:
        """What the result depends on, as plain JSON."""
        settings = asdict(self)
        for where in ("device", "dtype", "offline"):
            del settings[where]
        settings["keep"]["patterns"] = list(self.keep.patterns)
        return settings

    def fetch(self, report: Callable[[str], None]) -> None:
        """Find draft and tokenizer, fetching what is missing, without loading the draft.

        Raises:
            SpecPCError: see `specpc.errors`.
        """
        from specpc.counting import find_counter
        from specpc.drafts.catalogue import find_draft
        from specpc.drafts.locate import fetch_folder

        fetch_folder(find_draft(self.draft), self.offline, report)
        find_counter(self.tokenizer, offline=self.offline, report=report)

    def load(self, device: str | None = None) -> Compressor:
        """Load the compressor.

        Args:
            device: instead of that of the settings.

        Raises:
            SpecPCError: see `specpc.errors`.
        """
        from specpc.pipeline.compressor import Compressor

        return Compressor.of(self._setup(device))

    def compress(self, compressor: Compressor, row: Mapping[str, Any]) -> CompressionResult:
        """Compress one row.

        Raises:
            SpecPCError: the row cannot be compressed.
        """
        context, question = self.fields.texts(row)
        asked = self.question if question is None else question
        return compressor.compress(context, asked, **self._cut().options())

    def _cut(self) -> Cut:
        return Cut(self.ratio, self.target_tokens, self.gap, self.keep)

    def _setup(self, device: str | None = None) -> Setup:
        return Setup(
            self.draft,
            self.scorer,
            self.unit,
            self.tokenizer,
            device or self.device,
            self.dtype,
            self.offline,
        )
