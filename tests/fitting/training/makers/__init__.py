"""Documents made of what is at hand, one module a kind: pure functions of a random generator.

What is made of files is held out by the file. What is invented is held out by the seed alone: no
step has that of an examination.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final, TypeAlias

from tests.fitting.training.documents import Document
from tests.fitting.training.makers import (
    code,
    diffs,
    generated,
    hops,
    logs,
    records,
    reports,
    sections,
    settings,
    talks,
)

Make: TypeAlias = Callable[[Random, bool], Document | None]
"""Given a generator and whether it is for measuring only; ``None`` if it had no luck."""

MAKERS: Final[dict[str, Make]] = {
    "docstrings": code.docstrings,
    "next_lines": code.next_lines,
    "diffs": diffs.make,
    "records": records.records,
    "tool_calls": records.tool_calls,
    "logs": logs.make,
    "settings": settings.make,
    "talks": talks.make,
    "reports": reports.make,
    "hops": hops.make,
    "sections": sections.make,
    "generated": generated.make,
}
