"""Fits the default draft's head profile and dense map, and measures the fit on sets left out.

python -m tests.fitting.fit observations/ ../shared/data [--adapter run/adapter.safetensors]
    [--write]

Every set is measured with a profile in whose fitting it had no part: the sets are split into eight
parts (all RULER tasks in one), and each is measured with what was fitted on the others; only
`BESIDE_ADAPTER` was set by hand. Only sets whose licence allows it are fitted on. ``--write`` fits
on all of those and writes the profile. With an adapter, with which the observations were made, its
score is weighed beside the others, and no head or state deeper than its last layer is used.
"""

from __future__ import annotations

import argparse
import hashlib
import random
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch
from safetensors.torch import save

from specpc.evaluation.measures import evidence_recall
from specpc.evaluation.statistics import bootstrap
from specpc.scorers.retrieval_heads import Signals, judge, signed_root
from specpc.scorers.settings import AdapterReference, DenseReference, HeadProfile
from specpc.selection.fill import select_units
from specpc.structure.units import lay_out_units
from specpc.text.layout import tiles
from specpc.text.pieces import Pieces, standardised
from tests.fitting.observe import DENSE_LAYERS, FITTED, LAYERS, WINDOW, read_adapter, read_set
from tests.fitting.pool import WEIGHTS, observations
from tests.fitting.training.state import reference_fields

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from specpc.text.layout import Layout
    from tests.fitting.pool import Observation

Array = Any
HEADS: Final = 9
STATES: Final = 192  # value states of a layer
PARTS: Final = 8
KEPT_HEADS: Final = 32
# Where the fit starts, and what it is drawn to: the heads that did best one by one.
START: Final = ((15, 6), (17, 3), (17, 4), (18, 6), (21, 2), (21, 8), (23, 2), (23, 8))
# What is tried for the second look; the first of the best is taken.
LOOKS: Final = (1.5, 0.75, 0.0, 2.25)
# Weights of BM25, dense similarity and an adapter beside heads of weight 1: the loss gives the
# adapter too little, whose score has seen many more questions than are fitted on here.
BESIDE_ADAPTER: Final = (0.25, 0.6, 2.6)
RATIOS: Final = (0.1, 0.2, 0.3)
SIZE: Final = 384
# What is weighed beside the heads: BM25, dense similarity, trained scores.
BESIDE: Final = 3
# A unit holds evidence from this share on.
_SOME: Final = 0.01
RIDGE: Final = 0.03
PROFILES: Final = Path(__file__).parents[2] / "specpc" / "scorers" / "profiles"


@dataclass(frozen=True)
class Map:
    """A linear map of some standardised states (see `Observation.states`) to embeddings."""

    columns: Array  # which states
    mean: Array
    spread: Array
    weights: Array

    def similarity(self, o: Observation) -> NDArray[np.float64]:
        """Cosine of every unit and the question."""
        embedded = (o.states[:, self.columns] - self.mean) / self.spread @ self.weights
        about, units = embedded[0], embedded[1:]
        norms = np.linalg.norm(units, axis=1) * np.linalg.norm(about)
        return np.asarray(units @ about / np.maximum(norms, 1e-9), dtype=np.float64)


def map_layers(last_layer: int) -> list[int]:
    """Those whose value states a map may read where the forward ends with a layer."""
    return [layer for layer in DENSE_LAYERS if layer <= last_layer]


def fit_map(train: Sequence[Observation], last_layer: int) -> Map:
    """Ridge regression of MiniLM's embeddings of units on states, in their main directions.

    Units are compared around their mean, so the mean embedding is no part of it.
    """
    values = len(DENSE_LAYERS) * STATES
    words = range(values, train[0].states.shape[1])
    columns = np.asarray([*range(len(map_layers(last_layer)) * STATES), *words])
    states = np.concatenate([o.states[1:, columns] for o in train])
    mean, spread = states.mean(axis=0), states.std(axis=0) + 1e-6
    states = (states - mean) / spread
    goals = np.concatenate([o.embeddings[1:] for o in train])
    goals = goals - goals.mean(axis=0)
    gram = states.T @ states
    weights = np.linalg.solve(_ridge(gram, RIDGE * len(states)), states.T @ goals)
    _, directions = np.linalg.eigh(weights.T @ gram @ weights)
    return Map(columns, mean, spread, weights @ directions[:, -SIZE:])


def _ridge(gram: Array, strength: float) -> Array:
    return gram + strength * np.eye(len(gram), dtype=gram.dtype)


@dataclass(frozen=True)
class Case:
    """An observation as the read-out sees it: features ``[units, heads + 3]``."""

    of: Observation
    features: torch.Tensor
    gold: torch.Tensor
    sizes: torch.Tensor

    @classmethod
    def make(cls, o: Observation, similar: NDArray[np.float64]) -> Case:
        """Rooted heads, then BM25, similarity and trained scores, which are standardised."""
        rows = [
            *signed_root(torch.from_numpy(o.heads)).numpy(),
            standardised(o.bm25),
            standardised(similar),
            standardised(o.trained),
        ]
        features = torch.tensor(np.stack(rows).T, dtype=torch.float32)
        return cls(o, features, torch.tensor(o.gold), torch.tensor(o.sizes[o.own]).float())


class Readout(torch.nn.Module):
    """Standardised weighted heads, plus the weighted signals beside them."""

    def __init__(self, scale: torch.Tensor, start: torch.Tensor, used: torch.Tensor) -> None:
        super().__init__()
        self.scale, self.start, self.used = scale, start, used
        self.weights = torch.nn.Parameter(start.clone())

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """``[units]`` values."""
        heads = features[:, :-BESIDE] / self.scale @ (self.weights[:-BESIDE] * self.used)
        heads = (heads - heads.mean()) / (heads.std() + 1e-6)
        return 1.5 * heads + features[:, -BESIDE:] @ self.weights[-BESIDE:]


def ranking_loss(values: torch.Tensor, case: Case) -> torch.Tensor:
    """Mean log share of the tokens that rank above evidence: recall at small budgets, softened."""
    gold = case.gold > _SOME
    above = torch.sigmoid(values[~gold][None] - values[gold][:, None])
    share = (above * case.sizes[~gold]).sum(dim=1) / case.sizes.sum()
    weight = case.gold[gold]
    return (weight * torch.log(0.05 + share)).sum() / weight.sum()


def train(cases: Sequence[Case], model: Readout, epochs: int = 25, draw: float = 0.1) -> None:
    """Adam on the ranking loss, every set counting about alike, drawn to the start."""
    per_set: dict[str, int] = {}
    for case in cases:
        per_set[case.of.dataset] = per_set.get(case.of.dataset, 0) + 1
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    order = list(cases)
    for epoch in range(epochs):
        random.Random(epoch).shuffle(order)
        for group in optimiser.param_groups:
            group["lr"] = 0.01 * (1 - epoch / epochs)
        for first in range(0, len(order), 16):
            loss = draw * ((model.weights - model.start) ** 2).sum()
            for case in order[first : first + 16]:
                part = ranking_loss(model(case.features), case)
                loss = loss + part * per_set[case.of.dataset] ** -0.5 / 16
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()


def fit_readout(cases: Sequence[Case], last_layer: int) -> Readout:
    """Fit all heads of layers that are read, keep the strongest, fit those anew."""
    cases = [case for case in cases if (case.gold > _SOME).any()]
    features = torch.cat([case.features for case in cases])
    scale = features[:, :-BESIDE].std(dim=0) + 1e-6
    start = torch.zeros(features.shape[1])
    start[[layer * HEADS + head for layer, head in START if layer <= last_layer]] = 0.3
    start[-BESIDE:] = 0.3
    read = (torch.arange(len(scale)) < (last_layer + 1) * HEADS).float()
    first = Readout(scale, start, read)
    train(cases, first)
    with torch.no_grad():
        strongest = (first.weights[:-BESIDE] * read).abs().topk(KEPT_HEADS).indices
        used = torch.zeros(len(scale)).index_fill_(0, strongest, 1.0)
        second = Readout(scale, first.weights.detach().clone(), used)
    train(cases, second, epochs=10)
    return second


def make_profile(
    model: Readout, dense: DenseReference | None, adapter: AdapterReference | None, note: str
) -> HeadProfile:
    """What `specpc.scorers.retrieval_heads` reads."""
    with torch.no_grad():
        weights = (model.weights[:-BESIDE] * model.used / model.scale).tolist()
        beside = (model.weights[-BESIDE:] / 1.5).tolist()
    lexical, similar, trained = BESIDE_ADAPTER if adapter else beside
    top = max(abs(w) for w in weights)
    heads = tuple(
        (i // HEADS, i % HEADS, round(w / top, 4)) for i, w in enumerate(weights) if w != 0
    )
    return HeadProfile(
        draft="smollm2-135m",
        layers=30,
        heads_per_layer=HEADS,
        heads=heads,
        content_free_query="N/A",
        window=WINDOW,
        provenance=note,
        lexical=round(lexical, 4),
        dense=replace(dense, weight=round(similar, 4)) if dense else None,
        adapter=replace(adapter, weight=round(trained, 4)) if adapter else None,
    )


@dataclass(frozen=True)
class Chooser:
    """One item, to be cut by values of its pieces."""

    o: Observation
    item: Mapping[str, Any]
    pieces: Pieces

    @classmethod
    def of(cls, o: Observation, item: Mapping[str, Any]) -> Chooser:
        """Lay the item out again."""
        layout = lay_out_units(item["context"], o.unit)
        return cls(o, item, Pieces(item["context"], o.bounds, layout))

    def judged(self, profile: HeadProfile, similar: Array) -> list[float]:
        """Recalls by what the product makes of the signals."""
        places = [layer * HEADS + head for layer, head, _ in profile.heads]
        attended = self._every(self.o.heads[places].astype(np.float64))
        signals = Signals(attended, self._every(similar), self._every(self.o.trained))
        values = judge(profile, self.item["question"], self.pieces, signals)
        return recalls(self.item, values, self.o.sizes, self.pieces.layout)

    def recalls(self, values: Array) -> list[float]:
        """Evidence recall of the best units, at the ratios."""
        return recalls(self.item, self._every(values), self.o.sizes, self.pieces.layout)

    def _every(self, values: Array) -> NDArray[np.float64]:
        """``[..., pieces]`` of ``[..., units]``: the rest has the least."""
        every = np.full((*values.shape[:-1], len(self.pieces)), values.min(initial=0.0))
        every[..., self.o.own] = values
        return every


def look_twice(
    profile: HeadProfile, choosers: Sequence[Chooser], similar: Mapping[str, Array]
) -> HeadProfile:
    """The profile with the second look that does best, every set counting the same.

    Where there is an adapter, which learned to follow chains, one look is enough.
    """
    looks = LOOKS if profile.adapter is None else (0.0,)

    def mean(look: float) -> float:
        tried, sets = replace(profile, second_look=look), dict[str, list[float]]()
        for cut in choosers:
            found = float(np.mean(cut.judged(tried, similar[cut.o.id])))
            sets.setdefault(cut.o.dataset, []).append(found)
        return float(np.mean([np.mean(found) for found in sets.values()]))

    return replace(profile, second_look=max(looks, key=mean))


def recalls(item: Mapping[str, Any], values: Array, sizes: Array, layout: Layout) -> list[float]:
    """Evidence recall of the best pieces, at the ratios."""
    found = []
    for ratio in RATIOS:
        chosen = select_units(values, sizes, int(ratio * sizes.sum()), layout)
        edges = layout.edges.tolist()
        ranges = [(edges[p], edges[p + 1]) for p in layout.complete(chosen.tolist())]
        found.append(evidence_recall(item["context"], item["evidence"], ranges) or 0.0)
    return found


def parts(names: Sequence[str]) -> dict[str, int]:
    """Which part each set belongs to."""
    others = sorted({name for name in names if not name.startswith("ruler")})
    random.Random(0).shuffle(others)
    return dict.fromkeys(names, 0) | {name: i % PARTS for i, name in enumerate(others)}


Table = dict[str, dict[str, dict[str, list[float]]]]
"""Method -> set -> item -> recall at the ratios."""


def left_out(
    seen: Sequence[Observation],
    items: Mapping[str, Any],
    generated: HeadProfile | None,
    adapter: AdapterReference | None,
) -> Table:
    """Recall of all observations with what was fitted without their part."""
    last_layer = LAYERS - 1 if adapter is None else adapter.last_layer
    part = parts([o.dataset for o in seen])
    similar: dict[str, Array] = {}
    for number in range(PARTS):
        maps = fit_map(
            [o for o in seen if part[o.dataset] != number and o.dataset in FITTED], last_layer
        )
        similar |= {o.id: maps.similarity(o) for o in seen if part[o.dataset] == number}
    cases = [Case.make(o, similar[o.id]) for o in seen]
    cuts = {o.id: Chooser.of(o, items[o.id]) for o in seen}
    table: Table = {}

    def note(method: str, o: Observation, found: list[float]) -> None:
        table.setdefault(method, {}).setdefault(o.dataset, {})[o.id] = found

    reference = DenseReference("", "", 0.0)
    for number in range(PARTS):
        train_on = [c for c in cases if part[c.of.dataset] != number and c.of.dataset in FITTED]
        fitted = make_profile(fit_readout(train_on, last_layer), reference, adapter, "")
        fitted = look_twice(fitted, [cuts[case.of.id] for case in train_on], similar)
        plain = replace(fitted, dense=None)
        methods = {
            "fitted": fitted,
            "one look": replace(fitted, second_look=0.0),
            "two looks": replace(fitted, second_look=LOOKS[0]),
            "without dense": plain,
            "heads only": replace(plain, lexical=0.0, adapter=None, second_look=0.0),
        }
        if adapter is not None:
            methods["without adapter"] = replace(fitted, adapter=None)
        if generated is not None:
            own = replace(generated, lexical=fitted.lexical, dense=fitted.dense)
            methods |= {"generated": own, "generated, no dense": replace(own, dense=None)}
        for o in seen:
            if part[o.dataset] != number:
                continue
            cut = cuts[o.id]
            for method, profile in methods.items():
                note(method, o, cut.judged(profile, similar[o.id]))
            if adapter is not None:
                note("adapter only", o, cut.recalls(o.trained))
            layout = tiles(o.sentence_edges.tolist())
            for name in ("minilm", "bm25"):
                values = getattr(o, f"sentence_{name}")
                note(name, o, recalls(cut.item, values, o.sentence_sizes, layout))
            note("minilm, our units", o, cut.recalls(o.embeddings[1:] @ o.embeddings[0]))
            note("bm25, our units", o, cut.recalls(o.bm25))
    return table


def report(table: Table) -> None:
    """Macro-averages with intervals, differences to MiniLM, and the sets."""
    for title, left_out_prefix in (("all sets", "-"), ("without RULER", "ruler")):
        print(f"\n{title}")
        for method, sets in table.items():
            chosen = {
                name: found for name, found in sets.items() if not name.startswith(left_out_prefix)
            }
            line = [f"{method:22}"]
            for i in range(len(RATIOS)):
                e = bootstrap({n: {k: v[i] for k, v in f.items()} for n, f in chosen.items()})
                d = bootstrap({
                    n: {k: v[i] - table["minilm"][n][k][i] for k, v in f.items()}
                    for n, f in chosen.items()
                })  # fmt: skip
                assert e is not None
                assert d is not None
                line.append(f"{e.mean:.3f} ({d.mean:+.3f} [{d.low:+.3f} {d.high:+.3f}])")
            print("  ".join(line))
    print("\nby set, at 0.2 (items)")
    for name in sorted(table["fitted"]):
        means = [
            f"{method} {np.mean([v[1] for v in sets[name].values()]):.2f}"
            for method, sets in table.items()
        ]
        print(f"{name:24} ({len(table['fitted'][name])})  " + "  ".join(means))


def write(
    seen: Sequence[Observation],
    items: Mapping[str, Any],
    folder: Path,
    adapter: AdapterReference | None,
    data: bytes,
) -> None:
    """Fit on all sets that may be fitted on, and write profile, map, and ``data`` of an adapter."""
    last_layer = LAYERS - 1 if adapter is None else adapter.last_layer
    usable = [o for o in seen if o.dataset in FITTED]
    part = parts([o.dataset for o in usable])
    similar: dict[str, Array] = {}
    for number in range(PARTS):  # of texts their maps have not seen
        maps = fit_map([o for o in usable if part[o.dataset] != number], last_layer)
        similar |= {o.id: maps.similarity(o) for o in usable if part[o.dataset] == number}
    cases = [Case.make(o, similar[o.id]) for o in usable]
    found = fit_map(usable, last_layer)
    weights = found.weights / found.spread[:, None]
    layers = map_layers(last_layer)
    states = len(layers) * STATES
    tensors = {
        "layers": torch.tensor(layers),
        "values": torch.tensor(weights[:states]).half(),
        "words": torch.tensor(weights[states:]).half(),
        "bias": torch.tensor(-found.mean @ weights).float(),
        "token_weights": torch.tensor(np.load(folder / WEIGHTS)).half(),
    }
    dense = save({name: tensor.contiguous() for name, tensor in tensors.items()})
    file = PROFILES / "smollm2-135m.safetensors"
    file.write_bytes(dense)
    reference = DenseReference(file.name, hashlib.sha256(dense).hexdigest(), 0.0)
    if adapter is not None:
        (PROFILES / adapter.file).write_bytes(data)
    sets = sorted({o.dataset for o in usable})
    note = (
        f"fitted by tests/fitting on {len(usable)} examples of {len(sets)} public sets "
        f"({', '.join(sets)}); dense map: ridge regression of all-MiniLM-L6-v2 embeddings"
    )
    if adapter is not None:
        note += "; adapter: trained by tests/fitting/train.py"
    profile = make_profile(fit_readout(cases, last_layer), reference, adapter, note)
    profile = look_twice(profile, [Chooser.of(o, items[o.id]) for o in usable], similar)
    (PROFILES / "smollm2-135m.json").write_text(profile.to_json(), encoding="utf-8")


def main() -> None:
    """Measure on the sets left out, and write if asked."""
    parser = argparse.ArgumentParser()
    parser.add_argument("observations", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--generated", type=Path, help="profile of specpc calibrate to compare")
    parser.add_argument("--adapter", type=Path, help="of tests.fitting.train")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    torch.manual_seed(0)
    seen = [o for o in observations(options.observations) if len(o.own) > 1]
    names = sorted({o.dataset for o in seen})
    items = {item["id"]: item for name in names for item in read_set(options.data, name)}
    path = options.generated
    generated = HeadProfile.from_json(path.read_text(encoding="utf-8")) if path else None
    print(f"{len(seen)} examples of {len(names)} sets")
    found, data = read_adapter(options.adapter), b""
    adapter = None
    if found is not None:
        data = options.adapter.read_bytes()
        fields = reference_fields(data, found, "smollm2-135m-adapter.safetensors")
        adapter = AdapterReference(**fields)
    report(left_out(seen, items, generated, adapter))
    if options.write:
        write(seen, items, options.observations, adapter, data)


if __name__ == "__main__":
    main()
