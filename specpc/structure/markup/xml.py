"""XML, and prompts with tags that are no XML: what is kept stands in all the tags around it.

An element's start tag is the head of what is in it, its end tag the tail. Of like siblings each is
a record; a larger one brings what tells it from the others (a number, a name, a title).
"""

from __future__ import annotations

import html
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import regex

from specpc.structure.parts.blocks import small_size
from specpc.structure.parts.lines import one_piece
from specpc.structure.parts.trees import names
from specpc.text.layout import LayoutBuilder, Nested
from specpc.text.patterns import lazy_regex
from specpc.text.units import segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from specpc.text.layout import Layout

HTML_NAMES: Final = names(
    "html head body title base link meta style script noscript template slot section article main "
    "header footer nav aside p ul ol menu li dl dt dd table caption thead tbody tfoot tr td th "
    "colgroup col blockquote pre h1 h2 h3 h4 h5 h6 form fieldset legend figure figcaption address "
    "summary dialog hgroup search center select option optgroup textarea div span a b i u s em "
    "strong small big sub sup code kbd samp var tt q cite abbr dfn mark del ins font br hr wbr img "
    "picture source audio video track canvas iframe embed object param map area input button label "
    "output progress meter ruby rt rp bdi bdo time data"
)
"""Elements of HTML, but for ``details``, which Markdown has its own text in."""

TAG: Final = lazy_regex(
    r"<(?P<closing>/?)(?P<name>[^\W\d][\w.:-]*+)"
    r"(?:\s++(?:[^<>\"'/]++|/(?!>)|\"[^\"<]*+\"|'[^'<]*+')*+)?+(?P<empty>/?)>"
)
_DECLARED: Final = lazy_regex(r"\s*+<\?xml\s")
_DOCTYPE: Final = lazy_regex(
    r"<!DOCTYPE\s[^\[<>]{0,500}+(?:\[[^\]]{0,20000}+\]\s*+)?+>", regex.IGNORECASE
)
_RAW: Final = {"<!--": "-->", "<![CDATA[": "]]>", "<?": "?>"}
_REST_OF_LINE: Final = lazy_regex(r"[ \t]*+(?:(?:\r\n|\n|\r)(?:[ \t]*+(?:\r\n|\n|\r))*+|\Z)")
_ENTITY: Final = lazy_regex(r"&(?:\w{1,32}|#\d{1,7}|#[xX][\da-fA-F]{1,6});")
# Children that tell an element from its like.
_TELLING: Final = names(
    "id no nr number name key title summary code sku guid uid artifactid groupid version source "
    "path file filename url link date pubdate time timestamp author user speaker role label "
    "subject question query input"
)
_CONTENT: Final = lazy_regex(r"(?:\w+_)?(?:contents?|text|body)", regex.IGNORECASE)
# What names the file whose text an element holds: an attribute, or an element beside it.
_FILE: Final = lazy_regex(
    r"\s(?:path|file|file_?name|file_?path|name|source|src|uri)\s*+=\s*+"
    r"[\"'](?P<name>[^\"'<>\r\n]{1,200}\.\w{1,12})[\"']"
)
_FILES: Final = names("path file filename file_name filepath file_path source")
# The text of these is none in their format any more, or what it looks like.
_PAGES: Final = names(
    "md markdown txt text html htm xhtml pdf doc docx odt rtf epub ppt pptx xls xlsx msg eml"
)
_FILE_NAME: Final = lazy_regex(r"\s*+(?P<name>\S{1,200}\.\w{1,12})\s*+")
_LONGEST_TELLING: Final = 200
_RECORD: Final = 400
_DEEPEST: Final = 60
_FEWEST: Final = 3
_MOST_TELLING: Final = 3
# Shorter text is no more than a sentence.
_SENTENCE: Final = 40
_CDATA: Final = "<![CDATA["
_COMMENT: Final = "<!-- {} -->"


@dataclass(eq=False)
class Element:
    """An element of a text: its start tag, what is in it, and its end tag."""

    name: str
    start: int
    head: int
    tail: int = -1
    end: int = -1
    inside: list[Element] = field(default_factory=list)

    @property
    def local(self) -> str:
        """Its name without a prefix, in small letters."""
        return self.name.rpartition(":")[2].casefold()


@dataclass(frozen=True)
class _Token:
    """A tag, or a comment, instruction or section of raw text (named by how it begins)."""

    name: str
    start: int
    end: int
    closing: bool = False
    empty: bool = False


def _tokens(text: str) -> Iterator[_Token]:
    """All tags and the like, from left to right; what is none is text."""
    position = text.find("<")
    ends = {opening: text.rfind(closing) for opening, closing in _RAW.items()}
    while position >= 0:
        for opening, closing in _RAW.items():
            if text.startswith(opening, position) and position < ends[opening]:
                end = text.index(closing, position) + len(closing)
                yield _Token(opening, position, end)
                break
        else:
            end = position + 1
            if match := TAG.match(text, position):
                end = match.end()
                closing_tag, empty = bool(match["closing"]), bool(match["empty"])
                yield _Token(match["name"], position, end, closing_tag, empty)
            elif match := _DOCTYPE.match(text, position):
                end = match.end()
                yield _Token("<!DOCTYPE", position, end)
        position = text.find("<", end)


def elements(text: str, *, strict: bool) -> Element | None:
    """A text as an element without tags, with all elements in it.

    ``None`` if it is to be ``strict`` and a tag is without another. Else such tags are text.
    """
    waiting: list[Element] = []
    found: list[Element] = []
    counts: Counter[str] = Counter()
    for token in _tokens(text):
        one = Element(token.name, token.start, token.end, token.end, token.end)
        if token.empty or token.name.startswith("<"):
            found.append(one)
        elif not token.closing:
            waiting.append(one)
            counts[token.name] += 1
        elif counts[token.name] and (not strict or waiting[-1].name == token.name):
            while (opened := waiting.pop()).name != token.name:
                counts[opened.name] -= 1
            counts[token.name] -= 1
            opened.tail, opened.end = token.start, token.end
            found.append(opened)
        elif strict:
            return None
    return None if strict and waiting else _nested(found, len(text))


def _nested(found: list[Element], end: int) -> Element:
    """Elements in one around them all, each in what is around it."""
    root = Element("", 0, 0, end, end)
    around = [root]
    for one in sorted(found, key=lambda element: element.start):
        while one.start >= around[-1].end:
            around.pop()
        around[-1].inside.append(one)
        if one.end > one.tail:
            around.append(one)
    return root


def lay_out_xml(text: str, *, named: bool = False) -> Layout | None:
    """The pieces of XML of any kind, or of text in tags from its beginning to its end.

    Returns:
        ``None`` if a tag is without another, if there is not one element around all the others, or
        if that is one of HTML.
    """
    if not text.lstrip().startswith("<") or not text.rstrip().endswith(">"):
        return None
    top = elements(text, strict=True)
    roots = [one for one in top.inside if not one.name.startswith("<")] if top else []
    if top is None or len(roots) != 1 or _has_text(text, top):
        return None
    declared = named or _DECLARED.match(text) is not None
    if roots[0].local == "html" or not (declared or _is_markup(roots[0])):
        return None
    return _lay_out(text, top, _COMMENT if declared else "{}")


def lay_out_elements(text: str) -> Layout:
    """The pieces of a text that is elements, whatever else looks like tags in them."""
    top = elements(text, strict=False)
    assert top is not None
    return _lay_out(text, top, "{}")


def _lay_out(text: str, top: Element, gap: str, opened: Element | None = None) -> Layout:
    tree = _Tree(text, gap, small_size(text), opened)
    tree.content(top, (), _DEEPEST)
    tree.end(len(text))
    layout = tree.builder.build("xml")
    return layout if layout.units.any() else one_piece(len(text), "xml", "")


def _opened(text: str, gap: str) -> Layout:
    """The pieces of one element that is a unit elsewhere."""
    top = elements(text, strict=False)
    assert top is not None
    return _lay_out(text, top, gap, top.inside[-1])


def _has_text(text: str, own: Element) -> bool:
    """Whether there is text in an element beside its children."""
    position = own.head
    for one in own.inside:
        if text[position : one.start].strip() or one.name == _CDATA:
            return True
        position = one.end
    return bool(text[position : own.tail].strip())


def _is_markup(root: Element) -> bool:
    """Whether an element is none of HTML, and has others in it."""
    count, waiting = 0, [root]
    while waiting and count < _FEWEST:
        one = waiting.pop()
        count += 1
        waiting += one.inside
    return root.name not in HTML_NAMES and root.name != "details" and count >= _FEWEST


@dataclass
class _Tree:
    """Adds the pieces of elements to a builder.

    Attributes:
        text: all of it.
        gap: how a cut between elements is marked.
        small: most characters of an element that is not cut.
        opened: an element that is cut whatever its size.
        files: names of files whose text elements hold, as those beside them say.
    """

    text: str
    gap: str
    small: int
    opened: Element | None = None
    builder: LayoutBuilder = field(default_factory=LayoutBuilder)
    files: dict[int, str] = field(default_factory=dict)

    def content(self, own: Element, needs: tuple[int, ...], depth: int) -> list[int]:
        """Add what is in an element; the supports that tell it from its like."""
        if self._is_file(own, needs):
            return []
        counts = Counter(one.name for one in own.inside)
        mixed = _has_text(self.text, own)
        telling_ones = self._telling(own)
        self._name_files(own, telling_ones)
        tells = {id(one) for one in telling_ones}
        telling: list[int] = []
        glued = self.builder.position  # up to here, all belongs to what follows
        done = 0  # children that runs of text had in them
        for one in own.inside:
            if mixed and one.name != _CDATA and not self._is_apart(one):
                continue
            if self.text[glued : self._before(one)].strip():
                done = self._run(own, done, self._before(one), needs)
            if self._is_glued(own, one):
                glued = one.end
            elif one.name == _CDATA:
                self._cdata(one, self._after(one.end, own.tail), needs)
            elif one.name.startswith("<") or id(one) in tells:
                piece = self._support(self._after(one.end, own.tail), needs)
                if one.name != "<!--":
                    telling.append(piece)
            elif own is self.opened and self._is_wrapping(one):
                self._support(self._after(one.head, one.tail), ())
                self.content(one, needs, depth - 1)
                self._support(self._after(one.end, own.tail), ())
            else:
                wanted = needs if own.name else (*needs, *telling)
                self._element(one, self._after(one.end, own.tail), wanted, depth, counts)
            glued = max(glued, self.builder.position)
        if self.text[glued : own.tail].strip():
            self._run(own, done, self._line_start(own.tail), needs)
        return telling

    def _is_file(self, own: Element, needs: tuple[int, ...]) -> bool:
        """Add the text of a file that an element holds, if it does, as what its name says."""
        named = _FILE.search(self.text, own.start, own.head) if own.name else None
        name = named["name"] if named else self.files.get(id(own))
        end = self._line_start(own.tail)
        if (
            name is None
            or name.rpartition(".")[2].casefold() in _PAGES
            or len(self.text[self.builder.position : end].splitlines()) < 2
        ):
            return False
        self.builder.nest(self.builder.unit(end, needs), Nested(name=name))
        return True

    def _name_files(self, own: Element, telling: Sequence[Element]) -> None:
        """Note of which file the content is that stands beside the name of one."""
        for one in telling:
            if one.local not in _FILES:
                continue
            if found := _FILE_NAME.fullmatch(self.text, one.head, one.tail):
                content = (other for other in own.inside if _CONTENT.fullmatch(other.local))
                self.files.update((id(other), found["name"]) for other in content)

    def end(self, end: int) -> None:
        """Add what is left, as what nothing needs."""
        if self.builder.position < end:
            self._support(end, ())

    def _element(
        self, one: Element, stop: int, needs: tuple[int, ...], depth: int, counts: Counter[str]
    ) -> None:
        builder, size = self.builder, one.end - one.start
        names = [inner.name for inner in one.inside]
        alone = not needs and len(set(names)) == len(names) and not _has_text(self.text, one)
        record = (counts[one.name] > 1 or alone) and bool(one.inside)
        small = size <= (_RECORD if record else self.small) and one is not self.opened
        divisible = depth > 0 and self._is_divisible(one)
        if small or not divisible:
            piece = builder.unit(stop, needs, whole=True, gap=self._gap())
            if divisible:
                builder.refinable(piece, partial(_opened, gap=self.gap))
            return
        head = self._support(self._after(one.head, one.tail), needs)
        builder.require(head, *self.content(one, (head,), depth - 1))
        builder.require(head, self._support(stop, ()))

    def _is_wrapping(self, one: Element) -> bool:
        """Whether tags only say that what is in them is what their element is about.

        In prompts, and where no budget holds the element as it is, they are not worth their length.
        """
        plain = one.head - one.start == len(one.name) + 2
        leaf = plain and self.gap != _COMMENT and not one.inside
        return leaf and _CONTENT.fullmatch(one.name) is not None

    def _is_glued(self, own: Element, one: Element) -> bool:
        """Whether an element belongs to the next one."""
        if self.opened is not None and not own.name:
            return one is not self.opened
        key = own.local == "dict" and one.local == "key"  # of a property list
        return key or (one.name == "<!--" and one.end - one.start <= _LONGEST_TELLING)

    def _is_divisible(self, one: Element) -> bool:
        """Whether there is more in an element than a sentence."""
        inner = [element for element in one.inside if not element.name.startswith("<")]
        if inner:
            return len(inner) > len(self._telling(one)) or _has_text(self.text, one)
        said = self.text[one.head : one.tail]
        return len(said) > _SENTENCE and len(segment(said, "sentence")) > 2

    def _run(self, own: Element, done: int, end: int, needs: tuple[int, ...]) -> int:
        """Add text up to ``end``, with what tags are in its lines.

        Given how many of the children are before it for sure, how many are before its end.
        """
        builder, start = self.builder, self.builder.position
        while done < len(own.inside) and own.inside[done].start < start:
            done += 1
        last = done
        while last < len(own.inside) and own.inside[last].start < end:
            last += 1
        inside = own.inside[done:last]
        if not inside:
            decode = _meant if "&" in self.text[start:end] else None
            builder.nest(builder.unit(end, needs), Nested(decode=decode))
            return last
        spans = iter([(one.start, one.end) for one in inside])
        low, high = next(spans)
        for bound in segment(self.text[start:end], "sentence")[1:]:
            while high <= start + bound and (span := next(spans, None)):
                low, high = span
            if start + bound == end or not low < start + bound < high:
                builder.unit(start + bound, needs, whole=True)
        return last

    def _cdata(self, one: Element, stop: int, needs: tuple[int, ...]) -> None:
        builder = self.builder
        inner = one.start + len(_CDATA), one.end - len(_RAW[_CDATA])
        if not self.text[slice(*inner)].strip():
            builder.unit(stop, needs, whole=True)
            return
        opening = builder.support(inner[0], needs)
        builder.nest(builder.unit(inner[1], (opening,)), Nested())
        builder.require(opening, builder.support(stop, gap=""))

    def _telling(self, own: Element) -> list[Element]:
        """The children of an element that tell it from its like."""
        counts = Counter(one.name for one in own.inside)
        telling = [
            one
            for one in own.inside
            if one.local in _TELLING
            and counts[one.name] == 1
            and one is not self.opened
            and not one.inside
            and one.head < one.tail
            and one.end - one.start <= _LONGEST_TELLING
        ]
        return telling[:_MOST_TELLING]

    def _support(self, end: int, needs: tuple[int, ...]) -> int:
        return self.builder.support(end, needs, gap=self._gap())

    def _gap(self) -> str:
        start = self.builder.position
        return self.gap + ("\n" if start == 0 or self.text[start - 1] in "\r\n" else "")

    def _after(self, position: int, end: int) -> int:
        """Where what follows begins: on the next line, if nothing else is on this one."""
        match = _REST_OF_LINE.match(self.text, position)
        return min(match.end(), end) if match else position

    def _line_start(self, position: int) -> int:
        """Where the line begins, if only blanks are before; else the position."""
        start = position
        while start > self.builder.position and self.text[start - 1] in " \t":
            start -= 1
        return start if start == 0 or self.text[start - 1] in "\r\n" else position

    def _before(self, one: Element) -> int:
        return max(self._line_start(one.start), self.builder.position)

    def _is_apart(self, one: Element) -> bool:
        """Whether an element stands on lines of its own."""
        start = self._line_start(one.start)
        begins = start == 0 or self.text[start - 1] in "\r\n" or start == self.builder.position
        return begins and _REST_OF_LINE.match(self.text, one.end) is not None


def _meant(text: str) -> tuple[str, NDArray[np.int64]]:
    """A text without entities, and where its characters are in it."""
    said: list[str] = []
    offsets: list[int] = []
    position = 0
    for match in (*_ENTITY.finditer(text), None):
        start = match.start() if match else len(text)
        said.append(text[position:start])
        offsets += range(position, start)
        if match:
            meant = html.unescape(match.group())
            said.append(meant)
            offsets += [start] * len(meant)
            position = match.end()
    return "".join(said), np.asarray([*offsets, len(text)], dtype=np.int64)
