"""Files of requests (``.http``): a header or body is kept with the request that it is part of."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.blocks import Block, block, lay_out_blocks, record
from specpc.structure.parts.rows import rows
from specpc.text.patterns import lazy_re

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.structure.parts.blocks import Body
    from specpc.structure.parts.rows import Row
    from specpc.text.layout import Layout

_GAP: Final = "# {}\n"
_PARTS: Final = lazy_re(r"#{3}(?!#)")
_HEADING: Final = lazy_re(r"#{1,2}[ \t]+\S")
_REQUEST: Final = lazy_re(
    r"(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|TRACE|CONNECT|GRAPHQL|WEBSOCKET)"
    r"[ \t]+(?:https?:|wss?:|/|\{\{|\w[\w.-]*[:/])\S*(?:[ \t]+HTTP/[\d.]+)?[ \t]*"
)
_REMARK: Final = lazy_re(r"#|//|@\w|\s*\Z")
# Scripts before a request and after its answer, and where that is written.
_SCRIPT: Final = lazy_re(r"[<>][ \t]*\{%|>>?!?[ \t]|<>[ \t]")
_SCRIPT_END: Final = lazy_re(r"(?:[^\r\n]*[^\s%])?[ \t]*%\}[ \t]*")
_BODY: Final = lazy_re(r"[{\[<\"]|[\w.-]+=")
_HEADER: Final = lazy_re(r"[\w-]+[ \t]*:(?:[ \t]|\Z)")


def lay_out_requests(text: str, *, named: bool = False) -> Layout | None:
    """The pieces of requests in a file: each with what is remarked above it; its headers, its body.

    Returns:
        ``None`` unless the text is parted by ``###``, or ``named`` so, and each part has a request.
    """
    found = rows(text)
    starts = [number for number, row in enumerate(found) if _PARTS.match(row.said)]
    if not (starts or named) or not any(_REQUEST.fullmatch(row.said) for row in found):
        return None
    bounds = [0, *starts, len(found)]
    blocks: list[Block] = []
    for number, (first, last) in enumerate(pairwise(bounds)):
        own = found[first:last]
        request = _request(own)
        if request is not None and (named or _is_sure(own, request)):
            blocks.append(_block(own, request))
        elif not named and not (_says_nothing(own) if number else _is_preface(own)):
            return None
        elif number:
            body: Body = "lines" if len(own) > 1 else "nothing"
            blocks.append(block(own[0].start, own[-1].end, own[0].end, body=body))
    return lay_out_blocks(text, blocks, "requests", gap=_GAP) if blocks else None


def _is_preface(own: Sequence[Row]) -> bool:
    """Whether what stands above the first part is of a file of requests, and no page's title."""
    titled = any(_HEADING.match(row.said) for row in own)
    variables = any(row.said.startswith("@") for row in own)
    return all(_REMARK.match(row.said) for row in own) and (variables or not titled)


def _says_nothing(own: Sequence[Row]) -> bool:
    """Whether a part is but its mark, as below the last request."""
    return not any(map(str.isalnum, "".join(row.said for row in own)))


def _request(own: Sequence[Row]) -> int | None:
    """The number of the row with the request, before which nothing but remarks and scripts are."""
    number = 0
    while number < len(own):
        said = own[number].said
        if _REQUEST.fullmatch(said):
            return number
        if _SCRIPT.match(said):
            number = _script_end(own, number)
        elif _REMARK.match(said):
            number += 1
        else:
            return None
    return None


def _is_sure(own: Sequence[Row], request: int) -> bool:
    """Whether what stands below a request is of it, and no prose of a page about it."""
    head = _head_end(own, request)
    if head == len(own) or _SCRIPT.match(own[head].said):
        return True
    if not own[head - 1].ends_block:
        return _HEADER.match(own[head].said) is not None
    return _BODY.match(own[head].said) is not None


def _head_end(own: Sequence[Row], request: int) -> int:
    """The number of the row below a request, whose address may go on in indented lines."""
    head = request + 1
    while head < len(own) and own[head].indented and not own[head - 1].ends_block:
        head += 1
    return head


def _block(own: Sequence[Row], request: int) -> Block:
    """A part with a request: what it begins with up to the address, headers, body and scripts."""
    first = next(
        (n for n, row in enumerate(own[:request]) if not row.said.startswith("@")), request
    )
    head = _head_end(own, request)
    inside = list(_inside(own, head))
    return record(own[first].start, own[-1].end, own[head - 1].end, inside=inside)


def _inside(own: Sequence[Row], number: int) -> Iterator[Block]:
    """The headers, body and scripts below a request."""
    while number < len(own) and not own[number - 1].ends_block and _HEADER.match(own[number].said):
        yield block(own[number].start, own[number].end, body="whole")
        number += 1
    while number < len(own):
        first = number
        if _SCRIPT.match(own[number].said):
            number = _script_end(own, number)
            yield block(own[first].start, own[number - 1].end, body="whole")
            continue
        while number < len(own) and not _SCRIPT.match(own[number].said):
            number += 1
        yield replace(block(own[first].start, own[number - 1].end), body="text")


def _script_end(own: Sequence[Row], number: int) -> int:
    """The number of the row below a script, or the line that says where it is."""
    if "{%" not in own[number].said or "%}" in own[number].said:
        return number + 1
    number += 1
    while number < len(own) and not _SCRIPT_END.fullmatch(own[number].said):
        number += 1
    return min(number + 1, len(own))
