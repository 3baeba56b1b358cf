"""Files by path or URL: local, and whatever pyarrow or fsspec can reach."""

from __future__ import annotations

import posixpath
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from specpc.errors import InputError, UsageError

TEMPORARY: Final = "_temporary"
"""Folder of what is being written; readers of data sets pass over names with an underscore."""


@dataclass(frozen=True)
class StoredFile:
    """A file that was found.

    Attributes:
        path: on its file system.
        name: path below the folder it was found in, or its own name.
        size: in bytes.
        modified: nanoseconds since 1970; ``None`` if the file system does not tell.
    """

    path: str
    name: str
    size: int
    modified: int | None


@dataclass(frozen=True)
class Location:
    """A file or folder on a file system of pyarrow, which can be pickled.

    Attributes:
        filesystem: a ``pyarrow.fs.FileSystem``.
        path: on that file system; without what a URL may hold besides, such as a key.
    """

    filesystem: Any
    path: str

    def below(self, name: str) -> Location:
        """A file or folder in this folder."""
        return Location(self.filesystem, posixpath.join(self.path, name))

    def files(self) -> list[StoredFile]:
        """This file; or all below this folder, by name, without those hidden by ``_`` or ``.``.

        Raises:
            UsageError: it does not exist.
            InputError: it cannot be listed.
        """
        from pyarrow.fs import FileSelector, FileType

        try:
            info = self.filesystem.get_file_info(self.path)
            if info.type == FileType.NotFound:
                raise UsageError(f"there is no file or folder {self.path}")
            if info.type == FileType.File:
                return [StoredFile(info.path, info.base_name, info.size, info.mtime_ns)]
            found = self.filesystem.get_file_info(FileSelector(self.path, recursive=True))
        except OSError as error:
            raise InputError(f"cannot read {self.path}: {error}") from error
        files = [
            StoredFile(i.path, posixpath.relpath(i.path, self.path), i.size, i.mtime_ns)
            for i in found
            if i.type == FileType.File
        ]
        shown = (file for file in files if not any(n[0] in "_." for n in file.name.split("/")))
        return sorted(shown, key=lambda file: file.name)

    def names(self) -> list[str]:
        """Names in this folder; none if there is no such folder.

        Raises:
            UsageError: it is a file.
        """
        from pyarrow.fs import FileSelector, FileType

        if self.filesystem.get_file_info(self.path).type == FileType.File:
            raise UsageError(f"{self.path} is a file: name a folder for the parts")
        found = self.filesystem.get_file_info(FileSelector(self.path, allow_not_found=True))
        return sorted(i.base_name for i in found)

    def read(self) -> bytes:
        """The bytes of this file."""
        with self.filesystem.open_input_stream(self.path) as file:
            data: bytes = file.read()
        return data

    def write(self, name: str, data: bytes) -> None:
        """Replace a file in this folder by a rename, so that none is ever half there."""
        folder = self.below(TEMPORARY)
        part = folder.below(uuid.uuid4().hex)  # of this attempt alone: another may be under way
        self.filesystem.create_dir(folder.path, recursive=True)
        with self.filesystem.open_output_stream(part.path) as file:
            file.write(data)
        place = self.below(name).path
        self.filesystem.create_dir(posixpath.dirname(place), recursive=True)
        self.filesystem.move(part.path, place)

    def remove(self, name: str) -> None:
        """Delete a file or folder in this folder, if it is there."""
        from pyarrow.fs import FileType

        info = self.filesystem.get_file_info(self.below(name).path)
        if info.type == FileType.File:
            self.filesystem.delete_file(info.path)
        elif info.type == FileType.Directory:
            self.filesystem.delete_dir(info.path)


def locate(url: str) -> Location:
    """The place that a local path, or a URL of pyarrow's or fsspec's, names.

    Raises:
        UsageError: no file system goes by this name, or a package for it is missing.
    """
    from pyarrow import ArrowInvalid
    from pyarrow.fs import FileSystem, FSSpecHandler, LocalFileSystem, PyFileSystem

    if "://" not in url:
        return Location(LocalFileSystem(), Path(url).absolute().as_posix())
    try:
        filesystem, path = FileSystem.from_uri(url)
    except ArrowInvalid:
        import fsspec

        try:
            found, path = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError) as error:
            scheme = url.partition("://")[0]
            raise UsageError(f"cannot open {scheme}:// addresses: {error}") from error
        filesystem = PyFileSystem(FSSpecHandler(found))
    return Location(filesystem, path.rstrip("/") or "/")
