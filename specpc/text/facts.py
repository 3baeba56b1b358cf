"""What the pieces of a text tell: names, numbers and words, each once however often it is said."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import regex

from specpc.text.alarms import alarms
from specpc.text.scripts import UNSPACED
from specpc.text.terms import terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_NUMBER: Final = regex.compile(r"\d(?:[\d.,:/%\u2013-]*\d)?")
_WORD: Final = regex.compile(r"\p{L}[\p{L}\p{M}'\u2019-]*")
_UNSPACED: Final = regex.compile(UNSPACED)
# Most questions are answered by names and numbers; other words say what a text is about.
_FACT: Final = 1.0
_TOPIC: Final = 0.1
# What is said in more places matters more, by this power of their number.
_SPREAD: Final = 0.5
_SHORT: Final = 2  # words up to this length tell nothing
# What each token of a piece is worth that begins a line: what opens a paragraph sums it up.
_LEAD: Final = 0.1
# What a piece is worth that says what went wrong, and each of its tokens: the shortest go first.
_ALARM: Final = 20.0
_ALARM_TOKEN: Final = 0.5
# What each token is worth less of a piece that points back at what may be cut.
_LEANING: Final = 0.1
_POINTS_BACK: Final = regex.compile(
    r"\W*(?:this|that|these|those|it|he|she|they|his|her|their|its|such|both|neither|another|but|so"
    r"|the (?:former|latter|others?|same|second|third)|however|therefore|thus|also|then|instead"
    r"|moreover|otherwise|as a result|for (?:example|instance)"
    r"|dies(?:e[rsmn]?)?|er|sie|es|aber|doch|daher|deshalb|jedoch|ce(?:t|tte|s)?|il|elle|ils|mais"
    r"|est[aeo]s?|eso|pero|quest[aeio]|ma|però)\b",
    regex.IGNORECASE,
)
# A piece that costs twice as much must tell nearly twice as much.
_COST: Final = 0.9


@dataclass(frozen=True)
class Told:
    """Names, numbers and words of the pieces of a text, and what else speaks for a piece.

    Attributes:
        facts: for each piece the ascending numbers of what it tells.
        weights: ``[facts]`` what each is worth.
        own: ``[pieces]`` what a piece is worth whatever it tells.
        sizes: ``[pieces]`` their tokens.
    """

    facts: Sequence[NDArray[np.int64]]
    weights: NDArray[np.float64]
    own: NDArray[np.float64]
    sizes: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Sequence[str], leads: Sequence[bool], sizes: NDArray[np.int64]) -> Told:
        """Find them, given which pieces begin a line, and their tokens."""
        alarm = alarms(texts) * (_ALARM + _ALARM_TOKEN * sizes)
        leaning = [_POINTS_BACK.match(text) is not None for text in texts]
        own = (_LEAD * np.asarray(leads) - _LEANING * np.asarray(leaning)) * sizes + alarm
        return cls(*find_facts(texts), own, sizes)

    @property
    def alone(self) -> NDArray[np.float64]:
        """``[pieces]`` what each is worth for what it costs, were it the only one."""
        told = [float(self.weights[facts].sum()) for facts in self.facts]
        return (np.asarray(told) + self.own) / cost(self.sizes)


def cost(tokens: NDArray[np.int64]) -> NDArray[np.float64]:
    """What tokens are set against what they tell, whatever the number of tokens: ``[...]``."""
    result: NDArray[np.float64] = np.maximum(tokens, 1) ** _COST
    return result


def find_facts(texts: Sequence[str]) -> tuple[list[NDArray[np.int64]], NDArray[np.float64]]:
    """For each text the ascending numbers of what it tells, and the worth of each number.

    A name is what is written with a capital more often than without; of scripts that have none,
    all words are alike.
    """
    capitals, others = Counter[str](), Counter[str]()
    for text in texts:
        for word in _WORD.findall(text):
            (capitals if word[0].isupper() else others)[word.casefold()] += 1
    numbers: dict[str, int] = {}
    weights: list[float] = []
    found = []
    for text in texts:
        words = {term for term in terms(text) if _tells(term)}
        words.update(_NUMBER.findall(text))
        for word in sorted(words - numbers.keys()):
            fact = word[0].isdigit() or capitals[word] > others[word]
            numbers[word] = len(weights)
            weights.append(_FACT if fact else _TOPIC)
        found.append(np.asarray(sorted(numbers[word] for word in words), dtype=np.int64))
    none = np.zeros(0, dtype=np.int64)
    places = np.bincount(np.concatenate([none, *found]), minlength=len(weights))
    return found, np.asarray(weights) * places**_SPREAD


def _tells(term: str) -> bool:
    """Whether a word may tell something; pairs of characters of scripts without blanks may."""
    return (len(term) > _SHORT and not term.isdigit()) or _UNSPACED.match(term) is not None
