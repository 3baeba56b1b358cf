"""Blocks in braces or tags: Terraform, nginx, Caddy, Apache, CSS, Protocol Buffers, GraphQL.

A statement is kept whole, with the lines that open and close all it stands in, so that braces are
closed. Only blocks that open at the end of a line and close at the beginning of one are told apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from specpc.structure.blocks import Block, block, lay_out_blocks
from specpc.structure.lines import lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from specpc.text.layout import Layout

    Runs = Callable[[str, Sequence[tuple[int, int]]], Iterator[tuple[int, int]]]

# What is nested deeper stays whole.
_DEEPEST: Final = 40
_LONGEST_RUN: Final = 2000
_LONGEST_NAME: Final = 200
_LONGEST_HEAD: Final = 1000
_STRING: Final = r"'[^'\\\r\n]*(?:\\.[^'\\\r\n]*)*'|\"\"\"(?:[^\"]|\"(?!\"\"))*\"\"\"|\"[^\"\\\r\n]*(?:\\.[^\"\\\r\n]*)*\""
_C: Final = r"/\*[^*]*\*+(?:[^/*][^*]*\*+)*/"
_HEREDOC: Final = r"<<-?[ \t]*(?P<word>[A-Z_]{2,30})[ \t]*[\r\n]"


@dataclass(frozen=True)
class Dialect:
    """How a language with blocks is written.

    Attributes:
        name: the kind of text.
        opens: begins the blocks that are in no other; without one of them a text is another.
        comments: of the language.
        gap: how a cut is marked.
        ends: what statements end with; where nothing, with their line.
        record: whether a block of statements says something only as a whole.
        tags: whether blocks are in tags, not braces.
        names: how code fences call it, and how names of its files end.
        endings: how else they end.
        known: the statement by which a block is known.
        loose: what may stand outside blocks, where statements end with their line.
    """

    name: str
    opens: re.Pattern[str]
    comments: str
    gap: str = "# {}\n"
    ends: str = ""
    record: bool = False
    tags: bool = False
    names: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    known: re.Pattern[str] | None = None
    loose: re.Pattern[str] | None = None

    def begins(self, text: str, start: int, end: int) -> bool:
        """Whether a line begins a block that is in no other; no line of a minified text does."""
        return end - start <= _LONGEST_HEAD and self.opens.match(text, start) is not None


def _words(listed: str, rest: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(listed.split())})\b{rest}")


_SAME_LINE: Final = r"[^{}\r\n]*\{"
HCL: Final = Dialect(
    "hcl",
    _words(
        "resource variable output provider module data terraform locals moved import check job"
        " group task source build packer backend path listener storage required_providers",
        r"(?:[ \t]+(?:\"[^\"\r\n]*\"|[\w.-]+)){0,3}[ \t]*\{",
    ),
    rf"#[^\r\n]*|//[^\r\n]*|{_C}",
    names=("hcl", "terraform"),
    endings=("tf", "tfvars", "nomad"),
    loose=re.compile(r"[\w.-]+[ \t]*=(?!=)|(?:output|variable|locals)\b[^\r\n]*\}"),
)
NGINX: Final = Dialect(
    "nginx",
    _words(
        "server http location upstream events stream map geo", _SAME_LINE
    ),
    r"#[^\r\n]*",
    ends=";",
    names=("nginx", "conf"),
    known=re.compile(r"server_name\b"),
)
CADDY: Final = Dialect(
    "caddy",
    re.compile(
        r"(?:(?:https?://)?[\w*-]*(?:\.[\w*-]+)+(?::\d+)?|:\d+|localhost\S*|\(\w+\)),?(?:[ \t]+[^\s{}]+)*[ \t]*\{|\{[ \t]*[\r\n]+[ \t]+[a-z_]+[ \t]"
    ),
    r"(?<=\s)#[^\r\n]*|^#[^\r\n]*",
    names=("caddy", "caddyfile"),
    loose=re.compile(r"import[ \t]"),
)
CSS: Final = Dialect(
    "css",
    re.compile(
        r"(?:@(?:media|font-face|keyframes|supports|layer|page|container|import|charset|-webkit\S*|include|mixin)|[.#:*\[&]|(?:html|body|a|p|h[1-6]|ul|ol|li|table|t[drh]|img|div|span|nav|main|header|footer|section|article|input|button|form|pre|code|svg)\b)[^;=\r\n]*[{,][ \t]*(?=[\r\n])"
    ),
    _C,
    "/* {} */\n",
    ";",
    record=True,
    names=("css", "scss", "less"),
)
PROTO: Final = Dialect(
    "protobuf",
    _words("message service enum extend oneof rpc", r"[ \t]+\w[^{}\r\n;]*\{"),
    rf"//[^\r\n]*|{_C}",
    "// {}\n",
    ";",
    names=("proto", "protobuf"),
)
GRAPHQL: Final = Dialect(
    "graphql",
    _words(
        "type input interface enum query mutation subscription fragment schema extend",
        r"[\w@&:$!,()=\" \t\[\]]*[{(](?=[ \t]*[\r\n])",
    ),
    r"#[^\r\n]*",
    names=("graphql", "gql"),
    loose=re.compile(r"(?:scalar|union|directive|type|extend)[ \t]|\""),
)
APACHE: Final = Dialect(
    "apache",
    _words(
        "<VirtualHost <Directory <DirectoryMatch <Location <LocationMatch <IfModule <Files"
        " <FilesMatch <Proxy <IfDefine <Limit <RequireAll <RequireAny <IfVersion",
        r"[^<>\r\n]*>",
    ),
    r"#[^\r\n]*",
    tags=True,
    names=("apache", "apacheconf", "conf"),
    endings=("htaccess",),
    known=re.compile(r"ServerName\b"),
    loose=re.compile(r"[A-Z][A-Za-z]+[ \t]+\S"),
)
DIALECTS: Final = (HCL, NGINX, PROTO, GRAPHQL, CSS, APACHE, CADDY)
_TAG: Final = re.compile(r"<(/?)(\w+)[^<>\r\n]*>")
_CONTENT: Final = re.compile(r"[^ \t\r\n]")


def lay_out_braces(text: str, dialect: Dialect, *, named: bool = False) -> Layout | None:
    """The pieces of a text in blocks: statements, each with what opens and closes those around it.

    Comments stay with what follows them.

    Returns:
        ``None`` unless all blocks are closed and some, or, where the text is not ``named`` so, all
        that are in no other, are known in the dialect.
    """
    spans = lines(text)
    if not any(dialect.begins(text, _content(text, *span), span[1]) for span in spans):
        return None
    blocks = _Braces(text, dialect, named).blocks(spans)
    return lay_out_blocks(text, blocks, dialect.name, gap=dialect.gap) if blocks else None


def braces_runs(
    text: str, spans: Sequence[tuple[int, int]], dialect: Dialect
) -> Iterator[tuple[int, int]]:
    """Numbers of consecutive lines in a text that begin with a known block, and close it."""
    number = 0
    while number < len(spans):
        known = dialect.begins(text, *spans[number])
        last = _run_end(text, spans, number, dialect) if known else number
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
            depth += text.count("{", start, end) - text.count("}", start, end)
        if depth < 0:
            return closed
        if depth == 0:
            closed = number + 1
    return closed


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

    ``kind`` is ``(`` for all that open and begin no block, ``{``, ``)`` or ``}`` likewise, ``#`` for
    a comment and nothing for a string.
    """

    start: int
    end: int
    kind: str


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
        for start, end in spans:
            content = _content(self.text, start, end)
            own: list[_Mark] = []
            while marks and marks[-1].start < end:
                own.append(marks.pop())
            code = self.text[content : own.pop().start if own and own[-1].kind == "#" else end]
            code = code.rstrip()
            described = code.startswith('"') and code.endswith('"')
            if code and begun is None and start >= until and not described:
                begun = content
            opens = closes = False
            for mark in own:
                until = max(until, mark.end)
                if mark.kind in {"(", "{"}:
                    opens = mark.kind == "{" and not flat and mark.end == content + len(code)
                    flat += not opens
                elif mark.kind == "}" and not flat and mark.start == content:
                    closes = True
                elif mark.kind in {")", "}"}:
                    flat -= 1
            unfinished = closes and begun is not None and begun < content and self._is_strict
            if unfinished or flat < 0 or (opens and closes) or (closes and len(levels) == 1):
                return None
            if closes:
                level = levels.pop()
                self._add(level.inside, pending, start)
                levels[-1].inside.append(self._closed(level, start, end))
            elif opens:
                if not self.sure and len(levels) == 1 and not self._opens(begun or content, end):
                    return None
                levels.append(_Level(pending, end, []))
            elif not flat and until <= end and self._is_finished(code, start, end, begun):
                if not self.sure and len(levels) == 1 and not self._is_loose(begun, code):
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

    def _opens(self, place: int, end: int) -> bool:
        return self.dialect.begins(self.text, place, end)

    def _is_loose(self, begun: int | None, code: str) -> bool:
        """Whether what stands in no block is a comment, or a statement of the language."""
        if begun is None or self.dialect.loose is None:
            return begun is None or code.endswith((self.dialect.ends, "}"))
        return self.dialect.loose.match(self.text, begun) is not None

    def _is_finished(self, code: str, start: int, end: int, begun: int | None) -> bool:
        """Whether a statement, or a comment that stands for itself, ends with a line."""
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
            return replace(inner, names=True)
        return inner

    def _marks(self) -> list[_Mark]:
        """What brackets, comments, and strings or other things of several lines there are."""
        text, marks = self.text, list[_Mark]()
        pattern, position = _token(self.dialect), 0
        unclosed: set[str] = set()
        while match := pattern.search(text, position):
            start, position = match.span()
            found, word = match.group(), match["word"]
            if word and word not in unclosed:
                closing = re.compile(rf"^[ \t]*{word}[ \t]*$", re.MULTILINE).search(text, position)
                position = closing.end() if closing else position
                unclosed |= set() if closing else {word}
            several = "\n" in text[start:position] or "\r" in text[start:position]
            if match["comment"]:
                marks.append(_Mark(start, position, "" if several else "#"))
            elif match["opens"]:
                marks.append(_Mark(start, position, "{" if found != "(" and found != "[" else "("))
            elif match["closes"]:
                marks.append(_Mark(start, position, "}" if found not in {")", "]"} else ")"))
            elif several:
                marks.append(_Mark(start, position, ""))
        return marks


@lru_cache
def _token(dialect: Dialect) -> re.Pattern[str]:
    opens, closes = (
        (r"<\w[^<>\r\n]*>", r"</\w[^<>\r\n]*>") if dialect.tags else (r"[({\[]", r"[)}\]]")
    )
    strings = "(?!)" if dialect.tags else _STRING
    return re.compile(
        rf"(?P<comment>{dialect.comments})|{_HEREDOC}|{strings}|(?P<closes>{closes})|(?P<opens>{opens})",
        re.MULTILINE,
    )
