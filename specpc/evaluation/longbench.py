"""LongBench: what its answers are worth, and what its own files say of its data sets.

The measures are those of its ``metrics.py`` (arXiv 2308.14508): of several accepted answers the
best counts, and of the data sets with examples in the prompt only the answer's first line. Prompts
and lengths of answers are read from its folder ``config``, where that lies beside the data or the
data's folder, as in its repository.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from functools import cache, partial
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from specpc.errors import InputError, missing
from specpc.evaluation.tasks import BenchmarkTask, Metric, fill, request
from specpc.machine.journal import parse_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    Classes = tuple[str, ...]

_ARTICLES: Final = re.compile(r"\b(?:a|an|the)\b")
_NUMBER: Final = re.compile(r"\d+")
_WIDE: Final = (
    "！？｡。＂＃＄％＆＇（）＊＋，－／：；＜＝＞＠［＼］＾＿｀｛｜｝～｟｠｢｣､"
    "、〃》「」『』【】〔〕〖〗〘〙〚〛〜〝〞〟〰〾〿–—‘’‛“”„‟…‧﹏"
)
_PUNCTUATION: Final = str.maketrans("", "", string.punctuation)
_ALL_PUNCTUATION: Final = str.maketrans("", "", string.punctuation + _WIDE)
_COMMENT: Final = ("`", "#", "//")


def f1(answer: str, gold: str, classes: Classes = ()) -> float:
    """Of the words they share, without case, punctuation and articles."""
    return _f1(_words(answer), _words(gold))


def f1_zh(answer: str, gold: str, classes: Classes = ()) -> float:
    """The same of Chinese words."""
    return _f1(_chinese_words(answer), _chinese_words(gold))


def rouge_l(answer: str, gold: str, classes: Classes = ()) -> float:
    """Of a summary's sentences, as the package ``rouge`` has it.

    Each word counts once: how many there are in common subsequences of any two sentences, against
    how many there are in either text.
    """
    ours, theirs = _sentences(answer), _sentences(gold)
    common = {word for pair in product(theirs, ours) for word in _subsequence(*pair)}
    distinct = [len({word for sentence in text for word in sentence}) for text in (ours, theirs)]
    if not all(distinct):
        return 0.0
    precision, recall = (len(common) / count for count in distinct)
    return 2 * precision * recall / (precision + recall + 1e-8)


def rouge_l_zh(answer: str, gold: str, classes: Classes = ()) -> float:
    """The same of Chinese words."""
    return rouge_l(" ".join(_cut(answer)), " ".join(_cut(gold)))


def edit_similarity(answer: str, gold: str, classes: Classes = ()) -> float:
    """Of a line of code with the first one of an answer that is none of its frame, to a percent."""
    lines = answer.lstrip("\n").split("\n")
    line = next((one for one in lines if not any(mark in one for mark in _COMMENT)), "")
    similarity: float = _rapidfuzz().normalized_similarity(line, gold)
    return round(100 * similarity) / 100


def classification(answer: str, gold: str, classes: Classes = ()) -> float:
    """One over the labels that are named, if the right one is; parts of its name do not count."""
    named = [label for label in classes if label in answer]
    named = [label for label in named if label == gold or label not in gold]
    return 1 / len(named) if gold in named else 0.0


def retrieval(answer: str, gold: str, classes: Classes = ()) -> float:
    """Share of the numbers in an answer that are the one in the right label."""
    return count(answer, next(iter(_NUMBER.findall(gold)), ""))


def count(answer: str, gold: str, classes: Classes = ()) -> float:
    """Share of the numbers in an answer that are right."""
    numbers = _NUMBER.findall(answer)
    return numbers.count(gold) / len(numbers) if numbers else 0.0


METRICS: Final[dict[str, Metric]] = {
    **dict.fromkeys(("narrativeqa", "qasper", "multifieldqa_en", "hotpotqa", "2wikimqa"), f1),
    **dict.fromkeys(("musique", "triviaqa"), f1),
    "multifieldqa_zh": f1_zh,
    **dict.fromkeys(("gov_report", "qmsum", "multi_news", "samsum"), rouge_l),
    **dict.fromkeys(("dureader", "vcsum"), rouge_l_zh),
    **dict.fromkeys(("trec", "lsht"), classification),
    **dict.fromkeys(("passage_retrieval_en", "passage_retrieval_zh"), retrieval),
    "passage_count": count,
    **dict.fromkeys(("lcc", "repobench-p"), edit_similarity),
}
"""What an answer is worth, by data set."""

_FIRST_LINE: Final = frozenset({"trec", "triviaqa", "samsum", "lsht"})
_PROMPTS, _LENGTHS = "dataset2prompt.json", "dataset2maxlen.json"


def task_of(
    dataset: str, path: Path, question: str, classes: Sequence[str]
) -> BenchmarkTask | None:
    """What LongBench makes of an item; ``None`` of a data set that it does not have.

    Args:
        dataset: its name; LongBench-E's are those of LongBench.
        path: the file it lies in.
        question: its field ``input``.
        classes: its field ``all_classes``.

    Raises:
        InputError: the files that tell of it cannot be read.
    """
    name = dataset.removesuffix("_e")
    metric = METRICS.get(name)
    if metric is None:
        return None
    whole = partial(
        BenchmarkTask, metric=metric, first_line=name in _FIRST_LINE, classes=tuple(classes)
    )
    prompt = _told(path, _PROMPTS).get(name)
    if prompt is None:
        return whole(request(question))
    before, after = fill(prompt, {"input": question})
    return whole(after, before, _told(path, _LENGTHS).get(name))


def _told(path: Path, file: str) -> dict[str, Any]:
    """What a file of LongBench's configuration says, if it is there."""
    folder = path.resolve().parent
    for place in (folder, folder.parent):
        if (found := place / "config" / file).is_file():
            return _read(found)
    return {}


@cache
def _read(path: Path) -> dict[str, Any]:
    try:
        told = parse_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({error})") from error
    if not isinstance(told, dict):
        raise InputError(f"{path} is no JSON object")
    return told


def _words(text: str) -> list[str]:
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def _chinese_words(text: str) -> list[str]:
    plain = ("".join(part.lower().split()) for part in _cut(text))
    return [word for part in plain if (word := part.translate(_ALL_PUNCTUATION))]


def _f1(ours: Sequence[str], theirs: Sequence[str]) -> float:
    shared = (Counter(ours) & Counter(theirs)).total()
    return 2 * shared / (len(ours) + len(theirs)) if shared else 0.0


def _sentences(text: str) -> list[list[str]]:
    """Words by sentence, which any full stop ends; a blank one is a word of its own there."""
    return [part.split() or [""] for part in text.split(".") if part]


def _subsequence(theirs: Sequence[str], ours: Sequence[str]) -> Iterator[str]:
    """The words of a longest common subsequence: of several the one that ``rouge`` finds."""
    lengths = [[0] * (len(ours) + 1)]
    for word in theirs:
        above, row = lengths[-1], [0]
        for place, other in enumerate(ours):
            row.append(above[place] + 1 if word == other else max(above[place + 1], row[-1]))
        lengths.append(row)
    i, j = len(theirs), len(ours)
    while i and j:
        if theirs[i - 1] == ours[j - 1]:
            yield theirs[i - 1]
            i, j = i - 1, j - 1
        elif lengths[i - 1][j] > lengths[i][j - 1]:
            i -= 1
        else:
            j -= 1


def _rapidfuzz() -> Any:
    try:
        from rapidfuzz.distance import Indel
    except ImportError as error:
        raise missing("LongBench's edit similarity", "rapidfuzz", "eval") from error
    return Indel


def _cut(text: str) -> list[str]:
    """Chinese words, as LongBench cuts them."""
    try:
        import jieba
    except ImportError as error:
        raise InputError(
            "LongBench's measures of Chinese need the package jieba: pip install jieba"
        ) from error
    cut: Callable[[str], Iterable[str]] = jieba.cut
    return list(cut(text))
