"""Cutting the long texts of a conversation: each by its own question, or all by one."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from specpc.counting.counters import DRAFT, Counter
from specpc.errors import BudgetError
from specpc.options import GAP
from specpc.pipeline import steps
from specpc.pipeline.messages import CompressedMessages, CutMessage, with_texts
from specpc.results import Timings
from specpc.text.joined import JoinedTexts
from specpc.text.protection import check_marks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.options import Cut
    from specpc.pipeline.asking import AskedText, Conversation
    from specpc.pipeline.scored import CutTexts
    from specpc.pipeline.steps import Loaded
    from specpc.pipeline.vendors.rules import Place
    from specpc.results import CompressionResult
    from specpc.scorers.base import Progress


def compress_messages(
    loaded: Loaded,
    conversation: Conversation,
    cut: Cut,
    *,
    together: bool = False,
    progress: Progress = None,
) -> CompressedMessages:
    """Cut the texts of a conversation, each by itself or together.

    By itself, a text whose budget holds nothing of it stays whole.

    Raises:
        BudgetError: a budget is out of range, or no budget holds anything.
        InputError: a text is not encodable, or its marks do not pair.
    """
    asked = conversation.asked
    if not asked:
        return CompressedMessages(conversation.request, (), None, conversation.uncut)
    if cut.marks:
        for one in asked:
            number = next((key for key in one.place if isinstance(key, int)), 0) + 1
            check_marks(f"message {number}", one.text)
    if cut.gap is None:
        cut = replace(cut, gap=GAP)
    count = counter_of(loaded).count
    if not together and cut.target_tokens is not None:
        length = sum(count(one.text) for one in asked)
        cut = replace(cut, ratio=min(1.0, cut.target_tokens / length), target_tokens=None)
    done: list[tuple[AskedText, CutMessage]] = []
    totals: list[CompressionResult] = []
    failed: list[BudgetError] = []
    for group in [asked] if together else [(one,) for one in asked]:
        try:
            made = _cut(loaded, group, cut, progress)
        except BudgetError as error:
            failed.append(error)
            continue
        totals.append(made.total)
        for one, left in zip(group, made.texts, strict=True):
            spans = [
                replace(s, start=s.start + one.start, end=s.end + one.start) for s in left.spans
            ]
            whole = replace(left, spans=tuple(spans))
            tokens = count(one.text), count(left.text)
            done.append((one, CutMessage(one.place, whole, made.total.query, *tokens)))
    if not totals:
        raise failed[0]
    request = with_texts(conversation.request, _strings(done))
    return CompressedMessages(request, tuple(made for _, made in done), _in_all(totals))


def counter_of(loaded: Loaded) -> Counter:
    """What counts the tokens of budgets."""
    return loaded.counter or Counter(DRAFT, loaded.reader.encoder.count)


def _cut(loaded: Loaded, asked: Sequence[AskedText], cut: Cut, progress: Progress) -> CutTexts:
    """Cut texts that are asked the same to one budget."""
    # Vendors refuse empty texts.
    instead = (cut.gap or "").strip() or GAP.strip()
    source = JoinedTexts.of([one.text for one in asked], instead=instead, marks=cut.marks)
    read = steps.read(loaded, source, asked[0].question, cut.keep)
    return steps.cut(loaded, read, cut, progress)


def _strings(done: Sequence[tuple[AskedText, CutMessage]]) -> Iterator[tuple[Place, str]]:
    """What stands in each place, of which stretches were cut."""
    for place, parts in groupby(done, lambda pair: pair[0].place):
        text, position = "", 0
        for one, made in parts:
            text += one.whole[position : one.start] + made.left.text
            position, whole = one.end, one.whole
        yield place, text + whole[position:]


def _in_all(totals: Sequence[CompressionResult]) -> CompressionResult:
    """Several results as one, whose query is the last one's; where they stood is not in it."""
    last = totals[-1]
    if len(totals) == 1:
        return last
    timings = Timings(
        *(sum(map(attrgetter(f"timings.{s}"), totals)) for s in ("tokenize", "score", "select"))
    )
    return replace(
        last,
        text="".join(one.text for one in totals),
        spans=(),
        positions=(),
        original_tokens=sum(one.original_tokens for one in totals),
        compressed_tokens=sum(one.compressed_tokens for one in totals),
        budget=sum(one.budget for one in totals),
        windows=sum(one.windows for one in totals),
        timings=timings,
        notes=tuple(dict.fromkeys(note for one in totals for note in one.notes)),
        runtime=next((one.runtime for one in totals if one.runtime is not None), None),
    )
