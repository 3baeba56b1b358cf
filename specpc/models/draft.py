"""A loaded draft model, and where it computes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from specpc.results import Runtime


def runtime_of(model: Any) -> Runtime:
    """Device, number format and threads of a loaded model."""
    import torch

    dtype = str(model.dtype).removeprefix("torch.")
    return Runtime(str(model.device), dtype, torch.get_num_threads())


@dataclass(frozen=True)
class Draft:
    """A loaded draft model.

    Attributes:
        name: as the user named it.
        model: the causal language model, in evaluation mode, on its device, its attention
            observable: a ``PreTrainedModel`` or, if it was loaded lean, perhaps a ``LeanModel``.
        tokenizer: its tokenizer, a fast one, which knows character offsets: a
            ``PreTrainedTokenizerFast`` or, likewise, a ``LeanTokenizer``.
    """

    name: str
    model: Any
    tokenizer: Any

    @property
    def config(self) -> Any:
        """The text model's configuration, its fields named as in ``config.json``."""
        return self.model.config.get_text_config()

    @property
    def folder(self) -> Path | None:
        """Where its files are; ``None`` if it was not loaded from any, or they are gone."""
        path = Path(self.model.name_or_path) if self.model.name_or_path else None
        return path if path is not None and path.is_dir() else None

    @property
    def placement(self) -> str:
        """Where and in which number format it computes, in words."""
        return f"{self.model.device} {self.model.dtype}"
