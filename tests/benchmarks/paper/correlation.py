"""Does a draft attend to what a target attends to? The figure that motivates the paper."""

from __future__ import annotations

from dataclasses import asdict
from statistics import fmean
from typing import TYPE_CHECKING, Final

from specpc.evaluation.correlation import correlate
from specpc.evaluation.statistics import bootstrap
from tests.benchmarks.paper import kv
from tests.benchmarks.paper.bench import tell
from tests.benchmarks.paper.part import Part
from tests.benchmarks.paper.tables import interval, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.models.draft import Draft
    from tests.benchmarks.paper.bench import Bench
    from tests.benchmarks.paper.journal import Line

_MEASURES: Final = ("spearman", "overlap")
_PAIRS: Final = ("draft to target", "default draft to target", "default draft to draft")


def measure(bench: Bench, lines: Sequence[Line]) -> Iterator[Line]:
    """See `Part`; the texts are those of the part ``kv``."""
    done = {(line["pair"], line["id"]) for line in lines}
    for item in kv.items(bench)[: bench.plan.correlation]:
        for pair in _PAIRS:
            if (pair, item.id) in done:
                continue
            target, draft = _models(bench, pair)
            found = correlate(target, draft, item.context, item.question)
            tell(f"{item.id} {pair}: {found.overall.spearman:.3f}")
            yield {"pair": pair, "id": item.id, **asdict(found)}


def _models(bench: Bench, pair: str) -> tuple[Draft, Draft]:
    """Whose attention is predicted, and what predicts it."""
    predicted = bench.draft if pair == _PAIRS[2] else bench.target.model
    return predicted, bench.draft if pair == _PAIRS[0] else bench.default_draft


def report(lines: Sequence[Line]) -> Iterator[str]:
    """See `Part`."""
    top = f"of the top {lines[0]['top']:.0%}" if lines else "of the top"
    pairs = {pair: [line for line in lines if line["pair"] == pair] for pair in _PAIRS}
    yield table(
        ("whose attention", "texts", "Spearman", top),
        [
            (pair, f"{len(found)}", *(_mean(found, name) for name in _MEASURES))
            for pair, found in pairs.items()
            if found
        ],
    )
    for pair, found in pairs.items():
        if found:
            yield f"By layer, {pair}:\n\n{_layers(found, top)}"


def _mean(lines: Sequence[Line], name: str) -> str:
    values = {line["id"]: line["overall"][name] for line in lines}
    return interval(bootstrap({"all": values}))


def _layers(lines: Sequence[Line], top: str) -> str:
    by_layer: dict[int, list[Line]] = {}
    for line in lines:
        for layer in line["layers"]:
            by_layer.setdefault(layer["layer"], []).append(layer)
    rows = [
        (f"{number}", *(f"{fmean(one[name] for one in found):.2f}" for name in _MEASURES))
        for number, found in sorted(by_layer.items())
    ]
    return table(("layer", "Spearman", top), rows)


PART: Final = Part("Importance scores, a draft's against a target's", measure, report)
