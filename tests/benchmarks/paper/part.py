"""What a part of the run is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.benchmarks.paper.bench import Bench
    from tests.benchmarks.paper.journal import Line


@dataclass(frozen=True)
class Part:
    """A table of the paper, or several.

    Attributes:
        title: what it is about.
        measure: gives the lines that are missing, one a measurement, besides those there are.
        report: makes tables of lines, in Markdown.
    """

    title: str
    measure: Callable[[Bench, Sequence[Line]], Iterator[Line]]
    report: Callable[[Sequence[Line]], Iterator[str]]
