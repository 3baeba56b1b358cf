"""The way of a text: read, score, cut. One text is the case of one joined text."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from specpc.counting.counters import DRAFT, Counter
from specpc.errors import Argument, DraftError
from specpc.machine.notebook import notebook_bar
from specpc.models.draft import runtime_of
from specpc.models.reader import Reader
from specpc.models.windows import cut_part_windows
from specpc.options import IN_WORDS, NOTHING, check_markup, check_unit
from specpc.pipeline.scored import ReadText, ScoredText
from specpc.results import QuerySource
from specpc.scorers.base import Context
from specpc.scorers.cache import score_key
from specpc.scorers.profile import paper_settings
from specpc.selection.cover import CoverPicker
from specpc.selection.tokens import TokenPicker
from specpc.selection.units import UnitPicker
from specpc.selection.words import WordPicker
from specpc.structure.closing import is_data
from specpc.structure.units import lay_out_joined
from specpc.text.pieces import Pieces
from specpc.text.query import Query, find_query

if TYPE_CHECKING:
    from specpc.models.draft import Draft
    from specpc.models.tokens import TokenizedText
    from specpc.options import Cut, Protection
    from specpc.pipeline.scored import CutTexts
    from specpc.scorers.base import Progress, Scorer
    from specpc.scorers.cache import ScoreCache
    from specpc.selection.base import Picker
    from specpc.text.joined import JoinedTexts
    from specpc.text.pieces import Scores, Spread


@dataclass(frozen=True)
class Loaded:
    """A draft, what scores with it and what counts: all it takes to compress a text.

    Without a rule for texts without a question they are asked a neutral one; without a counter, the
    draft's own tokenizer counts.
    """

    draft: Draft
    scorer: Scorer
    unit: str = "auto"  # what is kept or dropped whole: a `specpc.options.Unit`
    question_free: Scorer | None = None  # the rule for pieces where there is no question
    question_free_words: Scorer | None = None  # the same for words and tokens
    counter: Counter | None = None  # of the tokens of budgets and results
    cache: ScoreCache | None = None  # so that another budget for the same text costs no forward
    markup: str = "text"  # what is kept of HTML: a `specpc.options.Markup`
    reader: Reader = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the unit; make the draft's reader."""
        check_unit(self.unit)
        check_markup(self.markup)
        object.__setattr__(self, "reader", Reader(self.draft))

    @cached_property
    def spread(self) -> Spread:
        """How far the paper's selection of tokens spreads: as the scorer says, or as it does."""
        return self.scorer.spread or paper_settings(self.draft).spread


def read(
    loaded: Loaded, source: JoinedTexts, question: str | None, keep: Protection = NOTHING
) -> ReadText:
    """Decide query, unit and scorer of texts; take them apart into tokens and pieces.

    Args:
        loaded: what reads.
        source: the texts.
        question: what will be asked of them; without one, the closing question or instruction of
            a text that stands alone is used and kept, or else they are scored without a question.
        keep: what is kept in any case.

    Raises:
        InputError: a text is not encodable.
        UsageError: a pattern of what to keep takes too long.
    """
    start = time.perf_counter()
    given = source
    query = find_query(source.text, question, own=source.alone)
    if query.source is QuerySource.TAIL and is_data(source.text, query.tail_start, *source.names):
        query = find_query(source.text, question, own=False)
    if loaded.markup == "text" and "</" in source.text:
        from specpc.structure.pages import shown  # the parsers behind it cost time to import

        tail = len(source.text) - query.tail_start
        source = shown(source, query.tail_start)
        query = replace(query, tail_start=len(source.text) - tail)
    protected = source.protected(keep)
    scorer, unit = loaded.scorer, "structure" if loaded.unit == "auto" else loaded.unit
    free = loaded.question_free_words if unit in IN_WORDS else loaded.question_free
    if query.source is QuerySource.NEUTRAL and free is not None:
        query, scorer = Query("", QuerySource.NONE, len(source.text)), free
    tokens = loaded.reader.encoder.encode(source.text)
    counter = loaded.counter or Counter(DRAFT, loaded.reader.encoder.count)
    own = loaded.counter is None and source.alone
    most = len(tokens) if own else _count(counter, source)
    picker = _picker(loaded, source, tokens, query, unit, together=scorer.together)
    if protected:
        picker = picker.forcing(picker.pieces.protecting(protected))
    return ReadText(
        source=source,
        query=query,
        scorer=scorer,
        tokens=tokens,
        draft=loaded.draft.name,
        unit=unit,
        counter=counter,
        original_tokens=most if source is given else _count(counter, given),
        most_tokens=most,
        picker=picker,
        protected=bool(protected),
        notes=protected.notes,
        seconds=time.perf_counter() - start,
    )


def _count(counter: Counter, source: JoinedTexts) -> int:
    """Tokens of all texts, each counted by itself."""
    return sum(counter.count(source.text[start:end]) for start, end in source.ranges)


def _picker(
    loaded: Loaded,
    source: JoinedTexts,
    tokens: TokenizedText,
    query: Query,
    unit: str,
    *,
    together: bool,
) -> Picker:
    """Chooses among the text before its own closing question."""
    end = query.tail_start
    text = source.text[:end]
    bounds = np.minimum(tokens.bounds[: tokens.count_before(end) + 1], end)
    if unit == "token":
        return TokenPicker.of(text, bounds, loaded.spread)
    if unit == "word":
        return WordPicker.of(text, bounds, lay_out_joined(source, "structure", end))
    pieces = Pieces(text, bounds, lay_out_joined(source, unit, end))
    return CoverPicker(pieces) if together else UnitPicker(pieces, query.text)


def score(loaded: Loaded, read: ReadText, progress: Progress = None) -> ScoredText:
    """Score what was read, window by window, or find the scores in the cache.

    In a notebook a bar shows how far that is, unless ``progress`` does.

    Raises:
        DraftError: the scores are no numbers.
    """
    start = time.perf_counter()
    progress = progress or notebook_bar()
    question, count = read.query.text, read.tokens.count_before(read.query.tail_start)
    limit = read.scorer.context_window(loaded.reader, question)
    parts = [read.tokens.count_before(low) for low, _ in read.source.ranges]
    windows = cut_part_windows(parts, read.picker.pieces.starts, count, limit)
    context = Context(read.tokens.ids[:count], windows, read.picker.judged)
    scores, key = None, ""
    if loaded.cache is not None:
        key = score_key(loaded.reader, read.scorer, question, context)
        scores = loaded.cache.find(key)
    known = scores is not None
    if scores is None:
        if progress is not None:
            progress(0, count)  # laid out, which is where foreign text may take long
        scores = read.scorer.score(loaded.reader, question, context, progress)
        _check_numbers(scores, loaded.draft.name)
        if loaded.cache is not None:
            loaded.cache.store(key, scores)
    elif progress is not None:
        progress(count, count)
    return ScoredText(
        read,
        scores,
        windows=len(windows) if read.scorer.reads else 0,
        seconds=time.perf_counter() - start,
        runtime=None if known or not read.scorer.reads else runtime_of(loaded.draft.model),
    )


def _check_numbers(scores: Scores, draft: str) -> None:
    """Raise `DraftError` for scores that are no numbers, by which nothing could be chosen."""
    given = (scores.tokens,) if scores.pieces is None else (scores.tokens, scores.pieces)
    if not all(np.isfinite(numbers).all() for numbers in given):
        raise DraftError(
            f"draft {draft} computes nothing that can be used: try ",
            Argument("dtype='float32'"),
            ", or fetch it again, as its files may be damaged (specpc models remove, specpc models "
            "pull)",
        )


def cut(loaded: Loaded, read: ReadText, cut: Cut, progress: Progress = None) -> CutTexts:
    """Cut what was read, scoring it first unless all of it may stay."""
    cuts = cut.tokens(read.original_tokens) < read.most_tokens
    return (score(loaded, read, progress) if cuts else ScoredText(read)).cut(cut)
