"""E-mails: what is kept of a message keeps who wrote it, to whom, when and about what."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import regex

from specpc.structure.mails.bodies import BOUNDARY, Bodies
from specpc.structure.mails.heads import ROLES, MailLine, find_heads
from specpc.structure.mails.quotes import ATTRIBUTION, level
from specpc.structure.parts.lines import line_pattern
from specpc.text.layout import LayoutBuilder
from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from specpc.structure.mails.heads import Head
    from specpc.text.layout import Layout

_LINE: Final = lazy_regex(r"[^\r\n]*+(?:\r\n|\n|\r)|[^\r\n]++\Z")
_NAMES: Final = "|".join(name for name, role in ROLES.items() if role == "from")
_FROM: Final = line_pattern(rf"^[> *_]{{0,20}}+(?:{_NAMES})[*_]*+[ \u00a0]?[:：]", regex.IGNORECASE)
# Addresses of a whole department need not be repeated, nor what has many lines.
_LONGEST_TOLD: Final = 300
_MOST_TOLD: Final = 20
_SEALED: Final = lazy_regex(r"[\w+/=-]{40}")
_BELOW: Final = lazy_regex(r"\s*+(?P<said>[^\r\n]++)")
_HEADING: Final = line_pattern(r"^(?:#{1,6} |```|~~~)")


def lay_out_mails(text: str) -> Layout | None:
    """The pieces of one e-mail, or of a thread or mailbox of them.

    What a message says needs its sender, recipient, date and subject; what is quoted also the line
    that says whom. Other fields are units, signatures of machines and coded parts nothing. Parts
    of MIME are read as what they are.

    Returns:
        ``None`` unless the text starts with the fields of a message (``From:`` and another), or
        has such further below, three at least, as programs write them above what they quote; or
        with the line that says whom it quotes, and that.
    """
    answers = _answers(text)
    if not answers and not _FROM.search(text):
        return None
    lines = [MailLine(*match.span(), match.group()) for match in _LINE.finditer(text)]
    heads = list(find_heads(lines))
    if not heads and answers:
        builder = LayoutBuilder()
        Bodies(builder, text, lines, set()).body(0, len(lines), ())
        return builder.build("e-mail")
    if not heads:
        return None
    before = text[: lines[heads[0].first].start]
    if before.strip() and (len(heads[0].roles) < 3 or _HEADING.search(before)):
        return None
    builder = LayoutBuilder()
    boundaries = {one[0] or one[1] for one in BOUNDARY.findall(text)}
    bodies = Bodies(builder, text, lines, boundaries)
    if before:
        bodies.body(0, heads[0].first, ())
    ends = [*(head.first for head in heads[1:]), len(lines)]
    for head, end in zip(heads, ends, strict=True):
        told = _add_head(bodies, head)
        bodies.body(head.end, end, told)
    return builder.build("e-mail")


def _answers(text: str) -> bool:
    """Whether a text begins with whom it quotes, and a quotation, as the body of an answer does.

    Markdown quotes with the same mark, but answers to no part of that below it.
    """
    start = len(text) - len(text.lstrip())
    said = ATTRIBUTION.match(text, start)
    below = _BELOW.match(text, said.end()) if said else None
    if below is None or level(below["said"]) == 0 or _HEADING.search(text):
        return False
    levels = [level(match.group()) for match in _LINE.finditer(text) if not match.group().isspace()]
    quotes = sum(before == 0 < after for before, after in pairwise(levels))
    return quotes > 1 or not below["said"].startswith(">")


def _add_head(bodies: Bodies, head: Head) -> list[int]:
    """Add the fields of a message and the blank lines after them; what its text needs."""
    told, other = [], []
    if head.first < head.fields[0][0]:
        told.append(bodies.builder.support(bodies.offset(head.fields[0][0])))
    for first, end, name in head.fields:
        start, stop = bodies.offset(first), bodies.offset(end)
        short = stop - start <= _LONGEST_TOLD and len(told) < _MOST_TOLD
        if short and (name in ROLES or BOUNDARY.search(bodies.text, start, stop)):
            spare = ROLES.get(name) not in {"from", "subject"}
            told.append(bodies.builder.support(stop, spare=spare))
        elif _SEALED.search(bodies.text, start, stop) and ROLES.get(name) is None:
            bodies.builder.support(stop)
        else:
            other.append(bodies.builder.unit(stop, whole=True))
    for piece in other:
        bodies.builder.require(piece, *told)
    end = head.end
    while end < len(bodies.lines) and bodies.lines[end].blank:
        end += 1
    if end > head.end:
        told.append(bodies.builder.support(bodies.offset(end)))
    return told
