"""Stanzas of fields with names, whatever wrote them: ``Package: git``, ``processor : 0``."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from specpc.structure.console.margins import nested_lines
from specpc.structure.parts.blocks import Block, block, record
from specpc.text.patterns import lazy_re, lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.structure.parts.rows import Row

_FIELD: Final = lazy_regex(
    r"(?P<name>[^\W\d_][\w().&/'-]{0,40}(?: [\w().&/'#-]{1,30}){0,4}+)[ \t]*+(?::(?=\s|$)|=)"
)
# A stanza says at least so many things, or it may as well be turns of a talk.
_FEWEST_FIELDS: Final = 3
_FEWEST_ALONE: Final = 5
_FEWEST: Final = 2
# Besides the first field, these tell one record from another.
_TOLD: Final = lazy_re(
    r"(?:name|title|id|subject|summary|key|number|user|package|version|date)[ \t]*[:=]",
    re.IGNORECASE,
)
# A longer field is cut into sentences.
_LONG: Final = 200
_MOST_TOLD: Final = 2
_REMARK: Final = "# {}\n"
# Below the names of columns.
_UNDERLINES: Final = lazy_re(r"[ \t]*-{2,}(?:[ \t]+-{2,})+[ \t]*$")
_PACKAGE: Final = lazy_re(r"(?:Name|Package): \S")
_RULE: Final = lazy_re(r"-{3,}[ \t]*$")


def fields(found: Sequence[Row]) -> list[Block]:
    """Stanzas that begin with the same field, as lists of packages and processors do.

    What is said of one package is one, too.
    """
    named = [(one, _names(one)) for one in _stanzas(found)]
    if len(named) == 1 and len(named[0][0]) == len(found) and _PACKAGE.match(found[0].said):
        own, names = named[0]
        return [_stanza(own)] if len(names) >= _FEWEST_ALONE else []
    named = [(one, names) for one, names in named if len(set(names)) == len(names)]
    records = [names for _, names in named if len(names) >= _FEWEST_FIELDS]
    first = Counter(names[0] for names in records)
    known = {name for names in records if first[names[0]] >= _FEWEST for name in names}
    # What others only name is said in one of fewer fields: the text of a licence.
    stanzas = [one for one, names in named if known.issuperset(names)]
    starts, ends = {one[0].start for one in stanzas}, {one[-1].end for one in stanzas}
    # What stands by itself heads what follows, as the fields of a mail do.
    return [_stanza(one) for one in stanzas if one[0].start in ends or one[-1].end in starts]


def _stanzas(found: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """What stands between blank lines or rules and is fields alone, maybe of several lines each.

    A rule belongs to what is below it, which is no document of YAML; what is indented goes on with
    a field after a blank line.
    """
    first = 0
    for place, row in enumerate(found, start=1):
        last = place == len(found)
        parted = row.ends_block and not (not last and found[place].indented)
        if last or parted or _is_rule(found, place):
            own = found[first:place]
            fields = own[_ruled(own) :]
            lines = all(one.indented or _FIELD.match(one.said) for one in fields)
            if lines and fields and not fields[0].indented:
                yield own
            first = place


def _is_rule(found: Sequence[Row], place: int) -> bool:
    """Whether a row parts packages, of which the next begins with its name."""
    below = found[place + 1].said if place + 1 < len(found) else ""
    return _RULE.match(found[place].said) is not None and _PACKAGE.match(below) is not None


def _ruled(own: Sequence[Row]) -> int:
    """How many rows of a stanza are the rule above it."""
    return int(_is_rule(own, 0))


def _names(own: Sequence[Row]) -> list[str]:
    return [field["name"].casefold() for row in own if (field := _FIELD.match(row.said))]


def _stanza(own: Sequence[Row]) -> Block:
    starts = [place for place, row in enumerate(own) if not row.indented]
    if _ruled(own):
        own, starts = _joined(own), [place - 1 for place in starts[1:]]
    inside, told = [], 0
    for first, after in zip(starts, [*starts[1:], len(own)], strict=True):
        start, end = own[first].start, own[after - 1].end
        if first and told < _MOST_TOLD and _TOLD.match(own[first].said) and after == first + 1:
            inside.append(replace(block(start, end), body="whole", told=True))
            told += 1
        else:
            inside.append(_field(own[first:after]))
    start, end = own[0].start, own[-1].end
    if inside[0].end == own[0].end:  # the first line is the head of all
        return replace(record(start, end, own[0].end, inside=inside[1:]), gap=_REMARK)
    return replace(record(start, end, inside=inside), gap=_REMARK)


def _inside(own: Sequence[Row]) -> list[Block]:
    """Lines with what is indented below them, or rows below a header that is underlined."""
    if len(own) > 2 and _UNDERLINES.match(own[1].said):
        return [block(own[0].start, own[-1].end, own[1].end, inside=nested_lines(own[2:]))]
    return nested_lines(own)


def _joined(own: Sequence[Row]) -> Sequence[Row]:
    """The rows of a stanza, of which the first begins with the rule above it."""
    return [own[1]._replace(start=own[0].start), *own[2:]]


def _field(own: Sequence[Row]) -> Block:
    """A field: a name with what stands below it, or running text."""
    start, end, name = own[0].start, own[-1].end, _FIELD.match(own[0].said)
    if len(own) > 1 and own[0].said.rstrip().endswith((":", "=")):
        return block(start, end, own[0].end, inside=_inside(own[1:]))
    if len(own) > 1:
        return block(start, end, own[0].end, body="prose")
    if name is not None and len(own[0].said) > _LONG:
        return block(start, end, own[0].at + name.end(), body="prose")
    return block(start, end)
