"""What is left of all that a text tells, where no question says what of it matters.

A *fact* is a number, a name or a negation with the clause that it stands in, and is kept *whole* if
all of the clause is. What a text says in several places is one fact. A negated clause has *lost its
negation* if some of it was kept, and that was not: then it tells the opposite.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import regex

from specpc.evaluation.measures import rouge_recall
from specpc.text.negations import negations
from specpc.text.units import clause_bounds, segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from specpc.evaluation.base import KeptText
    from specpc.evaluation.data import Item
    from specpc.text.spans import Range

_NUMBER: Final = regex.compile(r"\d(?:[\d.,:/%–-]*\d)?")
_CAPITAL: Final = r"\p{Lu}[\p{L}\p{M}\p{N}'’-]*+"
_NAME: Final = regex.compile(rf"(?<![\p{{L}}\p{{N}}]){_CAPITAL}(?:[^\S\r\n]++{_CAPITAL})*+")
_FIRST: Final = regex.compile(rf"\P{{L}}*+({_CAPITAL})")


@dataclass(frozen=True)
class Telling:
    """Measures of a text that was cut without a question; ``None`` where there is nothing to tell.

    Attributes:
        facts_whole: share of the facts that are kept whole.
        negations_lost: of the negated clauses of which something was kept, the share that lost
            its negation.
        rouge_1: share of the words of a reference summary that the result has; the best one counts.
        rouge_2: of its pairs of neighbouring words.
        rouge_l_recall: of its words, the share in the longest common subsequence.
    """

    facts_whole: float | None
    negations_lost: float | None
    rouge_1: float | None = None
    rouge_2: float | None = None
    rouge_l_recall: float | None = None


@dataclass(frozen=True)
class Source:
    """One text and its facts, found once for all that is made of it.

    Attributes:
        item: what it belongs to.
        letters: ``[characters]`` true where there is a letter or digit.
        facts: for each fact the clauses that tell it.
        negated: each negation, and the clause it turns round.
    """

    item: Item
    letters: NDArray[np.bool_]
    facts: Sequence[Sequence[Range]]
    negated: Sequence[tuple[Range, Range]]

    @classmethod
    def of(cls, item: Item) -> Source:
        """Find them."""
        letters = np.fromiter(map(str.isalnum, item.context), dtype=bool, count=len(item.context))
        found: dict[tuple[str, str], list[Range]] = {}
        for name, clause in _facts(item.context):
            said = " ".join(item.context[slice(*clause)].split())
            found.setdefault((name, said), []).append(clause)
        return cls(item, letters, [*found.values()], [*negations(item.context)])

    def measure(self, kept: KeptText) -> Telling:
        """What a result tells of it.

        Raises:
            MissingPackageError: ROUGE-L is needed and its package is not installed.
        """
        mask = np.zeros(len(self.letters), dtype=bool)
        for start, end in kept.ranges:
            mask[start:end] = True
        left = np.concatenate(([0], np.cumsum(self.letters & mask)))
        lost = np.concatenate(([0], np.cumsum(self.letters & ~mask)))

        def some(part: Range) -> bool:
            return bool(left[part[1]] > left[part[0]])

        def whole(part: Range) -> bool:
            return bool(lost[part[1]] == lost[part[0]])

        facts = [any(map(whole, clauses)) for clauses in self.facts]
        partly = [
            not whole(word)
            for word, (start, end) in self.negated
            if some((start, word[0])) or some((word[1], end))
        ]
        best = [rouge_recall(kept.text, summary) for summary in self.item.summaries]
        rouges = [max(values) for values in zip(*best, strict=True)]
        return Telling(_share(facts), _share(partly), *rouges)


def _share(found: Sequence[bool]) -> float | None:
    return sum(found) / len(found) if found else None


def _facts(text: str) -> Iterator[tuple[str, Range]]:
    """Numbers, names and negations, each with its clause; what begins a sentence may be no name."""
    sentences = [*pairwise(segment(text, "sentence"))]
    firsts = {match.start(1) for one in sentences if (match := _FIRST.match(text, *one))}
    inside = {
        match.group().split()[0] for match in _NAME.finditer(text) if match.start() not in firsts
    }
    turned = [word for word, _ in negations(text)]
    place = 0
    for start, end in sentences:
        for low, high in pairwise(clause_bounds(text[start:end])):
            clause = (start + low, start + high)
            for match in _NUMBER.finditer(text, *clause):
                yield match.group(), clause
            for match in _NAME.finditer(text, *clause):
                name = match.group()
                if match.start() in firsts and name.split()[0] not in inside:
                    _, _, name = name.partition(" ")
                if name:
                    yield " ".join(name.split()), clause
            while place < len(turned) and turned[place][0] < clause[1]:
                yield text[slice(*turned[place])].casefold(), clause
                place += 1
