"""From a text and a question to the part of the text that matters."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from specpc.counting import find_counter
from specpc.counting.counters import DraftCounter
from specpc.drafts.catalogue import DEFAULT_DRAFT
from specpc.drafts.load import load_draft
from specpc.errors import InputError
from specpc.models.draft import Draft, runtime_of
from specpc.models.reader import Reader
from specpc.models.windows import cut_part_windows, cut_windows
from specpc.options import NOTHING, TEMPLATE, Protection, check_budget, check_names, resolve_budget
from specpc.pipeline.scored import Provenance, ScoredText
from specpc.results import QuerySource
from specpc.scorers import make_question_free_scorer, make_scorer
from specpc.scorers.base import Scores, UnitJudge
from specpc.scorers.cache import ScoreCache, score_key
from specpc.scorers.paper import SpecPCScorer
from specpc.selection.tokens import TokenPicker
from specpc.selection.units import UnitPicker
from specpc.selection.words import WordPicker
from specpc.structure.units import lay_out_units
from specpc.text.pieces import Pieces
from specpc.text.protection import Unmarked, find_protected, unmark
from specpc.text.query import Query, find_query

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from specpc.counting.counters import Counter
    from specpc.models.tokens import TokenizedText
    from specpc.pipeline.documents import Document, DocumentsResult
    from specpc.results import CompressionResult
    from specpc.scorers.base import Scorer
    from specpc.text.joined import JoinedTexts


@dataclass(frozen=True)
class Compressor:
    """Compresses texts with one draft model, one scorer and one kind of unit.

    Attributes:
        draft: the draft model.
        scorer: the scoring rule.
        unit: what is kept or dropped whole: ``structure``, ``sentence``, ``line``, ``paragraph``,
            ``word`` or ``token`` (the paper's: best tokens with their neighbours); ``auto`` for
            ``structure`` where there is a question, and for the words of its prose where there is
            none.
        question_free: the scoring rule where there is no question; ``None`` for ``scorer`` with
            a neutral instruction.
        counter: counts the tokens of budgets and results (see `specpc.counting.find_counter`);
            ``None`` for the draft's own tokenizer.
        cache: keeps scores, so that another budget for the same text and question costs no
            forward; ``None`` for none.
    """

    draft: Draft
    scorer: Scorer
    unit: str = "auto"
    question_free: Scorer | None = None
    counter: Counter | None = None
    cache: ScoreCache | None = None
    reader: Reader = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the unit; make the draft's reader."""
        check_names("auto", self.unit)
        object.__setattr__(self, "reader", Reader(self.draft))

    @classmethod
    def from_pretrained(  # noqa: PLR0913 - each is a choice of its own
        cls,
        draft: str | Draft = DEFAULT_DRAFT,
        *,
        scorer: str = "auto",
        unit: str = "auto",
        device: str = "auto",
        dtype: str = "auto",
        tokenizer: str = "draft",
        offline: bool = False,
        cache: ScoreCache | bool = False,
        report: Callable[[str], None] = lambda _: None,
    ) -> Compressor:
        """Load a draft, fetching it on first use, and make a compressor of it.

        Args:
            draft: a name from ``specpc models``, a Hugging Face id, a folder or a ``.gguf`` file;
                or a draft that is loaded already.
            scorer: ``auto`` for the best the draft has, with and without a question;
                ``retrieval-heads``, ``specpc`` for the paper's rule, or ``received-attention``,
                which reads no question.
            unit: kind of units to choose from.
            device: ``auto``, ``cpu``, ``cuda`` or ``mps``.
            dtype: ``auto``, ``float32``, ``bfloat16`` or ``float16``.
            tokenizer: what counts the tokens of budgets and results: a tiktoken model or
                encoding (``gpt-4o``, ``cl100k_base``), a Hugging Face id or folder, ``draft``,
                ``characters`` or ``words``.
            offline: forbid every download.
            cache: whether to keep scores on disk (see `ScoreCache`), or where. The draft's weights
                are then not loaded before they are needed.
            report: called with one line before anything slow or large is fetched or converted.

        Raises:
            SpecPCError: see `specpc.errors`; each message says what to do.
        """
        check_names(scorer, unit)
        counter = find_counter(tokenizer, offline=offline, report=report)
        if isinstance(draft, str):
            if cache:
                from specpc.drafts.deferred import defer_draft

                draft = defer_draft(
                    draft, device=device, dtype=dtype, offline=offline, report=report
                )
            else:
                draft = load_draft(
                    draft, device=device, dtype=dtype, offline=offline, lean=True, report=report
                )
        kept = ScoreCache() if cache is True else cache or None
        question_free = make_question_free_scorer(scorer, draft)
        return cls(draft, make_scorer(scorer, draft), unit, question_free, counter, kept)

    def compress(
        self,
        context: str,
        question: str | None = None,
        *,
        ratio: float | None = None,
        target_tokens: int | None = None,
        gap: str = "",
        keep: Protection = NOTHING,
        name: str | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> CompressionResult:
        """Keep the part of ``context`` that ``question`` needs, within a budget.

        Args:
            context: the text to compress.
            question: what will be asked of it; without one, the text's own closing question or
                instruction is used and kept, or else the text is scored without a question.
            ratio: fraction of the tokens kept, ``0 < ratio <= 1``; the result never has more.
            target_tokens: absolute budget in tokens, instead of ``ratio``.
            gap: marker written wherever something between two kept pieces was cut.
            keep: what is kept in any case, besides what stands between ``<specpc:keep>`` and
                ``</specpc:keep>`` in the text; it counts against the budget.
            name: name of the file the text comes from: its ending tells what is in it.
            progress: called with (tokens read, tokens in all) after each window.

        Raises:
            BudgetError: the budget is missing, out of range, or cannot hold what must be kept.
            InputError: the text is empty, blank or not encodable, or its marks do not pair.
        """
        check_budget(ratio=ratio, target_tokens=target_tokens)
        read = self.read(context, question, keep=keep, name=name)
        length = read.original_tokens
        if resolve_budget(length, ratio=ratio, target_tokens=target_tokens) < length:
            read = self.add_scores(read, progress)
        return read.compress(ratio=ratio, target_tokens=target_tokens, gap=gap)

    def compress_documents(  # noqa: PLR0913 - those of `compress`, and two
        self,
        documents: Sequence[Document],
        question: str | None = None,
        *,
        ratio: float | None = None,
        target_tokens: int | None = None,
        min_per_document: int = 0,
        template: str = TEMPLATE,
        gap: str = "",
        keep: Protection = NOTHING,
        progress: Callable[[int, int], None] | None = None,
    ) -> DocumentsResult:
        """Keep the part of several documents that ``question`` needs, within one budget.

        They are read side by side, and the budget is spent where it matters: a document may be
        dropped altogether.

        Args:
            documents: texts with names, which differ.
            question: what will be asked of them; a document's own last lines are not taken for
                it.
            ratio: fraction of the tokens of the joined documents that is kept.
            target_tokens: absolute budget in tokens of the joined documents, instead of ``ratio``.
            min_per_document: tokens that each document keeps at least.
            template: how a document stands in the joined text, with ``{name}`` and ``{text}``;
                its tokens count.
            gap: as in `compress`.
            keep: as in `compress`, of each document.
            progress: as in `compress`.

        Raises:
            BudgetError: the budget is missing, out of range, or cannot hold what must be kept.
            InputError: there are no documents, or one is empty or not encodable.
            UsageError: the template is none.
        """
        from specpc.pipeline.documents import compress_documents

        return compress_documents(
            self,
            documents,
            question,
            ratio=ratio,
            target_tokens=target_tokens,
            min_per_document=min_per_document,
            template=template,
            gap=gap,
            keep=keep,
            progress=progress,
        )

    def score(
        self,
        context: str,
        question: str | None = None,
        *,
        keep: Protection = NOTHING,
        name: str | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> ScoredText:
        """Read and score ``context`` once, to be compressed to several budgets afterwards.

        Args:
            context: the text.
            question: as in `compress`.
            keep: as in `compress`.
            name: as in `compress`.
            progress: as in `compress`.

        Raises:
            InputError: the text is empty, blank or not encodable.
        """
        return self.add_scores(self.read(context, question, keep=keep, name=name), progress)

    def read(
        self,
        context: str,
        question: str | None = None,
        *,
        keep: Protection = NOTHING,
        parts: JoinedTexts | None = None,
        name: str | None = None,
    ) -> ScoredText:
        """Tokens, query and pieces of a text, nothing scored yet.

        Args:
            context: the text.
            question: as in `compress`.
            keep: as in `compress`.
            parts: the texts that ``context`` was joined of, protection marks removed; the last
                of them may close with a question of its own, which is then not taken for that
                of all.
            name: as in `compress`; of several texts, see ``parts``.

        Raises:
            InputError: the text is empty, blank or not encodable, or its marks do not pair.
        """
        start = time.perf_counter()
        unmarked = unmark(context) if parts is None else Unmarked(context)
        context = unmarked.text
        if not context.strip():
            raise InputError("the text is empty: there is nothing to compress")
        if parts is None:
            protected = find_protected(context, unmarked.marked, keep)
        else:
            protected = parts.protected(context, keep)
        query = find_query(context, question, own=parts is None)
        if query.source is QuerySource.NEUTRAL and self.question_free is not None:
            query = Query("", QuerySource.NONE, len(context))
        unit = self._unit(query)
        tokens = self.reader.encoder.encode(context)
        counter = self.counter or DraftCounter(self.reader.encoder)
        if parts is not None:
            length = sum(counter.count(context[start:end]) for start, end in parts.ranges)
        else:
            length = counter.count(context) if self.counter else len(tokens)
        picker = self._picker(context, tokens, query, unit, parts, name)
        return ScoredText(
            text=context,
            query=query,
            tokens=tokens,
            made_by=Provenance(self.draft.name, self._scorer(query).name, unit),
            counter=counter,
            original_tokens=length,
            picker=picker.protecting(protected) if protected else picker,
            tokenize_seconds=time.perf_counter() - start,
            parts=parts,
            source=unmarked if unmarked.cuts else None,
            protected=bool(protected),
            notes=protected.notes,
        )

    def _unit(self, query: Query) -> str:
        if self.unit != "auto":
            return self.unit
        return "word" if query.source in {QuerySource.NONE, QuerySource.NEUTRAL} else "structure"

    def _scorer(self, query: Query) -> Scorer:
        free = self.question_free
        return free if free is not None and query.source is QuerySource.NONE else self.scorer

    def _picker(
        self,
        text: str,
        tokens: TokenizedText,
        query: Query,
        unit: str,
        parts: JoinedTexts | None,
        name: str | None,
    ) -> TokenPicker | WordPicker | UnitPicker:
        """Chooses among the text before its own closing question."""
        bounds = tokens.bounds[: tokens.count_before(query.tail_start) + 1]
        bounds = np.minimum(bounds, query.tail_start)
        kernel, neighbors = self.draft.kernel_size, self.draft.neighbor_tokens
        context = text[: query.tail_start]
        if unit == "token":
            return TokenPicker(context, bounds, kernel, neighbors)
        if unit == "word":
            base = "structure" if self.unit == "auto" else "sentence"
            return WordPicker.of(context, bounds, lay_out_units(context, base, parts, name))
        layout = lay_out_units(context, unit, parts, name)
        return UnitPicker(Pieces(context, bounds, layout), kernel, neighbors)

    def add_scores(
        self, read: ScoredText, progress: Callable[[int, int], None] | None = None
    ) -> ScoredText:
        """Score what was read, window by window."""
        start = time.perf_counter()
        question, scorer = read.query.text, self._scorer(read.query)
        windows = self._windows(read, scorer)
        units = read.picker.units if isinstance(read.picker, UnitPicker) else None
        ids = read.tokens.ids[: read.tokens.count_before(read.query.tail_start)]
        scores, key = None, ""
        if self.cache is not None:
            key = score_key(self.reader, scorer, question, ids, windows, units)
            scores = self.cache.find(key, len(ids), None if units is None else len(units))
        if scores is not None and progress is not None:
            progress(len(ids), len(ids))
        known = scores is not None
        if scores is None:
            scores = self._compute(scorer, question, ids, windows, units, progress)
            if self.cache is not None:
                self.cache.store(key, scores)
        picker = read.picker
        if isinstance(picker, UnitPicker):
            picker = replace(picker, judged=scores.units)
        return replace(
            read,
            picker=picker,
            scores=scores.tokens,
            windows=len(windows),
            lookahead=scores.lookahead,
            score_seconds=time.perf_counter() - start,
            runtime=None if known else runtime_of(self.draft.model),
        )

    def _windows(self, read: ScoredText, scorer: Scorer) -> list[tuple[int, int]]:
        """Token ranges that tile the context, each of which is read with the question."""
        count = read.tokens.count_before(read.query.tail_start)
        limit = scorer.context_window(self.reader, read.query.text)
        starts = read.picker.unit_starts
        if read.parts is None:
            return cut_windows(starts, count, limit)
        parts = [read.tokens.count_before(start) for start, _ in read.parts.ranges]
        return cut_part_windows(parts, starts, count, limit)

    def _compute(
        self,
        scorer: Scorer,
        question: str,
        ids: NDArray[np.int64],
        windows: Sequence[tuple[int, int]],
        units: Pieces | None,
        progress: Callable[[int, int], None] | None,
    ) -> Scores:
        """Have the draft read the windows."""
        import torch

        tokens = torch.from_numpy(ids)
        if isinstance(scorer, UnitJudge) and units is not None:
            judged = scorer.judge(self.reader, question, tokens, windows, units, progress)
            return Scores(judged.tokens, judged.units)
        if isinstance(scorer, SpecPCScorer) and len(windows) == 1:
            [found] = scorer.look(self.reader, question, [tokens])
            if progress is not None:
                progress(len(ids), len(ids))
            return Scores(found.scores.double().numpy(), lookahead=found.lookahead)
        vectors = []
        for low, high in windows:
            vectors += scorer.score(self.reader, question, [tokens[low:high]])
            if progress is not None:
                progress(high, len(ids))
        return Scores(torch.cat(vectors).double().numpy())
