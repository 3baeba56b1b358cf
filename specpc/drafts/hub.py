"""Models of the Hugging Face Hub, kept in the Hub client's own cache."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from specpc.drafts.support import check_causal
from specpc.errors import DraftError
from specpc.machine.hub import REACH_SECONDS, hub_errors, hub_folder, quiet_hub
from specpc.machine.reporting import Report, format_bytes
from specpc.models.folder import (
    check_weights,
    folder_bytes,
    has_weights,
    read_config,
    small_files,
    weight_files,
)

if TYPE_CHECKING:
    from huggingface_hub.hf_api import ModelInfo


def cached_snapshot(repo_id: str) -> Path | None:
    """Find a complete copy of the main revision in the Hub cache, without any network.

    A download fetches the weights last, so weights that are there mean that all is there.
    """
    from huggingface_hub import try_to_load_from_cache

    config = try_to_load_from_cache(repo_id, "config.json")
    folder = Path(config).parent if isinstance(config, str) else None
    return folder if folder is not None and has_weights(folder) else None


def cached_bytes(repo_id: str) -> int:
    """Give the size of a repository in the Hub cache, partial downloads included."""
    return folder_bytes(_repository_folder(repo_id))


def fetch_snapshot(repo_id: str, name: str, report: Report) -> Path:
    """Download a model: configuration and tokenizer, then, if it can be used, the weights.

    Raises:
        UnsupportedModelError: it is no causal language model; no weights were downloaded.
        DraftError: the Hub cannot be reached, or has no such model for this user.
    """
    from huggingface_hub import HfApi, snapshot_download

    with quiet_hub(), hub_errors(repo_id):
        # The only call that is not repeated for half a minute on a machine without network.
        info = HfApi().model_info(repo_id, files_metadata=True, timeout=REACH_SECONDS)
        names = [sibling.rfilename for sibling in info.siblings or ()]
        small, weights = small_files(names), weight_files(names)
        if "config.json" not in names or not weights:
            raise DraftError(
                f"{repo_id} on the Hugging Face Hub has no safetensors weights that transformers "
                "can load; other formats are not read. Choose another repository."
            )
        folder = Path(snapshot_download(repo_id, allow_patterns=small))
        check_causal(read_config(folder, name), name)
        size = format_bytes(_total_bytes(info, {*small, *weights}))
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
        cache = scan_cache_dir()
    except CacheNotFound:
        repositories = []
    else:
        repositories = [
            repo for repo in cache.repos if (repo.repo_type, repo.repo_id) == ("model", repo_id)
        ]
    revisions = [found.commit_hash for repo in repositories for found in repo.revisions]
    if not revisions:
        raise DraftError(f"{name} is not in the Hugging Face cache ({hub_folder()}).")
    before = cached_bytes(repo_id)
    cache.delete_revisions(*revisions).execute()
    return before - cached_bytes(repo_id)


def _repository_folder(repo_id: str) -> Path:
    from huggingface_hub.file_download import repo_folder_name

    return hub_folder() / repo_folder_name(repo_id=repo_id, repo_type="model")


def _total_bytes(info: ModelInfo, wanted: set[str]) -> int:
    return sum(file.size or 0 for file in info.siblings or () if file.rfilename in wanted)
