"""E-mails: what is kept of a message keeps who wrote it, when and about what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from specpc.structure.lines import add_sentences
from specpc.text.layout import Layout, LayoutBuilder

if TYPE_CHECKING:
    from collections.abc import Sequence

_BREAK: Final = r"(?:\r\n|\n|\r)"
_NAME: Final = (
    "From|Sender|To|Cc|Bcc|Subject|Date|Sent|Reply-To|Message-ID|In-Reply-To|References|Received"
    r"|Return-Path|MIME-Version|Content-[\w-]+|Importance|X-[\w-]+"
)
# A line such as "> *Subject:* Re: lunch", and lines that go on with it.
_LINE: Final = rf"[> ]*[*_]*(?:{_NAME})[*_]*:[^\r\n]*{_BREAK}(?:[ \t]+\S[^\r\n]*{_BREAK})*"
_FIELD: Final = re.compile(rf"(?=[> *_]*(?P<name>[\w-]+)){_LINE}", re.IGNORECASE)
_HEAD: Final = re.compile(
    rf"^(?:[> ]*-{{2,20}}[ \w]*-{{2,20}}[ \t]*{_BREAK}\s*)?(?:{_LINE}){{2,}}",
    re.MULTILINE | re.IGNORECASE,
)
_BLANK: Final = re.compile(rf"(?:[> \t]*{_BREAK})*")
# What a reader must know of a message; addresses of a whole department need not be repeated.
_TOLD: Final = {"from", "sender", "to", "date", "sent", "subject"}
_LONGEST_TOLD: Final = 300
# "On 1 May 2024 at 10:12, Ada Lovelace <ada@example.org> wrote:" and what it quotes.
_QUOTED: Final = re.compile(
    rf"^[> ]*On [^\r\n]{{5,150}}(?:{_BREAK}[^\r\n]{{1,100}})?\bwrote:[ \t]*{_BREAK}"
    rf"(?:[> \t]*{_BREAK})*(?P<quote>(?:>[^\r\n]*(?:{_BREAK}|\Z))+)",
    re.MULTILINE,
)


def lay_out_mails(text: str) -> Layout | None:
    """The pieces of one e-mail, or of a thread or mailbox of them.

    The sentences of a message need its sender, recipient, date and subject; quoted ones also the
    line that says whom they quote. Other fields are units.

    Returns:
        ``None`` unless the text starts with the fields of a message (``From:`` and another).
    """
    heads = [
        head
        for head in _HEAD.finditer(text)
        if any(field["name"].casefold() == "from" for field in _FIELD.finditer(head.group()))
    ]
    if not heads or text[: heads[0].start()].strip():
        return None
    builder = LayoutBuilder()
    ends = [*(head.start() for head in heads[1:]), len(text)]
    for head, end in zip(heads, ends, strict=True):
        told = _add_head(builder, head)
        _add_body(builder, text, end, told)
    return builder.build("e-mail")


def _add_head(builder: LayoutBuilder, head: re.Match[str]) -> list[int]:
    """Add the fields of a message and the blank lines after them; what its sentences need."""
    text, told, other = head.string, [], []
    for field in _FIELD.finditer(text, head.start(), head.end()):
        short = field.end() - field.start() <= _LONGEST_TOLD
        if short and field["name"].casefold() in _TOLD:
            told.append(builder.support(field.end()))
        else:
            other.append(builder.unit(field.end()))
    for piece in other:
        for support in told:
            builder.require(piece, support)
    blank = _BLANK.match(text, head.end())
    if blank is not None and blank.group():
        told.append(builder.support(blank.end()))
    return told


def _add_body(builder: LayoutBuilder, text: str, end: int, told: Sequence[int]) -> None:
    """Add the sentences up to ``end``, own and quoted."""
    for match in _QUOTED.finditer(text, builder.position, end):
        add_sentences(builder, text, match.start(), told)
        quoting = builder.support(match.start("quote"), told)
        add_sentences(builder, text, match.end(), [quoting])
    add_sentences(builder, text, end, told)
