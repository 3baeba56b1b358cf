"""Loads a draft model and its tokenizer, ready to be observed; the model perhaps later."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property, partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from specpc.drafts.catalogue import find_draft
from specpc.drafts.checksums import check_digests
from specpc.drafts.device import machine, resolve_device, resolve_dtype, survive_forks
from specpc.drafts.locate import fetch_folder
from specpc.drafts.narrow import keep_narrow, narrow_file
from specpc.drafts.support import check_causal, check_loaded, too_large
from specpc.errors import (
    Argument,
    DraftError,
    SpecPCError,
    UnknownDraftError,
    UnsupportedModelError,
)
from specpc.machine.memory import is_memory_error, memory_errors
from specpc.machine.reporting import Report, first_line, silent
from specpc.models.draft import Draft
from specpc.models.folder import check_weights, damaged, has_weights, read_config
from specpc.models.lean.tokenizer import LeanTokenizer, load_lean_tokenizer
from specpc.models.quiet import quiet_transformers
from specpc.options import DEFAULT_DRAFT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from specpc.models.lean.decoder import LeanModel

# Of a draft that is not loaded, ``config.json`` alone tells these if it is of such a family.
_PLAIN_FAMILIES: Final = {"llama", "qwen2", "qwen3"}
_SIZES: Final = ("num_hidden_layers", "num_attention_heads", "max_position_embeddings")


class DeferredDraft(Draft):
    """A draft whose weights are read when its model is first asked for."""

    config: Any = None
    folder: Path | None = None
    placement: str = ""  # what was asked for on this machine, not what came of it
    _load: Callable[[], Draft]

    def __init__(self, load: Callable[[], Draft], **known: Any) -> None:
        """Take what is known; ``load`` gives the draft itself."""
        # Written past the frozen fields, of which the model comes later.
        self.__dict__.update(known, _load=load)

    @cached_property
    def model(self) -> Any:
        """The model, which is loaded now unless it was before."""
        return self._load().model


def load_draft(
    name: str = DEFAULT_DRAFT,
    device: str = "auto",
    dtype: str = "auto",
    offline: bool = False,
    *,
    lean: bool = False,
    report: Report = silent,
) -> Draft:
    """Load a draft model, fetching it first if it is not on this machine.

    Args:
        name: a known draft, a Hugging Face id, a folder, or a ``.gguf`` file.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``.
        dtype: ``auto`` (see `resolve_dtype`), ``float32``, ``bfloat16`` or ``float16``.
        offline: forbid downloads, as ``HF_HUB_OFFLINE=1`` does.
        lean: only for compressing: do without transformers, whose import takes seconds, where
            specpc can read the model itself. It can then neither generate nor be trained.
        report: called with one line before each slow step.

    Raises:
        UnknownDraftError: no draft goes by this name.
        DeviceError: the device or number format is not there.
        OfflineError: it would have to be downloaded, and that is forbidden.
        UnsupportedModelError: it is no causal language model with a fast tokenizer.
        DraftError: it cannot be fetched or read.
        OutOfMemoryError: it does not fit.
    """
    spec = find_draft(name)
    resolve_dtype(dtype, resolve_device(device), compressing=lean)  # before anything is fetched
    return _load(name, (device, dtype), fetch_folder(spec, offline, report), lean=lean)


def _load(
    name: str,
    placement: tuple[str, str],
    folder: Path,
    *,
    lean: bool,
    tokenizer: LeanTokenizer | PreTrainedTokenizerFast | None = None,
) -> Draft:
    """Load a draft from its folder, with the tokenizer that was read from there, if one was."""
    where = resolve_device(placement[0])
    survive_forks()
    number_format = resolve_dtype(placement[1], where, compressing=lean)
    narrow = narrow_file(folder, number_format) if lean else None
    check_digests(folder, name, weights=None if narrow is None else [narrow])
    config = read_config(folder, name)
    model: LeanModel | PreTrainedModel | None = None
    with _readable(folder, name):
        if lean and has_weights(folder):
            from specpc.models.lean.load import load_lean

            with memory_errors(too_large(name)):
                model = load_lean(folder, config, where, number_format, narrow)
                if model is not None and narrow is None:
                    keep_narrow(folder, model)
            kind = str(config.get("model_type"))
            tokenizer = tokenizer or load_lean_tokenizer(folder, kind)
        if model is None or tokenizer is None:
            check_causal(config, name)
            check_weights(folder, name)
            with quiet_transformers():
                tokenizer = tokenizer or load_tokenizer(folder, name)
                model = model or _load_model(folder, name, where, number_format)
    return Draft(name, model, tokenizer)


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
    check_digests(folder, name, weights=())
    config = read_config(folder, name)
    check_weights(folder, name)
    with _readable(folder, name):
        tokenizer: Any = load_lean_tokenizer(folder, str(config.get("model_type")))
        known = _plain_config(config)
        if tokenizer is None or known is None:
            check_causal(config, name)
            with quiet_transformers():
                tokenizer = tokenizer or load_tokenizer(folder, name)
                known = known or _full_config(folder)
    return DeferredDraft(
        partial(_load, name, (device, dtype), folder, lean=True, tokenizer=tokenizer),
        name=name,
        tokenizer=tokenizer,
        config=known,
        folder=folder,
        placement=f"{device} {dtype} {machine()}",
    )


@contextmanager
def _readable(folder: Path, name: str) -> Iterator[None]:
    """Have files that are not as they were written be told, however what reads them fails."""
    try:
        yield
    except SpecPCError:
        raise
    except Exception as error:
        if is_memory_error(error):
            raise
        raise _unreadable(folder, name, error) from error


def _unreadable(folder: Path, name: str, error: Exception) -> DraftError:
    return damaged(name, f"{name} cannot be loaded from {folder} ({first_line(error)})")


def check_tokenizer(folder: Path, name: str) -> None:
    """Raise `DraftError` where there is a ``tokenizer.json`` that is none."""
    from tokenizers import Tokenizer

    path = folder / "tokenizer.json"
    if not path.is_file():
        return
    try:
        Tokenizer.from_file(str(path))
    except Exception as error:  # the package has no errors of its own
        raise damaged(name, f"{path} cannot be read ({first_line(error)})") from error


def load_target(
    name: str,
    device: str = "auto",
    dtype: str = "auto",
    offline: bool = False,
    *,
    report: Report = silent,
) -> Draft:
    """Load a model that answers, or whose attention is predicted; it goes by a draft's names.

    Raises:
        SpecPCError: as `load_draft`, and says that it is the target.
    """
    try:
        return load_draft(name, device, dtype, offline, report=report)
    except UnknownDraftError as error:
        told = [Argument("target=") if part == "draft=" else part for part in error.args]
        raise UnknownDraftError("no target can be loaded: ", *told) from error


def load_tokenizer(folder: Path, name: str) -> PreTrainedTokenizerFast:
    """The tokenizer of a folder, by transformers.

    Raises:
        DraftError: its file is damaged.
        UnsupportedModelError: there is none, or it is not a fast one.
    """
    from transformers import AutoTokenizer

    check_tokenizer(folder, name)
    needed = "specpc needs a fast one (tokenizer.json), which knows where in the text a token lies"
    try:
        tokenizer: Any = AutoTokenizer.from_pretrained(
            folder, use_fast=True, local_files_only=True, trust_remote_code=False
        )
    # A missing or foreign tokenizer fails in as many ways as there are tokenizer classes.
    except Exception as error:
        raise UnsupportedModelError(
            f"The tokenizer of {name} cannot be loaded ({first_line(error)}); {needed}."
        ) from error
    if not tokenizer.is_fast:
        raise UnsupportedModelError(f"The tokenizer of {name} is not a fast one; {needed}.")
    fast: PreTrainedTokenizerFast = tokenizer
    return fast


def _load_model(
    folder: Path, name: str, device: torch.device, dtype: torch.dtype
) -> PreTrainedModel:
    from transformers import AutoModelForCausalLM

    from specpc.models.observed import ATTENTION

    loader: Any = AutoModelForCausalLM  # its annotations know nothing of loading info
    with memory_errors(too_large(name)):
        try:
            model, info = loader.from_pretrained(
                folder,
                dtype=dtype,
                attn_implementation=ATTENTION,
                use_safetensors=True,
                local_files_only=True,
                trust_remote_code=False,
                output_loading_info=True,
            )
        # Damaged files and missing extras of quantized models fail anywhere below.
        except Exception as error:
            if is_memory_error(error):
                raise
            raise _unreadable(folder, name, error) from error
        check_loaded(info, name)
        ready: PreTrainedModel = model.to(device).eval().requires_grad_(False)
    return ready


def _plain_config(config: dict[str, Any]) -> Any:
    """A ``config.json`` as it stands, if all that is needed of it stands there."""
    known = str(config.get("model_type")) in _PLAIN_FAMILIES
    known = known and all(type(config.get(size)) is int for size in _SIZES)
    return SimpleNamespace(**config) if known else None


def _full_config(folder: Path) -> Any:
    """The configuration as transformers reads it, which knows what is not written."""
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    return config.get_text_config()
