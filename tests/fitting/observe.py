"""What the default draft's heads and value states say of labelled texts: read once, fitted often.

python -m tests.fitting.observe ../shared/data readings/ [--per-set 24] [--dtype bfloat16]
    [--adapter run/adapter.safetensors]

Writes one ``.npz`` an item, about 3 kB a token; skips those that are there, and reads the sets in
turn, so that it can be stopped and run again. With an adapter (`tests.fitting.train`), what it
attends to is written too, into a folder of its own. `tests.fitting.pool` makes units of the tokens.
"""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch

from specpc.drafts.load import load_draft
from specpc.models.attention import LayerAttention, question_attention
from specpc.models.forward import read_pieces
from specpc.models.lean.adapted import Adapter
from specpc.models.lean.packing import PackedText
from specpc.models.reader import Reader
from specpc.models.windows import cut_windows
from specpc.scorers.dense import ValueStates
from specpc.scorers.tensors import read_tensors
from specpc.structure.units import cut_into_units

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from specpc.models.template import Frame

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
class Reading:
    """One item, read window by window as `specpc.scorers.retrieval_heads` reads.

    Attributes:
        heads: ``[layers * heads, tokens]`` attention of the question less that of "N/A".
        states: ``[tokens, states]`` value states.
        adapted: ``[layers * heads, tokens]`` attention of the question with an adapter, whose
            layers they are; none where there is no adapter.
    """

    heads: NDArray[np.float16]
    states: NDArray[np.float16]
    adapted: NDArray[np.float16]

    def save(self, path: Path) -> None:
        """Write, whole or not at all."""
        part = path.with_suffix(".part.npz")
        np.savez(part, heads=self.heads, states=self.states, adapted=self.adapted)
        part.replace(path)

    @classmethod
    def load(cls, path: Path) -> Reading:
        """Read what `save` wrote."""
        with np.load(path) as data:
            heads = data["heads"]
            adapted = data["adapted"] if "adapted" in data else heads[:0]
            return cls(heads, data["states"], adapted)


def read_adapter(path: Path | None) -> Adapter | None:
    """What `tests.fitting.train` wrote, if anything is to be read."""
    return None if path is None else Adapter.from_tensors(read_tensors(path.read_bytes()))


def path_of(folder: Path, item: dict[str, Any]) -> Path:
    """Where an item's file is."""
    return folder / f"{item['id'].replace('/', '__')}.npz"


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


def observe_item(reader: Reader, item: dict[str, Any], adapter: Adapter | None = None) -> Reading:
    """Read one item."""
    tokens = reader.encoder.encode(item["context"])
    frames = [reader.frame(item["question"]), reader.frame("N/A")]
    ids = torch.from_numpy(tokens.ids)
    starts = cut_into_units(item["context"], tokens.bounds, "sentence").starts
    parts = [
        _window(reader, ids[low:high], frames, adapter)
        for low, high in cut_windows(starts, len(ids), WINDOW)
    ]
    heads, states, adapted = zip(*parts, strict=True)
    return Reading(
        torch.cat(heads, dim=1).half().numpy(),
        torch.cat(states).half().numpy(),
        torch.cat(adapted, dim=1).half().numpy(),
    )


@torch.inference_mode()
def _window(
    reader: Reader, window: Array, frames: list[Frame], adapter: Adapter | None
) -> tuple[Array, Array, Array]:
    """Differences, value states and attention with an adapter, as a `Reading` has them."""
    before = frames[0].before
    keys = len(before) + len(window)
    values = ValueStates(DENSE_LAYERS, len(window))
    pieces, seen = [PackedText(window, values)], [_Rows(f.question_rows, keys) for f in frames]
    for frame, rows in zip(frames, seen, strict=True):
        pieces.append(PackedText(torch.tensor(frame.asked), rows, after=0))
    adapted = _Rows(slice(None), keys)
    if adapter is not None:
        own = adapter.to(reader.draft.model.device, reader.draft.model.dtype)
        pieces.append(PackedText(torch.tensor(frames[0].asked), adapted, after=0, adapter=own))
    read_pieces(reader.draft.model, before, pieces, LAYERS - 1)
    asked, free = (torch.cat(rows.layers)[:, len(before) :] for rows in seen)
    if adapter is None:
        return asked - free, values.states, asked[:0]
    layers = torch.cat(adapted.layers[: adapter.last_layer + 1])
    return asked - free, values.states, layers[:, len(before) :]


@torch.inference_mode()
def read_question(reader: Reader, ids: Array) -> Array:
    """``[states]`` mean value state of a question read alone, as if it were a context."""
    values = ValueStates(DENSE_LAYERS, len(ids))
    pieces = [PackedText(ids, values)]
    read_pieces(reader.draft.model, reader.frame("").before, pieces, LAYERS - 1)
    return values.states.mean(dim=0)


class _Rows:
    """Observer that keeps the attention of a question's rows, layer by layer."""

    def __init__(self, rows: slice, keys: int) -> None:
        self.rows = rows
        self.keys = keys
        self.layers: list[Array] = []

    def __call__(self, attention: LayerAttention) -> None:
        self.layers.append(question_attention(attention, self.rows, self.keys))


def main() -> None:
    """Observe items of every set, set by set."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--per-set", type=int, default=24)
    parser.add_argument("--measured-per-set", type=int, default=10)
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--adapter", type=Path)
    options = parser.parse_args()
    options.output.mkdir(exist_ok=True, parents=True)
    reader = Reader(load_draft(dtype=options.dtype))
    adapter = read_adapter(options.adapter)
    queue = []
    for name in (*FITTED, *MEASURED_ONLY):
        few = name in MEASURED_ONLY or name.startswith("ruler")
        count = min(options.per_set, options.measured_per_set) if few else options.per_set
        queue += list(enumerate(sample(read_set(options.data, name), count)))
    for _, item in sorted(queue, key=lambda entry: entry[0]):
        path = path_of(options.output, item)
        if not path.exists():
            observe_item(reader, item, adapter).save(path)
            print(item["id"], flush=True)


if __name__ == "__main__":
    main()
