"""A first look at what a tool printed: what of it must stay, and what no draft need read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from specpc.machine.journal import parse_json
from specpc.options import GAP
from specpc.text.alarms import find_alarms

if TYPE_CHECKING:
    from collections.abc import Sequence

# So many characters a draft reads in some ten seconds on two cores.
_LONGEST: Final = 40_000
_GAP: Final = f"{GAP.strip()}\n"
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
# What tells of errors comes first, then how it began and ended, then what was asked for.
_ALARM: Final = 100.0
_EDGE: Final = 50.0
_RARE: Final = 2.0
_FIRST: Final = 10
_LAST: Final = 30
# Lines that tell of errors get only a part of what is kept, and their heads take some room, too.
_BESIDE: Final = 1.6
_MOST_NEEDED: Final = 0.8


@dataclass(frozen=True)
class Skimmed:
    """What of an output is to be read.

    Attributes:
        text: lines of it, with a mark where some are missing.
        share: of its characters, those that are in the text.
        needed: of its characters, those of lines that tell of errors and where they are.
    """

    text: str
    share: float
    needed: float


def skim(output: str, asked: str, longest: int = _LONGEST) -> Skimmed:
    """Look at an output, and leave out of a very long one the lines that are least likely needed.

    Args:
        output: what was printed.
        asked: what it is looked at for.
        longest: most characters of lines that are left.
    """
    lines = _LINE.findall(output)
    alarms = find_alarms(lines, printed=True)
    urgent = (len(line) for line, urgency in zip(lines, alarms.urgency, strict=True) if urgency)
    needed = min(_MOST_NEEDED, _BESIDE * sum(urgent) / len(output))
    if len(output) <= longest or len(lines) == 1 or _is_json(output):
        return Skimmed(output, 1.0, needed)
    kept = _likely(lines, alarms.levels, asked, longest)
    if not kept:
        return Skimmed(output, 1.0, needed)
    share = sum(len(lines[line]) for line in kept) / len(output)
    return Skimmed(_joined(lines, kept), share, needed)


def _likely(
    lines: Sequence[str], levels: Sequence[float], asked: str, longest: int
) -> Sequence[int]:
    """The lines that are likeliest needed, in order."""
    import numpy as np  # what is shorter does without, and all that these import

    from specpc.text.forms import are_rare
    from specpc.text.lexical import bm25
    from specpc.text.terms import stems

    sizes = np.asarray([len(line) for line in lines], dtype=np.int64)
    worth = _ALARM * np.asarray(levels) + _RARE * are_rare(lines, sizes > 0)
    worth += bm25(stems([asked])[0], stems(lines))
    worth[:_FIRST] += _EDGE
    worth[-_LAST:] += _EDGE
    kept, used = [], 0
    for line in np.argsort(-worth, kind="stable").tolist():
        if used + len(lines[line]) <= longest:  # a long one keeps out no other
            kept.append(line)
            used += len(lines[line])
    return sorted(kept)


def _joined(lines: Sequence[str], kept: Sequence[int]) -> str:
    parts, position = [], 0
    for line in kept:
        parts += [_GAP] * (line > position) + [lines[line]]
        position = line + 1
    return "".join([*parts, *[_GAP] * (position < len(lines))])


def _is_json(text: str) -> bool:
    """Whether lines of it are no texts of their own."""
    if not text.lstrip().startswith(("{", "[")):
        return False
    try:
        parse_json(text)
    except ValueError:
        return False
    return True
