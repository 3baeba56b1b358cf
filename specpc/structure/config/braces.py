"""Blocks in braces or tags: Terraform, nginx, Caddy, Apache, CSS, Protocol Buffers, GraphQL.

A statement is kept whole, with the lines that open and close all it stands in, so that braces are
closed. Only blocks that open at the end of a line and close at the beginning of one are told apart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from specpc.structure.config.dialects import Dialect, token
from specpc.structure.config.limits import LONGEST_VALUE, MOST_FAILED
from specpc.structure.parts.blocks import Block, block, lay_out_blocks
from specpc.structure.parts.lines import line_start, lines
from specpc.text.patterns import lazy_re, lazy_regex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from specpc.text.layout import Layout

    Runs = Callable[[str, Sequence[tuple[int, int]]], Iterator[tuple[int, int]]]

_LONGEST_RUN: Final = 2000
_LONGEST_NAME: Final = 200
# Blocks in more others than this are what one of those holds.
_DEEPEST: Final = 50
_REST: Final = lazy_regex(r"[ \t]*+(?=[\r\n]|\Z)")
_TAG: Final = lazy_re(r"<(/?)(\w+)[^<>\r\n]*>")
_CONTENT: Final = lazy_re(r"[^ \t\r\n]")


def lay_out_braces(text: str, dialect: Dialect, *, named: bool = False) -> Layout | None:
    """The pieces of a text in blocks: statements, each with what opens and closes those around it.

    Comments stay with what follows them.

    Returns:
        ``None`` unless all blocks are closed and some, or, where the text is not ``named`` so, all
        that are in no other, are known in the dialect.
    """
    if not dialect.may_be_in(text):
        return None
    spans = lines(text)
    if not any(dialect.begins(text, _content(text, *span), span[1]) for span in spans):
        return None
    blocks = _Braces(text, dialect, named).blocks(spans)
    return lay_out_blocks(text, blocks, dialect.name, gap=dialect.gap) if blocks else None


def braces_runs(
    text: str, spans: Sequence[tuple[int, int]], dialect: Dialect
) -> Iterator[tuple[int, int]]:
    """Numbers of consecutive lines in a text that begin with a known block, and close it."""
    number, failed = 0 if dialect.may_be_in(text) else len(spans), 0
    while number < len(spans) and failed < MOST_FAILED:
        known = dialect.begins(text, *spans[number])
        last = _run_end(text, spans, number, dialect) if known else number
        failed += known and last == number
        if last > number + 2:
            yield number, last
        number = max(last, number + 1)


def _run_end(text: str, spans: Sequence[tuple[int, int]], first: int, dialect: Dialect) -> int:
    """The number of the line after the blocks that follow one another from a line on."""
    depth, closed = 0, first
    for number in range(first, min(len(spans), first + _LONGEST_RUN)):
        start, end = spans[number]
        if depth == 0 and number > first and not dialect.begins(text, start, end):
            if text[start] in "#/":
                continue
            return closed
        if dialect.tags:
            tag = _TAG.search(text, start, end)
            depth += (-1 if tag[1] else 1) if tag else 0
        else:
            opened, closed_here = (text.count(mark, start, end) for mark in dialect.brackets)
            depth += opened - closed_here
        if depth < 0:
            return closed
        if depth == 0:
            closed = number + 1
    return closed


def _alone(text: str, word: str, position: int) -> int | None:
    """Where a word ends that stands alone on a line, not too far behind a position."""
    limit = position + LONGEST_VALUE
    while (place := text.find(word, position, limit)) >= 0:
        after = _REST.match(text, place + len(word))
        if after and not text[line_start(text, position, place) : place].strip(" \t"):
            return after.end()
        position = place + len(word)
    return None


def _content(text: str, start: int, end: int) -> int:
    match = _CONTENT.search(text, start, end)
    return match.start() if match else start


@dataclass
class _Level:
    """A block that is open: where it starts, where its head ends, and what is in it so far."""

    start: int
    head: int
    inside: list[Block]


@dataclass(frozen=True)
class _Mark:
    """A bracket outside strings and comments, a comment, or what takes several lines.

    ``kind`` is ``(`` for all that open and begin no block, ``{``, ``)`` or ``}`` likewise, ``#``
    for a comment and nothing for a string.
    """

    start: int
    end: int
    kind: str


def _changes(
    marks: Sequence[_Mark], span: tuple[int, int], flat: int, *, deep: bool
) -> tuple[bool, bool, int]:
    """Whether a line opens a block at its end and closes one at its start.

    Also how many brackets are open that begin no block, given how many were: ``deep`` in others,
    none does.
    """
    opens = closes = False
    first, last = span
    for mark in marks:
        if mark.kind in {"(", "{"}:
            opens = mark.kind == "{" and not (flat or deep) and mark.end == last
            flat += not opens
        elif mark.kind == "}" and not flat and mark.start == first:
            closes = True
        elif mark.kind in {")", "}"}:
            flat -= 1
    return opens, closes, flat


def _before(marks: list[_Mark], end: int) -> list[_Mark]:
    """The marks before an offset, taken from the end of those that wait."""
    own: list[_Mark] = []
    while marks and marks[-1].start < end:
        own.append(marks.pop())
    return own


@dataclass(frozen=True)
class _Braces:
    """Finds the blocks of a text."""

    text: str
    dialect: Dialect
    sure: bool

    def blocks(self, spans: Sequence[tuple[int, int]]) -> list[Block] | None:
        """All blocks and statements that are in no other; ``None`` if the text is another."""
        marks = self._marks()[::-1]
        levels = [_Level(0, 0, [])]
        pending = flat = until = 0  # flat: open brackets that begin no block
        begun: int | None = None  # where a statement begins that is not finished
        script = False  # whether what ends commands of a shell is still to come
        for start, end in spans:
            content = _content(self.text, start, end)
            own = _before(marks, end)
            code = self.text[content : own.pop().start if own and own[-1].kind == "#" else end]
            code = code.rstrip()
            described = code.startswith('"') and code.endswith('"')
            if code and begun is None and start >= until and not described:
                begun = content
            bound = self.dialect.script and self.dialect.script.match(code)
            if script or (bound and len(levels) > 1):
                # Brackets there open and close nothing here.
                script, until = not (bound and bound["end"]), end
                if not script:
                    self._add(levels[-1].inside, pending, end)
                    pending, begun = end, None
                continue
            until = max([until, *(mark.end for mark in own)])
            span, deep = (content, content + len(code)), len(levels) > _DEEPEST
            opens, closes, flat = _changes(own, span, flat, deep=deep)
            unfinished = closes and begun is not None and begun < content and self._is_strict
            if unfinished or flat < 0 or (opens and closes) or (closes and len(levels) == 1):
                return None
            if closes:
                level = levels.pop()
                self._add(level.inside, pending, start)
                levels[-1].inside.append(self._closed(level, start, end))
            elif opens:
                if not self.sure and not self._may_open(begun or content, end, len(levels)):
                    return None
                levels.append(_Level(pending, end, []))
            elif not flat and until <= end and self._is_finished(code, start, end, begun):
                if not self.sure and not self._may_be(begun, code, outside=len(levels) == 1):
                    return None
                self._add(levels[-1].inside, pending, end)
            else:
                continue
            pending, begun = end, None
        rest = begun is not None and not self.sure
        if len(levels) > 1 or flat or rest or not any(own.inside for own in levels[0].inside):
            return None
        self._add(levels[0].inside, pending, len(self.text))
        return levels[0].inside

    @property
    def _is_strict(self) -> bool:
        """Whether all statements have to be ended; the last one of a CSS rule has not."""
        return not self.sure and bool(self.dialect.ends) and not self.dialect.record

    def _may_open(self, place: int, end: int, depth: int) -> bool:
        if depth > 1:
            return self.dialect.inner.match(self.text, place) is not None
        return self.dialect.begins(self.text, place, end)

    def _may_be(self, begun: int | None, code: str, *, outside: bool) -> bool:
        """Whether it is a comment, or a statement of the language, outside of blocks or inside."""
        if begun is None:
            return True
        if not outside:
            return self.dialect.inner.match(self.text, begun) is not None
        if self.dialect.loose is None:
            return code.endswith((self.dialect.ends, "}"))
        return self.dialect.loose.match(self.text, begun) is not None

    def _is_finished(self, code: str, start: int, end: int, begun: int | None) -> bool:
        """Whether a statement, or a comment that stands for itself, ends with a line."""
        if begun is not None and self.dialect.goes_on is not None:
            return bool(code) and self.dialect.goes_on.match(code) is None
        if begun is not None:
            return not code or code.endswith((self.dialect.ends, "}"))
        return self.text.count("\n", start, end) > 1 or self.text.count("\r", start, end) > 1

    def _add(self, inside: list[Block], start: int, end: int) -> None:
        if start < end:
            inside.append(block(start, end, body="whole"))

    def _closed(self, level: _Level, tail: int, end: int) -> Block:
        own = block(level.start, end, level.head, tail=tail, inside=level.inside)
        if not level.inside:
            return replace(own, body="whole")
        flat = self.dialect.record and not any(inner.inside for inner in level.inside)
        inside = tuple(map(self._named, level.inside))
        return replace(own, inside=inside, record=flat)

    def _named(self, inner: Block) -> Block:
        """A statement, marked if the block around it is known by it."""
        known, start = self.dialect.known, _content(self.text, inner.start, inner.end)
        short = known is not None and inner.end - inner.start <= _LONGEST_NAME
        if short and known is not None and known.match(self.text, start):
            return replace(inner, told=True)
        return inner

    def _marks(self) -> list[_Mark]:
        """What brackets, comments, and strings or other things of several lines there are."""
        text, marks = self.text, list[_Mark]()
        pattern, position = token(self.dialect), 0
        flat = "[]{}" if self.dialect.round else "()[]"
        unclosed: set[str] = set()
        while match := pattern.search(text, position):
            start, position = match.span()
            found, word = match.group(), match["word"]
            if word and len(unclosed) < MOST_FAILED:
                closing = _alone(text, word, position)
                position = position if closing is None else closing
                unclosed |= {word} if closing is None else set()
            if match["comment"] == "/*":
                closing_mark = -1 if "*/" in unclosed else text.find("*/", position)
                position = closing_mark + 2 if closing_mark >= 0 else position
                unclosed |= set() if closing_mark >= 0 else {"*/"}
            several = "\n" in text[start:position] or "\r" in text[start:position]
            if match["comment"]:
                marks.append(_Mark(start, position, "" if several else "#"))
            elif match["opens"]:
                marks.append(_Mark(start, position, "(" if found in flat else "{"))
            elif match["closes"]:
                marks.append(_Mark(start, position, ")" if found in flat else "}"))
            elif several:
                marks.append(_Mark(start, position, ""))
        return marks
