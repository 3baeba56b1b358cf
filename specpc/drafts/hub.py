"""Models of the Hugging Face Hub, kept in the Hub client's own cache."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from specpc.drafts.support import check_causal
from specpc.errors import DraftError
from specpc.machine.hub import REACH_SECONDS, cached_file, hub_errors, hub_folder, quiet_hub
from specpc.machine.reporting import Report, format_bytes
from specpc.models.folder import (
    check_weights,
    folder_bytes,
    has_weights,
    read_config,
    small_files,
    weight_files,
)

# What projects images, and parts of files that were cut up.
_NO_MODEL: Final = re.compile(r"mmproj|-\d+-of-\d+\.gguf$")
_USUAL: Final = ("q4_k_m", "q8_0")
"""The GGUF files that are taken where none is named: a good one of less than half the size."""


def cached_snapshot(repo_id: str) -> Path | None:
    """Find a complete copy of the main revision in the Hub cache, without any network.

    A download fetches the weights last, so weights that are there mean that all is there.
    """
    config = cached_file(repo_id, "config.json")
    return config.parent if config is not None and has_weights(config.parent) else None


def cached_bytes(repo_id: str) -> int:
    """Give the size of a repository in the Hub cache, partial downloads included."""
    from huggingface_hub.file_download import repo_folder_name

    return folder_bytes(hub_folder() / repo_folder_name(repo_id=repo_id, repo_type="model"))


@dataclass(frozen=True)
class HubFiles:
    """What a repository holds: sizes in bytes by name."""

    repo_id: str
    sizes: dict[str, int]

    @property
    def has_safetensors(self) -> bool:
        """Whether there are weights that transformers can load as they are."""
        return "config.json" in self.sizes and bool(weight_files(self.sizes))

    def gguf_file(self, variant: str | None) -> str:
        """The GGUF file of a variant; without one that of medium size, or the only one there is.

        Raises:
            DraftError: there is no such file, or no telling which.
        """
        found = {
            name: PurePosixPath(name).stem.lower()
            for name in sorted(self.sizes)
            if name.lower().endswith(".gguf") and not _NO_MODEL.search(name.lower())
        }
        if not found:
            raise DraftError(
                f"{self.repo_id} on the Hugging Face Hub has no safetensors weights that "
                "transformers can load, and no GGUF file in one piece; other formats are not "
                "read. Choose another repository."
            )
        for wanted in _USUAL if variant is None else (variant.lower(),):
            ends = tuple(f"{mark}{wanted}" for mark in "-._")
            if fitting := [name for name, stem in found.items() if stem.endswith(ends)]:
                return fitting[0]
        if variant is None and len(found) == 1:
            return next(iter(found))
        raise DraftError(
            f"{self.repo_id} on the Hugging Face Hub has several GGUF files: name one by the end "
            f"of its name, as {self.repo_id}:Q8_0 ({', '.join(found)})"
        )


def list_files(repo_id: str) -> HubFiles:
    """Ask the Hub what a repository holds.

    Raises:
        DraftError: the Hub cannot be reached, or has no such model for this user.
    """
    from huggingface_hub import HfApi

    with quiet_hub(), hub_errors(repo_id):
        # The only call that is not repeated for half a minute on a machine without network.
        info = HfApi().model_info(repo_id, files_metadata=True, timeout=REACH_SECONDS)
    return HubFiles(repo_id, {file.rfilename: file.size or 0 for file in info.siblings or ()})


def fetch_gguf(files: HubFiles, file: str, name: str, report: Report) -> Path:
    """Download one GGUF file.

    Raises:
        DraftError: the Hub cannot be reached, or refuses.
    """
    from huggingface_hub import hf_hub_download

    size = format_bytes(files.sizes[file])
    report(f"Fetching {name} ({file}, {size}) from the Hugging Face Hub ...")
    with quiet_hub(), hub_errors(files.repo_id):
        return Path(hf_hub_download(files.repo_id, file))


def fetch_snapshot(files: HubFiles, name: str, report: Report) -> Path:
    """Download a model: configuration and tokenizer, then, if it can be used, the weights.

    Raises:
        UnsupportedModelError: it is no causal language model; no weights were downloaded.
        DraftError: the Hub cannot be reached, or refuses.
    """
    from huggingface_hub import snapshot_download

    repo_id, names = files.repo_id, files.sizes
    small, weights = small_files(names), weight_files(names)
    with quiet_hub(), hub_errors(repo_id):
        folder = Path(snapshot_download(repo_id, allow_patterns=small))
        check_causal(read_config(folder, name), name)
        size = format_bytes(sum(names[file] for file in {*small, *weights}))
        report(f"Fetching {name} ({repo_id}, {size}) from the Hugging Face Hub ...")
        folder = Path(snapshot_download(repo_id, allow_patterns=weights))
    check_weights(folder, name)
    return folder


def remove_repository(repo_id: str, name: str) -> int:
    """Delete a model from the Hub cache and return the number of bytes freed.

    Raises:
        DraftError: it is not there, or cannot be deleted.
    """
    from huggingface_hub import scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        cache = scan_cache_dir(hub_folder())
    except CacheNotFound:
        found = []
    else:
        found = [one for one in cache.repos if (one.repo_type, one.repo_id) == ("model", repo_id)]
    revisions = [made.commit_hash for one in found for made in one.revisions]
    if not revisions:
        raise DraftError(f"{name} is not in the Hugging Face cache ({hub_folder()}).")
    before = cached_bytes(repo_id)
    cache.delete_revisions(*revisions).execute()
    return before - cached_bytes(repo_id)
