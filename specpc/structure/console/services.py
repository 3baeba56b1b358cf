"""Lines behind names of services: ``docker compose logs``, ``foreman``, pods with ``--prefix``."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.blocks import Block, block, lay_out_blocks
from specpc.structure.parts.lines import in_lines
from specpc.structure.parts.rows import mostly, rows, runs_of
from specpc.text.hidden import without_marks
from specpc.text.layout import Nested
from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import regex

    from specpc.structure.parts.rows import Row
    from specpc.text.layout import Layout

# "web-1  | ", "08:14:02 web.1    | ", "[pod/web-7d9c/web] ", of Valgrind "==1234== ".
_NAME: Final = lazy_regex(
    r"(?:(?P<bar>(?:\d\d:\d\d:\d\d )?(?P<name>[A-Za-z][\w./-]{0,60}+)[ ]*+\|)"
    r"|(?P<pod>\[pod/[\w./-]{1,120}+\]|==\d{1,9}+==))(?:[ ]|(?=[\r\n]|\Z))"
)
_FEWEST: Final = 4
_EACH: Final = 2


def lay_out_services(text: str) -> Layout | None:
    """The pieces of what several services print: what one says is read as if it stood alone.

    Each line that is kept has the name before it.

    Returns:
        ``None`` unless at least half of the text is such lines.
    """
    found = rows(text)
    blocks = _services(found)
    return lay_out_blocks(text, blocks, "log") if mostly(text, found, blocks) else None


def service_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of lines that may be such in a text (see `Kind.runs`)."""
    yield from runs_of(_services(rows(text)), spans)


def _services(found: Sequence[Row]) -> list[Block]:
    """What one service says until another does, where the names are as wide in most lines."""
    names = [_NAME.match(row.said) for row in found]
    known = [match for match in names if match is not None]
    widths = Counter(match.end("bar") for match in known if match["bar"] is not None)
    pods = sum(match["pod"] is not None for match in known)
    width, _ = max(widths.items(), key=lambda item: item[1], default=(0, 0))
    barred = [match["name"] for match in known if match["bar"] and match.end("bar") == width]
    # In a table the first cells differ.
    if pods < _FEWEST and len(barred) < max(_FEWEST, _EACH * len({*barred})):
        return []
    blocks: list[Block] = []

    def name(pair: tuple[Row, regex.Match[str] | None]) -> str | None:
        match = pair[1]
        if match is None or match["pod"] is not None:
            return match and match["pod"]
        return match["name"] if match.end("bar") == width else None

    for own, group in groupby(zip(found, names, strict=True), key=name):
        said = [row for row, _ in group]
        if own is not None:
            whole = block(said[0].start, said[-1].end, body="text")
            blocks.append(
                replace(
                    whole, nested=Nested(decode=partial(without_marks, mark=_NAME), tidy=in_lines)
                )
            )
    return blocks
