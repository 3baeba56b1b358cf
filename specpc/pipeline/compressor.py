"""From a text and a question to the part of the text that matters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from specpc.counting.counters import find_counter
from specpc.drafts.load import defer_draft, load_draft
from specpc.errors import UsageError
from specpc.machine.reporting import silent
from specpc.models.draft import Draft
from specpc.options import (
    DEFAULT_DRAFT,
    NOTHING,
    TEMPLATE,
    TURNS,
    Cut,
    Protection,
    Setup,
    SetupOptions,
    Turns,
    check_names,
    check_text,
    check_type,
)
from specpc.pipeline import steps
from specpc.pipeline.asking import Conversation
from specpc.pipeline.conversation import compress_messages, counter_of
from specpc.pipeline.documents import Joining
from specpc.pipeline.steps import Loaded
from specpc.pipeline.together import compress_documents
from specpc.scorers import check_scorer, make_question_free_scorers, make_scorer
from specpc.scorers.cache import ScoreCache
from specpc.text.joined import JoinedTexts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Unpack

    from specpc.machine.reporting import Report
    from specpc.options import CutOptions
    from specpc.pipeline.documents import Document, DocumentsResult
    from specpc.pipeline.messages import CompressedMessages
    from specpc.pipeline.scored import ReadText, ScoredText
    from specpc.results import CompressionResult
    from specpc.scorers.base import Progress


@dataclass(frozen=True)
class Compressor(Loaded):
    """Compresses texts with one draft model, one scorer and one kind of unit.

    Its fields are those of `specpc.pipeline.steps.Loaded`; most users make one by
    `from_pretrained`.
    """

    @classmethod
    def from_pretrained(
        cls,
        draft: str | Draft = DEFAULT_DRAFT,
        *,
        cache: ScoreCache | bool = False,
        report: Report = silent,
        **options: Unpack[SetupOptions],
    ) -> Compressor:
        """Load a draft, fetching it on first use, and make a compressor of it.

        Args:
            draft: a name from ``specpc models``, a Hugging Face id, a folder or a ``.gguf`` file;
                or a draft that is loaded already.
            cache: whether to keep scores on disk (see `ScoreCache`), or where. The draft's weights
                are then not loaded before they are needed.
            report: called with one line before anything slow or large is fetched or converted.
            **options: scorer, unit, tokenizer, device, dtype, offline and markup: see
                `specpc.options.SetupOptions`.

        Raises:
            SpecPCError: see `specpc.errors`; each message says what to do.
        """
        check_names(options, SetupOptions, ("cache", "report"))
        check_type(draft, "the draft", (str, Draft), "a name, a folder or a loaded Draft")
        if isinstance(draft, str):
            return cls.of(Setup(draft, **options), cache=cache, report=report)
        return cls.of(Setup(draft.name, **options), cache=cache, report=report, loaded=draft)

    @classmethod
    def of(
        cls,
        setup: Setup,
        *,
        cache: ScoreCache | bool = False,
        report: Report = silent,
        loaded: Draft | None = None,
        defer: bool = False,
    ) -> Compressor:
        """See `from_pretrained`; with ``loaded`` for the draft of that name.

        With ``defer`` the draft's weights are not loaded before they are needed.
        """
        check_scorer(setup.scorer)
        counter = find_counter(setup.tokenizer, offline=setup.offline, report=report)
        draft, where = loaded, setup.where
        if draft is None and (cache or defer):
            draft = defer_draft(setup.draft, *where, report=report)
        elif draft is None:
            draft = load_draft(setup.draft, *where, lean=True, report=report)
        kept = ScoreCache() if cache is True else cache or None
        free, free_words = make_question_free_scorers(setup.scorer, draft)
        scorer = make_scorer(setup.scorer, draft)
        return cls(draft, scorer, setup.unit, free, free_words, counter, kept, setup.markup)

    def __repr__(self) -> str:
        """Names of the draft, the scorer and the unit."""
        return f"Compressor({self.draft.name}, scorer {self.scorer.name}, unit {self.unit})"

    def counting_by(self, tokenizer: str, offline: bool = False) -> Compressor:
        """The same with budgets in tokens of another kind (see `specpc.options.SetupOptions`).

        Raises:
            UsageError: there is no such tokenizer.
            TokenizerError: it cannot be fetched or read.
        """
        return replace(self, counter=find_counter(tokenizer, offline=offline))

    def compress(
        self,
        context: str,
        question: str | None = None,
        *,
        name: str | None = None,
        progress: Progress = None,
        **cut: Unpack[CutOptions],
    ) -> CompressionResult:
        """Keep the part of ``context`` that ``question`` needs, within a budget.

        Args:
            context: the text to compress.
            question: what will be asked of it; without one, the text's own closing question or
                instruction is used and kept, or else the text is scored without a question.
            name: name of the file the text comes from: its ending tells what is in it.
            progress: called with (tokens read, tokens in all) after each window.
            **cut: ratio or target_tokens, gap, keep and marks: see `specpc.options.CutOptions`.

        Raises:
            BudgetError: the budget is missing, out of range, or cannot hold what must be kept.
            InputError: the text is empty, blank or not encodable, or its marks do not pair.
            UsageError: a value is of the wrong type, or a pattern to keep is none.
        """
        wanted = Cut.of(**cut)
        read = self._read(context, question, wanted.keep, wanted.marks, name)
        return steps.cut(self, read, wanted, progress).total

    def compress_many(
        self,
        contexts: Iterable[str],
        question: str | None = None,
        *,
        progress: Progress = None,
        **cut: Unpack[CutOptions],
    ) -> list[CompressionResult]:
        """Compress several texts, each by itself and to a budget of its own (see `compress`).

        For one budget that all of them share, see `compress_documents`.
        """
        if isinstance(contexts, (str, bytes)):
            raise UsageError("the contexts must be a list of strings, not one string")
        check_type(contexts, "the contexts", Iterable, "a list of strings")
        return [self.compress(context, question, progress=progress, **cut) for context in contexts]

    def compress_documents(
        self,
        documents: Sequence[Document],
        question: str | None = None,
        *,
        min_per_document: int = 0,
        template: str = TEMPLATE,
        progress: Progress = None,
        **cut: Unpack[CutOptions],
    ) -> DocumentsResult:
        """Keep the part of several documents that ``question`` needs, within one budget.

        They are read side by side, and the budget is spent where it matters: a document may be
        dropped altogether.

        Args:
            documents: texts with names, which differ.
            question: what will be asked of them; a document's own last lines are not taken for
                it.
            min_per_document: tokens that each document keeps at least.
            template: how a document stands in the joined text, with ``{name}`` and ``{text}``;
                its tokens count.
            progress: as in `compress`.
            **cut: as in `compress`; a ratio is of the tokens of the joined documents.

        Raises:
            BudgetError: the budget is missing, out of range, or cannot hold what must be kept.
            InputError: there are no documents, or one is empty or not encodable.
            UsageError: these are no documents, or the template is none.
        """
        check_text(question, "the question", optional=True)
        joining = Joining(template, min_per_document)
        return compress_documents(self, documents, question, Cut.of(**cut), joining, progress)

    def compress_messages(
        self,
        request: Any,
        question: str | None = None,
        *,
        turns: Turns = TURNS,
        progress: Progress = None,
        **cut: Unpack[CutOptions],
    ) -> CompressedMessages:
        """Cut the long texts of a conversation, and leave all else as it is.

        What is cut are documents in what users say and in system texts, and the results of tools;
        what users ask and instruct stays whole. Each is cut by what was asked when it came, to a
        budget of its own, so that a later turn changes nothing of what a vendor's cache holds; or
        all are cut by one question, to one budget, which is spent where that needs it, and then a
        text of which nothing is kept becomes the gap marker (``[...]`` if that is blank).

        Args:
            request: what OpenAI (chat, responses), Anthropic or Gemini take, as JSON gives it: an
                object, or the list of its turns alone.
            question: what all texts are asked, instead of what stands in the request.
            turns: which texts are cut, and whether all by the last question (``requery``).
            progress: as in `compress`.
            **cut: as in `compress`; a ratio is of each text (or of all together), target tokens
                are shared by all, in proportion to their length.

        Raises:
            BudgetError: the budget is missing, out of range, or cannot hold anything.
            InputError: these are no messages, none of them is a user's although all are to be cut
                by the last question, or a text is not encodable.
            UsageError: a value is of the wrong type.
        """
        check_text(question, "the question", optional=True)
        check_type(turns, "the turns", Turns, "of type Turns")
        wanted, count = Cut.of(**cut), counter_of(self).count
        conversation = Conversation.read(request, question, turns, count)
        together = question is not None or turns.requery
        return compress_messages(self, conversation, wanted, together=together, progress=progress)

    def score(
        self,
        context: str,
        question: str | None = None,
        *,
        keep: Protection | str | Sequence[str] = NOTHING,
        marks: bool = False,
        name: str | None = None,
        progress: Progress = None,
    ) -> ScoredText:
        """Read and score ``context`` once, to be compressed to several budgets afterwards.

        Args:
            context: the text.
            question: as in `compress`.
            keep: as in `compress`.
            marks: as in `compress`.
            name: as in `compress`.
            progress: as in `compress`.

        Raises:
            InputError: the text is empty, blank or not encodable.
        """
        check_type(marks, "marks", bool, "True or False")
        read = self._read(context, question, Protection.of(keep), marks, name)
        return steps.score(self, read, progress)

    def _read(
        self, context: str, question: str | None, keep: Protection, marks: bool, name: str | None
    ) -> ReadText:
        check_text(context, "the context")
        check_text(question, "the question", optional=True)
        check_text(name, "the name", optional=True)
        return steps.read(self, JoinedTexts.single(context, name, marks=marks), question, keep)
