"""Models of the Hugging Face Hub, kept in the Hub client's own cache."""

from __future__ import annotations

from pathlib import Path

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
        names = {file.rfilename: file.size or 0 for file in info.siblings or ()}
        small, weights = small_files(names), weight_files(names)
        if "config.json" not in names or not weights:
            raise DraftError(
                f"{repo_id} on the Hugging Face Hub has no safetensors weights that transformers "
                "can load; other formats are not read. Choose another repository."
            )
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
        cache = scan_cache_dir()
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
