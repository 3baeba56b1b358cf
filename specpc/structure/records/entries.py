"""Entries that no line ends: translations (gettext's PO) and bibliographies (BibTeX)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.blocks import Block, block, record
from specpc.text.patterns import lazy_re

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specpc.structure.parts.rows import Row

_REMARK: Final = "# {}\n"

_PO: Final = lazy_re(r"(?:#~ ?)?(?P<word>msgctxt|msgid|msgid_plural|msgstr)(?:\[\d+\])? \"|#")
_PO_MORE: Final = lazy_re(r"(?:#~ ?|#\| ?)?\"")

_BIB: Final = lazy_re(
    r"[ \t]*@(?:[A-Za-z]+\s*\{\s*[^\s,{}\"=]+\s*,|(?i:string|preamble|comment)\s*[{(])"
)
_BIB_FIELD: Final = lazy_re(r"(?P<name>[A-Za-z][\w-]*)\s*=")
_BEFORE_FIELD: Final = " \t,"
_BIB_TOLD: Final = frozenset({"author", "title", "year", "date"})
_COMMENT: Final = "% {}\n"
_ESCAPED: Final = lazy_re(r"\\.")


def translations(found: Sequence[Row]) -> list[Block]:
    """Messages with their translations, and what is remarked on them; the first may be the head."""
    blocks: list[Block] = []
    own: list[Row] = []
    said: list[str] = []  # the words that the entry has had
    for row in [*found, None]:
        match = _PO.match(row.said) if row is not None else None
        more = row is not None and bool(said) and _PO_MORE.match(row.said) is not None
        word = (match["word"] or "#") if match and not more else ""
        ends = "msgstr" in said and not more and word != "msgstr"
        if ends or (row is not None and not match and not more):
            if "msgid" in said and "msgstr" in said:
                blocks.append(_translation(own))
            own, said = [], []
        if row is not None and (word or more):
            own.append(row)
            if word != "#" and word:
                said.append(word)
    return blocks


def _translation(own: Sequence[Row]) -> Block:
    """An entry: remarks may go, what is translated and how belongs together."""
    remarks = 0
    while own[remarks].said.startswith("#") and not own[remarks].said.startswith("#~"):
        remarks += 1
    message = replace(block(own[remarks].start, own[-1].end), body="whole", told=True)
    above = [block(row.start, row.end) for row in own[:remarks]]
    whole = record(own[0].start, own[-1].end, inside=[*above, message] if above else ())
    return replace(whole, gap=_REMARK, body="whole")


def bibliography(found: Sequence[Row]) -> list[Block]:
    """Entries of BibTeX."""
    blocks: list[Block] = []
    place = 0
    while place < len(found):
        if not _BIB.match(found[place].said):
            place += 1
            continue
        end, fields = place, list[int]()
        depth = 0
        while end < len(found) and (end == place or depth > 0):
            said = found[end].said
            if end > place and _BIB.match(said):
                break
            if depth == 1 and _BIB_FIELD.match(said.lstrip(_BEFORE_FIELD)):
                fields.append(end - place)
            plain = _ESCAPED.sub("", said)
            depth += plain.count("{") - plain.count("}")
            end += 1
        blocks.append(_entry(found[place:end], fields))
        place = end
    return blocks


def _entry(own: Sequence[Row], fields: Sequence[int]) -> Block:
    start, end = own[0].start, own[-1].end
    if not fields:
        return replace(record(start, end), body="whole", gap=_COMMENT)
    closed = own[-1].said.strip() in {"}", ")"} and len(own) - 1 > fields[-1]
    last = len(own) - closed
    inside, told = [], set[str]()
    for first, after in zip(fields, [*fields[1:], last], strict=True):
        name = _BIB_FIELD.match(own[first].said.lstrip(_BEFORE_FIELD))
        field = replace(block(own[first].start, own[after - 1].end), body="whole")
        if name is not None and (word := name["name"].casefold()) in _BIB_TOLD - told:
            told.add(word)
            field = replace(field, told=True)
        inside.append(field)
    tail = own[-1].start if closed else end
    whole = record(start, end, own[fields[0] - 1].end, tail=tail, inside=inside)
    return replace(whole, gap=_COMMENT)
