"""Averages over items and data sets, with bootstrap confidence intervals."""

from __future__ import annotations

import zlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from specpc.evaluation.methods import levels_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from specpc.evaluation.base import Level
    from specpc.evaluation.records import Record

RESAMPLES: Final = 2000
_TAILS: Final = (2.5, 97.5)

ENGLISH: Final = "English and code"
OTHERS: Final = "other languages"
_ENGLISH_LANGS: Final = frozenset({"en", "py", "go", "rs", "js", "java"})

OF_ANSWERS: Final = ("exact", "f1", "contained", "rouge_l", "score")
OF_TELLING: Final = ("facts_whole", "negations_lost", "rouge_1", "rouge_2", "rouge_l_recall")
METRICS: Final = ("recall", "answer_kept", *OF_ANSWERS, *OF_TELLING)
_PARTS: Final = dict.fromkeys(OF_ANSWERS, "answer") | dict.fromkeys(OF_TELLING, "telling")
WITHOUT_EVIDENCE: Final = "answer_kept_without_evidence"

Sets = dict[str, dict[str, float]]
"""Data set -> item id -> value."""


@dataclass(frozen=True)
class Estimate:
    """A mean with its 95% confidence interval, and how many items it rests on."""

    mean: float
    low: float
    high: float
    items: int


Estimates = dict[str, Estimate | None]
"""By metric: evidence kept, answers kept, of a target's answers exact matches, their token F1, the
accepted answers they contain, their ROUGE-L and what their benchmark makes of them, and what is
told without a question (`Telling`); ``None`` where no item can be so measured."""


@dataclass(frozen=True)
class SummaryRow:
    """One method at one level (see `Level`), over the data sets of a group or over one of them."""

    group: str  # English and code, or other languages
    dataset: str | None  # None for the mean over those of the group
    method: str
    ratio: float
    kv_budget: int | None
    estimates: Estimates
    achieved: float  # mean fraction of the tokens that came out
    seconds_per_1k: float  # of tokens read
    items: int
    failed: int  # items that could not be compressed, which counts as nothing kept
    truncated: int  # items too long for the target, which lost their middle
    # Of targets on this machine: mean time from the whole text to the first token, compression and
    # draft included, and to the end of the answer; mean size of the cache when the prompt had been
    # read, and most memory in use.
    first_seconds: float | None
    total_seconds: float | None
    cache_bytes: float | None
    peak_bytes: int | None


@dataclass(frozen=True)
class Difference:
    """How much better than the baseline, item by item: each estimate is method minus baseline.

    The full context is a baseline for every ratio, and the full cache for every KV budget.
    Besides `METRICS` there is `WITHOUT_EVIDENCE`: answers kept of items that have no evidence.
    """

    group: str
    method: str
    baseline: str
    ratio: float
    kv_budget: int | None
    estimates: Estimates


def group_of(lang: str) -> str:
    """The group a language is averaged in."""
    return ENGLISH if lang in _ENGLISH_LANGS else OTHERS


def bootstrap(sets: Mapping[str, Mapping[str, float]], seed: int = 0) -> Estimate | None:
    """Mean over data sets of the means over their items, and its interval.

    Items are resampled within their data set. A set's resamples depend on its name and its
    number of items only, so that methods measured on the same items are resampled alike.

    Empty sets do not count; ``None`` if there is no value at all.
    """
    filled = {name: values for name, values in sets.items() if values}
    if not filled:
        return None
    means: list[float] = []
    resampled: NDArray[np.float64] = np.zeros(RESAMPLES)
    for name, by_item in filled.items():
        values = np.array([by_item[item] for item in sorted(by_item)], dtype=np.float64)
        rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
        drawn = rng.integers(len(values), size=(RESAMPLES, len(values)))
        resampled += values[drawn].mean(axis=1) / len(filled)
        means.append(float(values.mean()))
    low, high = np.percentile(resampled, _TAILS).tolist()
    return Estimate(sum(means) / len(means), low, high, sum(map(len, filled.values())))


def summarise(records: Sequence[Record], seed: int = 0) -> list[SummaryRow]:
    """The mean over data sets of each group, method and level, in order of appearance."""
    return [
        _row(group, None, method, level, found, seed)
        for (group, method, level), found in _cells(records).items()
    ]


def summarise_datasets(records: Sequence[Record], seed: int = 0) -> list[SummaryRow]:
    """The same for every data set by itself."""
    rows = [
        _row(group, dataset, method, level, [r for r in found if r.dataset == dataset], seed)
        for (group, method, level), found in _cells(records).items()
        for dataset in sorted({record.dataset for record in found})
    ]
    return sorted(rows, key=lambda row: (row.group != ENGLISH, row.dataset or ""))


def compare(records: Sequence[Record], baseline: str, seed: int = 0) -> list[Difference]:
    """Paired differences of every other method to ``baseline``, over the items both have."""
    cells = _cells(records)
    differences = []
    for (group, method, level), found in cells.items():
        [like] = levels_of(baseline, [level.ratio], [level.kv_budget or 0])
        base = cells.get((group, baseline, like))
        if method != baseline and base is not None:
            estimates = {metric: _paired(found, base, metric, seed) for metric in METRICS}
            bare = [record for record in found if record.recall is None]
            estimates[WITHOUT_EVIDENCE] = _paired(bare, base, "answer_kept", seed)
            differences.append(Difference(group, method, baseline, *level, estimates))
    return differences


def _paired(
    found: Sequence[Record], base: Sequence[Record], metric: str, seed: int
) -> Estimate | None:
    ours, theirs = _values(found, metric), _values(base, metric)
    both = {
        name: {item: by_item[item] - theirs[name][item] for item in by_item.keys() & theirs[name]}
        for name, by_item in ours.items()
        if name in theirs
    }
    return bootstrap(both, seed)


def _cells(records: Sequence[Record]) -> dict[tuple[str, str, Level], list[Record]]:
    """Records by group, method and level; English first, otherwise in order of appearance."""
    cells: dict[tuple[str, str, Level], list[Record]] = defaultdict(list)
    for record in sorted(records, key=lambda record: group_of(record.lang) != ENGLISH):
        cells[group_of(record.lang), record.method, record.level].append(record)
    return dict(cells)


def _values(records: Iterable[Record], metric: str) -> Sets:
    sets: Sets = defaultdict(dict)
    for record in records:
        part = getattr(record, _PARTS[metric]) if metric in _PARTS else record
        value = getattr(part, metric, None)
        if value is not None:
            sets[record.dataset][record.id] = float(value)
    return dict(sets)


def _row(
    group: str, dataset: str | None, method: str, level: Level, records: Sequence[Record], seed: int
) -> SummaryRow:
    done = [record for record in records if record.original_tokens]
    tokens = sum(record.original_tokens for record in done)
    answers = [(record.seconds, record.answer) for record in records if record.answer is not None]
    timed = [(s, a, a.first_seconds) for s, a in answers if a.first_seconds is not None]
    return SummaryRow(
        group,
        dataset,
        method,
        *level,
        estimates={metric: bootstrap(_values(records, metric), seed) for metric in METRICS},
        achieved=_mean([r.compressed_tokens / r.original_tokens for r in done]) or 0.0,
        seconds_per_1k=1000 * sum(r.seconds for r in done) / tokens if tokens else 0.0,
        items=len(records),
        failed=sum(record.error is not None for record in records),
        truncated=sum(answer.truncated for _, answer in answers),
        first_seconds=_mean([before + first for before, _, first in timed]),
        total_seconds=_mean([before + answer.seconds for before, answer, _ in timed]),
        cache_bytes=_mean([a.cache_bytes for _, a in answers if a.cache_bytes is not None]),
        peak_bytes=max((a.peak_bytes for _, a in answers if a.peak_bytes), default=None),
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
