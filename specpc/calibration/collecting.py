"""What every head of a draft attends to when an example's question is asked."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np
import torch

from specpc.models.lean.packing import PackedText
from specpc.models.windows import cut_windows
from specpc.scorers.retrieval_heads import read
from specpc.scorers.settings import HeadProfile
from specpc.structure.units import cut_into_units

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from specpc.calibration.example import Example
    from specpc.models.reader import Reader

CONTENT_FREE_QUERY: Final = "N/A"
WINDOW: Final = 1000
# A unit counts as evidence if it holds at least this share of a stretch, or is mostly evidence.
_SHARE: Final = 0.5


@dataclass(frozen=True)
class Observation:
    """One example as every head sees it; kind and whether it is the user's own are the example's.

    Scores are mean attention of the question's rows less that of the content-free query's, times
    1,000 (attention to one token is small).
    """

    kind: str
    scores: NDArray[np.float16]  # [layers, heads, tokens]
    unit_of: NDArray[np.int64]  # [tokens] ascending unit (sentence) number of each token
    gold: NDArray[np.bool_]  # [units] whether the unit is evidence
    own: bool = False


def observe_example(reader: Reader, example: Example) -> Observation | None:
    """Read one example; ``None`` if its evidence is no whole unit or it has one unit only.

    Raises:
        InputError: the question leaves no room for a context.
        UnsupportedModelError: no attention layer reported to the observer.
        OutOfMemoryError: the machine or device ran out of memory.
    """
    tokens = reader.encoder.encode(example.context)
    units = cut_into_units(example.context, tokens.bounds, "sentence")
    gold = gold_units(units.edges, example.evidence)
    if not gold.any() or gold.all():
        return None
    every = _every_head(reader)
    queries = (example.question, CONTENT_FREE_QUERY)
    limit = min(every.context_window(reader, query) for query in queries)
    ids = torch.from_numpy(tokens.ids)
    parts = []
    for low, high in cut_windows(units.starts, len(ids), limit):
        [seen] = read(every, reader, example.question, [[PackedText(ids[low:high])]])
        parts.append((seen * 1000).half())
    scores = torch.cat(parts, dim=1).reshape(every.layers, every.heads_per_layer, -1).numpy()
    return Observation(example.kind, scores, units.of_token, gold, example.own)


def _every_head(reader: Reader) -> HeadProfile:
    """A profile of all heads of a draft."""
    config = reader.draft.config
    layers, each = config.num_hidden_layers, config.num_attention_heads
    heads = tuple((layer, head, 1.0) for layer, head in product(range(layers), range(each)))
    return HeadProfile(reader.draft.name, layers, each, heads, CONTENT_FREE_QUERY, WINDOW, "")


def gold_units(
    edges: NDArray[np.int64], evidence: tuple[tuple[int, int], ...]
) -> NDArray[np.bool_]:
    """``[units]`` which units, given by their edges, hold half of a span or are half of one."""
    gold = np.zeros(len(edges) - 1, dtype=bool)
    for start, end in evidence:
        shared = np.minimum(edges[1:], end) - np.maximum(edges[:-1], start)
        gold |= (shared >= _SHARE * (end - start)) | (shared >= _SHARE * np.diff(edges))
    return gold
