"""Scores of pieces by an adapter that was trained for them (`specpc.models.lean.adapted`).

A piece is worth the weighted square roots, head by head, of the most that a question with its
probes attends to one of its tokens. What reads the context is not changed: its states are taken as
it is read, and the question is asked of them once more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import torch
from torch.nn.utils.rnn import pad_sequence

from specpc.errors import DraftError, UnsupportedModelError
from specpc.models.forward import reading
from specpc.models.lean.adapted import Adapter, Contexts, ContextStates, ask
from specpc.models.lean.load import view_of
from specpc.scorers.tensors import tensors_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from specpc.models.attention import Observer
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
    if adapter.last_layer != reference.last_layer or not adapter.fits(model):
        raise DraftError(f"the adapter {reference.file} was trained for another draft")
    return adapter.to(model.device, model.dtype)


def piece_scores(
    model: LeanModel,
    adapter: Adapter,
    contexts: Contexts,
    questions: Sequence[Sequence[int]],
    of_key: Tensor,
) -> Tensor:
    """``[batch, pieces]`` of what `ask` asks, in float32.

    ``of_key`` ``[contexts, keys]`` is the piece of each key, negative for keys of none.
    """
    pieces = int(of_key.max()) + 1
    index = torch.where(of_key < 0, pieces, of_key).to(model.device)[:, None]
    parts: list[Tensor] = []

    def see(layer: int, attention: Tensor) -> None:
        best = attention.new_zeros(*attention.shape[:2], pieces + 1)
        best = best.scatter_reduce(2, index.expand_as(attention), attention, "amax")
        rooted = (best[..., :pieces] + LEAST).sqrt()
        parts.append(torch.einsum("bhp,h->bp", rooted, adapter.heads[layer].float()))

    ask(model, adapter, contexts, questions, see)
    return torch.stack(parts).sum(dim=0)


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
        self._model = model
        self._adapter = find_adapter(reference, model)
        self._frame = reader.frame(question)
        self._of_token = torch.from_numpy(pieces.of_token)
        self._watched: list[tuple[ContextStates, Tensor]] = []
        self._best = np.full(len(pieces), -np.inf)

    def watch(self, low: int, high: int) -> Observer:
        """An observer of a window of the tokens ``low..high - 1``, read after the template."""
        states = ContextStates()
        self._watched.append((states, self._of_token[low:high]))
        return states

    def judge(self) -> None:
        """Ask the question of the windows watched, which must have been read.

        Raises:
            OutOfMemoryError: the machine or device ran out of memory.
        """
        states, pieces = zip(*self._watched, strict=True)
        self._watched = []
        first = [int(own[0]) for own in pieces]
        before = torch.full((len(self._frame.before),), -1)
        of_key = [torch.cat((before, own - low)) for own, low in zip(pieces, first, strict=True)]
        table = pad_sequence(of_key, batch_first=True, padding_value=-1)
        with reading(self._model, len(states) * len(self._frame.asked)):
            contexts = Contexts.of(states)
            found = piece_scores(self._model, self._adapter, contexts, [self._frame.asked], table)
        for own, row, low in zip(pieces, found.double().cpu().numpy(), first, strict=True):
            inside = slice(low, int(own[-1]) + 1)
            # A piece that was cut counts with its better part.
            self._best[inside] = np.maximum(self._best[inside], row[: inside.stop - low])

    @property
    def values(self) -> NDArray[np.float64]:
        """``[pieces]`` once all windows were judged; a piece without tokens has the least."""
        seen = np.isfinite(self._best)
        return np.where(seen, self._best, self._best[seen].min() if seen.any() else 0.0)
