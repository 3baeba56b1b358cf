"""Sessions at a prompt: what was asked of a shell, an interpreter or a database, with answers."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.blocks import Block, block, lay_out_blocks
from specpc.structure.parts.printed import lay_out_printed
from specpc.structure.parts.remarks import is_sentence, without_remarks
from specpc.structure.parts.rows import FENCE, rows, runs_of
from specpc.structure.parts.shapes import is_running
from specpc.text.layout import Nested
from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

    from specpc.structure.parts.rows import Row
    from specpc.text.layout import Layout

# At which something is asked.
_PROMPT: Final = lazy_regex(
    r"(?P<python>>>>(?=[ ]|\Z)|In \[\d{1,5}\]:)"
    r"|(?P<data>(?:[\w.-]{1,63}+=[*!^]?[#>]|(?:mysql|MariaDB \[[^\]]{0,64}+\]|sqlite|SQL|duckdb"
    r"|hive|cqlsh(?::\w{1,40})?+|redis|spark-sql|\d{1,3}(?:\.\d{1,3}){3}:\d{2,5}(?:\[\d+\])?+)>)"
    r"(?=[ ]|\Z))"
    r"|(?P<other>irb\([^)]{1,60}+\):\d{3}(?::(?P<depth>\d+))?+[>*\"']|(?:ghci|julia|scala|jshell"
    r"|iex\(\d+\))>|\((?:gdb|lldb|i?[Pp]db(?:\+\+)?+)\)(?= )|\[\d+\] pry\([^)]{1,40}+\)>)"
    r"|(?P<shell>(?:\([\w.-]{1,40}+\) )?+(?:[\w.-]{1,40}+@[\w.-]{1,60}+[: ][^\s$#%]{0,100}+[$#%]"
    r"|\[[\w.-]{1,40}+@[\w.-]{1,60}+ [^\]]{0,80}+\][$#]|\w{0,4}sh-[\d.]{1,6}+[$#]"
    r"|(?:PS )?+[A-Z]:\\[^>]{0,120}+>)(?=[ ]\S|\Z))"
    r"|(?P<runner>[\w.+-]{1,40}+: [a-z_]{4,40}+(?:\[\d+\])?+> |nox > )(?=\S)"  # tox, nox
    r"|(?P<plain>\$ (?=\S)(?![(-]?[\d.,]++\)?[ \t]*+%?\Z))"  # no amount
)
# In which it goes on.
_MORE: Final = lazy_regex(
    r"(?:\.\.\.|[ ]{1,8}(?:\.\.\.:|\.\.\.>|[-'\"`]>)|[\w.-]{1,63}[-('\"$*][*!]?[#>])(?=[ ]|\Z)"
)
_FEWEST: Final = {"python": 1, "data": 2, "other": 2, "shell": 2, "plain": 3, "runner": 2}
# A text with these beside what looks like a prompt quotes mails.
_QUOTED: Final = lazy_regex(r">{1,2}(?!>)[ ]?\S")
# Lines above the first prompt that say which program it is.
_MOST_ABOVE: Final = 8
# How what tox ran has ended, which names it.
_OUTCOME: Final = lazy_regex(r"[ ]{0,2}[\w.+-]{1,40}+: (?:(?:OK|FAIL|SKIP)\b|exit \d+ \()")
# What was asked in more is not kept with all of the answer.
_LONGEST_HEAD: Final = 600
# Of a page that is shown, at least one heading or two items; of branches one has a star.
_HEADING: Final = lazy_regex(r"#{1,6} \S|={3,}\Z")
_ITEM: Final = lazy_regex(r"[-*+] \p{L}")
_FEWEST_ITEMS: Final = 2
_TOLD: Final = lazy_regex(r"\p{Lu}\p{L}*+[ ,'’].{8}.*[\p{Ll}\d)`\"'][.:!?]\Z")


def lay_out_session(text: str) -> Layout | None:
    """The pieces of a session: what was asked at each prompt, with what was answered.

    An answer is laid out as what it looks like, and any part of it brings what was asked.

    Returns:
        ``None`` unless a text begins with a prompt, or a few lines above one, and what stands
        between prompts is not told by somebody who shows them.
    """
    found = rows(text)
    begin, stop = without_remarks(found)
    own = found[:stop]
    prompts = _prompts(own)
    first = next(iter(prompts), len(found))
    if not prompts or first - begin > _MOST_ABOVE or len(found) < 2:
        return None
    if _is_told(own[first:], len(prompts)):
        return None
    return lay_out_blocks(text, _exchanges(own, prompts), "session", loose="text")


def session_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of lines that may be a session in a text (see `Kind.runs`), up to blank ones."""
    found = rows(text)
    blocks = _exchanges(found, _prompts(found), to_blank=True)
    yield from runs_of(blocks, spans)


def _prompts(found: Sequence[Row]) -> dict[int, str]:
    """Kinds of prompts by the numbers of their rows, of programs that have so many."""
    kinds = {
        number: match.lastgroup or ""
        for number, row in enumerate(found)
        if (match := _PROMPT.match(row.said)) is not None
    }
    if not kinds or any(FENCE.match(row.said) for row in found):
        return {}
    counts = Counter(kinds.values())
    known = {kind for kind, count in counts.items() if count >= _FEWEST[kind]}
    if "python" in known and any(_QUOTED.match(row.said) for row in found):
        known.discard("python")
    return {number: kind for number, kind in kinds.items() if kind in known}


def _is_told(found: Sequence[Row], asked: int) -> bool:
    """Whether paragraphs of prose stand between all that is asked, behind blank lines."""
    told, apart = 0, False
    for row in found:
        told += apart and _TOLD.match(row.said) is not None
        apart = row.ends_block
    return 3 * told >= asked


def _exchanges(
    found: Sequence[Row], prompts: Mapping[int, str], *, to_blank: bool = False
) -> list[Block]:
    """What was asked at each prompt with what was answered, up to a blank line or the next one."""
    blocks: list[Block] = []
    number = 0
    runner = "runner" in prompts.values()
    ended = {n for n, row in enumerate(found) if runner and _OUTCOME.match(row.said)}
    while number < len(found):
        first = number
        number += 1
        if first not in prompts:
            if first in ended:
                blocks.append(block(found[first].start, found[first].end, body="whole"))
            continue
        while number < len(found) and _goes_on(found, number, prompts):
            number += 1
        head = number
        while number < len(found) and number not in prompts:
            if number in ended or (to_blank and found[number - 1].ends_block):
                break
            number += 1
        start, end, asked = found[first].start, found[number - 1].end, found[head - 1].end
        if asked - start > _LONGEST_HEAD:
            asked = found[first].end
        answered = replace(
            block(start, end, asked, body="text"), nested=_answer(found[head:number])
        )
        blocks.append(answered if number > head else block(start, end, body="whole"))
    return blocks


def _answer(found: Sequence[Row]) -> Nested:
    """How an answer is read: what is of no known kind as lines that were printed, if no prose."""
    told = sum(len(row.said) for row in found if is_sentence(row.said))
    running = is_running([row.said for row in found])
    if running or 2 * told > sum(len(row.said) for row in found) or _is_page(found):
        return Nested()
    return Nested(fence="", other=lay_out_printed)


def _is_page(found: Sequence[Row]) -> bool:
    """Whether some lines are headings or items of a page, as of one that was shown."""
    if any(_HEADING.match(row.said) for row in found):
        return True
    return sum(_ITEM.match(row.said) is not None for row in found) >= _FEWEST_ITEMS


def _goes_on(found: Sequence[Row], number: int, begun: Container[int]) -> bool:
    """Whether a row goes on with what the row before it asks."""
    said, before = found[number].said, found[number - 1].said
    if before.endswith("\\") and number not in begun:
        return True
    if number in begun:
        prompts = [_PROMPT.match(before), _PROMPT.match(said)]
        return any(match is not None and match["depth"] not in {None, "0"} for match in prompts)
    return _MORE.match(said) is not None
