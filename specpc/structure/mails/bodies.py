"""What a message says: in parts of MIME, quoted, below a signature, or simply written."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import regex

from specpc.structure.mails.quotes import ATTRIBUTION, LONGEST_ANSWER, add_quote, level
from specpc.structure.parts.lines import OWN_LINE, line_pattern
from specpc.text.layout import LayoutBuilder, Nested
from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from specpc.structure.mails.heads import MailLine

_SIGNATURE: Final = lazy_regex(
    r"-- ?(?:\r\n|\n|\r)|[Ss]ent from my |Von meinem \w+ gesendet|Get Outlook"
)
_DISCLAIMER: Final = lazy_regex(
    r"(?:\W*+(?:confidentiality|disclaimer|legal) *(?:notice|note)?\b"
    r"|(?:this|the information|the contents? of this|diese|ce|este) (?:in this )?"
    r"(?:e-?mail|message|communication|mensaje|correo)\b"
    r"[^\r\n]{0,300}(?:confiden|intended|vertraulich|destin))",
    regex.IGNORECASE,
)
BOUNDARY: Final = lazy_regex(r"boundary=(?:\"([^\"\r\n]{1,80})\"|([^\s;\"]{1,80}))", regex.I)
_TYPE: Final = line_pattern(r"^content-type:\s*+([\w/+.-]+)", regex.IGNORECASE)
_HTML: Final = line_pattern(r"^content-type:\s*+text/html", regex.IGNORECASE)
_BASE64: Final = line_pattern(r"^content-transfer-encoding:\s*+base64", regex.IGNORECASE)
_QUOTED: Final = line_pattern(r"^content-transfer-encoding:\s*+quoted-print", regex.IGNORECASE)
_CODED: Final = lazy_regex(r"((?:=[0-9A-Fa-f]{2})++)|=[ \t]*+(?:\r\n|\n|\r)")
_MOST_FIELDS: Final = 200
_SAYS: Final = lazy_regex(
    r"wr(?:ote|ites)|schrieb|écrit|escribió|scritto|escreveu|schreef|skrev|napisał"
    r"|пишет|написал|[写寫]道|\w>[ ]?[:：]"
)


@dataclass(frozen=True)
class Bodies:
    """Adds the pieces of messages to a builder."""

    builder: LayoutBuilder
    text: str
    lines: Sequence[MailLine]
    boundaries: set[str]

    def offset(self, place: int) -> int:
        """Where a line begins."""
        return self.lines[place].start if place < len(self.lines) else len(self.text)

    def body(self, first: int, end: int, told: Sequence[int]) -> None:
        """Add what a message says, in parts of MIME or not."""
        starts = [n for n in range(first, end) if self._parts(n)]
        if not starts:
            fields = self.text[self.offset(max(0, first - _MOST_FIELDS)) : self.offset(first)]
            self._content(first, end, told, fields if told else "")
            return
        self._skip(starts[0])
        plain = False
        above: dict[str, int] = {}  # what declares a boundary
        for start, stop in pairwise([*starts, end]):
            after = start + 1
            while after < stop and not self.lines[after].blank:
                after += 1
            after = min(after + 1, stop)
            fields = self.text[self.offset(start) : self.offset(after)]
            kind = _TYPE.search(fields)
            inside = BOUNDARY.search(fields)
            name = self.lines[start].text.strip().removeprefix("--")
            needs = [above[name]] if name in above else told
            if inside:
                above[inside[1] or inside[2]] = self.builder.support(self.offset(after), needs)
                self._skip(stop)
                continue
            html = kind is not None and kind[1].casefold() == "text/html"
            if _BASE64.search(fields) or (kind and not kind[1].casefold().startswith("text/")):
                if "name=" in fields:
                    self.builder.unit(self.offset(after), needs, whole=True)
                self._skip(stop)
            elif html and plain:  # the same once more
                self._skip(stop)
            else:
                head = self.builder.support(self.offset(after), needs)
                plain = plain or not html
                self._content(after, stop, (head,), fields)

    def _parts(self, place: int) -> bool:
        line = self.lines[place].text.strip()
        name = line.removeprefix("--")
        known = name in self.boundaries or name.removesuffix("--") in self.boundaries
        return known and line != name

    def _skip(self, place: int) -> None:
        """Add what is never kept, up to a line."""
        if self.offset(place) > self.builder.position:
            self.builder.support(self.offset(place))

    def _content(self, first: int, end: int, needs: Sequence[int], fields: str) -> None:
        """Add the lines of one part, below its fields."""
        if first == end:
            return
        if _BASE64.search(fields):
            self._skip(end)
        elif _QUOTED.search(fields):
            self._nest(end, needs, Nested(decode=_decoded))
        elif _HTML.search(fields):
            self._nest(end, needs, Nested("part.html"))
        else:
            self._plain(first, end, needs)

    def _plain(self, first: int, end: int, needs: Sequence[int]) -> None:
        """Add lines that are written, quoted or below a signature."""
        place = first
        by: tuple[int, ...] = ()  # what says whom quotations quote
        while place < end:
            line = self.lines[place]
            after = place + 1
            if level(line.text):
                self._nest(place, needs)
                after = self._end_of_quote(after, end)
                self._quote(after, end, by or needs, needs)
            elif (said := self._attribution(place, end)) > place:
                self._nest(place, needs)
                head = self.builder.support(self.offset(said), needs, gap=OWN_LINE)
                after = said
                if said < end and level(self.lines[said].text):
                    by = (head,)
                    after = self._end_of_quote(after, end)
                    self._quote(after, end, by, needs)
                else:
                    needs = (head,)
            elif _SIGNATURE.match(line.text):
                self._nest(place, needs)
                while after < end and not self._ends_signature(after, end):
                    after += 1
                self.builder.unit(self.offset(after), needs, whole=True, gap=OWN_LINE)
            elif self._is_disclaimer(place, first):
                self._nest(place, needs)
                while after < end and not self.lines[after - 1].blank:
                    after += 1
                self.builder.unit(self.offset(after), needs, whole=True, gap=OWN_LINE)
            else:
                place += 1
                continue
            place = after
        self._nest(end, needs)

    def _quote(self, place: int, end: int, by: Sequence[int], needs: Sequence[int]) -> None:
        """Add quoted lines up to a line, and what answers them right below: it brings them."""
        builder, first = self.builder, self.builder.next_piece
        start = builder.position
        add_quote(builder, self.text, self.offset(place), by)
        quoted = [piece for piece in range(first, builder.next_piece) if builder.is_unit(piece)]
        length = self.offset(place) - start
        after = place
        while after < end and not self._ends_answer(after, place, end):
            after += 1
        if not quoted or self.offset(after) - self.offset(place) > LONGEST_ANSWER:
            return
        if length > LONGEST_ANSWER:
            # Of what is long, the last: people answer below what they answer to.
            quoted = [piece for piece in quoted[-1:] if not builder.is_text(piece)]
        self._nest(after, (*needs, *quoted))

    def _ends_answer(self, place: int, first: int, end: int) -> bool:
        text = self.lines[place].text
        return bool(
            level(text) or _SIGNATURE.match(text) or self._attribution(place, end) > place
        ) or self._is_disclaimer(place, first)

    def _end_of_quote(self, place: int, end: int) -> int:
        while place < end and (self.lines[place].blank or level(self.lines[place].text)):
            place += 1
        return place

    def _ends_signature(self, place: int, end: int) -> bool:
        quotes = level(self.lines[place].text) or self._attribution(place, end) > place
        return bool(quotes or self._is_disclaimer(place, place + 1))

    def _is_disclaimer(self, place: int, first: int) -> bool:
        after_blank = place == first or self.lines[place - 1].blank
        return after_blank and _DISCLAIMER.match(self.lines[place].text) is not None

    def _attribution(self, place: int, end: int) -> int:
        """One past the lines that say who wrote the next ones; the same line if it does not."""
        said = "".join(line.text for line in self.lines[place : min(place + 2, end)])
        if self.lines[place].blank or not _SAYS.search(said):
            return place
        match = ATTRIBUTION.match(said)
        if match is None:
            return place
        after = place + 1 + (match.end() > len(self.lines[place].text))
        while after < end and self.lines[after].blank:
            after += 1
        return after

    def _nest(self, place: int, needs: Sequence[int], nested: Nested | None = None) -> None:
        """Add text of any kind up to a line."""
        start, end = self.builder.position, self.offset(place)
        if start < end:
            if self.text[start:end].strip():
                piece = self.builder.unit(end, needs, gap=OWN_LINE)
                self.builder.nest(piece, nested or Nested())
            else:
                self.builder.support(end)


def _decoded(text: str) -> tuple[str, NDArray[np.int64]]:
    """Quoted-printable text as it is meant, and where its characters are written."""
    said: list[str] = []
    offsets: list[int] = []
    position = 0
    for match in [*_CODED.finditer(text), None]:
        stop = match.start() if match else len(text)
        said.append(text[position:stop])
        offsets += range(position, stop)
        if match is None:
            break
        position = match.end()
        if match[1]:
            octets = bytes.fromhex(match[1].replace("=", ""))
            meant = octets.decode("utf-8", "replace")
            if "\ufffd" in meant:
                meant = octets.decode("latin-1")
            sizes = [3 if "\ufffd" in meant else 3 * len(c.encode()) for c in meant]
            if sum(sizes) != 3 * len(octets):
                sizes = [3] * len(octets)
            said.append(meant)
            offsets += (match.start() + np.cumsum([0, *sizes[:-1]])).tolist()
    offsets.append(len(text))
    offsets[0] = 0
    return "".join(said), np.asarray(offsets, dtype=np.int64)
