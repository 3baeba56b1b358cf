"""Whether lines stand below the heads they stood below in the source."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from specpc.structure import lay_out
from tests.structure.kept import choices, fitted, kept

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hypothesis import strategies as st

FILES = Path(__file__).parent / "files"
RATIOS = (0.1, 0.2, 0.3, 0.5, 0.8)


def read(name: str) -> str:
    return (FILES / name).read_text(encoding="utf-8")


def under_heads(text: str, heads: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Each line that says something, after the last line of each level of heads above it."""
    above = [""] * len(heads)
    patterns = [re.compile(head) for head in heads]
    for line in text.splitlines():
        for level, pattern in enumerate(patterns):
            if pattern.match(line):
                above[level:] = [line, *[""] * (len(above) - level - 1)]
                break
        if any(map(str.isalnum, line)):
            yield (*above, line.strip())


def results(text: str, data: st.DataObject | None = None) -> list[str]:
    """What is kept of a text, in whole pieces, for several budgets, and of any choice of them."""
    layout = lay_out(text)
    made = [
        fitted(layout, text, ratio, seed, whole=True) or "" for ratio in RATIOS for seed in range(6)
    ]
    if data is not None:
        made.append(kept(layout, text, data.draw(choices(layout))))
    return made


def assert_under_heads(text: str, heads: tuple[str, ...], *, prose: bool = False) -> None:
    """No line that is kept has lost its heads, or is a part of one, unless it is prose."""
    known: dict[tuple[str, ...], list[str]] = {}
    for *above, line in under_heads(text, heads):
        known.setdefault(tuple(above), []).append(line)
    made = results(text)
    assert any(made)
    for result in made:
        for *above, line in under_heads(result, heads):
            lines = known.get(tuple(above), [])
            assert line in ("\n".join(lines) if prose else lines), result
