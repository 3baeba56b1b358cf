"""A draft that is found but not loaded: scores that are known already need no more of it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final

from specpc.drafts.catalogue import find_draft
from specpc.drafts.device import machine
from specpc.drafts.load import load_draft, load_tokenizer
from specpc.drafts.locate import fetch_folder
from specpc.drafts.support import check_causal
from specpc.machine.reporting import Report, silent
from specpc.models.draft import Draft
from specpc.models.folder import check_weights, read_config
from specpc.models.lean.tokenizer import load_lean_tokenizer
from specpc.options import DEFAULT_DRAFT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_PLAIN_FAMILIES: Final = {"llama", "qwen2", "qwen3"}


@dataclass(frozen=True)
class Shape:
    """What is asked of a model's configuration before its weights are needed."""

    num_hidden_layers: int
    num_attention_heads: int
    max_position_embeddings: int | None


class DeferredDraft(Draft):
    """A draft whose weights are read when its model is first asked for.

    Attributes:
        config: as of `Draft`; only what `Shape` has.
        folder: as of `Draft`.
        placement: as of `Draft`, but what was asked for on this machine, not what came of it.
    """

    config: Any = None
    folder: Path | None = None
    placement: str = ""
    _load: Callable[[], Draft]

    def __init__(self, load: Callable[[], Draft], **known: Any) -> None:
        """Take what is known; ``load`` gives the draft itself."""
        # Written past the frozen fields, of which the model comes later.
        self.__dict__.update(known, _load=load)

    @cached_property
    def model(self) -> Any:
        """The model, which is loaded now unless it was before."""
        return self._load().model


def defer_draft(
    name: str = DEFAULT_DRAFT,
    device: str = "auto",
    dtype: str = "auto",
    offline: bool = False,
    *,
    report: Report = silent,
) -> DeferredDraft:
    """Find a draft, fetching it if it is not on this machine, and read its tokenizer alone.

    Args and errors are those of `load_draft`; what concerns the weights or the device is raised
    when the model is first asked for.
    """
    folder = fetch_folder(find_draft(name), offline, report)
    config = read_config(folder, name)
    check_weights(folder, name)
    tokenizer: Any = load_lean_tokenizer(folder, str(config.get("model_type")))
    shape = _plain_shape(config)
    if tokenizer is None or shape is None:
        from specpc.models.quiet import quiet_transformers

        check_causal(config, name)
        with quiet_transformers():
            tokenizer = tokenizer or load_tokenizer(folder, name)
            shape = shape or _shape(folder)

    return DeferredDraft(
        partial(load_draft, name, device, dtype, offline, lean=True, report=report),
        name=name,
        tokenizer=tokenizer,
        config=shape,
        folder=folder,
        placement=f"{device} {dtype} {machine()}",
    )


def _plain_shape(config: dict[str, Any]) -> Shape | None:
    """The shape, if it stands in ``config.json`` as it is."""
    sizes = [config.get(one.name) for one in fields(Shape)]
    known = config.get("model_type") in _PLAIN_FAMILIES and all(type(s) is int for s in sizes)
    return Shape(*sizes) if known else None  # type: ignore[arg-type]


def _shape(folder: Path) -> Shape:
    """The shape as transformers reads it, which knows what is not written."""
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    text: Any = config.get_text_config()
    return Shape(*(getattr(text, one.name, None) for one in fields(Shape)))  # type: ignore[arg-type]
