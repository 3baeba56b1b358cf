"""Where messages begin in a mail, a thread or a mailbox: the fields that say who wrote what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import regex

from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# A line such as "> *Subject:* Re: lunch".
_FIELD: Final = lazy_regex(
    r"[> ]*+[*_]*(?P<name>[^\W\d_][\w.'’-]{0,60}(?: [\w’']{1,10})?)[*_]*[ \u00a0]?[:：]"
)
_GOES_ON: Final = lazy_regex(r"[> ]*+(?:(?<= )|[ \t])[ \t]*+[^\s>]")
# What a reader must know of a message: in English, German, French, Spanish, Italian, Dutch,
# Portuguese, Russian, Japanese, Chinese, Arabic.
ROLES: Final = {
    name: role
    for role, names in {
        "from": "from|von|de|da|van|от|от кого|差出人|发件人|寄件者|من",
        "to": "to|an|à|a|para|aan|кому|宛先|收件人|收件者|إلى",
        "sent": "date|sent|gesendet|datum|envoyé|date d'envoi|enviado|enviado el|fecha|inviato|data"
        "|verzonden|enviada em|отправлено|дата|送信日時|日時|发送时间|日期|寄件日期|تاريخ",
        "subject": "subject|betreff|objet|asunto|oggetto|onderwerp|assunto|тема"
        "|件名|主题|主旨|الموضوع",
        "sender": "sender|cc|bcc|copie|kopie",
    }.items()
    for name in names.split("|")
}
_RULE: Final = lazy_regex(
    r"[> ]*+(?:[-_=*]{2,}+[^\r\n]{0,60}?[-_=]*|begin forwarded message:?"
    r"|(?:anfang der weitergeleiteten|début du message|inicio del mensaje)[^\r\n]{0,40})\s*\Z",
    regex.IGNORECASE,
)
# Lines that announce a message.
_MOST_ABOVE: Final = 5
# Of Lotus Notes: below the name of who wrote, without a field, the time.
_NOTED: Final = lazy_regex(
    r"[> ]*+\d{1,2}[/.]\d{1,2}[/.]\d{2,4} \d{1,2}:\d\d(?::\d\d)?(?: ?[AP]M)?\s*+\Z"
)
_ENVELOPE: Final = lazy_regex(r"From \S+ .*\d\d:\d\d")


@dataclass(frozen=True)
class MailLine:
    """A line of a mail, with its line break."""

    start: int
    end: int
    text: str

    @property
    def blank(self) -> bool:
        """Whether nothing is on it, but for marks of quotation."""
        return not self.text.strip("> \t\r\n")


@dataclass(frozen=True)
class Head:
    """Numbers of lines: where what announces a message begins, its fields, and their end."""

    first: int
    fields: tuple[tuple[int, int, str], ...]
    end: int

    @property
    def roles(self) -> set[str]:
        """What the fields say of the message, in any language."""
        return {ROLES[name] for _, _, name in self.fields if name in ROLES}


def find_heads(lines: Sequence[MailLine]) -> Iterator[Head]:
    """Fields that stand together and say who wrote."""
    place = 0
    while place < len(lines):
        if not _FIELD.match(lines[place].text):
            place += 1
            continue
        first = _first(lines, place)
        if first is None:
            place += 1
            continue
        head, place = _head(lines, first, place)
        if head is not None:
            yield head


def _first(lines: Sequence[MailLine], place: int) -> int | None:
    """Where what announces a message begins whose first field is at a line, if one can be."""
    first = place
    if _is_noted(lines, place):
        return place - 2
    while first and (_ENVELOPE.match(lines[first - 1].text) or _RULE.match(lines[first - 1].text)):
        if lines[first - 1].blank or place - first >= _MOST_ABOVE:
            break
        first -= 1
    if first == place and first > 1 and lines[first - 1].blank:
        above = lines[first - 2]
        first -= 2 * bool(_RULE.match(above.text) and not above.blank)
    return None if first and first == place and not lines[first - 1].blank else first


def _is_noted(lines: Sequence[MailLine], place: int) -> bool:
    """Whether above a field stand who wrote and when, on a line each, below a blank one."""
    if place < 2 or _NOTED.match(lines[place - 1].text) is None:
        return False
    return not lines[place - 2].blank and (place == 2 or lines[place - 3].blank)


def _head(lines: Sequence[MailLine], first: int, place: int) -> tuple[Head | None, int]:
    """The fields from a line on, if they are a message's, and the line after them.

    If they are not, no fewer of them are.
    """
    fields: list[tuple[int, int, str]] = []
    end = place
    if place - first > 1 and _is_noted(lines, place):
        fields = [(place - 2, place - 1, "from"), (place - 1, place, "sent")]
    while end < len(lines) and not lines[end].blank:
        line = lines[end].text
        if (field := _FIELD.match(line)) and not line[0].isspace():
            name = field["name"].casefold().replace("’", "'")
            if name not in ROLES and " " in name:
                break
            fields.append((end, end + 1, name))
        elif fields and _GOES_ON.match(line):
            start, _, name = fields.pop()
            fields.append((start, end + 1, name))
        else:
            break
        end += 1
    head = Head(first, tuple(fields), end)
    names = {name for _, _, name in fields}
    ended = end == len(lines) or lines[end].blank or not fields or _RULE.match(lines[end].text)
    enough = 2 if "from" in names else 3
    if "from" not in head.roles or len(head.roles) < enough or not (ended or len(head.roles) > 2):
        return None, max(end, place + 1)
    return head, end
