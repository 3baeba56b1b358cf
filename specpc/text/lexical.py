"""What shared words tell: BM25, and what the units found first lead to.

A question names one end of a chain ("Who is the mother of the director of ...?"); the rest is named
by what is found. So the best units lend some of their value to those that share rare words with
them, which the question does not have: pseudo-relevance feedback, one unit at a time (the best is
found again with what was lent). It costs no forward.
"""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from specpc.text.pieces import standardised

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from specpc.text.pieces import Pieces

# How often is looked, and the least standardised value of a unit that leads anywhere.
_LOOKS: Final = 3
_FOUND: Final = 2.5
# The value at which a unit lends all it can.
_SURE: Final = 6.0
# What the best unit with a word of the question gains, for the rarest of words.
_ASKED: Final = 0.6
# What it gains for a number with the word before it.
_NAMED: Final = 4.0
# Words of heads that count for what stands under them; a table's header may have any number.
_HEAD_WORDS: Final = 40
# Of BM25: how soon a word said again counts no more, and how much the length of a unit does.
_K1: Final = 1.5
_B: Final = 0.75
# A word leads somewhere only if it is rare: in this share of the units, and this many.
_RARE: Final = 0.05
_RARE_UNITS: Final = 12


def follow_rare_words(
    values: NDArray[np.float64],
    query: Sequence[str],
    units: Sequence[Sequence[str]],
    most: float = 1.5,
) -> NDArray[np.float64]:
    """Values ``[units]`` of any scale, standardised, with what the best of them lend to others.

    Query and units are given by their stems (`specpc.text.terms`); ``most`` is lent for the rarest
    of words.
    """
    values = standardised(values)
    lent = np.zeros_like(values)
    found = np.zeros(len(values), dtype=bool)
    shared_by = _rare_words(query, units)
    for _ in range(_LOOKS):
        now = np.where(found, -np.inf, values + lent)
        best = int(now.argmax())
        if now[best] < _FOUND:
            break
        found[best] = True
        sure = min(1.0, now[best] / _SURE)
        for word in set(units[best]) & shared_by.keys():
            sharing = shared_by[word]
            rarity = math.log(len(units) / len(sharing)) / math.log(len(units))
            lent[sharing] = np.maximum(lent[sharing], most * sure * rarity)
    result: NDArray[np.float64] = values + lent
    return result


def asked_for(
    values: NDArray[np.float64], query: Sequence[str], units: Sequence[Sequence[str]]
) -> NDArray[np.float64]:
    """``[units]`` what the best unit with a word of the question gains, the more the rarer it is.

    A question that asks for two things must not have all of its budget go into one of them. What
    has a number, "step 57", names one thing of many that are alike, which a draft hardly tells
    apart. Query and units are given by their `stems`, the values standardised.
    """
    gained = np.zeros_like(values)
    most = dict.fromkeys(query, _ASKED) | dict.fromkeys(_numbered(query), _NAMED)
    having: dict[str, list[int]] = {word: [] for word in most}
    for number, words in enumerate(units):
        for word in having.keys() & {*words, *_numbered(words)}:
            having[word].append(number)
    for word, numbers in having.items():
        if numbers and len(units) > 1:
            best = max(numbers, key=lambda number: values[number])
            rarity = math.log(len(units) / len(numbers)) / math.log(len(units))
            gained[best] = max(gained[best], most[word] * rarity)
    return gained


def _numbered(words: Sequence[str]) -> list[str]:
    """Numbers with the word before each."""
    return [f"{before} {word}" for before, word in pairwise(words) if word[0].isdigit()]


def _rare_words(query: Sequence[str], units: Sequence[Sequence[str]]) -> dict[str, list[int]]:
    """Words that a few units share and the question does not have, with those units."""
    most = min(_RARE_UNITS, _RARE * len(units) + 1)
    found: dict[str, list[int]] = {}
    for number, words in enumerate(units):
        for word in set(words):
            found.setdefault(word, []).append(number)
    asked = set(query)
    return {
        word: numbers
        for word, numbers in found.items()
        if 1 < len(numbers) <= most and word not in asked
    }


def bm25(query: Sequence[str], units: Sequence[Sequence[str]]) -> NDArray[np.float64]:
    """BM25 of each unit for the question, over the units of the one text, given the stems of all.

    Lucene's variant, with k1 = 1.5 and b = 0.75; zero where nothing is shared. A package for it
    brings scipy, whose import takes longer than to read a short text.
    """
    scores = np.zeros(len(units))
    asked = Counter(query)
    having: dict[str, dict[int, int]] = {}  # how often each of them has each word
    for number, words in enumerate(units):
        for word in words:
            if word in asked:
                own = having.setdefault(word, {})
                own[number] = own.get(number, 0) + 1
    lengths = np.asarray([len(words) for words in units], dtype=np.float64)
    damped = _K1 * (1 - _B + _B * lengths / (lengths.mean() or 1.0)) if len(units) else lengths
    for word, counts in having.items():
        rarity = math.log(1 + (len(units) - len(counts) + 0.5) / (len(counts) + 0.5))
        numbers, counts_of = [*counts], np.asarray([*counts.values()], dtype=np.float64)
        scores[numbers] += asked[word] * rarity * counts_of / (counts_of + damped[numbers])
    return scores


def with_heads(
    pieces: Pieces, words: Sequence[list[str]], own: NDArray[np.int64]
) -> list[list[str]]:
    """The `stems` of some pieces with those of the heads they stand under, given those of all."""
    needs, others = pieces.layout.all_needs, pieces.layout.referred
    heads = [[one for one in needs.get(unit, ()) if one not in others] for unit in own.tolist()]
    return [
        [word for head in above for word in words[head]][:_HEAD_WORDS] + words[unit]
        for above, unit in zip(heads, own.tolist(), strict=True)
    ]
