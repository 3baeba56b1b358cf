"""BM25: which units of a text share rare words with the question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import regex

from specpc.segmentation import UNSPACED_SCRIPTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_TERM: Final = regex.compile(
    rf"(?P<unspaced>[{UNSPACED_SCRIPTS}][{UNSPACED_SCRIPTS}\p{{M}}]*)|[\w\p{{M}}--[{UNSPACED_SCRIPTS}]]+",
    regex.VERSION1,
)


def stems(texts: Sequence[str]) -> list[list[str]]:
    """The `terms` of each text, reduced to their English stems.

    That leaves those of other languages as they are, or nearly so.
    """
    # Imported here: compressing without a question does not need it.
    import Stemmer

    stem: Any = Stemmer.Stemmer("english").stemWords
    return [stem(terms(text)) for text in texts]


def bm25(query: Sequence[str], units: Sequence[Sequence[str]]) -> NDArray[np.float64]:
    """BM25 of each unit for the question, over the units of the one text.

    k1 = 1.5, b = 0.75, Lucene's variant.

    Args:
        query: stems of the question.
        units: stems of the text in pieces.

    Returns:
        ``[units]``, zero where nothing is shared.
    """
    import bm25s

    if not query or not any(units):
        return np.zeros(len(units))
    index = bm25s.BM25()
    index.index(units, show_progress=False)
    return np.asarray(index.get_scores(list(query)), dtype=np.float64)


def terms(text: str) -> list[str]:
    """Case-folded words; of scripts written without spaces, pairs of neighbouring characters."""
    found: list[str] = []
    for match in _TERM.finditer(text.casefold()):
        run = match.group()
        if match["unspaced"] and len(run) > 1:
            found += [run[i : i + 2] for i in range(len(run) - 1)]
        else:
            found.append(run)
    return found
