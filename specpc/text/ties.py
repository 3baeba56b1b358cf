"""What of a text's marks and words says something else when a part of it is dropped alone."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.text.spans import Range

# An operator belongs to what follows it: "p <= 0.05" without its operator says the opposite.
_OPERATOR: Final = (
    r"(?:(?<!\S)(?:[-+*/^%]|&&|\|\|?|[-=]>|<-)|[<>=!~]=+|[<>=±×÷≤≥≠≈→⇒−~])"
    r"(?=[ \t]*[^\s.,;:!?)\]}*])"
)
# Addresses, paths, options and versions are cut by none of their marks.
_ADDRESS: Final = r"\b\p{L}[\w+.-]{1,14}://[^\s<>\"]*[\w/]"
_PATH: Final = r"(?<![\w/\\.~:])(?:~|\.{1,2}|\p{L}:)?[/\\][\w.@%+~/\\-]*[\w/\\]"
_OPTION: Final = r"(?<!\S)--?\p{L}[\w-]*(?:=[^\s,;]*\w)?"
_VERSION: Final = r"(?<![\w.])[~^v]?\d+(?:\.\d+)+[\w.+-]*\w"
_PER_CENT: Final = r"\d[^\S\r\n]+[%‰°€$£¥]\w?"
_TIED: Final = lazy_regex(
    "|".join((_ADDRESS, _PATH, _OPTION, _VERSION, _PER_CENT, rf"(?P<operator>{_OPERATOR}[ \t]*\X)"))
)

_PAIRS: Final = {")": "(", "]": "[", "}": "{", "”": "“", "»": "«", "」": "「", "』": "『"}
_OPENING: Final = frozenset(_PAIRS.values())
_ALIKE: Final = frozenset('"`')


def tied(text: str) -> Iterator[Range]:
    """Ranges that no word begins or ends in; of operators, up to the next one's first character."""
    return (match.span() for match in _TIED.finditer(text))


def paired(words: Sequence[str]) -> list[tuple[int, int] | None]:
    """For each word, mark or line break of a text the innermost quotes or brackets around it.

    They are told by their numbers; none reaches beyond its line.
    """
    ends = _pairs(words)
    around: list[tuple[int, int]] = []
    found: list[tuple[int, int] | None] = []
    for number in range(len(words)):
        if around and around[-1][1] == number:
            around.pop()
        found.append(around[-1] if around else None)
        if number in ends:
            around.append((number, ends[number]))
    return found


def _pairs(words: Sequence[str]) -> dict[int, int]:
    """What closes each quote or bracket that is closed in its line; of those, none cross."""
    ends: dict[int, int] = {}
    opened: list[tuple[str, int]] = []
    counts = Counter[str]()
    for number, word in enumerate(words):
        mark = word.strip()
        if not mark and ("\n" in word or "\r" in word):
            opened.clear()
            counts.clear()
        opening = _PAIRS.get(mark, mark)
        if (mark in _PAIRS or mark in _ALIKE) and counts[opening]:
            while opened:
                kind, start = opened.pop()
                counts[kind] -= 1
                if kind == opening:
                    ends[start] = number
                    break
        elif mark in _OPENING or mark in _ALIKE:
            opened.append((mark, number))
            counts[mark] += 1
    return ends
