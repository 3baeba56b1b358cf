"""What scorers are set to."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from specpc.errors import DraftError


@dataclass(frozen=True)
class DenseReference:
    """A map that ships with the package, and what it weighs.

    Attributes:
        file: its name among the shipped profiles.
        sha256: of the file.
        weight: of the standardised similarity, where standardised attention weighs 1.
    """

    file: str
    sha256: str
    weight: float


@dataclass(frozen=True)
class HeadProfile:
    """The retrieval heads of one draft and how to read them.

    Attributes:
        draft: name of the draft it was measured on.
        layers: number of layers of that draft.
        heads_per_layer: number of query heads of each.
        heads: ``(layer, head, weight)`` of each retrieval head.
        content_free_query: query whose attention is subtracted; ``None`` for none.
        window: most context tokens read at once.
        provenance: what the heads were chosen by.
        lexical: weight of standardised BM25 in judging units, where the heads' standardised
            attention weighs 1.
        dense: the map for dense similarity, if there is one.
    """

    draft: str
    layers: int
    heads_per_layer: int
    heads: tuple[tuple[int, int, float], ...]
    content_free_query: str | None
    window: int
    provenance: str
    lexical: float = 0.3
    dense: DenseReference | None = None

    @property
    def last_layer(self) -> int:
        """The deepest layer used; the forward ends there."""
        return max(layer for layer, _, _ in self.heads)

    @classmethod
    def from_json(cls, text: str) -> HeadProfile:
        """Read a profile.

        Raises:
            DraftError: it is no profile, or names heads its draft does not have.
        """
        try:
            fields: dict[str, Any] = json.loads(text)
            heads = tuple(
                (int(h["layer"]), int(h["head"]), float(h["weight"])) for h in fields.pop("heads")
            )
            dense = fields.pop("dense", None)
            profile = cls(heads=heads, dense=dense and DenseReference(**dense), **fields)
        except (ValueError, KeyError, TypeError) as error:
            raise DraftError(f"this is no head profile: {error}") from error
        shape = (profile.layers, profile.heads_per_layer)
        if not heads or any(not (0 <= h[0] < shape[0] and 0 <= h[1] < shape[1]) for h in heads):
            raise DraftError(f"the head profile of {profile.draft} names heads that are not there")
        return profile

    def to_json(self) -> str:
        """What `from_json` reads."""
        heads = [{"layer": layer, "head": head, "weight": w} for layer, head, w in self.heads]
        return json.dumps({**asdict(self), "heads": heads}, indent=2, ensure_ascii=False) + "\n"
