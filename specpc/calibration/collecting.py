"""What every head of a draft attends to when an example's question is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import torch

from specpc.models.attention import LayerAttention, question_attention
from specpc.models.forward import not_observed, read_pieces
from specpc.models.lean.packing import PackedText
from specpc.models.windows import cut_windows
from specpc.structure.units import cut_into_units

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from specpc.calibration.example import Example
    from specpc.models.reader import Reader
    from specpc.models.template import Frame

CONTENT_FREE_QUERY: Final = "N/A"
WINDOW: Final = 1000
# A unit counts as evidence if it holds at least this share of a stretch, or is mostly evidence.
_SHARE: Final = 0.5


@dataclass(frozen=True)
class Observation:
    """One example as every head sees it.

    Attributes:
        kind: of the example.
        scores: ``[layers, heads, tokens]`` float16: mean attention of the question's rows less
            that of the content-free query's, times 1,000 (attention to one token is small).
        unit_of: ``[tokens]`` ascending unit (sentence) number of each token.
        gold: ``[units]`` whether the unit is evidence.
        own: whether the example is the user's.
    """

    kind: str
    scores: NDArray[np.float16]
    unit_of: NDArray[np.int64]
    gold: NDArray[np.bool_]
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
    frames = [reader.frame(example.question), reader.frame(CONTENT_FREE_QUERY)]
    limit = min(WINDOW, *(reader.room(frame) for frame in frames))
    ids = torch.from_numpy(tokens.ids)
    parts = []
    for low, high in cut_windows(units.starts, len(ids), limit):
        asked, free = _attention(reader, ids[low:high], frames)
        parts.append((asked - free).mul_(1000).half())
    scores = torch.cat(parts, dim=2).numpy()
    return Observation(example.kind, scores, units.of_token, gold, example.own)


def gold_units(
    edges: NDArray[np.int64], evidence: tuple[tuple[int, int], ...]
) -> NDArray[np.bool_]:
    """``[units]`` which units, given by their edges, hold half of a span or are half of one."""
    gold = np.zeros(len(edges) - 1, dtype=bool)
    for start, end in evidence:
        shared = np.minimum(edges[1:], end) - np.maximum(edges[:-1], start)
        gold |= (shared >= _SHARE * (end - start)) | (shared >= _SHARE * np.diff(edges))
    return gold


@torch.inference_mode()
def _attention(reader: Reader, window: Tensor, frames: list[Frame]) -> list[Tensor]:
    """Attention ``[layers, heads, tokens]`` from each frame's question to the window."""
    model = reader.draft.model
    before = frames[0].before
    pieces = [PackedText(window, lambda attention: None)]
    rows = [_AllRows(frame.question_rows, len(before) + len(window)) for frame in frames]
    for frame, observer in zip(frames, rows, strict=True):
        pieces.append(PackedText(torch.tensor(frame.asked), observer, after=0))
    read_pieces(model, before, pieces)
    if not all(observer.layers for observer in rows):
        raise not_observed(model)
    return [torch.stack(observer.layers)[:, :, len(before) :].cpu() for observer in rows]


class _AllRows:
    """Observer that keeps every head's attention, averaged over the question's rows."""

    def __init__(self, rows: slice, keys: int) -> None:
        self.rows = rows
        self.keys = keys
        self.layers: list[Tensor] = []  # [heads, keys] each

    def __call__(self, attention: LayerAttention) -> None:
        self.layers.append(question_attention(attention, self.rows, self.keys))
