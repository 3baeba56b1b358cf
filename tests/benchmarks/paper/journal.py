"""The journal of a run: a line an answer, each with the name of the part that it belongs to."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from specpc.errors import UsageError
from specpc.machine.files import alone
from specpc.machine.journal import Journal, changed, other_settings, parse_line, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    Line = dict[str, Any]
    Parts = dict[str, list[Line]]
    Write = Callable[[str, Mapping[str, Any]], None]

_KEY: Final = "specpc_paper"
_PART: Final = "part"
_NAME: Final = "journal.jsonl"


def read(folder: Path) -> tuple[dict[str, Any], Parts]:
    """The settings of a run, and its lines by part.

    Raises:
        UsageError: there is no run.
    """
    journal = Journal.read(folder / _NAME, _KEY)
    if journal is None or journal.settings is None:
        raise UsageError(f"there is no run in {folder}")
    return journal.settings, _by_part(journal)


@contextmanager
def open_run(folder: Path, settings: dict[str, Any]) -> Iterator[tuple[Parts, Write]]:
    """Begin a run, or go on with it: its lines by part, and a function that adds one to a part.

    Raises:
        UsageError: it was made with other settings, or another process writes it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / _NAME
    with alone(path):
        left = Journal.read(path, _KEY)
        if left is not None and (names := changed(left.settings or {}, settings)):
            raise other_settings(path, "name another folder", names)
        with writing(path, settings, left, _KEY) as add:
            yield (
                {} if left is None else _by_part(left),
                lambda part, fields: add({_PART: part, **fields}),
            )


def _by_part(journal: Journal) -> Parts:
    found: Parts = {}
    for line in map(parse_line, journal.lines()):
        found.setdefault(line.pop(_PART), []).append(line)
    return found
