"""Dropping words inside sentences, for texts of which nobody knows yet what will be asked.

Whole sentences are of no use then: any of them may hold the answer. Names, numbers and words said
for the first time answer more questions than marks and repetitions, and answers are phrases, so a
word is worth more beside others that are kept. To these plain facts come the draft's scores; the
weights were chosen on twelve data sets and confirmed on twelve others (docs/archive/evaluation.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import regex

from specpc.results import Span
from specpc.selection.base import Picked, Picker
from specpc.selection.fill import best_pieces
from specpc.text.pieces import Pieces, standardised
from specpc.text.words import lay_out_words

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from specpc.text.layout import Layout
    from specpc.text.pieces import Scores

# What a piece is worth, in standard deviations of the draft's scores times `_DRAFT`. A list of
# English function words adds nothing to these.
_WORD: Final = 1.0  # a word or a line break, rather than a mark
_CAPITALISED: Final = 0.7
_DIGIT: Final = 1.0
_REPEATED: Final = -0.5
_DRAFT: Final = 0.5
_FACT: Final = regex.compile(r"\W?(?:\p{Lu}|\S*?\d)")
# Share of each neighbour's worth.
_NEIGHBOUR: Final = 0.3
# What the standardised score of a sentence adds to its words at a ratio of 1; falls with the cube
# of the ratio. While much may stay, leaving out whole sentences leaves the phrases of all others
# whole; when little may stay, every sentence has something to give up.
_SENTENCE: Final = 3.0


@dataclass(frozen=True)
class WordPicker(Picker):
    """The most telling words of a text, and what of it is no prose in its own units.

    Attributes:
        pieces: the context in words.
        sentences: the context in sentences.
        fact: what names and numbers are worth beyond that, where one sentence is all there is.
    """

    sentences: Pieces
    fact: float = 0.0

    @classmethod
    def of(cls, text: str, bounds: NDArray[np.int64], layout: Layout) -> WordPicker:
        """Cut the prose of a text, given the ``[tokens + 1]`` character offsets of its tokens."""
        layout = layout.without(layout.referred)  # or no word would go without a sentence
        words = lay_out_words(text, layout)
        return cls(Pieces(text, bounds, words), Pieces(text, bounds, layout))

    @cached_property
    def _stripped(self) -> list[str]:
        """The words, marks and line breaks without the blanks before them."""
        return [text.strip() for text in self.pieces.texts]

    @cached_property
    def _plain(self) -> NDArray[np.float64]:
        return plain_worth(self._stripped)

    @cached_property
    def _fixed(self) -> frozenset[int]:
        """Where pieces start that are kept as they are: protected ones, and what is no prose."""
        pieces, prose = self.pieces, self.pieces.layout.prose
        stay = [p for p in range(len(pieces)) if p not in prose or p in pieces.forced]
        return frozenset(pieces.edges[stay].tolist())

    @cached_property
    def _is_word(self) -> NDArray[np.bool_]:
        return np.asarray([is_word(piece) for piece in self._stripped])

    def pick(self, scores: Scores, allowance: int) -> Picked:
        """The words of the highest worth by the scores of tokens."""
        share_kept = allowance / max(1, len(scores.tokens))
        worth = self.values(scores) + _SENTENCE * share_kept**3 * self._of_sentence(scores.tokens)
        best = best_pieces(self.pieces, worth, allowance)
        return Picked(tidy_lines(self.pieces.text, best, self._fixed), self.pieces.layout)

    def values(self, scores: Scores) -> NDArray[np.float64]:
        """``[words]`` what they are chosen by while little may stay.

        What is known of each word and the draft's score, shared with neighbours.
        """
        draft = self.pieces.pool(scores.tokens, best=1)
        if self._is_word.any():
            words = draft[self._is_word]
            draft = (draft - words.mean()) / (words.std() or 1.0)
        told = [bool(_FACT.match(piece)) for piece in self._stripped]
        return share(self._plain + _DRAFT * draft, _NEIGHBOUR) + self.fact * np.asarray(told)

    def _of_sentence(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """``[words]`` score of each word's sentence, standardised over the tokens of the text."""
        values = self.sentences.pool(scores)
        by_token = values[self.sentences.of_token]
        last = self.pieces.edges[1:] - 1
        sentence = np.searchsorted(self.sentences.edges, last, side="right") - 1
        return standardised(values[sentence], by_token)


def is_word(piece: str) -> bool:
    """Whether a piece has a letter or a digit."""
    return piece.isalnum() or any(map(str.isalnum, piece))


def plain_worth(pieces: Sequence[str]) -> NDArray[np.float64]:
    """``[pieces]`` what spelling and repetition tell of words, marks and line breaks (empty)."""
    worth = np.zeros(len(pieces))
    seen: set[str] = set()
    for index, piece in enumerate(pieces):
        if not piece:
            worth[index] = _WORD
        elif is_word(piece):
            known = piece.casefold().rstrip(".!?")
            worth[index] = (
                _WORD
                + _CAPITALISED * piece[0].isupper()
                + _DIGIT * any(map(str.isdigit, piece))
                + _REPEATED * (known in seen)
            )
            seen.add(known)
    return worth


def tidy_lines(text: str, pieces: Sequence[Span], fixed: Collection[int] = ()) -> list[Span]:
    """The words without lines of which nothing was kept, and without blanks left of a line.

    Of the breaks around such lines the last stays, whose indentation is that of what follows.
    Pieces that start at a ``fixed`` offset are kept as they are.
    """
    tidy: list[Span] = []
    at_line_start, end = True, 0
    for piece in pieces:
        content = text[piece.start : piece.end]
        is_break = content.isspace()
        start = piece.start
        if at_line_start and is_break and tidy:
            if tidy[-1].start not in fixed:
                tidy.pop()
        elif at_line_start and start != end and start not in fixed:  # what stood left was cut
            start += len(content) - len(content.lstrip())
        if start < piece.end:
            tidy.append(Span(start, piece.end, piece.score))
        at_line_start, end = is_break, piece.end
    return tidy


def share(worth: NDArray[np.float64], part: float) -> NDArray[np.float64]:
    """Each value plus ``part`` of both of its neighbours: ``[pieces]``."""
    shared: NDArray[np.float64] = worth.copy()
    shared[1:] += part * worth[:-1]
    shared[:-1] += part * worth[1:]
    return shared
