"""Text by indentation: manual pages, ``--help``, definition lists, trees of files or packages.

What is indented comes with the less indented line above it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.blocks import Block, block, lay_out_blocks
from specpc.structure.parts.lines import line_pattern, lines
from specpc.structure.parts.nesting import LineLevel, nested
from specpc.text.patterns import lazy_re, lazy_regex
from specpc.text.units import segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.text.layout import Layout

_FEWEST: Final = 3
_LONGEST_HEAD: Final = 300
_LONGEST_TERM: Final = 100
_INDENTED: Final = 0.5
_TERMS: Final = 0.8
_DRAWN: Final = 0.6
_KEYS: Final = 0.7

_BREAK: Final = lazy_regex(r"(?<![\r\n])[\r\n]++[ \t]*+(?=\S)")
_CONTENT: Final = lazy_re(r"[^ \t\r\n]")
_TREE: Final = lazy_regex(
    r"[ \t]{0,200}+(?:[│┃|][ \t\xa0]{1,200}+){0,60}+[ \t\xa0]{0,200}+(?:[├└┣┗╰]|[|`+\\](?=-))"
    r"[─━-]{1,6}┬?[─ \t]{0,3}"
)
# A heading of a manual: capitals alone, at the start of a line.
_MANUAL: Final = lazy_re(
    r"(?:NAME|SYNOPSIS|DESCRIPTION|OPTIONS|COMMANDS|EXAMPLES?|SEE ALSO|FILES|ENVIRONMENT|AUTHORS?"
    r"|USAGE|BUGS)[ \t]*(?=[\r\n])"
)
_USAGE: Final = line_pattern(r"^[ \t]*usage:?(?:[ \t]|$)", re.IGNORECASE)
_OPTION: Final = lazy_re(r"[ \t]+-{1,2}[\w?]")
# A line that begins an item of its own: an option, or a word with what it means behind it.
_ITEM: Final = lazy_re(
    r"-{1,2}[\w?]|[-*•+][ \t]|(?:\S+ ){0,6}\S+(?:(?<![.!?;,])[ ]{3,}|\t)\S|\d+[.)] "
    r"|\S+(?: \S+){0,6}:[ \t]"
)
_CODE: Final = lazy_re(
    r"(?:def|class|return|import|from|if|elif|else|for|while|try|except|with|func|fn|let|const|var"
    r"|public|private|static|end|do|done|fi|esac|then|case|local|function|echo|sub|my|use|using"
    r"|namespace|package|struct|enum|interface|impl)\b[^.\r\n]*(?=[\r\n]|\Z)"
    r"|[^\r\n]*[;{}()\]=,\\][ \t]*(?=[\r\n]|\Z)|[@}\])#/]"
)
_BULLET: Final = lazy_re(r"[-*•+][ \t]|\d+[.)] |--? ")
# What is said of an item stands in a column behind it.
_SAID: Final = lazy_regex(r"\S[^\r\n]*?(?:(?<![ ])[ ]{2,}+|\t)(?=\S)")
_LONG_OPTION: Final = lazy_re(r"(?<=[ ,])--\w")
_KEYED: Final = lazy_re(r"[^\W\d_][\w./()@ -]{0,60}:(?=\s|\Z)")
# A number in many digits: "00:aa:33:1b:".
_DIGITS: Final = lazy_re(r"(?:[\da-fA-F]{2}:){2,}[\da-fA-F]{0,2}[ \t]*(?=[\r\n]|\Z)")
_RULES: Final = lazy_re(r"-{2,}(?:[ ]+-{2,})+[ \t]*(?=[\r\n])")
_SENTENCE_END: Final = lazy_re(r"[.!?][\"')\]]*[ \t]*(?=[\r\n]|\Z)")
_QUESTIONABLE: Final = 0.1
# In the middle of a word, which goes on in the next line.
_LAST: Final = 4
_PARTED: Final = lazy_regex(r"\p{Ll}[\u2010\u00ad](?:\r\n|\n|\r)\Z")


def lay_out_indented(text: str) -> Layout | None:
    """The pieces of an outline: paragraphs and items, each with the line it is indented below.

    Returns:
        ``None`` unless the text is a drawn tree, a page of a manual, what a command says of
        itself, or made of terms and indented lines that say more of them.
    """
    spans = lines(text)
    if len(spans) < _FEWEST:
        return None
    drawn = sum(_TREE.match(text, *span) is not None for span in spans)
    if drawn >= max(2, _DRAWN * len(spans)):
        rows = (LineLevel(start, end, _drawn_indent(text, start, end)) for start, end in spans)
        return lay_out_blocks(text, nested(rows), "tree")
    indents = [_indent(text, span) for span in spans]
    manual = _is_manual(text, spans, indents)
    known = manual or _is_help(text, spans)
    if known or _is_list(text, spans, indents) or _is_keyed(text, spans, indents):
        blocks = [
            _in_sentences(text, own) for own in nested(_rows(text, spans, indents, tabs=manual))
        ]
        return lay_out_blocks(text, blocks, "outline")
    return None


def _in_sentences(text: str, own: Block) -> Block:
    """A block in which paragraphs of several lines are cut by sentence alone, however wrapped."""
    if own.inside:
        return replace(own, inside=tuple(_in_sentences(text, inner) for inner in own.inside))
    if own.body != "prose":
        return own
    said = _BREAK.sub(lambda found: " " * len(found.group()), text[own.start : own.end])
    bounds = segment(said, "sentence")
    inside = [
        block(own.start + low, own.start + high, body="whole") for low, high in pairwise(bounds)
    ]
    return (
        block(own.start, own.end, inside=inside) if len(inside) > 1 else replace(own, body="whole")
    )


def tree_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of consecutive lines that are a drawn tree, with its root."""
    first: int | None = None
    for number, span in enumerate(spans):
        if _TREE.match(text, *span):
            first = number if first is None else first
        elif first is not None:
            if number - first > 1:
                yield max(0, first - 1), number
            first = None
    if first is not None and len(spans) - first > 1:
        yield max(0, first - 1), len(spans)


def _drawn_indent(text: str, start: int, end: int) -> int:
    tree = _TREE.match(text, start, end)
    return tree.end() - start if tree else _indent(text, (start, end))


def _indent(text: str, span: tuple[int, int]) -> int:
    """Column of the first character of a line."""
    content = _CONTENT.search(text, *span)
    if content is None:
        return 0
    before = text[span[0] : content.start()]
    return len(re.split(r"[\r\n]", before)[-1].expandtabs())


def _is_manual(text: str, spans: Sequence[tuple[int, int]], indents: Sequence[int]) -> bool:
    heads = sum(
        _MANUAL.match(text, *span) is not None and below > 0
        for span, below in zip(spans, indents[1:], strict=False)
    )
    return heads >= 2 and sum(map(bool, indents)) >= _INDENTED * len(spans)


def _is_help(text: str, spans: Sequence[tuple[int, int]]) -> bool:
    usage = _USAGE.search(text)
    options = sum(_OPTION.match(text, *span) is not None for span in spans)
    return usage is not None and options >= 2 and options * 10 >= len(spans)


def _is_list(text: str, spans: Sequence[tuple[int, int]], indents: Sequence[int]) -> bool:
    """Whether there are terms, and below most of them indented lines."""
    code = sum(_CODE.match(text, _start(text, span), span[1]) is not None for span in spans)
    outer = [n for n, indent in enumerate(indents) if indent == 0]
    listed = any(_BULLET.match(text, _start(text, span), span[1]) for span in spans)
    if listed or code > _QUESTIONABLE * len(spans) or not outer or outer[0] or len(outer) < 2:
        return False
    speakers = Counter(text[slice(*spans[n])].partition(":")[0] for n in outer)
    if max(speakers.values()) > 1:
        return False
    followed = sum(n + 1 < len(spans) and indents[n + 1] > 1 for n in outer)
    terms = sum(
        spans[n][1] - spans[n][0] <= _LONGEST_TERM
        and not _SENTENCE_END.search(text[slice(*spans[n])])
        for n in outer
    )
    enough = followed >= max(2, _TERMS * len(outer)) and terms >= _TERMS * len(outer)
    return enough and len(spans) - len(outer) >= _INDENTED * len(spans)


def _is_keyed(text: str, spans: Sequence[tuple[int, int]], indents: Sequence[int]) -> bool:
    """Whether most lines are a key with a colon, some of them with others indented below."""
    keys = [
        match and match.group()
        for span in spans
        for match in [_KEYED.match(text, _start(text, span), span[1])]
    ]
    outer = Counter(key for key, indent in zip(keys, indents, strict=True) if key and not indent)
    rooted = len(outer) == 1 and not indents[0] and all(indents[1:])
    if not outer or max(outer.values()) > 1 or not (rooted or len(outer) > 1):
        return False  # as speakers of a chat return
    holding = sum(
        key is not None and below > indent and text[span[0] : span[1]].rstrip().endswith(":")
        for key, span, indent, below in zip(keys, spans, indents, indents[1:], strict=False)
    )
    digits = sum(_DIGITS.match(text, _start(text, span), span[1]) is not None for span in spans)
    return holding >= 2 and sum(map(bool, keys)) >= _KEYS * (len(spans) - digits)


def _start(text: str, span: tuple[int, int]) -> int:
    content = _CONTENT.search(text, *span)
    return content.start() if content else span[0]


def _rows(
    text: str, spans: Sequence[tuple[int, int]], indents: Sequence[int], *, tabs: bool
) -> Iterator[LineLevel]:
    """Paragraphs: lines of the same indentation up to a blank one; items are rows of their own.

    What is said of an item in a column behind it goes on in that column. ``tabs`` says that they
    may stand for any number of blanks, as ``man tar | col -b`` has them.
    """
    own: LineLevel | None = None
    listed = False
    said = 0.0  # column in which what is said of the item above stands
    long: tuple[int, float] | None = None  # column of the last long option, and indentation of all
    for number, (start, end) in enumerate(spans):
        indent, content = float(indents[number]), _start(text, (start, end))
        below = indents[number + 1] if number + 1 < len(spans) else 0
        line = text[content:end]
        if tabs and "\t" in line:
            line = f"{' ' * indents[number]}{line}".expandtabs()[indents[number] :]
        parted = own is not None and _PARTED.search(text, own.end - _LAST, own.end) is not None
        item = not parted and _ITEM.match(line) is not None
        ahead = number + 1 < len(spans) and _RULES.match(text, _start(text, spans[number + 1]))
        ruled = _RULES.match(text, content) is not None
        below_it = ruled or (said and indent >= said)
        if own is not None and (below_it or not (item or listed or own.indent != indent)):
            own = replace(own, end=end)
        else:
            if own is not None:
                yield own
            if (option := _LONG_OPTION.search(text, content - 1, end)) is not None:
                column = int(indent) + option.start() - content
                if long is not None and column == indent == long[0]:  # has no short form
                    indent = long[1]
                else:
                    long = column, indent
            behind = _SAID.match(line) if item else None
            said = indents[number] + behind.end() - 2 if behind else 0
            if ahead:
                indent -= 0.5  # the header of a table
            own, listed = LineLevel(start, end, indent, body="whole" if item else "prose"), item
        blank = text.count("\n", start, end) > 1 or text.count("\r", start, end) > 1
        if (blank or (below > own.indent and not (said and below >= said))) and not ahead:
            yield replace(own, opens=own.end - own.start <= _LONGEST_HEAD)
            own, said = None, 0
    if own is not None:
        yield own
