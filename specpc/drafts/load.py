"""Loads a draft model and its tokenizer, ready to be observed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from specpc.drafts.catalogue import DEFAULT_DRAFT, find_draft
from specpc.drafts.device import resolve_device, resolve_dtype
from specpc.drafts.folder import check_weights, read_config
from specpc.drafts.reporting import Report, first_line, silent
from specpc.errors import DraftError, UnsupportedModelError

if TYPE_CHECKING:
    from pathlib import Path

    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerFast


@dataclass(frozen=True)
class Draft:
    """A loaded draft model.

    Attributes:
        name: as the user named it.
        model: the causal language model, in evaluation mode, on its device, its attention
            observable (``specpc.attention.ATTENTION``).
        tokenizer: its tokenizer, a fast one, which knows character offsets.
        kernel_size: SpecPC's pooling kernel for the family.
        neighbor_tokens: SpecPC's neighbours around each chosen token, likewise.
    """

    name: str
    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerFast
    kernel_size: int
    neighbor_tokens: int


def load_draft(
    name: str = DEFAULT_DRAFT,
    *,
    device: str = "auto",
    dtype: str = "auto",
    offline: bool = False,
    report: Report = silent,
) -> Draft:
    """Load a draft model, fetching it first if it is not on this machine.

    Args:
        name: a known draft, a Hugging Face id, a folder, or a ``.gguf`` file.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``.
        dtype: ``auto``, ``float32``, ``bfloat16`` or ``float16``.
        offline: forbid downloads, as ``HF_HUB_OFFLINE=1`` does.
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
    number_format = resolve_dtype(dtype, where)

    from specpc.drafts.locate import fetch_folder
    from specpc.drafts.quiet import quiet_transformers
    from specpc.drafts.support import check_causal

    folder = fetch_folder(spec, offline, report)
    check_causal(read_config(folder, name), name)
    check_weights(folder, name)
    with quiet_transformers():
        tokenizer = _load_tokenizer(folder, name)
        model = _load_model(folder, name, where, number_format)
    return Draft(
        name=name,
        model=model,
        tokenizer=tokenizer,
        kernel_size=spec.kernel_size,
        neighbor_tokens=spec.neighbor_tokens,
    )


def _load_tokenizer(folder: Path, name: str) -> PreTrainedTokenizerFast:
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

    from specpc.attention import ATTENTION
    from specpc.drafts.support import check_loaded, too_large
    from specpc.memory import is_memory_error, memory_errors

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
                "damaged, remove and fetch them again (specpc models --help)."
            ) from error
        check_loaded(info, name)
        ready: PreTrainedModel = model.to(device).eval().requires_grad_(False)
    return ready
