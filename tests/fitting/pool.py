"""Makes observations of units of readings of tokens, so that units can change without a reading.

python -m tests.fitting.pool readings/ ../shared/data observations/ [--unit sentence]
    [--adapter run/adapter.safetensors]

Needs the extra ``minilm``, whose embeddings are what dense similarity is fitted to. Also writes how
much each token weighs in the mean of a unit's input embeddings.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch

from specpc.drafts.load import load_draft
from specpc.evaluation.minilm import MiniLMRanker
from specpc.models.reader import Reader
from specpc.scorers.dense import input_embeddings, word_means
from specpc.scorers.trained import LEAST
from specpc.structure.units import cut_into_units
from specpc.text.lexical import bm25, with_heads
from specpc.text.pieces import pool
from specpc.text.terms import stems
from tests.fitting.observe import (
    FITTED,
    MEASURED_ONLY,
    Reading,
    path_of,
    read_adapter,
    read_question,
    read_set,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from specpc.models.lean.adapted import Adapter
    from specpc.models.tokens import TextEncoder, TokenizedText
    from specpc.text.pieces import Pieces

Array = Any
_SIF: Final = 1e-4
WEIGHTS: Final = "token_weights.npy"


@dataclass(frozen=True)
class Observation:
    """One item; its *units* are the pieces that may be kept for their own sake.

    Attributes:
        dataset: name of its set.
        id: of the item.
        unit: what kind of units, as `specpc.structure.units.lay_out_units` names them.
        heads: ``[layers * heads, units]`` pooled attention of the question less "N/A".
        states: ``[1 + units, states + hidden]`` mean value states and weighted mean input
            embeddings of question and units.
        embeddings: ``[1 + units, 384]`` of question and units by MiniLM.
        bm25: ``[units]``.
        trained: ``[units]`` scores by an adapter, all zero where there is none.
        own: ``[units]`` number of each among the pieces.
        sizes: ``[pieces]`` in tokens.
        edges: ``[pieces + 1]`` in characters.
        bounds: ``[tokens + 1]`` in characters.
        gold: ``[units]`` share of the evidence in each unit.
        sentence_sizes: ``[sentences]`` in tokens, for those who choose among sentences.
        sentence_edges: ``[sentences + 1]`` in characters.
        sentence_minilm: ``[sentences]`` similarity by MiniLM.
        sentence_bm25: ``[sentences]``.
    """

    dataset: str
    id: str
    unit: str
    heads: NDArray[np.float32]
    states: NDArray[np.float32]
    embeddings: NDArray[np.float32]
    bm25: NDArray[np.float64]
    trained: NDArray[np.float64]
    own: NDArray[np.int64]
    sizes: NDArray[np.int64]
    edges: NDArray[np.int64]
    bounds: NDArray[np.int64]
    gold: NDArray[np.float64]
    sentence_sizes: NDArray[np.int64]
    sentence_edges: NDArray[np.int64]
    sentence_minilm: NDArray[np.float32]
    sentence_bm25: NDArray[np.float64]

    def save(self, path: Path) -> None:
        """Write, whole or not at all."""
        part = path.with_suffix(".part.npz")
        arrays = {name: np.asarray(value) for name, value in self.__dict__.items()}
        large = ("heads", "states", "embeddings")
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


@dataclass(frozen=True)
class Pooler:
    """What pooling needs besides the readings.

    Attributes:
        reader: the draft.
        encoder: MiniLM.
        weights: ``[vocabulary]`` of tokens in the mean of input embeddings.
        adapter: the one that readings were made with.
    """

    reader: Reader
    encoder: MiniLMRanker
    weights: torch.Tensor
    adapter: Adapter | None = None

    def pool(self, reading: Reading, item: dict[str, Any], unit: str) -> Observation:
        """What the tokens say of units."""
        text, question = item["context"], item["question"]
        tokens = self.reader.encoder.encode(text)
        units, sentences = (cut_into_units(text, tokens.bounds, u) for u in (unit, "sentence"))
        own = np.flatnonzero(units.layout.units)
        texts = [units.texts[piece] for piece in own]
        query = stems([question])[0]
        embeddings = self.encoder.embed([question, *texts])
        if len(texts) == len(sentences):
            plain = embeddings
        else:
            plain = self.encoder.embed([question, *sentences.texts])
        heads = pool(reading.heads.astype(np.float64), units.of_token, len(units))
        return Observation(
            dataset=item["id"].split("/")[0],
            id=item["id"],
            unit=unit,
            heads=heads[:, own].astype(np.float32),
            states=self._states(reading, question, tokens, units)[[0, *own + 1]],
            embeddings=embeddings,
            bm25=bm25(query, with_heads(units, stems(units.texts), own)),
            trained=self._trained(reading, units)[own],
            own=own,
            sizes=units.sizes,
            edges=units.edges,
            bounds=tokens.bounds,
            gold=gold_shares(text, units.edges, item["evidence"])[own],
            sentence_sizes=sentences.sizes,
            sentence_edges=sentences.edges,
            sentence_minilm=plain[1:] @ plain[0],
            sentence_bm25=bm25(query, stems(sentences.texts)),
        )

    def _trained(self, reading: Reading, units: Pieces) -> NDArray[np.float64]:
        """``[pieces]`` as `specpc.scorers.trained` has them."""
        if self.adapter is None:
            return np.zeros(len(units))
        best = pool(reading.adapted.astype(np.float64), units.of_token, len(units), best=1)
        weights = self.adapter.heads.double().flatten().numpy()
        return np.asarray(weights @ np.sqrt(np.maximum(best, 0) + LEAST), dtype=np.float64)

    def _states(
        self, reading: Reading, question: str, tokens: TokenizedText, units: Pieces
    ) -> NDArray[np.float32]:
        """Rows of the question and of every piece, as `Observation.states` has them of units."""
        asked = torch.from_numpy(self.reader.encoder.encode(question).ids)
        states = np.zeros((1 + len(units), reading.states.shape[1]), dtype=np.float32)
        np.add.at(states, units.of_token + 1, reading.states.astype(np.float32))
        states[1:] /= np.maximum(1, units.sizes)[:, None]
        states[0] = read_question(self.reader, asked).numpy()
        unit_of = torch.from_numpy(np.concatenate((np.zeros(len(asked)), units.of_token + 1)))
        table = input_embeddings(self.reader.draft.model)
        both = torch.cat((asked, torch.from_numpy(tokens.ids)))
        words = word_means(table, both, self.weights, unit_of.long(), 1 + len(units))
        return np.concatenate((states, words.numpy()), axis=1)


def token_weights(folder: Path, encoder: TextEncoder, vocabulary: int) -> torch.Tensor:
    """``a / (a + p)`` with each token's probability p in the contexts of the fitted sets (SIF)."""
    counts = torch.ones(vocabulary)
    for name in FITTED:
        for item in read_set(folder, name):
            ids = torch.from_numpy(encoder.encode(item["context"]).ids)
            counts.index_add_(0, ids, torch.full((len(ids),), 1000 / len(ids)))
    return _SIF / (_SIF + counts / counts.sum())


def observations(folder: Path) -> Iterator[Observation]:
    """All observations in a folder, in order of name."""
    for path in sorted(folder.glob("*.npz")):
        yield Observation.load(path)


def main() -> None:
    """Pool all readings there are."""
    parser = argparse.ArgumentParser()
    parser.add_argument("readings", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--unit", default="structure")
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--adapter", type=Path)
    options = parser.parse_args()
    options.output.mkdir(exist_ok=True, parents=True)
    draft = load_draft(dtype=options.dtype)
    reader = Reader(draft)
    vocabulary = draft.model.config.vocab_size
    weights = token_weights(options.data, reader.encoder, vocabulary)
    np.save(options.output / WEIGHTS, weights.numpy())
    pooler = Pooler(reader, MiniLMRanker("cpu"), weights, read_adapter(options.adapter))
    for name in (*FITTED, *MEASURED_ONLY):
        for item in read_set(options.data, name):
            source, path = path_of(options.readings, item), path_of(options.output, item)
            if source.exists() and not path.exists():
                pooler.pool(Reading.load(source), item, options.unit).save(path)


if __name__ == "__main__":
    main()
