"""Failures of tests in a list: "1) CartTest::total", with all that is said of each.

They go on behind blank lines, and as far to the left as what names them: PHPUnit, Vitest; or stand
below a title of several lines: Mocha. What is numbered in other lists has no error below it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from specpc.text.patterns import lazy_re, lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# What names a failure, and what none goes on with.
_FORMS: Final = (
    (
        lazy_re(r"\d{1,4}\) [\w\\]+::\w+"),  # PHPUnit
        lazy_re(
            r"--$|There (?:was|were) \d+ |(?:FAILURES|ERRORS|WARNINGS)!|OK\b|Tests: \d"
            r"|Time: |Generating "
        ),
    ),
    (
        lazy_re(r" ?FAIL {1,2}(?:\|[^|]{1,40}\| )?\S+\.[cm]?[jt]sx? > \S"),  # Vitest
        lazy_re(r"[ ]?⎯{3}|[ ]*Test Files[ ]{2}|[ ]?(?:FAIL|✓|RUN) {1,2}\S"),
    ),
)
_ITEM: Final = lazy_re(r"[ ]{2}\d{1,4}\) \S")
_BEGINS: Final = lazy_re("|".join((*(names.pattern for names, _ in _FORMS), _ITEM.pattern)))
# All that is below an item, whatever its number, is indented at least so far.
_BELOW: Final = lazy_re(r"[ ]{5}")
# Of RSpec and ExUnit, which say so soon.
_FAILED: Final = lazy_regex(r"[ ]{5,}+(?:Failure/Error: |\*\* \(|Assertion with |code: )")
_ERROR: Final = lazy_regex(r"[ ]{6}(?=[\w.]++(?<=Error|Exception)\b)")
_SOON: Final = 3
# A title in Mocha is of no more lines than that.
_TALLEST: Final = 8


def failures(said: Sequence[str], blank: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Numbers of lines, first and one past the last, of each failure that is listed.

    Given are the lines, without white space at their ends, and whether a blank one is after each.
    """
    place = 0
    while place < len(said):
        end = _end(said, blank, place)
        if end > place + 1:
            yield place, end
        place = max(end, place + 1)


def named_until(said: Sequence[str]) -> int:
    """How many lines of one failure name it."""
    if _ITEM.match(said[0]) is None:
        return 1
    titles = (n for n, line in enumerate(said[:_TALLEST]) if line.endswith(":"))
    title = next(titles, 0)
    return title + 1 if title and _ERROR.match(said[min(title + 1, len(said) - 1)]) else 1


def _end(said: Sequence[str], blank: Sequence[bool], place: int) -> int:
    """One past the last line of the failure that begins at a line, or its own number."""
    line = said[place]
    if _BEGINS.match(line) is None:
        return place
    for names, ends in _FORMS:
        if names.match(line):
            end = place + 1
            while end < len(said) and not (names.match(said[end]) or ends.match(said[end])):
                end += 1
            return end
    if _ITEM.match(line) is None:
        return place
    below = said[place + 1 : place + 1 + _TALLEST]
    title = next((n for n, one in enumerate(below) if blank[place + 1 + n]), len(below)) + 1
    titled = below[title - 1 : title] and below[title - 1].endswith(":")
    error = titled and title < len(below) and _ERROR.match(below[title])
    if not error and not any(map(_FAILED.match, below[:_SOON])):
        return place
    end = place + 1
    while end < len(said) and _BELOW.match(said[end]):
        end += 1
    return end
