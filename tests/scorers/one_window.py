"""What a scorer makes of a context that is read at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from specpc.scorers.base import Context

if TYPE_CHECKING:
    from types import ModuleType

    from specpc.models.reader import Reader


def tokens_of(
    home: ModuleType, settings: Any, reader: Reader, question: str, window: torch.Tensor
) -> torch.Tensor:
    """``[tokens]`` by the scorer of a module."""
    context = Context(window.numpy(), [(0, len(window))])
    scores = home.score(settings, reader, question, context)
    return torch.from_numpy(scores.tokens).float()
