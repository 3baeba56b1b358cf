"""Histories: what a commit says and changes is kept with its number, author and date."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.blocks import Block, block, lay_out_blocks, record
from specpc.structure.parts.rows import mostly, rows, runs_of
from specpc.structure.records.diffs import file_blocks
from specpc.text.patterns import lazy_re, lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import regex

    from specpc.structure.parts.rows import Row
    from specpc.text.layout import Layout

_GRAPH: Final = r"[*|\\/_. o@]*+"
_HASH: Final = r"[\da-f]{7,64}"
# What a commit begins with, and what has to stand on the line below.
_BEGINS: Final = lazy_regex(
    rf"{_GRAPH}(?P<git>commit) {_HASH}(?: .*)?|(?P<mail>From) [\da-f]{{40}} .*"
    rf"|(?P<hg># HG changeset patch)|{_GRAPH}(?P<log>changeset): +\d+:{_HASH}"
    r"|(?P<svn>-{50,})|(?P<tag>tag) \S+"
    r"|(?P<p4>Change) \d+ (?:on|by) .*"
)
_FIELD: Final = lazy_re(
    r"(?:Merge|Author|AuthorDate|Commit|CommitDate|Date|Tagger|TaggerDate|Reflog|Reflog message"
    r"|From|Subject|To|Cc|Message-I[dD]|In-Reply-To|References|MIME-Version|Content-[\w-]+|X-[\w-]+"
    r"|# \w+)\b:? .*|(?:bookmark|branch|date|files|phase|summary|tag|user)s?: .*|description:"
    r"|(?:tree|parent:?|author|committer|encoding|gpgsig|gpg:?|mergetag) .*"
)
_DESCRIPTION: Final = "description:"  # of hg log -v; the message is below
_SVN_HEAD: Final = lazy_re(r"r\d+ \| .+ \| .+")
# Commits of one line (--oneline, reflog, blame), and what a graph is drawn with.
_SHORT: Final = lazy_regex(r"(?:[*|\\/_.][*|\\/_. ]*+)?\^?(?P<number>[\da-f]{7,40}) \S.*")
_DRAWN: Final = lazy_re(r"[*|\\/_. -]+")
_FEWEST: Final = 3
# What git says of the files that a commit changes.
_STATISTICS: Final = lazy_re(
    r" \S.* \| +(?:\d+|Bin|Unmerged)\b.*| \d+ files? changed.*| \d+ (?:insertion|deletion)s?\b.*"
    r"| (?:create|delete|rename|copy|rewrite|mode change) .*|:\d{6} \d{6} .*|[ACDMRTUX]\d*\t.*"
    r"|\d+\t\d+\t.*|-\t-\t.*|Changed paths:|   [AMDR] /.*"
)
_RULE: Final = "---"  # below the message of a mailed patch
_MESSAGE: Final = lazy_re(r" {4}|\t| {4}$")


def lay_out_commits(text: str) -> Layout | None:
    """The pieces of a history: of git in any of its formats, Subversion, Mercurial, mailed patches.

    A short commit stays whole. The sentences of a longer one's message, the lines about its files
    and its diff need its head; a changed line also that of its file and place. Where a commit is a
    line, it is a unit.

    Returns:
        ``None`` unless at least half of the text is commits.
    """
    found = rows(text)
    blocks = _commits(found)
    if not mostly(text, found, blocks):
        return None
    return lay_out_blocks(text, blocks, "history", loose="text")


def _commits(found: Sequence[Row]) -> list[Block]:
    blocks: list[Block] = []
    place = 0
    while place < len(found):
        begins = _begins(found, place)
        if begins is None:
            place += 1
            continue
        end = place + 1
        while end < len(found) and _begins(found, end) is None:
            end += 1
        blocks.append(_commit(found[place:end], begins))
        place = end
    return blocks or _short_commits(found)


def commit_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of lines that may be commits in a text (see `Kind.runs`)."""
    return runs_of(_commits(rows(text)), spans)


def _short_commits(found: Sequence[Row]) -> list[Block]:
    """Commits of one line each, maybe with what they change below."""
    matches = [(place, _SHORT.fullmatch(row.said)) for place, row in enumerate(found)]
    numbers = {place: match["number"] for place, match in matches if match is not None}
    starts = list(numbers)
    # Of numbers of commits, hardly one is a word or a decimal number.
    if sum(not one.isdigit() and not one.isalpha() for one in numbers.values()) * 2 < len(starts):
        return []
    blocks: list[Block] = []
    for place, after in pairwise([*starts, len(found)]):
        own = found[place:after]
        end = 1
        while end < len(own) and _DRAWN.fullmatch(own[end].said):
            end += 1
        changes, stop = _changes(own, end)
        blocks.append(record(own[0].start, own[stop - 1].end, own[0].end, inside=changes))
    touching = sum(one.end == other.start for one, other in pairwise(blocks))
    return blocks if touching >= _FEWEST - 1 else []


def _begins(found: Sequence[Row], place: int) -> regex.Match[str] | None:
    """Whether a commit begins at a row."""
    begins = _BEGINS.fullmatch(found[place].said)
    if begins is None or place + 1 == len(found):
        return None
    below = found[place + 1].said.lstrip("|\\/* ")
    if begins["p4"]:
        return begins if found[place].ends_block and found[place + 1].indented else None
    wanted = _SVN_HEAD if begins["svn"] else _FIELD
    return begins if wanted.fullmatch(below) else None


def _commit(own: Sequence[Row], begins: regex.Match[str]) -> Block:
    """The commit at the beginning of some rows."""
    width = max(begins.start("git"), begins.start("log"), 0)
    if width:
        own = [row._replace(said=_undrawn(row.said, width)) for row in own]
    body = _head_end(own, begins)
    end = body
    if begins["git"] or begins["tag"] or begins["p4"]:
        while end < len(own) and _is_message(own[end]):
            end += 1
        message = own[body:end]
    else:
        changes = file_blocks(own[body:])
        while end < len(own) and not _ends_message(own[end], changes):
            end += 1
        message = own[body:end]
    changes, end = _changes(own, end)
    if message and width:
        changes = [*_paragraphs(message), *changes]
    elif message:
        changes = [block(message[0].start, message[-1].end, body="prose"), *changes]
    if begins["mail"]:  # and the version of git below
        end = len(own)
    tail = own[end - 1].end
    if begins["svn"] and end < len(own) and own[end].said.startswith("-" * 50):
        end += 1  # the rule below the last
    return record(own[0].start, own[end - 1].end, own[body - 1].end, tail=tail, inside=changes)


def _changes(own: Sequence[Row], place: int) -> tuple[list[Block], int]:
    """The changes to files from a row on, and the number of the row after all that is said."""
    blocks = {one.start: one for one in file_blocks(own[place:])}
    found: list[Block] = []
    while place < len(own):
        if one := blocks.get(own[place].start):
            found.append(one)
            while place < len(own) and own[place].start < one.end:
                place += 1
        elif own[place].said == _RULE:
            rule = block(own[place].start, own[place].end)
            found.append(replace(rule, body="nothing"))
            place += 1
        elif _STATISTICS.fullmatch(own[place].said):
            place += 1
        else:
            break
    return found, place


def _undrawn(said: str, width: int) -> str:
    """A line without the part of the graph that stands before it."""
    return said[width:] if not said[:width].strip("|\\/*_. ") else said


def _head_end(own: Sequence[Row], begins: regex.Match[str]) -> int:
    """Number of the first row of a commit's body, one at least."""
    if begins["svn"]:
        end = 2
        while end < len(own) and not own[end - 1].ends_block:  # the paths that changed
            end += 1
        return end
    end = 1
    folds = bool(begins["mail"])
    while end < len(own) and not own[end - 1].ends_block:
        if not (_FIELD.fullmatch(own[end].said) or (folds and own[end].indented)):
            break
        end += 1
        if own[end - 1].said == _DESCRIPTION:
            break
    return end


def _paragraphs(message: Sequence[Row]) -> list[Block]:
    """Those of a message beside a graph, which would stand in the middle of its sentences."""
    found: list[Block] = []
    for said, group in groupby(message, lambda row: bool(row.said.strip("|\\/*_. "))):
        own = list(group)
        start, end = own[0].start, own[-1].end
        found.append(record(start, end) if said else block(start, end, body="nothing"))
    return found


def _is_message(row: Row) -> bool:
    return (
        not row.said.strip("|\\/*_. ")
        or _MESSAGE.match(row.said) is not None
        or (row.said.startswith("Notes") and row.said.endswith(":"))
    )


def _ends_message(row: Row, changes: Sequence[Block]) -> bool:
    return (
        row.said == _RULE
        or row.said.startswith("-" * 50)
        or (bool(changes) and row.start == changes[0].start)
    )
