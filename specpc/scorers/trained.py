"""Scores of pieces by an adapter that was trained for them (`specpc.models.lean.adapted`).

A piece is worth the weighted square roots, head by head, of the most that a question with its
probes attends to one of its tokens. What reads the context is not changed: the question is asked of
it once more, in the same pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import torch
from torch.nn import functional

from specpc.errors import DraftError, UnsupportedModelError
from specpc.models.attention import question_attention
from specpc.models.lean.adapted import Adapter
from specpc.models.lean.load import view_of
from specpc.models.lean.packing import PackedText
from specpc.scorers.tensors import tensors_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from specpc.models.attention import LayerAttention
    from specpc.models.lean.decoder import LeanModel
    from specpc.models.reader import Reader
    from specpc.scorers.settings import AdapterReference
    from specpc.text.pieces import Pieces

# A root is steep at zero, and no gradient of it may be infinite.
LEAST: Final = 1e-6


def find_adapter(reference: AdapterReference, model: LeanModel) -> Adapter:
    """The adapter that a profile names, as the draft computes.

    Raises:
        DraftError: there is none, or it is not for this draft.
    """
    adapter = Adapter.from_tensors(tensors_of(reference.file, reference.sha256))
    fits = adapter.fits(model.config, model.layers[0])
    if adapter.last_layer != reference.last_layer or not fits:
        raise DraftError(f"the adapter {reference.file} was trained for another draft")
    return adapter.to(model.device, model.dtype)


def layer_scores(
    adapter: Adapter, layer: int, seen: Tensor, piece_of_key: Tensor, pieces: int
) -> Tensor:
    """``[..., pieces]``: what one layer adds to the scores of pieces, in float32.

    Args:
        adapter: what weighs the heads.
        layer: number of the layer.
        seen: ``[..., heads, keys]`` mean attention of a question with its probes.
        piece_of_key: ``[..., 1, keys]``; ``pieces`` for keys of none.
        pieces: how many there are.
    """
    best = seen.new_zeros(*seen.shape[:-1], pieces + 1)
    best = best.scatter_reduce(-1, piece_of_key.expand_as(seen), seen, "amax")
    rooted = (best[..., :pieces] + LEAST).sqrt()
    return torch.einsum("...hp,h->...p", rooted, adapter.heads[layer].float())


class TrainedScores:
    """Judges the pieces of one text, window by window as the draft reads it."""

    def __init__(
        self, reference: AdapterReference, reader: Reader, question: str, pieces: Pieces
    ) -> None:
        """Take the pieces of the text.

        Raises:
            DraftError: there is no such adapter, or it is not for this draft.
            UnsupportedModelError: the draft is of a kind that none can be for.
        """
        model = view_of(reader.draft.model)
        if model is None:
            raise UnsupportedModelError(
                f"draft {reader.draft.name} cannot be read with an adapter, which its profile "
                "names: use a Llama or Qwen style model"
            )
        self._adapter = find_adapter(reference, model)
        self._frame = reader.frame(question)
        self._of_token = torch.from_numpy(pieces.of_token).to(model.device)
        self._asked: list[_Asked] = []
        self._pieces = len(pieces)

    def asked(self, low: int, high: int) -> PackedText:
        """The question, to be read after a window of the tokens ``low..high - 1``."""
        one = _Asked(self._adapter, len(self._frame.before), self._of_token[low:high])
        self._asked.append(one)
        return PackedText(torch.tensor(self._frame.asked), one, adapter=self._adapter)

    @property
    def values(self) -> NDArray[np.float64]:
        """``[pieces]`` once all windows were read; a piece without tokens has the least."""
        best = np.full(self._pieces, -np.inf)
        for one in self._asked:
            inside = slice(one.first, one.first + len(one.scores))
            # A piece that was cut counts with its better part.
            best[inside] = np.maximum(best[inside], one.scores.double().cpu().numpy())
        seen = np.isfinite(best)
        return np.where(seen, best, best[seen].min() if seen.any() else 0.0)


class _Asked:
    """Observer of a question: what it sees of the pieces of the window that it is asked of."""

    def __init__(self, adapter: Adapter, before: int, of_token: Tensor) -> None:
        self.first = int(of_token[0])
        count = int(of_token[-1]) + 1 - self.first
        self._adapter = adapter
        self._piece_of_key = functional.pad(of_token - self.first, (before, 0), value=count)[None]
        self.scores = torch.zeros(count, device=of_token.device)

    def __call__(self, attention: LayerAttention) -> None:
        if attention.layer <= self._adapter.last_layer:
            keys, pieces = self._piece_of_key.shape[1], len(self.scores)
            seen = question_attention(attention, slice(None), keys)
            own = self._adapter, attention.layer, seen
            self.scores += layer_scores(*own, self._piece_of_key, pieces)
