"""What the default draft's heads and value states say of labelled texts: read once, fitted often.

python -m tests.fitting.observe ../shared/data observations/ [--per-set 8]

Writes one ``.npz`` an item, skips those that are there, and reads the sets in turn, so that it can
be stopped and run again. Needs the extra ``minilm``, whose embeddings are what dense similarity is
fitted to.
"""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch

from specpc.attention import LayerAttention, StopForward, question_attention
from specpc.dense import value_states
from specpc.drafts import load_draft
from specpc.evaluation.rankers import MiniLMRanker
from specpc.lexical import bm25
from specpc.picking import Units, unit_scores
from specpc.reading import Reader, ask, read_context
from specpc.windows import cut_windows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from specpc.prompt import Frame

Array = Any
LAYERS: Final = 24
DENSE_LAYERS: Final = (9, 15, 17, 18, 21, 23)
WINDOW: Final = 1000
LONGEST: Final = 7000

# Sets under MIT, Apache-2.0, BSD or Creative Commons licences that allow any use; the others are
# measured on, never fitted on.
FITTED: Final = [
    "xquad_en",
    "nq_multidoc",
    "hotpotqa",
    "musique",
    "tatqa",
    "policyqa",
    "covidqa",
    "qmsum_window",
    "taubench_airline",
    "code_docsearch",
    "code_next_line",
    "react_agent_log",
    "kv_retrieval",
    "bamboo_mcq",
    "bamboo_altqa",
    "bamboo_private_eval",
    "sweagent_transcript",
    "loogle",
    "ruler_kvcf_multikey3",
    "ruler_niah_multikey_2",
    "ruler_niah_multikey_3",
    "ruler_niah_single_1",
    "ruler_vt",
    "ruler_qa_1",
]
MEASURED_ONLY: Final = [
    "financebench",
    "leval_legal",
    "leval_nq",
    "leval_scientific",
    "leval_topic",
    "locomo",
    "loghub",
    "rgb",
    "techqa",
    "ruler_niah_multikey_1",
    "ruler_niah_multiquery",
    "ruler_niah_multivalue",
    "ruler_niah_single_2",
    "ruler_niah_single_3",
]
_LANGUAGES: Final = {"en", "py", "go", "rs", "js", "java"}


@dataclass(frozen=True)
class Observation:
    """One item.

    Attributes:
        dataset: name of its set.
        id: of the item.
        heads: ``[layers * heads, units]`` pooled attention of the question less "N/A".
        states: ``[units, states]`` mean value states.
        question: ``[states]`` those of the question, mean over windows.
        embeddings: ``[1 + units, 384]`` of question and units by MiniLM.
        bm25: ``[units]``.
        sizes: ``[units]`` in tokens.
        edges: ``[units + 1]`` in characters.
        gold: ``[units]`` share of the evidence in each unit.
    """

    dataset: str
    id: str
    heads: NDArray[np.float32]
    states: NDArray[np.float32]
    question: NDArray[np.float32]
    embeddings: NDArray[np.float32]
    bm25: NDArray[np.float64]
    sizes: NDArray[np.int64]
    edges: NDArray[np.int64]
    gold: NDArray[np.float64]

    def save(self, path: Path) -> None:
        """Write, whole or not at all."""
        part = path.with_suffix(".part.npz")
        arrays = {name: np.asarray(value) for name, value in self.__dict__.items()}
        large = ("heads", "states", "question", "embeddings")
        np.savez(part, **{k: v.astype(np.float16) if k in large else v for k, v in arrays.items()})
        part.replace(path)

    @classmethod
    def load(cls, path: Path) -> Observation:
        """Read what `save` wrote."""
        with np.load(path) as data:
            values: dict[str, Any] = {f.name: data[f.name] for f in fields(cls)}
        for name, value in values.items():
            if value.ndim == 0:
                values[name] = str(value)
            elif value.dtype == np.float16:
                values[name] = value.astype(np.float32)
        return cls(**values)


def read_set(folder: Path, name: str) -> list[dict[str, Any]]:
    """Items of one set in English or code, with a question and evidence that occurs."""
    with (folder / f"{name}.jsonl").open(encoding="utf-8") as file:
        items = [json.loads(line) for line in file]
    return [
        item
        for item in items
        if item["question"]
        and item["lang"] in _LANGUAGES
        and any(gold in item["context"] for gold in item["evidence"])
    ]


def sample(items: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """Items in random order, documents in turn, none longer than the draft can read soon."""
    short = [item for item in items if item["n_tok_smollm2"] <= LONGEST] or items
    random.Random(1).shuffle(short)
    seen: dict[str, int] = {}
    turns = []
    for item in short:
        seen[item["group"]] = seen.get(item["group"], 0) + 1
        turns.append(seen[item["group"]])
    order = sorted(range(len(short)), key=turns.__getitem__)
    return [short[i] for i in order[:count]]


def gold_shares(text: str, edges: NDArray[np.int64], evidence: list[str]) -> Array:
    """``[units]`` mean over gold strings of the share of each that lies in the unit."""
    gold = [string for string in evidence if string and string in text]
    total = np.zeros(len(edges) - 1)
    for string in gold:
        best = np.zeros(len(total))
        start = text.find(string)
        while start >= 0:
            shared = np.minimum(edges[1:], start + len(string)) - np.maximum(edges[:-1], start)
            best = np.maximum(best, shared.clip(0) / len(string))
            start = text.find(string, start + 1)
        total += best
    return total / len(gold)


def observe_item(reader: Reader, encoder: MiniLMRanker, item: dict[str, Any]) -> Observation:
    """Read one item window by window, as `specpc.retrieval_heads` does."""
    text = item["context"]
    tokens = reader.encoder.encode(text)
    units = Units(text, tokens.bounds, "sentence")
    frames = [reader.frame(item["question"]), reader.frame("N/A")]
    ids = torch.from_numpy(tokens.ids)
    heads, states, questions = [], [], []
    for low, high in cut_windows(units.starts, len(ids), WINDOW):
        rows, state, question = _window(reader, ids[low:high], frames)
        heads.append(rows)
        states.append(state)
        questions.append(question)
    attention = torch.cat(heads, dim=1).double().numpy()
    sums = torch.zeros(len(units), states[0].shape[1])
    sums.index_add_(0, torch.from_numpy(units.of_token), torch.cat(states))
    texts = units.texts
    return Observation(
        dataset=item["id"].split("/")[0],
        id=item["id"],
        heads=unit_scores(attention, units.of_token, len(units)).astype(np.float32),
        states=sums.numpy() / np.maximum(1, units.sizes)[:, None],
        question=torch.stack(questions).mean(dim=0).numpy(),
        embeddings=encoder.embed([item["question"], *texts]),
        bm25=bm25(item["question"], texts),
        sizes=units.sizes,
        edges=units.edges,
        gold=gold_shares(text, units.edges, item["evidence"]),
    )


@torch.inference_mode()
def _window(reader: Reader, window: Array, frames: list[Frame]) -> tuple[Array, Array, Array]:
    """Differences ``[layers * heads, tokens]``, value states, mean state of the question."""
    model = reader.draft.model
    before = len(frames[0].before)
    length = before + len(window)
    cache = read_context(model, frames[0].before, window, _stop)
    states = value_states(cache, DENSE_LAYERS, before, length)
    rows = []
    question = None
    for frame in frames:
        layers: list[Any] = []

        def see(a: LayerAttention, frame: Frame = frame, layers: list[Any] = layers) -> None:
            layers.append(question_attention(a, frame.question_rows, length)[:, before:])
            _stop(a)

        own = ask(model, cache, frame, see)
        rows.append(torch.cat(layers))
        if question is None:
            span = frame.question_rows
            question = value_states(own, DENSE_LAYERS, length + span.start, length + span.stop)
    assert question is not None
    return rows[0] - rows[1], states, question.mean(dim=0)


def _stop(attention: LayerAttention) -> None:
    if attention.layer == LAYERS - 1:
        raise StopForward


def observations(folder: Path) -> Iterator[Observation]:
    """All observations in a folder, in order of name."""
    for path in sorted(folder.glob("*.npz")):
        yield Observation.load(path)


def main() -> None:
    """Observe the first items of every set, set by set."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--per-set", type=int, default=8)
    parser.add_argument("--measured-per-set", type=int, default=3)
    options = parser.parse_args()
    options.output.mkdir(exist_ok=True, parents=True)
    reader = Reader(load_draft())
    encoder = MiniLMRanker("cpu")
    queue = []
    for name in (*FITTED, *MEASURED_ONLY):
        few = name in MEASURED_ONLY or name.startswith("ruler")
        count = min(options.per_set, options.measured_per_set) if few else options.per_set
        queue += list(enumerate(sample(read_set(options.data, name), count)))
    for _, item in sorted(queue, key=lambda entry: entry[0]):
        path = options.output / f"{item['id'].replace('/', '__')}.npz"
        if not path.exists():
            observe_item(reader, encoder, item).save(path)
            print(item["id"], flush=True)


if __name__ == "__main__":
    main()
