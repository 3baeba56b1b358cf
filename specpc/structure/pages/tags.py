"""The tags of HTML, whether or not it is well-formed, in one pass from left to right."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from specpc.structure.parts.trees import names
from specpc.text.patterns import lazy_re

if TYPE_CHECKING:
    from collections.abc import Iterator

VOID: Final = names("area base br col embed hr img input link meta param source track wbr")
# In these, what looks like a tag is none.
_RAW: Final = names("script style title textarea iframe xmp noembed noframes")
_NAME: Final = lazy_re(r"<(/?)([a-zA-Z][^\s/>]*)")
_NO_VALUE: Final = lazy_re(r"[^>=]*")
_EQUALS: Final = lazy_re(r"=\s*")
_VALUE: Final = lazy_re(r"\"[^\"]*\"|'[^']*'")
_HIDDEN: Final = lazy_re(r"\shidden(?=[\s=/>])|\saria-hidden=(?:\"\"|true)", re.IGNORECASE)
_NOT_SHOWN: Final = lazy_re(
    r"\sstyle\s*=\s*[\"'][^\"']*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE
)
_FALSE: Final = lazy_re(r"aria-hidden\s*=\s*[\"']?(?!true)", re.IGNORECASE)


class Tag(NamedTuple):
    """A tag, comment or declaration.

    Attributes:
        start: first character.
        end: one past the last.
        name: of the element, in small letters; nothing for comments and declarations.
        closing: whether it ends the element.
    """

    start: int
    end: int
    name: str
    closing: bool = False

    def opens(self, *names: str) -> bool:
        """Whether it begins an element of one of these names."""
        return not self.closing and self.name in names


def find_tags(text: str) -> Iterator[Tag]:
    """All tags in order; what is between them is text, or script, or style."""
    position, unclosed = 0, set[str]()
    while (start := text.find("<", position)) >= 0:
        match = _NAME.match(text, start)
        if match is None:
            if text.startswith(("!", "?", "/"), start + 1):
                position = _end_of_comment(text, start)
                yield Tag(start, position, "")
            else:
                position = start + 1
            continue
        name, closing = match[2].lower(), bool(match[1])
        position = _end(text, match.end(), unclosed)
        yield Tag(start, position, name, closing)
        if name in _RAW and not closing and name not in unclosed:
            last = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(text, position)
            if last is not None:
                position = last.start()
            elif name in {"title", "textarea"}:
                unclosed.add(name)  # what follows is a page all the same
            else:
                position = len(text)


def _end_of_comment(text: str, start: int) -> int:
    mark = "-->" if text.startswith("<!--", start) else ">"
    end = text.find(mark, start + 2)
    return len(text) if end < 0 else end + len(mark)


def _end(text: str, position: int, unclosed: set[str]) -> int:
    """Where a tag ends whose name ends at ``position``; ``>`` in a quoted value does not end it.

    Quotation marks that are never closed are added to ``unclosed``, and not looked for again.
    """
    while position < len(text):
        if (plain := _NO_VALUE.match(text, position)) is not None:
            position = plain.end()
        if text.startswith(">", position):
            return position + 1
        if (equals := _EQUALS.match(text, position)) is not None:
            position = equals.end()
        quote = text[position : position + 1]
        if quote in {'"', "'"} and quote not in unclosed:
            if (last := text.find(quote, position + 1)) < 0:
                unclosed.add(quote)
            else:
                position = last + 1
    return len(text)


def hides(text: str, tag: Tag) -> bool:
    """Whether an opening tag says that its element is not shown."""
    written = text[tag.start : tag.end]
    if "hidden" not in written and "none" not in written:
        return False
    if _NOT_SHOWN.search(written):
        return True
    bare = _VALUE.sub('""', written)
    return _HIDDEN.search(bare) is not None and not (
        "aria-hidden" in bare and _FALSE.search(written)
    )
