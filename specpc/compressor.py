"""From a text and a question to the part of the text that matters."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import torch

from specpc.budget import check_budget, resolve_budget
from specpc.config import SCORERS, UNITS
from specpc.drafts import DEFAULT_DRAFT, Draft, load_draft
from specpc.errors import InputError, UsageError
from specpc.fitting import CUT_UNIT_NOTE, Fitted, Job, fit
from specpc.picking import Picker, TokenPicker, UnitPicker
from specpc.prompt import Query, build_frame, find_query
from specpc.results import CompressionResult, Span, Timings
from specpc.scoring import Scorer, SpecPCScorer
from specpc.tokens import TextEncoder
from specpc.windows import cut_windows

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from specpc.tokens import TokenizedText


@dataclass(frozen=True)
class Compressor:
    """Compresses texts with one draft model, one scorer and one kind of unit.

    Attributes:
        draft: the draft model.
        scorer: the scoring rule.
        unit: what is kept or dropped whole: ``sentence``, ``line``, ``paragraph`` or ``token``
            (the paper's: best tokens with their neighbours).
    """

    draft: Draft
    scorer: Scorer = field(default_factory=SpecPCScorer)
    unit: str = "sentence"
    encoder: TextEncoder = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the unit; make the draft's text encoder."""
        if self.unit not in UNITS:
            raise UsageError(f"there is no unit {self.unit!r}: use one of {', '.join(UNITS)}")
        object.__setattr__(self, "encoder", TextEncoder(self.draft.tokenizer))

    @classmethod
    def from_pretrained(
        cls,
        draft: str = DEFAULT_DRAFT,
        *,
        scorer: str = "specpc",
        unit: str = "sentence",
        device: str = "auto",
        dtype: str = "auto",
        offline: bool = False,
        report: Callable[[str], None] = lambda _: None,
    ) -> Compressor:
        """Load a draft, fetching it on first use, and make a compressor of it.

        Args:
            draft: a name from ``specpc models``, a Hugging Face id, a folder or a ``.gguf`` file.
            scorer: name of the scoring rule.
            unit: kind of units to choose from.
            device: ``auto``, ``cpu``, ``cuda`` or ``mps``.
            dtype: ``auto``, ``float32``, ``bfloat16`` or ``float16``.
            offline: forbid every download.
            report: called with one line before anything slow or large is fetched or converted.

        Raises:
            SpecPCError: see `specpc.errors`; each message says what to do.
        """
        if scorer not in SCORERS:
            raise UsageError(f"there is no scorer {scorer!r}: use one of {', '.join(SCORERS)}")
        loaded = load_draft(draft, device=device, dtype=dtype, offline=offline, report=report)
        return cls(loaded, unit=unit)

    def compress(
        self,
        context: str,
        question: str | None = None,
        *,
        ratio: float | None = None,
        target_tokens: int | None = None,
        gap: str = "",
        progress: Callable[[int, int], None] | None = None,
    ) -> CompressionResult:
        """Keep the part of ``context`` that ``question`` needs, within a budget.

        Args:
            context: the text to compress.
            question: what will be asked of it; without one, the text's own closing question or
                instruction is used and kept, or else a neutral instruction takes its place.
            ratio: fraction of the tokens kept, ``0 < ratio <= 1``; the result never has more.
            target_tokens: absolute budget in draft tokens, instead of ``ratio``.
            gap: marker written wherever something between two kept pieces was cut.
            progress: called with (tokens read, tokens in all) after each window.

        Raises:
            BudgetError: the budget is missing, out of range, or cannot hold what must be kept.
            InputError: the text is empty, blank or not encodable.
        """
        check_budget(ratio=ratio, target_tokens=target_tokens)
        if not context.strip():
            raise InputError("the text is empty: there is nothing to compress")
        clock = [time.perf_counter()]
        query = find_query(context, question)
        tokens = self.encoder.encode(context)
        budget = resolve_budget(len(tokens), ratio=ratio, target_tokens=target_tokens)
        clock.append(time.perf_counter())
        windows, fitted = 0, Fitted(context, (Span(0, len(context), math.inf),), len(tokens))
        if budget == len(tokens):
            clock.append(time.perf_counter())
        else:
            picker = self._picker(context, tokens, query)
            scores, windows = self._score(tokens, query, picker, progress)
            clock.append(time.perf_counter())
            job = Job(context, query.tail_start, budget, gap, self.encoder)
            fitted = fit(job, picker, scores)
        clock.append(time.perf_counter())
        return CompressionResult(
            text=fitted.text,
            spans=fitted.spans,
            original_tokens=len(tokens),
            compressed_tokens=fitted.tokens,
            budget=budget,
            query=query.text,
            query_source=query.source,
            draft=self.draft.name,
            scorer=self.scorer.name,
            unit=self.unit,
            windows=windows,
            timings=Timings(*np.diff(clock).tolist()),
            notes=(CUT_UNIT_NOTE.format(unit=self.unit),) if fitted.cut_unit else (),
        )

    def _picker(self, text: str, tokens: TokenizedText, query: Query) -> Picker:
        """Chooses among the text before its own closing question."""
        count = int(np.searchsorted(tokens.bounds[:-1], query.tail_start))
        bounds = np.minimum(tokens.bounds[: count + 1], query.tail_start)
        kernel, neighbors = self.draft.kernel_size, self.draft.neighbor_tokens
        context = text[: query.tail_start]
        if self.unit == "token":
            return TokenPicker(context, bounds, kernel, neighbors)
        return UnitPicker(context, bounds, self.unit, kernel, neighbors)

    def _score(
        self,
        tokens: TokenizedText,
        query: Query,
        picker: Picker,
        progress: Callable[[int, int], None] | None,
    ) -> tuple[NDArray[np.float64], int]:
        """Scores ``[tokens]`` of the context, read window by window, and how many there were."""
        frame = build_frame(self.encoder, self.draft.tokenizer, query.text)
        count = int(np.searchsorted(tokens.bounds[:-1], query.tail_start))
        ids = torch.from_numpy(tokens.ids[:count])
        limit = self.scorer.context_window(self.draft, frame)
        windows = cut_windows(picker.unit_starts, count, limit)
        scores = []
        for start, end in windows:
            scores += self.scorer.score(self.draft, frame, [ids[start:end]])
            if progress is not None:
                progress(end, count)
        return torch.cat(scores).double().numpy(), len(windows)
