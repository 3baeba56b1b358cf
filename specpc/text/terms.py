"""Words of any script, as they are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import regex

from specpc.text.patterns import lazy_re, lazy_regex
from specpc.text.scripts import UNSPACED_SCRIPTS

if TYPE_CHECKING:
    from collections.abc import Sequence

_TERM: Final = lazy_regex(
    rf"(?P<unspaced>[{UNSPACED_SCRIPTS}][{UNSPACED_SCRIPTS}\p{{M}}]*)|[\w\p{{M}}--[{UNSPACED_SCRIPTS}]]+",
    regex.VERSION1,
)
_ASCII: Final = lazy_re(r"\w+")


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


def stems(texts: Sequence[str]) -> list[list[str]]:
    """The `terms` of each text, reduced to their English stems.

    That leaves those of other languages as they are, or nearly so.
    """
    # Imported here: compressing without a question does not need it.
    import Stemmer

    stem: Any = Stemmer.Stemmer("english").stemWords
    return [stem(terms(text)) for text in texts]
