"""HTML as it is read: the words of its text, of which each block stands on a line of its own.

What is shown of a page is made of slices of its source and of nothing else. Tags, scripts, styles,
comments, what is hidden, and all but one character of white space between two words are left out.
Two blocks are kept apart by a line break that stands between them in the source, wherever it does;
in HTML without line breaks by the tag that begins the second one, without its attributes, as that
is what says so there. Two cells of a row are kept apart by a blank of the source, or else by the
tag of the second; empty cells stay as tags, or the next would be read as theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from specpc.structure.code.languages import ending, language_of_file
from specpc.structure.kinds import DATA
from specpc.structure.markup.html import is_html
from specpc.structure.pages.layout import lay_out_page
from specpc.structure.pages.reader import PageReader
from specpc.structure.pages.tables import kinds_of_rows
from specpc.structure.pages.tags import find_tags
from specpc.structure.parts.trees import names

if TYPE_CHECKING:
    from specpc.text.joined import JoinedTexts
    from specpc.text.layout import Layout
    from specpc.text.spans import Range

_HTML: Final = next(kind for kind in DATA if "html" in kind.names)
_OTHERS: Final = names("md markdown rst xml svg rss atom") | {
    end for kind in DATA if kind is not _HTML for end in kind.names + kind.endings
}


@dataclass(frozen=True)
class Page:
    """What is shown of a page.

    Attributes:
        slices: of its source, in order, disjoint.
        layout: the pieces of what they make together.
    """

    slices: list[Range]
    layout: Layout


def shown(source: JoinedTexts, end: int) -> JoinedTexts:
    """The same texts, with what is shown of them in place of those that are pages.

    Args:
        source: texts.
        end: where the text's own question begins, which stays as it is.
    """
    pages: list[Page | None] = []
    for (start, stop), name in zip(source.ranges, source.names, strict=True):
        text = source.text[start : min(stop, end)]
        pages.append(read_page(text) if is_page(text, name) else None)
    if not any(pages):
        return source
    parts = []
    for page, (start, stop), part in zip(pages, source.ranges, source.unmarked, strict=True):
        rest = (max(start, min(stop, end)) - start, stop - start)
        parts.append(part if page is None else part.only([*page.slices, rest]))
    return source.with_parts(parts, [page.layout if page else None for page in pages])


def is_page(text: str, name: str | None = None) -> bool:
    """Whether a text is HTML, by the name of its file or else by what it looks like."""
    end = ending(name)
    if end in _HTML.names + _HTML.endings:
        return "<" in text
    return end not in _OTHERS and language_of_file(name) is None and is_html(text)


def read_page(text: str) -> Page | None:
    """What is shown of HTML; ``None`` if that is nothing."""
    tags = list(find_tags(text))
    titled = any(tag.opens("h1") for tag in tags)
    reader = PageReader(text, kinds_of_rows(text, tags), titled=titled)
    position = 0
    for tag in tags:
        reader.read_text(position, tag.start)
        reader.read_tag(tag)
        position = tag.end
    reader.read_text(position, len(text))
    reader.finish()
    if not reader.blocks:
        return None
    said = "".join(text[start:end] for start, end in reader.slices)
    return Page(reader.slices, lay_out_page(said, reader.blocks))
