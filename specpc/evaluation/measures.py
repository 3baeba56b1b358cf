"""What was kept of what a question needs, and how well an answer matches the accepted ones.

Pure functions of strings and spans; measures are 0 to 1.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import regex

from specpc.errors import missing
from specpc.text.scripts import UNSPACED_SCRIPTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specpc.evaluation.data import Item

# SQuAD's normalisation deletes string.punctuation; here that of other scripts goes as well.
_PUNCTUATION: Final = regex.compile(r"[\p{P}$+<=>^`|~]")
_ARTICLES: Final = regex.compile(r"\b(?:a|an|the)\b")
# Scripts without spaces are compared by characters, as MLQA and CMRC 2018 do.
_TOKEN: Final = regex.compile(rf"[{UNSPACED_SCRIPTS}]\p{{M}}*|[^\s{UNSPACED_SCRIPTS}]+")
_WORD: Final = regex.compile(
    rf"[{UNSPACED_SCRIPTS}]\p{{M}}*|[\p{{L}}\p{{N}}\p{{M}}--[{UNSPACED_SCRIPTS}]]+", regex.VERSION1
)


def evidence_recall(
    text: str, evidence: Sequence[str], ranges: Sequence[tuple[int, int]]
) -> float | None:
    """Mean over gold strings of the share of their characters that was kept.

    A string that occurs several times counts with the occurrence kept best. ``None`` if none of
    them occurs in the text, of which the character ``ranges`` were kept.
    """
    mask = np.zeros(len(text), dtype=bool)
    for start, end in ranges:
        mask[start:end] = True
    before = np.concatenate(([0], np.cumsum(mask)))  # kept characters before each offset
    shares = [
        max(int(before[start + len(gold)] - before[start]) for start in starts) / len(gold)
        for gold in evidence
        if gold and (starts := _starts(text, gold))
    ]
    return sum(shares) / len(shares) if shares else None


def _starts(text: str, gold: str) -> list[int]:
    found = regex.finditer(regex.escape(gold), text, overlapped=True)
    return [match.start() for match in found]


@dataclass(frozen=True)
class AnswerScores:
    """What one answer is worth; ``None`` where a measure does not fit the item.

    Attributes:
        exact: whether it equals an accepted answer after SQuAD's normalisation.
        f1: of the words it shares with an accepted answer, SQuAD's; the best one counts.
        contained: RULER's: share of the answers it contains where all are needed, else whether
            it contains any.
        rouge_l: ROUGE-L with an accepted answer; the best one counts.
        score: by the measure of the item's own benchmark, if that has one.
    """

    exact: bool | None = None
    f1: float | None = None
    contained: float | None = None
    rouge_l: float | None = None
    score: float | None = None


def score_answer(item: Item, answer: str) -> AnswerScores:
    """Compare an answer with those of its item.

    Exact match, F1 and ROUGE-L are for items of which one answer is enough, ROUGE-L for those
    among them whose answers are not taken from the context. That a text contains its answer
    tells nothing of answers made up (an option's letter), so those are left out there.

    Raises:
        MissingPackageError: ROUGE-L is needed and its package is not installed.
    """
    if not item.answers:
        return AnswerScores()
    score = item.asked.score(answer, item.answers)
    if item.answers_mode == "all":
        return AnswerScores(contained=contained(answer, item.answers, "all"), score=score)
    return AnswerScores(
        exact=any(exact_match(answer, gold) for gold in item.answers),
        f1=max(token_f1(answer, gold) for gold in item.answers),
        contained=contained(answer, item.answers, "any") if item.extractive else None,
        rouge_l=None if item.extractive else max(rouge_l(answer, gold) for gold in item.answers),
        score=score,
    )


def answer_tokens(text: str) -> list[str]:
    """Words after SQuAD's normalisation: lower case, no punctuation, no English articles.

    Where nothing else is left an article stays: it is option A of a multiple choice.
    """
    plain = _PUNCTUATION.sub("", text.lower())
    return list(_TOKEN.findall(_ARTICLES.sub(" ", plain)) or _TOKEN.findall(plain))


def exact_match(answer: str, gold: str) -> bool:
    """Whether both are the same after normalisation; an empty answer never is."""
    ours = answer_tokens(answer)
    return bool(ours) and ours == answer_tokens(gold)


def token_f1(answer: str, gold: str) -> float:
    """Harmonic mean of precision and recall of the words, as often as they occur."""
    ours, theirs = answer_tokens(answer), answer_tokens(gold)
    return _f_measure((Counter(ours) & Counter(theirs)).total(), ours, theirs)


def rouge_l(answer: str, gold: str) -> float:
    """F-measure of the longest common subsequence of words, without stemming."""
    ours, theirs = (_WORD.findall(text.lower()) for text in (answer, gold))
    return _f_measure(_lcs().similarity(ours, theirs), ours, theirs)


class RougeRecall(NamedTuple):
    """Shares of a reference that a text has: words, pairs of neighbours, the longest sequence."""

    one: float
    two: float
    longest: float


def rouge_recall(text: str, reference: str) -> RougeRecall:
    """ROUGE-1, -2 and -L recall, without stemming; 0 of a reference that has no such parts."""
    ours, theirs = (_WORD.findall(one.lower()) for one in (text, reference))
    shared = (
        (Counter(ours) & Counter(theirs)).total(),
        (Counter(pairwise(ours)) & Counter(pairwise(theirs))).total(),
        _lcs().similarity(ours, theirs),
    )
    parts = (len(theirs), len(theirs) - 1, len(theirs))
    return RougeRecall(
        *(s / most if most > 0 else 0.0 for s, most in zip(shared, parts, strict=True))
    )


def _f_measure(shared: int, ours: Sequence[str], theirs: Sequence[str]) -> float:
    return 2 * shared / (len(ours) + len(theirs)) if ours and theirs else 0.0


def contained(answer: str, golds: Sequence[str], mode: str) -> float:
    """RULER's string match: the share of some answers in another (``all``), or whether any is."""
    text = answer.lower()
    found = [gold.lower() in text for gold in golds]
    return sum(found) / len(found) if mode == "all" else float(any(found))


def check_packages(items: Sequence[Item], *, answered: bool, withheld: bool) -> None:
    """Raise before a long run what `score_answer` or `rouge_recall` would in the middle of it."""
    written = [item for item in items if item.answers_mode == "any" and not item.extractive]
    if any((answered and item.answers) or (withheld and item.summaries) for item in written):
        _lcs()


# Not the package rouge-score: its tokenizer drops every letter but a to z, and it needs nltk.
def _lcs() -> Any:
    try:
        from rapidfuzz.distance import LCSseq
    except ImportError as error:
        raise missing("ROUGE-L", "rapidfuzz", "eval") from error
    return LCSseq
