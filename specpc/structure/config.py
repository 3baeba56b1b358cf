"""Settings line by line: sections of TOML and INI files, units of systemd, ``.env``, ``crontab``.

A setting is kept whole, with the section and the comment it stands under.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from specpc.structure.blocks import Block, block, lay_out_blocks, record
from specpc.structure.lines import lines
from specpc.text.units import segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.text.layout import Layout

_EXPLAINED: Final = 0.9
_FEWEST: Final = 3
_EQUALS: Final = 0.7
# A longer comment does not come along with what it is above.
_LONGEST_COMMENT: Final = 300
_LONGEST_NAME: Final = 120

_CONTENT: Final = re.compile(r"[^ \t\r\n]")
_COMMENT: Final = re.compile(r"[#;!]|//|(?i:rem)\b")
_MARKS: Final = re.compile(r"^([ \t]*)([#;]+)", re.MULTILINE)
_SECTION: Final = re.compile(
    r"\[\[?[ \t]*(?P<name>[^\[\]\r\n=]{1,100}(?:\[\][^\[\]\r\n=]{0,60})?)\]?\][ \t]*(?:[#;][^\r\n]*)?(?=[\r\n]|\Z)"
)
_KEY: Final = r"(?:\"[^\"\r\n]{1,80}\"|'[^'\r\n]{1,80}'|[A-Za-z_%$*?/][\w.$%*/@+\[\]-]*)"
_SETTING: Final = re.compile(rf"(?:export[ \t]+|-)?{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*[ \t]*[=:]")
# Keys with blanks ("Icon Name=", "load average = 5"), and without a value, in files of that name.
_LOOSE: Final = re.compile(r"[A-Za-z_][^=:\r\n\[\]]{0,60}(?:[=:]|(?=[\r\n]|\Z))|[\w./*-]+")
_PLAIN: Final = re.compile(r"(?:export[ \t]+)?(?:[A-Z_][A-Z0-9_]*|[\w-]+(?:\.[\w-]+)+)[ \t]*=(?!=)")
# Lines of crontab, hosts and fstab.
_ROWS: Final = (
    re.compile(r"(?:(?:[\d*][\d*/,-]*|[A-Za-z]{3}(?:[-,][A-Za-z]{3})*)[ \t]+){5}\S|@\w+[ \t]+\S"),
    re.compile(r"(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-fA-F]*:[\da-fA-F:]*)[ \t]+[\w.-]+"),
    re.compile(
        r"\S+[ \t]+(?:/\S*|none|swap)[ \t]+[\w.,-]+[ \t]+\S+(?:[ \t]+\d+){0,2}[ \t]*(?=[\r\n]|\Z)"
    ),
)
# A comment that names the columns of all below: "# <file system> <mount point>", "# m h dom mon".
_HEADER: Final = re.compile(
    r"#[ \t]*(?:<[^<>\r\n]+>(?:[ \t]+<[^<>\r\n]+>){2,}|m(?:in\w*)?[ \t]+h\w*[ \t]+d)"
)
_NAMES: Final = re.compile(r"(?:name|id|key|title)[ \t]*[=:]")
_OPENING: Final = re.compile(r"[ \t]*(?:\"\"\"|'''|[\[{])")
_BRACKETS: Final = re.compile(
    r"\"\"\"|'''|\"[^\"\\\r\n]*(?:\\.[^\"\\\r\n]*)*\"|'[^'\r\n]*'|#[^\r\n]*|[][{}]"
)


@dataclass(frozen=True)
class _Line:
    """A line and the blank ones after it.

    Attributes:
        start: its first character.
        end: one past the last.
        content: where its indentation ends.
        kind: ``comment``, ``section``, ``setting``, ``more`` of the setting above, an ``item``
            below it, or ``other``.
        last: whether a blank line follows.
    """

    start: int
    end: int
    content: int
    kind: str
    last: bool


def lay_out_config(text: str, *, named: bool = False) -> Layout | None:
    """The pieces of settings in sections, or without.

    A setting (with the lines it goes on in) needs the head of its section and the comment above
    it, up to a blank line or the next comment. ``[[tables]]`` of an array are records, and hold
    the sections that belong to them.

    Returns:
        ``None`` unless nearly all lines are settings, sections and comments. That the text is
        ``named`` so allows for settings that are written in other ways.
    """
    found = _read(text, named=named)
    if not _is_config(text, found, named=named):
        return None
    mark = _MARKS.search(text)
    gap = "; {}\n" if mark and mark[2][0] == ";" else "# {}\n"
    return lay_out_blocks(text, _Settings(text).sections(found), "settings", gap=gap)


def config_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of consecutive lines that may be sections in a text, from the head of one."""
    first: int | None = None
    settings = until = 0
    for number, (start, end) in enumerate(spans):
        content = _CONTENT.search(text, start, end)
        place = content.start() if content else start
        section = place == start and _SECTION.match(text, start, end) is not None
        if first is None:
            if section:
                first, settings = number, 0
            continue
        setting = _SETTING.match(text, place, end)
        if setting is not None:
            settings += 1
            until = max(until, _value_end(text, setting.end()))
        goes_on = section or setting or place > start or start < until or text[place] in "#;"
        if not goes_on:
            if settings >= _FEWEST:
                yield first, number
            first = None
    if first is not None and settings >= _FEWEST:
        yield first, len(spans)


def _read(text: str, *, named: bool) -> list[_Line]:
    """The lines of a text."""
    found: list[_Line] = []
    until = indent = 0
    continued = listed = False
    for start, end in lines(text):
        match = _CONTENT.search(text, start, end)
        content = match.start() if match else end - 1
        column = content - max(text.rfind("\n", 0, content), text.rfind("\r", 0, content)) - 1
        said = text[start:end].rstrip()
        blank = text.count("\n", start, end) > 1 or text.count("\r", start, end) > 1
        last = blank and content == start + column
        setting = _SETTING.match(text, content, end)
        goes_on = bool(found) and found[-1].kind in {"setting", "more", "item"} and column > indent
        if start < until or continued:
            kind = "more"
        elif goes_on:
            kind = "item" if listed else "more"
        elif _COMMENT.match(text, content, end):
            kind = "comment"
        elif _SECTION.match(text, content, end) and (column == 0 or not found):
            kind = "section"
        elif setting or any(row.match(text, content, end) for row in _ROWS):
            kind, indent = "setting", column
            if setting:
                until = _value_end(text, setting.end())
        elif named and _LOOSE.match(text, content, end):
            kind, indent = "setting", column
        else:
            kind = "other"
        if kind == "setting":  # with nothing behind it, what is indented below is a list
            listed = setting is None or not text[setting.end() : end].strip()
        continued = kind in {"setting", "more"} and said.endswith("\\") and not last
        found.append(_Line(start, end, content, kind, last))
    return found


def _value_end(text: str, start: int) -> int:
    """Where a value of several lines ends; ``start`` if it is none."""
    opening = _OPENING.match(text, start)
    if opening is None:
        return start
    position = opening.end()
    mark = text[position - 1]
    if mark in "\"'":
        return max(text.find(mark * 3, position) + 3, start)
    depth = 1
    while match := _BRACKETS.search(text, position):
        position, found = match.end(), match.group()
        if found in {'"""', "'''"}:
            closing = text.find(found, position)
            position = closing + 3 if closing >= 0 else position
        elif found in "[]{}":
            depth += 1 if found in "[{" else -1
            if depth == 0:
                return position
    return start


def _is_config(text: str, found: list[_Line], *, named: bool) -> bool:
    counts = {kind: 0 for kind in ("comment", "section", "setting", "more", "item", "other")}
    for line in found:
        counts[line.kind] += 1
    own = len(found) - counts["comment"]
    if own - counts["other"] < max(1, _EXPLAINED * own) or not counts["setting"]:
        return False
    if named:
        return True
    settings = [line for line in found if line.kind == "setting"]
    # What stands before a colon may be the speaker of a chat.
    equals = sum(
        (key := _SETTING.match(text, line.content)) is not None and key.group()[-1] == "="
        for line in settings
    )
    if counts["section"] and equals >= _EQUALS * len(settings):
        return len(settings) + counts["section"] >= _FEWEST
    plain = {line for line in settings if _PLAIN.match(text, line.content)}
    rows = max(
        sum(line in plain or row.match(text, line.content) is not None for line in settings)
        for row in _ROWS
    )
    return len(settings) >= _FEWEST and rows >= _EXPLAINED * len(settings)


@dataclass(frozen=True)
class _Settings:
    """Finds the blocks of settings."""

    text: str

    def sections(self, found: Sequence[_Line]) -> list[Block]:
        """The settings before the first section, and the sections."""
        starts = [n for n, line in enumerate(found) if line.kind == "section"]
        heads: list[int] = []
        for number in starts:
            first = number
            while first and found[first - 1].kind == "comment" and not found[first - 1].last:
                first -= 1
            long = found[number].start - found[first].start > _LONGEST_COMMENT
            heads.append(number if long else first)
        result = self._entries(found[: heads[0]] if heads else found)
        waiting = list(zip(starts, heads, [*heads[1:], len(found)], strict=False))[::-1]
        while waiting:
            result.append(self._section(found, waiting))
        return result

    def _section(self, found: Sequence[_Line], waiting: list[tuple[int, int, int]]) -> Block:
        """The last section of those that wait in reverse, with those that belong to it."""
        start, first, end = waiting.pop()
        line = found[start]
        inside = self._entries(found[start + 1 : end])
        path = self._array(line)
        head, last = line.end, found[end - 1].end
        if path is None:
            return block(found[first].start, last, head, inside=inside)
        inside = [self._named(entry) for entry in inside]
        while waiting and self._path(found[waiting[-1][0]]).startswith(path + "."):
            inside.append(self._section(found, waiting))
            last = inside[-1].end
        return replace(record(found[first].start, last, head), inside=tuple(inside))

    def _array(self, line: _Line) -> str | None:
        """The name of a table that is one of an array."""
        return self._path(line) if self.text.startswith("[[", line.content) else None

    def _path(self, line: _Line) -> str:
        match = _SECTION.match(self.text, line.content)
        return match["name"].strip() if match else ""

    def _named(self, entry: Block) -> Block:
        short = entry.end - entry.start <= _LONGEST_NAME and not entry.inside
        return replace(entry, names=bool(short and _NAMES.match(self.text, entry.start)))

    def _entries(self, found: Sequence[_Line]) -> list[Block]:
        """Settings, those below a comment in a block with it."""
        result: list[Block] = []
        header: Block | None = None
        for comments, rest in self._groups(found):
            settings = self._settings(rest)
            if not comments:
                result += settings
                continue
            start, end = comments[0].start, comments[-1].end
            names = _HEADER.search(self.text, comments[-1].start, end)
            if not settings or end - start > _LONGEST_COMMENT:
                result.append(self._comment(start, end))
                result += settings
            elif names is not None and header is None:
                header = block(start, settings[-1].end, end, inside=settings)
                result.append(header)
            else:
                body = settings[0].end if len(settings) == 1 else settings[-1].end
                result.append(block(start, body, end, inside=settings))
        if header is not None:  # it says what is in the columns of all that follows
            place = result.index(header)
            below = [*header.inside, *result[place + 1 :]]
            result[place:] = [
                replace(header, end=below[-1].end, tail=below[-1].end, inside=tuple(below))
            ]
        return result

    def _groups(self, found: Sequence[_Line]) -> Iterator[tuple[list[_Line], list[_Line]]]:
        """Comments, and the settings below them up to a blank line or the next comment."""
        comments: list[_Line] = []
        rest: list[_Line] = []
        ended = False
        for line in found:
            if line.kind == "comment":
                if rest or ended:
                    yield comments, rest
                    comments, rest = [], []
                comments.append(line)
                ended = line.last
                continue
            if ended and line.kind not in {"more", "item"}:
                yield comments, rest
                comments, rest = [], []
            rest.append(line)
            ended = line.last
        if comments or rest:
            yield comments, rest

    def _settings(self, found: Sequence[_Line]) -> list[Block]:
        """Each setting with the lines it goes on in."""
        result: list[Block] = []
        for line in found:
            last = result[-1] if result else None
            if last is not None and line.kind == "more":
                result[-1] = block(last.start, line.end, body="whole")
            elif last is not None and line.kind == "item":
                head = last.head if last.inside else last.end
                item = block(line.start, line.end, body="whole")
                result[-1] = block(last.start, line.end, head, inside=[*last.inside, item])
            else:
                result.append(block(line.start, line.end, body="whole"))
        return result

    def _comment(self, start: int, end: int) -> Block:
        """A comment that stands for itself, in lines, or in sentences of several."""
        own = self.text[start:end]
        prose = _MARKS.sub(lambda mark: mark[1] + " " * len(mark[2]), own)
        ends = segment(prose, "sentence")[1:]
        bounds = [end for end in ends if end == len(own) or own[end - 1] in "\r\n"]
        inside = [
            block(start + low, start + high, body="whole")
            for low, high in zip([0, *bounds], bounds, strict=False)
        ]
        return block(start, end, inside=inside)
