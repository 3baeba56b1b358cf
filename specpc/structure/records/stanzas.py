"""Stanzas of like shape, between blank lines or rules: addresses, tickets, stock lists, exports.

Nobody named this format; what tells is that blocks begin alike or hold like lines, other than
paragraphs and poems.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from specpc.structure.console.frames import is_traced
from specpc.structure.parts.blocks import Block, lay_out_blocks, record
from specpc.structure.parts.lists import ITEM
from specpc.structure.parts.rows import FENCE, mostly, rows, runs_of
from specpc.structure.parts.shapes import is_code, is_running, is_told, key_of, name_of, shape_of
from specpc.structure.records.banners import title_end
from specpc.structure.tables.columns import is_ruled
from specpc.text.patterns import lazy_re, lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.structure.parts.rows import Row
    from specpc.text.layout import Layout

_FEWEST: Final = 3
_MOST_ROWS: Final = 40
_LONGEST: Final = 1200
_LONGEST_LINE: Final = 100
_LONGEST_FIELD: Final = 300
# However long, it is one word.
_ADDRESS: Final = lazy_regex(r"https?://\S++")
# Of the stanzas in a run, so many have a line of the same key.
_ALIKE: Final = 0.8
# A record has so many blocks between blank lines at most.
_MOST_GROUPS: Final = 4
_RULE: Final = lazy_regex(
    r"[ \t]*+(?:(?P<mark>[-=*_+#])(?:[ \t]?(?P=mark)){2,}+|[─━═—–]{3,}+)[ \t]*+"
)
# Who speaks is found by what is made for that.
_TALK: Final = lazy_re(
    r"(?:user|human|from|sent|to|assistant|system|ai|bot|model|agent|speaker|\w+ said)\b"
)
_STATES: Final = ("●", "○", "×")
# What begins a list item, heading, quotation, table or code is laid out as that.
_MARKED: Final = lazy_regex(r"[ \t]*+(?:[-*+•] |\d+[.)] +(?=.*[.!?]$)|#{1,6} |[>|`~<{}]|\$\$)")
# "(2) Subsection (1) does not apply where ..."
_CLAUSE: Final = lazy_regex(
    r"[ \t]*+(?:\(\w{1,3}\)|\d{1,3}[.)])[ \t]++\p{Lu}(?=(?:[^\r\n]*?[ \t]\p{Ll}++(?=[ \t,])){4})"
)
_MARKUP: Final = lazy_regex(r"[ \t]*+(?:```|~~~|</?[a-zA-Z!]|\$\$|[{}]|[\[\]]$|#{1,6} |[>|])")


def lay_out_stanzas(text: str) -> Layout | None:
    """The pieces of stanzas of like shape.

    Each is kept whole; any part of a long one brings its first line, and the rule above that.

    Returns:
        ``None`` unless there are three at least, in at least half of the text.
    """
    found = rows(text)
    blocks = _stanzas(found)
    return lay_out_blocks(text, blocks, "stanzas") if mostly(text, found, blocks) else None


def lay_out_named_stanzas(text: str) -> Layout | None:
    """The same where stanzas begin with the same word, or stand between rules, and are all."""
    found = rows(text)
    ruled = _between_rules(found)
    groups = _like(ruled) if len(ruled) >= _FEWEST else []
    if not groups:
        groups = _headed(list(_between_blanks(found)))
        name = name_of(groups[0].first) if groups else None
        if groups and not groups[0].first.startswith(_STATES) and (not name or _TALK.match(name)):
            return None
        if groups and _speaks(groups[0]):
            return None
    blocks = [group.block for group in groups]
    if any(FENCE.match(row.said) for row in found):
        return None
    if sum(block.end - block.start for block in blocks) < _ALIKE * len(text):
        return None
    return lay_out_blocks(text, blocks, "stanzas")


def _speaks(group: _Group) -> bool:
    """Whether a stanza is a name and below it, as far to the left, what somebody says."""
    return group.first.rstrip().endswith(":") and any(not row.indented for row in group.body)


def stanza_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of lines that may be stanzas in a text (see `Kind.runs`)."""
    return runs_of(_stanzas(rows(text)), spans)


@dataclass(frozen=True)
class _Group:
    """Rows between blank lines or rules.

    Attributes:
        own: all of them.
        head: how many of them are the head: a rule, and the first row or the title between rules.
    """

    own: Sequence[Row]
    head: int = 1

    @property
    def body(self) -> Sequence[Row]:
        """The rows below the head."""
        return self.own[self.head :]

    @cached_property
    def first(self) -> str:
        """What the record begins with."""
        said = [row.said for row in self.own[: self.head] if not _RULE.fullmatch(row.said)]
        return said[0] if said else ""

    @cached_property
    def is_short(self) -> bool:
        """Whether it is several short lines at the margin, and no prose, list or code."""
        if not 1 < len(self.own) <= _MOST_ROWS or self.own[self.head - 1].indented:
            return False
        said = [row.said for row in self.own]
        if sum(map(len, said)) > _LONGEST or any(map(self._is_long, said)):
            return False
        if _MARKED.match(self.first) or self.is_marked_up or _CLAUSE.match(self.first):
            return False
        underlined = len(said) == 2 and _RULE.fullmatch(said[1]) is not None
        if underlined or not any(map(str.isalpha, self.first)) or is_code(said):
            return False
        if 2 * sum(any(map(str.isalpha, line)) for line in said) < len(said):  # cells of a table
            return False
        return not is_running(said) and not is_told(said)

    @staticmethod
    def _is_long(line: str) -> bool:
        named = line[:1].isalpha() and (name_of(line) or "").endswith(":")
        return len(_ADDRESS.sub("", line)) > (_LONGEST_FIELD if named else _LONGEST_LINE)

    @cached_property
    def is_marked_up(self) -> bool:
        """Whether it is too long, or code or markup, which what is around must not cut."""
        return len(self.own) > _MOST_ROWS or any(_MARKUP.match(row.said) for row in self.own)

    @cached_property
    def is_entry(self) -> bool:
        """Whether it is a line with others that are indented below it."""
        return self.is_short and all(row.indented for row in self.own[self.head :])

    @property
    def is_title(self) -> bool:
        """Whether it may head what follows."""
        return len(self.own) == 1 and not self.first.rstrip().endswith((".", "!", "?", ";", ","))

    @property
    def block(self) -> Block:
        """The record it is."""
        said = [row.said for row in self.body]
        prose = max(map(len, said), default=0) > _LONGEST_LINE or is_running(said)
        start, end, head = self.own[0].start, self.own[-1].end, self.own[self.head - 1].end
        # Clauses and steps hang on one another.
        listed = sum(ITEM.match(line) is not None for line in said) > 1
        held = listed or any(is_traced(line) or is_ruled(line) for line in said)
        return record(start, end, head, body="text" if held else "prose" if prose else "lines")


def _stanzas(found: Sequence[Row]) -> list[Block]:
    ruled = _between_rules(found)
    if len(ruled) >= _FEWEST and (groups := _like(ruled)):
        return [group.block for group in groups]
    groups = list(_between_blanks(found))
    return [group.block for group in _headed(groups) or _like(groups)]


def _between_blanks(found: Sequence[Row]) -> Iterator[_Group]:
    first = 0
    for place, row in enumerate(found, start=1):
        if row.ends_block or place == len(found):
            yield _Group(found[first:place])
            first = place


def _between_rules(found: Sequence[Row]) -> list[_Group]:
    """What stands below each rule; a title between two rules heads what is below the second."""
    rules = [place for place, row in enumerate(found) if _RULE.fullmatch(row.said)]
    if len(rules) < 2 or _are_underlines(found, rules):
        return []
    starts = rules if rules[0] <= 1 and found[0].start == found[rules[0]].start else [0, *rules]
    groups: list[_Group] = []
    for start, end in pairwise([*starts, len(found)]):
        own = found[start:end]
        ruled = _RULE.fullmatch(found[start].said) is not None
        titled = groups and ruled and len(groups[-1].own) == 2 and groups[-1].head == 2
        titled = titled and not groups[-1].own[-1].ends_block
        above = groups[-1].own if groups else ()
        if titled or (above and title_end([*above, found[start]], 0) > len(above)):
            title = groups.pop()
            groups.append(_Group([*title.own, *own], len(title.own) + 1))
        elif len(own) > 1 or not ruled:
            groups.append(_Group(own, 1 + ruled))
    if len(groups) > 1 and not _RULE.fullmatch(found[-1].said):  # nothing says where the last ends
        usual = max(len(group.own) for group in groups[:-1])
        own = groups[-1].own
        end = next((n for n in range(usual, len(own)) if own[n - 1].ends_block), len(own))
        groups[-1] = _Group(own[:end], groups[-1].head)
    return groups


def _are_underlines(found: Sequence[Row], rules: Sequence[int]) -> bool:
    """Whether rules of several lengths are nearly all as long as the headings above them."""
    widths = [len(found[place].said.rstrip()) for place in rules if _underlines(found, place)]
    return len({*widths}) > 1 and len(widths) >= _ALIKE * len(rules)


def _underlines(found: Sequence[Row], place: int) -> bool:
    """Whether a rule is as long as the line above, which begins a block."""
    if not place or found[place - 1].ends_block or (place > 1 and not found[place - 2].ends_block):
        return False
    return len(found[place].said.rstrip()) == len(found[place - 1].said.rstrip())


def _headed(groups: Sequence[_Group]) -> list[_Group]:
    """Records that begin with a line of the same key, of as many blocks each as most have."""
    keys = [key_of(group.first) for group in groups]
    short = (key for key, group in zip(keys, groups, strict=True) if group.is_short)
    counts = Counter(key for key in short if key is not None)
    if not counts or counts.most_common(1)[0][1] < _FEWEST:
        return []
    key = counts.most_common(1)[0][0]  # a longer block that begins so is no part of another, either
    found: list[_Group] = []
    chain: list[int] = []
    for place in [*(place for place, own in enumerate(keys) if own == key), 0]:
        if chain and not 0 < place - chain[-1] <= _MOST_GROUPS:
            found += _chained(groups, chain) if len(chain) >= _FEWEST else []
            chain = []
        chain.append(place)
    return found


def _chained(groups: Sequence[_Group], places: Sequence[int]) -> Iterator[_Group]:
    """The records that begin at some blocks, with what follows each."""
    sizes = Counter(after - place for place, after in pairwise(places))
    size = max(sizes, key=lambda own: (sizes[own], -own))
    ends = [*places, min(places[-1] + size, len(groups))]
    if any(group.is_marked_up for group in groups[ends[0] : ends[-1]]):
        return
    heads = set(places)
    others = [groups[place] for place in range(ends[0], ends[-1]) if place not in heads]
    if groups[places[0]].is_entry and any(group.is_entry for group in others):
        return  # entries of other names
    for place, after in pairwise(ends):
        last = after
        while last > place + 1 and groups[last - 1].is_title:
            last -= 1
        yield _Group([row for group in groups[place:last] for row in group.own])


def _like(groups: Sequence[_Group]) -> list[_Group]:
    """Of the runs of short stanzas, those whose lines are alike."""
    found: list[_Group] = []
    run: list[_Group] = []
    for group in [*groups, None]:
        if group is not None and (group.is_short or (group.head > 1 and not group.is_marked_up)):
            run.append(group)
            continue
        found += _shared(run)
        run = []
    return found


def _shared(run: Sequence[_Group]) -> Sequence[_Group]:
    """The stanzas of a run from the first to the last with a line that most have one like."""
    # Between rules it is enough that lines begin alike.
    tell = key_of if any(group.head > 1 for group in run) else shape_of
    rows = ([row.said for row in group.own if not _RULE.fullmatch(row.said)] for group in run)
    own = [{key for said in lines for key in (shape_of(said), tell(said)) if key} for lines in rows]
    counts = Counter(key for keys in own for key in keys)
    if not counts:
        return []
    key = counts.most_common(1)[0][0]
    places = [place for place, keys in enumerate(own) if key in keys]
    first, end = places[0], places[-1] + 1
    if len(places) < _FEWEST or len(places) < _ALIKE * (end - first):
        return []
    return run[first:end]
