"""Lines in which a tool says what went wrong, and how it ended."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Final

import numpy as np
import regex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# As tools write it; in prose an error has neither capitals throughout nor a colon.
_FAILURE: Final = regex.compile(
    r"\b(?:error|Error|fatal|Fatal|panic)(?:\[\w+\])?(?: \w+\d+)?: "
    r"|\b(?:ERROR|FATAL|CRITICAL|SEVERE|PANIC|EMERG|FAILED|FAIL|FAILURE|CONFLICT)\b|npm ERR!"
    r"|(?<=(?<!\w)[A-Za-z_.]{0,60})(?:Error|Exception)\b(?=:|[^\S\r\n]*+(?:[\r\n]|\Z))"
    r"|(?<![^\r\n])(?:E {2,}\S| ! \[\w)"
    r"|\b[Ee]xit(?:ed)?(?: with)? (?:code|status):? [1-9]"
)
_OUTCOME: Final = regex.compile(
    r"\b\d+ (?:failed|failures?|errors?|problems?|passed)\b|\bTests run: \d|\bBUILD [A-Z]+"
    r"|(?<![^\r\n])(?:make(?:\[\d+\])?: \*\*\*|Successfully \w+|Success: )"
)
_WARNING: Final = regex.compile(r"\b[Ww]arning(?:\[\w+\])?: |\bWARN(?:ING)?\b")
_SURE: Final = 1.0
_PERHAPS: Final = 0.2


def alarms(texts: Sequence[str]) -> NDArray[np.float64]:
    """``[texts]`` from 0 to 1, how much each tells of what went wrong, or how it ended."""
    # Nothing that is looked for goes on in the next line.
    together, found = "\n".join(texts), np.zeros(len(texts))
    starts = [0, *accumulate(len(text) + 1 for text in texts)]
    for pattern, sure in ((_WARNING, _PERHAPS), (_FAILURE, _SURE), (_OUTCOME, _SURE)):
        for match in pattern.finditer(together):
            found[bisect_right(starts, match.start()) - 1] = sure
    return found
