"""Stack traces: a frame is whole and brings the line that names its error, which is never cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from specpc.structure.console.frames import CHAINED, find_groups
from specpc.structure.parts.lines import OWN_LINE, lines
from specpc.structure.parts.rows import rows
from specpc.text.layout import LayoutBuilder, Nested
from specpc.text.units import segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.structure.console.frames import TraceGroup
    from specpc.text.layout import Layout

# A text is a trace if it is nearly nothing else.
_ALL: Final = 0.8
# Some print what they were given, of any length, as the message of an error.
_LONGEST_ERROR: Final = 2000


def lay_out_trace(text: str, least: float = _ALL) -> Layout | None:
    """The pieces of stack traces of Python, Java, JavaScript, Go, Rust, .NET, Ruby, PHP, C.

    A frame is kept with its line of code and with the line that names the error; that is a unit
    too, and never cut. A part of a group of errors brings the group's, a note on where memory was
    freed the error it is about.

    Returns:
        ``None`` unless a text begins with a trace, and the ``least`` share of all lines is of
        traces.
    """
    spans = lines(text)
    groups = find_groups(rows(text))
    count = sum(end - first for group in groups for first, end in group.parts)
    count += sum(CHAINED.match(text, start) is not None for start, _ in spans)
    # What stands before it may lead to it, as in any text with data in it.
    if not groups or groups[0].parts[0][0] or count < least * len(spans):
        return None
    return _lay_out(text, spans, groups)


def trace_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of lines that are traces in a text (see `Kind.runs`)."""
    first = end = 0
    for group in find_groups(rows(text)):
        low, high = group.parts[0][0], group.parts[-1][1]
        if low > end + 1 and end:
            yield first, end
            first = low
        first = first if end else low
        end = high
    if end:
        yield first, end


def _lay_out(text: str, spans: Sequence[tuple[int, int]], groups: Sequence[TraceGroup]) -> Layout:
    builder = LayoutBuilder()
    edges = [start for start, _ in spans] + [len(text)]
    heads: list[int | None] = []
    begin = 0
    for group in groups:
        link = _add_rest(builder, text, edges[group.parts[0][0]], linked=bool(heads))
        first = builder.next_piece
        heads.append(_add_group(builder, text, edges, group, heads))
        if link is not None:
            builder.surround(link, begin, builder.next_piece)
        begin = first
    _add_rest(builder, text, len(text), linked=False)
    return builder.build("trace")


def _add_group(
    builder: LayoutBuilder,
    text: str,
    edges: Sequence[int],
    group: TraceGroup,
    heads: Sequence[int | None],
) -> int | None:
    """Add an error with its frames; the number of the piece that others need in its place."""
    leads: list[int] = []
    frames: list[int] = []
    error: int | None = None
    for first, end in group.parts:
        _add_rest(builder, text, edges[first], linked=False)
        if (first, end) == group.error:
            error = _add_error(builder, text, edges[end])
        elif (first, end) in group.lead:
            leads.append(builder.support(edges[end], leads[-1:], gap=OWN_LINE))
        else:
            frames.append(builder.unit(edges[end], leads[-1:], whole=True, gap=OWN_LINE))
    parent = heads[group.parent] if group.parent is not None else None
    if error is not None and parent is not None:
        builder.require(error, parent)
    head = parent if error is None else error
    for frame in frames if head is not None else ():
        builder.require(frame, head)  # type: ignore[arg-type]
    return head


def _add_error(builder: LayoutBuilder, text: str, end: int) -> int:
    """Add what names an error; of a long message, the frames need the first sentence alone."""
    start = builder.position
    if end - start <= _LONGEST_ERROR:
        return builder.unit(end, whole=True, gap=OWN_LINE)
    first = min(lines(text[start:end])[0][1], segment(text[start:end], "sentence")[1])
    error = builder.unit(start + first, whole=True, gap=OWN_LINE)
    if start + first < end:
        builder.nest(builder.unit(end, [error]), Nested())
    return error


def _add_rest(builder: LayoutBuilder, text: str, end: int, *, linked: bool) -> int | None:
    """Add what stands between traces; the number of the piece, if it says how they are linked."""
    between = text[builder.position : end]
    if not between:
        return None
    if not between.strip():
        builder.support(end)
    elif linked and CHAINED.match(between):
        return builder.support(end, gap=OWN_LINE)
    else:
        builder.nest(builder.unit(end, gap=OWN_LINE), Nested())
    return None
