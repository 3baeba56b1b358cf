"""Words of any script, as they are compared."""

from __future__ import annotations

import re
from typing import Final

import regex

from specpc.text.scripts import UNSPACED_SCRIPTS

_TERM: Final = regex.compile(
    rf"(?P<unspaced>[{UNSPACED_SCRIPTS}][{UNSPACED_SCRIPTS}\p{{M}}]*)|[\w\p{{M}}--[{UNSPACED_SCRIPTS}]]+",
    regex.VERSION1,
)
_ASCII: Final = re.compile(r"\w+")


def terms(text: str) -> list[str]:
    """Case-folded words; of scripts written without spaces, pairs of neighbouring characters."""
    if text.isascii():
        return _ASCII.findall(text.casefold())
    found: list[str] = []
    for match in _TERM.finditer(text.casefold()):
        run = match.group()
        if match["unspaced"] and len(run) > 1:
            found += [run[i : i + 2] for i in range(len(run) - 1)]
        else:
            found.append(run)
    return found
