"""What drafts there are and which of them lie on this machine; imports no torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from specpc.drafts import cache, hub
from specpc.drafts.catalogue import KNOWN_DRAFTS, DraftSpec, HubRepository, WheelFile, find_draft
from specpc.drafts.locate import cache_key, find_folder
from specpc.errors import DraftError
from specpc.machine.files import expanded
from specpc.models.folder import folder_bytes


@dataclass(frozen=True)
class DraftStatus:
    """One line of the list of drafts."""

    name: str  # what to call it
    source: str  # its Hub id, package, or file
    origin: str  # where that is: PyPI, Hub, GGUF file or cache
    download_bytes: int | None  # about; none if nothing has to be downloaded
    folder: Path | None  # where it lies, if it is on this machine
    cached_bytes: int | None  # its size on disk, likewise

    @property
    def cached(self) -> bool:
        """Whether it can be loaded without a download."""
        return self.folder is not None


def list_drafts() -> list[DraftStatus]:
    """List the known drafts, then everything else that was converted; touch no network."""
    known = [_known_status(spec) for spec in KNOWN_DRAFTS]
    listed = {status.folder for status in known}
    return known + [
        _entry_status(*entry) for entry in cache.entries().items() if entry[0] not in listed
    ]


def remove_draft(name: str) -> int:
    """Delete a draft from the cache it lies in and return the number of bytes freed.

    Args:
        name: a known draft, a Hub id, the path of a ``.gguf`` file (which itself is kept, and
            need not exist any more), or the name of a folder in the cache. Of a Hub id what was
            downloaded goes, too.

    Raises:
        DraftError: it is not cached.
        UnknownDraftError: no draft goes by this name.
    """
    path = str(expanded(Path(name), "the draft").resolve())
    entries = {
        one.name: source
        for one, source in cache.entries().items()
        if name == one.name
        or path == source.get("path")
        or (name == source.get("name") and "repo" in source)
    }
    if entries:
        freed = sum(cache.remove_entry(key, name) for key in entries)
        repositories = {str(source["repo"]) for source in entries.values() if "repo" in source}
        return freed + sum(
            hub.remove_repository(one, name) for one in repositories if hub.cached_bytes(one)
        )
    spec = find_draft(name, argument=None)
    if isinstance(spec.source, HubRepository):
        return hub.remove_repository(spec.source.repo_id, name)
    if isinstance(spec.source, WheelFile):
        return cache.remove_entry(cache_key(spec), name)
    raise DraftError(f"{name} is your own and not in the cache ({cache.drafts_folder()}).")


def _known_status(spec: DraftSpec) -> DraftStatus:
    folder = find_folder(spec)
    if isinstance(spec.source, HubRepository):
        repo_id = spec.source.repo_id
        source, origin = repo_id, "Hub"
        size = hub.cached_bytes(repo_id) if folder is not None else None
    else:
        assert isinstance(spec.source, WheelFile)
        source, origin = f"{spec.source.package} {spec.source.version}", "PyPI"
        size = folder_bytes(folder) if folder is not None else None
    return DraftStatus(spec.name, source, origin, spec.download_bytes, folder, size)


def _entry_status(folder: Path, made_from: dict[str, Any]) -> DraftStatus:
    path = made_from.get("path")
    if path is not None:
        name, source, origin = str(path), Path(path).name, "GGUF file"
    elif "repo" in made_from:
        name, source, origin = str(made_from["name"]), str(made_from.get("file")), "Hub"
    else:  # an earlier version of a known draft
        name, source, origin = folder.name, str(made_from.get("package", "unknown")), "cache"
    return DraftStatus(name, source, origin, None, folder, folder_bytes(folder))
