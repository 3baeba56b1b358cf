"""A document as one step sees it: some windows, questions, and which pieces answer them.

Pieces and windows are those of the product. The windows are those that hold the evidence of the
questions asked, and others; all questions are asked of the same windows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch

from specpc.calibration.collecting import gold_units
from specpc.models.lean.packing import PackedText
from specpc.models.windows import cut_windows
from specpc.structure.units import lay_out_units
from specpc.text.lexical import bm25
from specpc.text.pieces import Pieces
from specpc.text.terms import stems
from tests.fitting.training.asking import Contexts, ContextStates, piece_scores

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from numpy.typing import NDArray
    from torch import Tensor

    from specpc.models.lean.adapted import Adapter
    from specpc.models.lean.decoder import LeanModel
    from specpc.models.reader import Reader
    from tests.fitting.training.documents import Document

WINDOW: Final = 1000
_WINDOWS: Final = 3
_QUESTIONS: Final = 20
# Tokens of all questions together, as they lie side by side: what a step takes in memory.
_ROWS: Final = 560
_LONGEST_QUESTION: Final = 120
_MOST_GOLD: Final = 12
_FEWEST_PIECES: Final = 4
_HARD: Final = 0.5
_LONGEST: Final = 60_000


@dataclass(frozen=True)
class Window:
    """Tokens that are read at once.

    Attributes:
        ids: ``[tokens]``.
        of_token: ``[tokens]`` the piece of each, counted from the window's first.
        units: ``[pieces]`` which may be kept for their own sake.
        sizes: ``[pieces]`` in tokens.
        first: number of the first piece in the document.
    """

    ids: Tensor
    of_token: Tensor
    units: Tensor
    sizes: Tensor
    first: int


@dataclass(frozen=True)
class Lesson:
    """Windows, the ids of questions, and ``[questions, pieces]`` which of all pieces is gold."""

    windows: tuple[Window, ...]
    questions: tuple[tuple[int, ...], ...]
    gold: Tensor

    @property
    def units(self) -> Tensor:
        """``[pieces]`` of all windows, which may be kept for their own sake."""
        return torch.cat([window.units for window in self.windows])

    @property
    def sizes(self) -> Tensor:
        """``[pieces]`` of all windows, in tokens."""
        return torch.cat([window.sizes for window in self.windows])


@dataclass(frozen=True)
class _Asked:
    text: str
    ids: tuple[int, ...]
    gold: frozenset[int]  # pieces
    homes: frozenset[int]  # the windows of those that are evidence


def prepare(reader: Reader, document: Document, rng: Random) -> Lesson | None:
    """A lesson of a document; ``None`` if no question of it has evidence that can be kept."""
    if not document.context.strip() or len(document.context) > _LONGEST:
        return None
    tokens = reader.encoder.encode(document.context)
    layout = lay_out_units(document.context, "structure", document.name)
    pieces = Pieces(document.context, tokens.bounds, layout)
    ranges = cut_windows(pieces.starts, len(tokens), WINDOW)
    asked = _asked(reader, document, pieces, ranges)
    if not asked:
        return None
    home = rng.choice(sorted(rng.choice(asked).homes))
    near = [one for one in asked if home in one.homes]
    chosen, read = _fitting(rng.sample(near, len(near)), home)
    if not chosen:
        return None
    others = [number for number in range(len(ranges)) if number not in read]
    beside = rng.choice((_WINDOWS, _WINDOWS - 1)) - len(read)
    read |= set(_beside(rng, pieces, ranges, others, chosen, beside))
    ids = torch.from_numpy(tokens.ids)
    windows = tuple(_window(ids, pieces, *ranges[number]) for number in sorted(read))
    numbers = [w.first + piece for w in windows for piece in range(len(w.units))]
    gold = torch.tensor([[number in one.gold for number in numbers] for one in chosen])
    lesson = Lesson(windows, tuple(one.ids for one in chosen), gold)
    usable = int(lesson.units.sum())
    return lesson if usable >= _FEWEST_PIECES and bool(gold.any(dim=1).all()) else None


def _asked(
    reader: Reader, document: Document, pieces: Pieces, ranges: Sequence[tuple[int, int]]
) -> list[_Asked]:
    """The questions whose evidence is some pieces that may be kept, not too many."""
    units = _own_units(pieces)
    lows = np.asarray([low for low, _ in ranges])
    first_token = np.searchsorted(pieces.of_token, np.arange(len(pieces)))
    found = []
    for question in document.questions:
        gold = np.flatnonzero(gold_units(pieces.edges, question.evidence) & units)
        if not 0 < len(gold) <= _MOST_GOLD:
            continue
        ids = reader.frame(question.text).asked
        if len(ids) <= _LONGEST_QUESTION:
            homes = np.searchsorted(lows, first_token[gold], side="right") - 1
            # What says the same elsewhere is no worse an answer.
            same = np.flatnonzero(np.isin(pieces.alike, pieces.alike[gold]) & units)
            sets = frozenset(same.tolist()), frozenset(homes.tolist())
            found.append(_Asked(question.text, ids, *sets))
    return found


def _own_units(pieces: Pieces) -> NDArray[np.bool_]:
    """``[pieces]`` which may be kept for their own sake and hold tokens."""
    return np.asarray(pieces.layout.units & (pieces.sizes > 0))


def _fitting(asked: Sequence[_Asked], home: int) -> tuple[list[_Asked], set[int]]:
    """As many questions as one step takes, with all the windows they need."""
    chosen: list[_Asked] = []
    read = {home}
    longest = 0
    for one in asked:
        longer = max(longest, len(one.ids))
        if chosen and (longer * (len(chosen) + 1) > _ROWS or len(read | one.homes) > _WINDOWS):
            continue
        if len(one.homes) > _WINDOWS:
            continue
        chosen.append(one)
        read |= one.homes
        longest = longer
        if len(chosen) == _QUESTIONS:
            break
    return chosen, read


def _beside(
    rng: Random,
    pieces: Pieces,
    ranges: Sequence[tuple[int, int]],
    others: list[int],
    asked: Sequence[_Asked],
    count: int,
) -> list[int]:
    """Windows without evidence: those that share most words with a question, or any."""
    if count <= 0 or not others:
        return []
    if rng.random() >= _HARD:
        return rng.sample(others, min(count, len(others)))
    bounds = pieces.bounds
    texts = [pieces.text[bounds[low] : bounds[high]] for low, high in (ranges[i] for i in others)]
    values = bm25(stems([rng.choice(asked).text])[0], stems(texts))
    return [others[i] for i in np.argsort(-values, kind="stable")[:count]]


def _window(ids: Tensor, pieces: Pieces, low: int, high: int) -> Window:
    of_token = torch.from_numpy(pieces.of_token[low:high])
    first, last = int(of_token[0]), int(of_token[-1])
    sizes = torch.bincount(of_token - first, minlength=last + 1 - first)
    units = torch.from_numpy(pieces.layout.units[first : last + 1]) & (sizes > 0)
    return Window(ids[low:high], of_token - first, units, sizes, first)


def read_windows(model: LeanModel, before: Sequence[int], lesson: Lesson, depth: int) -> list[Any]:
    """What the draft makes of each window, no gradient being kept."""
    states = [ContextStates() for _ in lesson.windows]
    with torch.no_grad():
        texts = [PackedText(w.ids, own) for w, own in zip(lesson.windows, states, strict=True)]
        model.read_pieces(before, texts, depth)
    return [Contexts.of([one]) for one in states]


def scores_of(
    model: LeanModel,
    adapter: Adapter,
    before: Sequence[int],
    lesson: Lesson,
    contexts: Sequence[Contexts],
) -> Tensor:
    """``[questions, pieces]`` of all windows; minus infinity for those that are no units."""
    head = torch.full((len(before),), -1)
    found = [
        piece_scores(
            model, adapter, context, lesson.questions, torch.cat((head, window.of_token))[None]
        )
        for window, context in zip(lesson.windows, contexts, strict=True)
    ]
    scores = torch.cat(found, dim=1)
    return scores.masked_fill(~lesson.units.to(scores.device), -torch.inf)
