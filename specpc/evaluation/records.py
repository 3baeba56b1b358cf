"""The results file: a line of settings, then one line an (item, method, level)."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, get_args, get_type_hints

from specpc.errors import Argument, InputError, UsageError
from specpc.evaluation.base import Level
from specpc.evaluation.telling import Telling
from specpc.machine.files import alone
from specpc.machine.journal import Journal, changed, other_settings, parse_line, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_HEADER: Final = "specpc_eval"


@dataclass(frozen=True)
class Answer:
    """What a target answered from a compressed text (see `Reply`), what that is worth and took.

    Its measures are those of `AnswerScores`; ``seconds`` goes from text to answer, the last three
    are those of `Cost`, where the target runs on this machine. There is no text if the target was
    not asked, because nothing was kept.
    """

    text: str | None
    exact: bool | None
    f1: float | None
    contained: float | None
    rouge_l: float | None
    score: float | None
    truncated: bool
    seconds: float
    first_seconds: float | None = None
    cache_bytes: int | None = None
    peak_bytes: int | None = None


@dataclass(frozen=True)
class Record:
    """What one method made of one item at one level (see `Item` and `Level`)."""

    dataset: str
    id: str
    digest: str
    lang: str
    method: str
    ratio: float
    recall: float | None  # share of the evidence kept; None if the item has none
    answer_kept: bool | None  # whether it is still there; None if it never was
    original_tokens: int  # the draft's
    compressed_tokens: int
    seconds: float  # from text to text
    error: str | None = None  # why nothing was made of the item, which counts as nothing kept
    answer: Answer | None = None  # None if there is no target, or the item has no answers
    kv_budget: int | None = None
    telling: Telling | None = None  # None if the question was not withheld

    @property
    def level(self) -> Level:
        """How much the method was to keep."""
        return Level(self.ratio, self.kv_budget)

    @property
    def key(self) -> tuple[str, str, str, Level]:
        """What may occur only once in a results file."""
        return (self.dataset, self.id, self.method, self.level)


_Types = dict[str, tuple[type, ...]]
_PARTS: Final[dict[str, type[Any]]] = {"answer": Answer, "telling": Telling}


def _types(kind: type[Any]) -> _Types:
    """What JSON has in the fields of a class: also whole numbers, and objects for a class."""
    in_json: _Types = {
        "float": (float, int),
        **{part.__name__: (dict,) for part in _PARTS.values()},
    }
    return {
        name: tuple(t for o in get_args(hint) or (hint,) for t in in_json.get(o.__name__, (o,)))
        for name, hint in get_type_hints(kind).items()
    }


_PART_TYPES: Final = {name: _types(part) for name, part in _PARTS.items()}
_RECORD_TYPES: Final = _types(Record)


@dataclass(frozen=True)
class Results:
    """A results file as read: its settings, its records, and what they were read from."""

    settings: dict[str, Any]
    records: tuple[Record, ...]
    journal: Journal


def read_results(path: Path) -> Results:
    """Read a results file; a last line that was cut off is left out.

    Raises:
        UsageError: there is no such file.
        InputError: it is no results file, or a line of it is broken.
    """
    if not path.exists():
        raise UsageError(f"there is no file {path}")
    found = _read(path)
    if found is None:
        raise InputError(f"{path} was not written by specpc eval")
    return found


def _read(path: Path) -> Results | None:
    """What is in a file, if it was begun."""
    try:
        journal = Journal.read(path, _HEADER)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    if journal is None:
        return None
    if journal.settings is None:
        raise InputError(f"{path} was not written by specpc eval")
    records = (_parse(line, path, number) for number, line in enumerate(journal.lines(), start=2))
    last = {record.key: record for record in records}
    return Results(journal.settings, tuple(last.values()), journal)


def _parse(line: bytes, path: Path, number: int) -> Record:
    where = f"{path}, line {number}"
    try:
        values = parse_line(line)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
    kept = _checked(values, _RECORD_TYPES, where)
    for name, part in _PARTS.items():
        if kept[name] is not None:
            kept[name] = part(**_checked(kept[name], _PART_TYPES[name], where))
    return Record(**kept)


def _checked(values: dict[str, Any], types: _Types, where: str) -> dict[str, Any]:
    """The fields that are known; those missing are ``None``, as in files of earlier releases."""
    kept = {name: values.get(name) for name in types}
    for name, value in kept.items():
        if type(value) not in types[name]:
            raise InputError(f"{where}: the field {name!r} cannot be {value!r}")
    return kept


@contextmanager
def open_results(
    path: Path | None, settings: dict[str, Any], *, resume: bool
) -> Iterator[tuple[tuple[Record, ...], Callable[[Record], None]]]:
    """A results file to append to: what it holds, and a function that writes one record.

    Without a path nothing is held, and writing does nothing.

    Raises:
        UsageError: it exists and is not to be resumed, was made with other settings, or another
            run writes it.
        InputError: it exists and cannot be read.
    """
    if path is None:
        yield (), lambda _: None
        return
    with alone(path):
        if path.exists() and not resume:
            raise UsageError(
                f"{path} exists: go on with it (", Argument("resume=True"), "), or remove it"
            )
        before = _read(path)
        if before and (names := changed(before.settings, settings)):
            there = before.settings
            told = [f"{name} {there.get(name)} there, {settings.get(name)} here" for name in names]
            raise other_settings(path, "name another file", told)
        with writing(path, settings, before.journal if before else None, _HEADER) as add:
            yield before.records if before else (), lambda record: add(asdict(record))
