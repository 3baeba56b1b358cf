"""Turns a GGUF file, slow to read, into a folder that transformers loads in a second."""

from __future__ import annotations

import json
import mmap
import struct
from importlib import metadata
from typing import TYPE_CHECKING, Any

from specpc.drafts.cache import SOURCE_FILE
from specpc.drafts.checksums import write_digests
from specpc.drafts.support import check_causal, check_loaded, too_large
from specpc.errors import DraftError, UnsupportedModelError
from specpc.machine.memory import is_memory_error, memory_errors
from specpc.machine.reporting import Report, first_line
from specpc.models.folder import WEIGHTS
from specpc.models.quiet import no_gguf_bar, quiet_transformers

if TYPE_CHECKING:
    from pathlib import Path

    from transformers import PreTrainedModel, PreTrainedTokenizerBase

FORMAT = 1
"""Part of every cache key: raise it when the conversion changes."""

_PRE_TOKENIZER_KEY = b"tokenizer.ggml.pre"
_ONE_TOKEN_PER_DIGIT = {"smollm", "starcoder", "refact", "command-r"}


def convert_gguf(gguf: Path, target: Path, source: dict[str, Any], report: Report) -> Path:
    """Write ``target``, a new folder: float32 safetensors, tokenizer, ``source.json``, digests.

    The file must be trusted. ``source`` says what the draft is made from, its name among others.

    Raises:
        UnsupportedModelError: transformers cannot read this architecture.
        DraftError: the file is damaged.
        OSError: the target cannot be written.
    """
    name = source["name"]
    report(f"Converting {name} for fast loading, once; about half a minute ...")
    with quiet_transformers(), no_gguf_bar(), memory_errors(too_large(name)):
        tokenizer, model = _read(gguf, name)
        _write(tokenizer, model, target)
    versions = {package: metadata.version(package) for package in ("transformers", "gguf", "torch")}
    record = {"format": FORMAT, **source, "converted_with": versions}
    (target / SOURCE_FILE).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    write_digests(target)
    return target


def _read(gguf: Path, name: str) -> tuple[PreTrainedTokenizerBase, PreTrainedModel]:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    reader: Any = AutoModelForCausalLM  # its annotations know nothing of loading info
    folder = str(gguf.parent)
    place = {"gguf_file": gguf.name, "local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **place)
        model, info = reader.from_pretrained(
            folder, dtype=torch.float32, output_loading_info=True, **place
        )
    # Reading a damaged or unforeseen file can fail anywhere inside transformers and gguf.
    except Exception as error:
        if is_memory_error(error):
            raise
        if "not supported" in str(error) or "Unrecognized" in str(error):
            raise UnsupportedModelError(
                f"transformers cannot use the GGUF file {gguf} as a causal language model: "
                f"{first_line(error)}."
            ) from error
        raise DraftError(f"The GGUF file {gguf} cannot be read: {first_line(error)}.") from error
    check_loaded(info, name)
    check_causal(model.config.to_dict(), name)
    if pre_tokenizer_name(gguf) in _ONE_TOKEN_PER_DIGIT:
        _split_digits(tokenizer)
    return tokenizer, model


def _write(tokenizer: PreTrainedTokenizerBase, model: PreTrainedModel, target: Path) -> None:
    from safetensors import SafetensorError

    # transformers refuses to save what it believes is quantized; the weights no longer are.
    for owner, attribute in ((model.config, "quantization_config"), (model, "hf_quantizer")):
        if hasattr(owner, attribute):
            delattr(owner, attribute)
    try:
        model.save_pretrained(target)
    except SafetensorError as error:  # how a full disk shows here
        raise OSError(str(error)) from error
    tokenizer.save_pretrained(target)
    # Weights are written for their owner's eyes only; a cache may be shared like any file.
    (target / WEIGHTS).chmod((target / "config.json").stat().st_mode)


def pre_tokenizer_name(gguf: Path) -> str | None:
    """Read how a GGUF file says its text is cut before byte-pair merges.

    Searched in the raw bytes, because a full parse of the header takes seconds.
    """
    needle = struct.pack("<Q", len(_PRE_TOKENIZER_KEY)) + _PRE_TOKENIZER_KEY
    with gguf.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        start = data.find(needle)
        if start < 0:
            return None
        kind, length = struct.unpack_from("<IQ", data, start + len(needle))
        value = start + len(needle) + struct.calcsize("<IQ")
        return data[value : value + length].decode(errors="replace") if kind == 8 else None


def _split_digits(tokenizer: PreTrainedTokenizerBase) -> None:
    """Cut digits apart before anything else, as these models' own tokenizers do.

    transformers ignores the file's word on this, which changes the tokens of white space that
    comes before a number.
    """
    from tokenizers import pre_tokenizers

    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is not None and backend.pre_tokenizer is not None:
        digits = pre_tokenizers.Digits(individual_digits=True)
        backend.pre_tokenizer = pre_tokenizers.Sequence([digits, backend.pre_tokenizer])
