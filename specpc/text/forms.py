"""Lines of a form: of what a tool prints over and over, names and numbers differ."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

import numpy as np

from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# A form of so many lines is a common one, and of so few a rare one.
_COMMON: Final = 8
_RARE: Final = 2
# So much of a text is of common forms where the others are the news.
_MOSTLY: Final = 0.5
# So many lines of a form have a word where it says the same of nearly all.
_USUAL: Final = 0.8
_LOOKED_AT: Final = 160
_LETTERS: Final = lazy_regex(r"\W*[^\W\d_]+(?:['’-][^\W\d_]+)*+\W*")


def are_rare(texts: Sequence[str], lines: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """``[texts]`` which of some ``lines`` ``[texts]`` are the news, where most are like many.

    A line of a form that few have; or one that has another word where nearly all of its form have
    the same: ``500`` among ``200``.
    """
    forms = [form_of(text) if line else "" for text, line in zip(texts, lines, strict=True)]
    counts = Counter(form for form in forms if form)
    common = sum(count for count in counts.values() if count >= _COMMON)
    if common < _MOSTLY * max(1, counts.total()):
        return np.zeros(len(texts), dtype=bool)
    odd = _odd(texts, forms, counts)
    return np.asarray([bool(form) and counts[form] <= _RARE for form in forms]) | odd


def _odd(texts: Sequence[str], forms: Sequence[str], counts: Counter[str]) -> NDArray[np.bool_]:
    """``[texts]`` which lines of common forms differ from the others where these are the same."""
    words = [
        text[:_LOOKED_AT].split() if counts[form] >= _COMMON else []
        for text, form in zip(texts, forms, strict=True)
    ]
    places: defaultdict[tuple[str, int, int], Counter[str]] = defaultdict(Counter)
    for own, form in zip(words, forms, strict=True):
        for place, word in enumerate(own):
            places[form, len(own), place][word] += 1
    usual = {
        key
        for key, found in places.items()
        if found.total() >= _COMMON and found.most_common(1)[0][1] >= _USUAL * found.total()
    }
    return np.asarray(
        [
            any(
                (key := (form, len(own), place)) in usual and places[key][word] <= _RARE
                for place, word in enumerate(own)
            )
            for own, form in zip(words, forms, strict=True)
        ]
    )


def form_of(text: str) -> str:
    """The first word of a line, and what kinds of words follow it: words, names, numbers."""
    line = (text.strip().splitlines() or [""])[0][:_LOOKED_AT]
    form: list[str] = []
    for place, word in enumerate(line.split()):
        if not any(map(str.isalnum, word)) or (place == 0 and _LETTERS.fullmatch(word)):
            form.append(word)
            continue
        kind = "a" if _LETTERS.fullmatch(word) else "0" if word.strip("[](),").isdigit() else "p"
        if form[-1:] != [kind]:
            form.append(kind)
    return " ".join(form)
