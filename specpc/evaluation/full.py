"""The method ``full``: the whole context, uncompressed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from specpc.evaluation.base import KeptText

if TYPE_CHECKING:
    from collections.abc import Callable

    from specpc.evaluation.base import MethodSetup
    from specpc.evaluation.data import Item
    from specpc.models.tokens import TextEncoder


@dataclass(frozen=True)
class FullMethod:
    """Keeps everything."""

    encoder: TextEncoder

    def prepare(self, item: Item) -> Callable[[float], KeptText]:
        """Count the tokens."""
        whole = KeptText.whole(item.context, self.encoder.count(item.context))
        return lambda _: whole


def make(setup: MethodSetup) -> FullMethod:
    """Count with the draft."""
    return FullMethod(setup.models.encoder)
