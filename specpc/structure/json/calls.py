"""Calls of tools in lists of messages: a result comes with the call that it answers.

They are told by the number that the makers of models give each call: ``tool_call_id``,
``tool_use_id``, ``call_id``, ``toolCallId``.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import regex

if TYPE_CHECKING:
    from specpc.text.layout import Layout

_NUMBER: Final = regex.compile(
    r"\"(?:id|(?P<answers>tool_call_id|tool_use_id|call_id|tool(?:Call|Use)I[dD]))\""
    r"[ \t\r\n]*+:[ \t\r\n]*+\"(?P<number>[^\"\\\s]{1,100}+)\""
)


def with_calls(text: str, layout: Layout) -> Layout:
    """The layout in which the result of a call needs the call, where a budget can hold both."""
    edges = layout.edges.tolist()
    calls: dict[str, int] = {}
    needs: dict[int, set[int]] = {}
    for match in _NUMBER.finditer(text):
        piece = bisect_right(edges, match.start()) - 1
        call = calls.setdefault(match["number"], piece)
        if match["answers"] and call < piece:
            needs.setdefault(piece, set()).add(call)
    if not needs:
        return layout
    own = {piece: (*layout.needs.get(piece, ()), *sorted(found)) for piece, found in needs.items()}
    units = {call for found in needs.values() for call in found} - layout.supports
    return replace(layout, needs={**layout.needs, **own}, spare=layout.spare | units)
