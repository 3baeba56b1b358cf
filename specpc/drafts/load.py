"""Loads a draft model and its tokenizer, ready to be observed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from specpc.drafts.catalogue import find_draft
from specpc.drafts.device import resolve_device, resolve_dtype
from specpc.drafts.locate import fetch_folder
from specpc.drafts.support import check_causal, check_loaded, too_large
from specpc.errors import Argument, DraftError, UnknownDraftError, UnsupportedModelError
from specpc.machine.memory import is_memory_error, memory_errors
from specpc.machine.reporting import Report, first_line, silent
from specpc.models.draft import Draft
from specpc.models.folder import check_weights, has_weights, read_config
from specpc.options import DEFAULT_DRAFT

if TYPE_CHECKING:
    from pathlib import Path

    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from specpc.models.lean.decoder import LeanModel
    from specpc.models.lean.tokenizer import LeanTokenizer


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
    where = resolve_device(device)
    number_format = resolve_dtype(dtype, where, compressing=lean)
    folder = fetch_folder(spec, offline, report)
    config = read_config(folder, name)
    model: LeanModel | PreTrainedModel | None = None
    tokenizer: LeanTokenizer | PreTrainedTokenizerFast | None = None
    if lean and has_weights(folder):
        from specpc.models.lean.load import load_lean
        from specpc.models.lean.tokenizer import load_lean_tokenizer

        with memory_errors(too_large(name)):
            model = load_lean(folder, config, where, number_format)
        tokenizer = load_lean_tokenizer(folder, str(config.get("model_type")))
    if model is None or tokenizer is None:
        from specpc.models.quiet import quiet_transformers

        check_causal(config, name)
        check_weights(folder, name)
        with quiet_transformers():
            tokenizer = tokenizer or load_tokenizer(folder, name)
            model = model or _load_model(folder, name, where, number_format)
    return Draft(name, model, tokenizer)


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
        UnsupportedModelError: there is none, or it is not a fast one.
    """
    from transformers import AutoTokenizer

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
            raise DraftError(
                f"{name} cannot be loaded from {folder}: {first_line(error)}. If the files are "
                "damaged, remove and fetch them again (specpc models remove, specpc models pull)."
            ) from error
        check_loaded(info, name)
        ready: PreTrainedModel = model.to(device).eval().requires_grad_(False)
    return ready
