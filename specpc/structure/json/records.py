"""Which members of like objects tell them apart: what a record that is cut is known by.

They are found by name, if they are short and differ from record to record: at most one that says
which (an id, a number), one that says what (a name, a title), or else one that says who and one
that says when. What says of which kind an object is (``type``, ``role``) comes along anywhere.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, TypeAlias

from specpc.structure.parts.names import KINDS, WHAT, WHICH, ranks
from specpc.structure.parts.numbers import WORDS, is_own
from specpc.text.patterns import lazy_re

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from specpc.structure.json.tree import JsonValue

    Path: TypeAlias = tuple[str, ...]
    """The key of a member, or that of an object in a record and the key of a member in that."""


# The surest first.
_WHO: Final = ranks("user author from sender speaker by name username login actor customer owner")
_WHEN: Final = ranks(
    "time timestamp ts date datetime day at when start created month year week period quarter"
)
# Where what a record is known by may stand one level deeper.
_HOLDERS: Final = ranks(
    "metadata properties attributes fields node _source source resource item info data meta "
    "commit document page payload doc chunk"
)
# Of an object that says who.
_NAMES: Final = ranks("login username name display_name displayName real_name email id")
_CODE: Final = lazy_re(r'"[A-Z\d]{6,}"|\d+')
# Of the names of the columns of rows.
_COLUMNS: Final = ranks("columns header headers fields names schema meta")
_COLUMN_NAMES: Final = ranks("name label title field")
# A longer list of columns does not come along with the rows.
_LONGEST_HEADER: Final = 800
# Of an object that holds the text of a file.
_FILES: Final = ranks("path file filename file_path filepath uri")
_ENDING: Final = lazy_re(r"\w\.\w{1,12}\Z")
_CELLS: Final = {"code": "cell.py", "markdown": "cell.md"}

# Of what has no name, such a member says what it is of.
_LABELS: Final = ("resource", "labels", "metric", "stream", "dimensions")
_LONGEST_LABELS: Final = 400

_SHORT: Final = 80
# A record is known by so many members.
_MOST: Final = 3
_LONGEST_KIND: Final = 40
_FEWEST: Final = 2
# Of arrays with fewer values, as many are no sign of a table.
_FEWEST_ROWS: Final = 3
# Columns of different types may be more than its rows.
_MOST_COLUMNS: Final = 30
# Values of which so many are the same tell no records apart.
_DISTINCT: Final = 0.9
# At least this share of records must have a member for it to be looked for in all.
_COMMON: Final = 0.5


def identifying(records: Sequence[JsonValue], text: str, of: str | None = None) -> frozenset[Path]:
    """The members that tell objects apart that stand in one array, the value of a key or not."""
    values = _values(records, text)
    common = {path: own for path, own in values.items() if len(own) >= _COMMON * len(records)}
    which = _own(common, of or "") or _best(common, WHICH, _DISTINCT)
    what = _best(common, WHAT, _COMMON if which else _DISTINCT)
    if which is None and what is None:
        # Nothing of its own names it, but what it holds may: the request of an exchange.
        inner = _values(records, text, anywhere=True)
        named = {path: own for path, own in inner.items() if len(own) >= _COMMON * len(records)}
        what = _best(named, WHAT, _COMMON)
        common |= {path: own for path, own in named.items() if what and path[0] == what[0]}
    found = [which, what]
    if what is None and len(records) > 1:
        found += [_who(common), _best(common, _WHEN)]
    paths = [path for path in found if path is not None]
    if len(records) > 1:
        everywhere = {path: own for path, own in common.items() if len(own) == len(records)}
        _add_distinct(paths, everywhere, len(records))
    return frozenset(paths) or _labelling(records)


def _labelling(records: Sequence[JsonValue]) -> frozenset[Path]:
    """The member that says of what records are in labels: the resource of spans and metrics."""
    for key in _LABELS:
        own = [member for record in records for member in record.inside if member.key == key]
        short = all(member.inside and member.size <= _LONGEST_LABELS for member in own)
        if own and short and len(own) == len(records):
            return frozenset({(key,)})
    return frozenset()


def is_told(member: JsonValue, paths: frozenset[Path], text: str) -> bool:
    """Whether a member is one by which its object is known, or says of which kind that is."""
    kind = member.key in KINDS and member.size <= _LONGEST_KIND and text[member.value] not in "[{"
    return kind or (member.key or "",) in paths


def has_more(value: JsonValue, paths: frozenset[Path], text: str) -> bool:
    """Whether an object holds anything but what it is known by."""
    for member in value.inside:
        inner = frozenset(path[1:] for path in paths if path[:-1] == (member.key,))
        if inner and member.inside:
            if has_more(member, inner, text):
                return True
        elif not is_told(member, paths, text):
            return True
    return False


def file_name(value: JsonValue, text: str) -> str | None:
    """The name of the file whose text an object holds."""
    for member in value.inside:
        if member.key in _FILES and _is_short(member, text):
            name = text[member.value + 1 : member.end - 1]
            return name if _ENDING.search(name) else None
        if member.key == "cell_type":
            return _CELLS.get(text[member.value + 1 : member.end - 1])
    return None


def alike(values: Iterable[JsonValue]) -> bool:
    """Whether values are objects, at least two, that share most of their keys."""
    keys = [[member.key for member in value.inside] for value in values]
    if len(keys) < _FEWEST or not all(keys) or None in {own[0] for own in keys}:
        return False
    counted = Counter(key for own in keys for key in own)
    shared = {key for key, count in counted.items() if count > len(keys) / 2}
    return 2 * sum(counted[key] for key in shared) >= counted.total()


def columns(value: JsonValue, text: str) -> JsonValue | None:
    """The member or element that names the columns of the rows beside it."""
    inside = value.inside
    if text[value.value] == "[":
        first, rest = inside[0], inside[1:]
        named = len(rest) > 1 and all(are_rows([row], len(first.inside)) for row in rest)
        return first if named and _are_names(first, text) else None
    for member in inside:
        if member.key in _COLUMNS and _are_names(member, text):
            width = len(member.inside)
            named = any(are_rows(other.inside, width) for other in inside if other is not member)
            return member if named else None
    return None


def parallel(value: JsonValue, text: str) -> list[JsonValue]:
    """Members that are the columns of one table: arrays of equally many scalars.

    There are fewer of them than rows, or not all are of the same type, which names of colours, each
    with three numbers, are.
    """
    by_length: dict[int, list[JsonValue]] = {}
    for member in value.inside:
        if len(member.inside) >= _FEWEST_ROWS and not any(
            one.inside or one.key is not None for one in member.inside
        ):
            by_length.setdefault(len(member.inside), []).append(member)
    for rows, own in by_length.items():
        types = {text[member.inside[0].value] == '"' for member in own}
        if 1 < len(own) <= (rows if len(types) < _FEWEST else max(rows, _MOST_COLUMNS)):
            return own
    return []


def are_rows(values: Sequence[JsonValue], width: int) -> bool:
    """Whether values are arrays of so many scalars."""
    return bool(values) and all(
        len(row.inside) == width and not any(cell.inside or cell.key for cell in row.inside)
        for row in values
    )


def _are_names(row: JsonValue, text: str) -> bool:
    """Whether an array holds nothing but short words, each once, or objects with such names."""
    if row.size > _LONGEST_HEADER:
        return False
    named = [_name_in(cell) for cell in row.inside]
    cells = [text[cell.value : cell.end] for cell in named if cell is not None]
    return (
        len(cells) == len(row.inside) > 1
        and len(set(cells)) == len(cells)
        and all(cell[0] == '"' and len(cell) <= _LONGEST_KIND for cell in cells)
        and not any(map(str.isdigit, "".join(cells)))
    )


def _name_in(cell: JsonValue) -> JsonValue | None:
    """What names a column: a word, or the member of an object that says what it is called."""
    if not cell.inside:
        return cell
    return next((member for member in cell.inside if member.key in _COLUMN_NAMES), None)


def _values(
    records: Sequence[JsonValue], text: str, *, anywhere: bool = False
) -> dict[Path, list[str]]:
    """Short values in records, by where they stand in each; in those ``anywhere`` in them, too."""
    found: dict[Path, list[str]] = {}
    # What holds nothing but objects is known by what is in them.
    bare = not any(_is_short(member, text) for record in records for member in record.inside)
    for record in records:
        for member in record.inside:
            key = member.key or ""
            inside = [inner for inner in member.inside if _is_short(inner, text)]
            held = key in _HOLDERS or anywhere
            if inside and not held and (not bare or _last_word(key) in _WHO):
                named = [inner for inner in inside if inner.key in _NAMES]
                inside = named[:1] if _last_word(key) in _WHO else []
            for inner in inside:
                written = text[inner.value : inner.end]
                found.setdefault((key, inner.key or ""), []).append(written)
            if _is_short(member, text):
                found.setdefault((key,), []).append(text[member.value : member.end])
    return found


def _is_short(value: JsonValue, text: str) -> bool:
    first = text[value.value]
    number = value.numbers and first != "["
    return value.key is not None and value.size <= _SHORT and (number or first == '"')


def _best(
    values: dict[Path, list[str]], names: dict[str, int], distinct: float = 0.0
) -> Path | None:
    """The member with the surest of some names whose values differ enough."""
    ranked = []
    for place, (path, own) in enumerate(values.items()):
        rank, different = _rank(path, names), len(set(own))
        differ = different > 1 or len(own) == 1
        if rank is not None and differ and different >= distinct * len(own):
            ranked.append((rank, place, path))
    return min(ranked)[2] if ranked else None


def _who(values: dict[Path, list[str]]) -> Path | None:
    """The member that says who: by name, if any does, not by a number alone."""
    named = {path: own for path, own in values.items() if not all(map(_CODE.fullmatch, own))}
    return _best(named, _WHO) or _best(values, _WHO)


def _own(values: dict[Path, list[str]], of: str) -> Path | None:
    """The member that says which of what the array is of: of "Instances" the "InstanceId"."""
    for path, own in values.items():
        if len(path) == 1 and len(set(own)) == len(own) and is_own(path[-1], of, names=False):
            return path
    return None


def _rank(path: Path, names: dict[str, int]) -> tuple[int, int, int] | None:
    """How surely a path says what the names stand for: the key itself, or its last word."""
    # The name of the user is the user; the name in the metadata is the name.
    key = path[0] if path[0] not in _HOLDERS and _last_word(path[0]) in _WHO else path[-1]
    for loose, name in enumerate((key.casefold().strip("@_"), _last_word(key))):
        if name in names:
            return loose, len(path), names[name]
    return None


def _last_word(key: str) -> str:
    """What a key is of: the profile of a user is the user."""
    words = WORDS.findall(key)
    if len(words) > 1 and words[-1].casefold() == "profile":
        words.pop()
    return words[-1].casefold() if words else ""


def _add_distinct(paths: list[Path], values: dict[Path, list[str]], records: int) -> None:
    """Add strings until no two records, but for a few, have the same; or else some of them."""
    strings = {path: own for path, own in values.items() if own[0][0] == '"'}
    if not paths:
        paths += [path for path, own in strings.items() if len(set(own)) == records][:1]
    for path, own in strings.items():
        told = {*zip(*(values[path] for path in paths if path in values), strict=True)}
        if len(paths) >= _MOST or len(told) >= _DISTINCT * records:
            return
        if path not in paths and len(set(own)) > 1:
            paths.append(path)
