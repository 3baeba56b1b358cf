"""Settings line by line: sections of TOML and INI files, units of systemd, ``.env``, ``crontab``.

A setting is kept whole, with the section and the comment it stands under.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from specpc.structure.config.limits import MOST_FAILED
from specpc.structure.config.setting_lines import (
    CONTENT,
    FEWEST,
    SECTION,
    SETTING,
    SettingLine,
    explained,
    is_config,
    is_open,
    is_remarks,
    read_settings,
    value_end,
)
from specpc.structure.parts.blocks import Block, block, lay_out_blocks, record
from specpc.structure.parts.lines import line_pattern
from specpc.structure.parts.nesting import LineLevel, nested
from specpc.text.patterns import lazy_re
from specpc.text.units import segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.text.layout import Layout

# A longer comment does not come along with what it is above.
_LONGEST_COMMENT: Final = 300
_LONGEST_NAME: Final = 120
_MARKS: Final = line_pattern(r"^([ \t]*)([#;]+)")
# A comment that names the columns of all below: "# <file system> <mount point>", "# m h dom mon",
# "# TYPE  DATABASE  USER".
_HEADER: Final = lazy_re(
    r"#[ \t]*(?:<[^<>\r\n]+>(?:[ \t]+<[^<>\r\n]+>){2,}|m(?:in\w*)?[ \t]+h\w*[ \t]+d"
    r"|[A-Z]{2,20}(?:[ \t]{2,20}[A-Z]{2,20}){2}|service-name[ \t])"
)
_MOST_BELOW: Final = 2
# A line of a drawing: "# |  |  .---- day of month".
_DRAWN: Final = line_pattern(r"^[ \t]*+[#;]++[ \t]++[|.+][-| \t.+]{3}")
_NAMES: Final = lazy_re(r"(?:name|id|key|title)[ \t]*[=:]")


def lay_out_config(text: str, *, named: bool = False) -> Layout | None:
    """The pieces of settings in sections, or without.

    A setting (with the lines it goes on in) needs the head of its section and the comment right
    above it; one that begins a paragraph, up to a blank line or the next comment. ``[[tables]]`` of
    an array are records, and hold the sections that belong to them.

    Returns:
        ``None`` unless nearly all lines are settings, sections and comments, or most are comments.
        That the text is ``named`` so allows for settings that are written in other ways.
    """
    found = read_settings(text, named=named)
    if not is_config(text, found, named=named):
        if not is_remarks(text, found):
            return None
        found = found if named else read_settings(text, named=True)
        if not explained(found):
            return None
    mark = _MARKS.search(text)
    gap = "; {}\n" if mark and mark[2][0] == ";" else "# {}\n"
    return lay_out_blocks(text, _Settings(text).sections(found), "settings", gap=gap)


def config_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of consecutive lines that may be sections in a text, from the head of one."""
    first: int | None = None
    settings = until = failed = 0
    for number, (start, end) in enumerate(spans):
        content = CONTENT.search(text, start, end)
        place = content.start() if content else start
        section = place == start and SECTION.match(text, start, end) is not None
        if first is None:
            if section:
                first, settings = number, 0
            continue
        setting = SETTING.match(text, place, end)
        if setting is not None:
            settings += 1
            if start >= until and failed < MOST_FAILED:
                until = value_end(text, setting.end())
                failed += is_open(text, setting.end(), until)
        goes_on = section or setting or place > start or start < until or text[place] in "#;"
        if not goes_on:
            if settings >= FEWEST:
                yield first, number
            first = None
    if first is not None and settings >= FEWEST:
        yield first, len(spans)


@dataclass(frozen=True)
class _Settings:
    """Finds the blocks of settings."""

    text: str

    def sections(self, found: Sequence[SettingLine]) -> list[Block]:
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

    def _section(self, found: Sequence[SettingLine], waiting: list[tuple[int, int, int]]) -> Block:
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

    def _array(self, line: SettingLine) -> str | None:
        """The name of a table that is one of an array."""
        return self._path(line) if self.text.startswith("[[", line.content) else None

    def _path(self, line: SettingLine) -> str:
        match = SECTION.match(self.text, line.content)
        return match["name"].strip() if match else ""

    def _named(self, entry: Block) -> Block:
        short = entry.end - entry.start <= _LONGEST_NAME and not entry.inside
        return replace(entry, told=bool(short and _NAMES.match(self.text, entry.start)))

    def _entries(self, found: Sequence[SettingLine]) -> list[Block]:
        """Settings, those below a comment in a block with it."""
        result: list[Block] = []
        header: tuple[int, int, int] | None = None  # and how much stands above it
        for comments, rest, begins in self._groups(found):
            settings = self._settings(rest)
            names = self._names(comments) if header is None else None
            if names is not None:
                start, end = comments[0].start, comments[names].end
                if end - start > _LONGEST_COMMENT:
                    start = comments[names].start
                    result.append(self._comment(comments[0].start, start))
                header = start, end, len(result)
                del comments[: names + 1]
            if not comments:
                result += settings
                continue
            start, end = comments[0].start, comments[-1].end
            if not settings or end - start > _LONGEST_COMMENT:
                result.append(self._comment(start, end))
                result += settings
            else:
                own = settings if begins and names is None else settings[:1]
                result.append(block(start, own[-1].end, end, inside=own))
                result += settings[len(own) :]
        if header is not None:  # it says what is in the columns of all that follows
            start, end, above = header
            below = result[above:]
            last = below[-1].end if below else end
            result[above:] = [block(start, last, end if below else start, inside=below)]
        return result

    def _names(self, comments: Sequence[SettingLine]) -> int | None:
        """The comment that names columns, one of the last above rows."""
        low = max(0, len(comments) - 1 - _MOST_BELOW)
        names = (n for n in range(low, len(comments)) if self._is_header(comments[n]))
        return next(names, None)

    def _is_header(self, comment: SettingLine) -> bool:
        return _HEADER.match(self.text, comment.content) is not None

    def _groups(
        self, found: Sequence[SettingLine]
    ) -> Iterator[tuple[list[SettingLine], list[SettingLine], bool]]:
        """Comments, the settings below them, and whether a paragraph begins with those.

        They go on up to a blank line or the next comment.
        """
        comments: list[SettingLine] = []
        rest: list[SettingLine] = []
        ended = begins = True
        for line in found:
            comment = line.kind == "comment"
            if (comment and rest) or (ended and line.kind not in {"more", "item"}):
                if comments or rest:
                    yield comments, rest, begins
                comments, rest, begins = [], [], ended
            (comments if comment else rest).append(line)
            ended = line.last
        if comments or rest:
            yield comments, rest, begins

    def _settings(self, found: Sequence[SettingLine]) -> list[Block]:
        """Each setting with the lines it goes on in, or with what is listed below it."""
        rows: list[LineLevel] = []
        for line in found:
            if line.kind == "more" and rows:
                rows[-1] = replace(rows[-1], end=line.end)
            else:
                rows.append(
                    LineLevel(line.start, line.end, line.kind == "item", line.kind != "item")
                )
        return nested(rows)

    def _comment(self, start: int, end: int) -> Block:
        """A comment that stands for itself, in lines, or in sentences of several."""
        own = self.text[start:end]
        if _DRAWN.search(own):
            return block(start, end, body="whole")
        prose = _MARKS.sub(lambda mark: mark[1] + " " * len(mark[2]), own)
        ends = segment(prose, "sentence")[1:]
        bounds = [end for end in ends if end == len(own) or own[end - 1] in "\r\n"]
        inside = [
            block(start + low, start + high, body="whole")
            for low, high in zip([0, *bounds], bounds, strict=False)
        ]
        return block(start, end, inside=inside)
