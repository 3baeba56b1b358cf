"""Diffs of all programs: a changed line is kept with its file and the place in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.blocks import Block, block, lay_out_blocks, record
from specpc.structure.parts.rows import mostly, rows, runs_of
from specpc.text.patterns import lazy_re

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.structure.parts.rows import Row
    from specpc.text.layout import Layout

# Up to this size, lines taken out come with those put in for them.
_WHOLE: Final = 400
# What only begins the entry of a file: git's, other programs', Subversion's.
_BEGINS: Final = lazy_re(
    r"diff -\S+ \S.*|Index: \S.*|Property changes on: \S.*"
    r"|Only in \S.*: .*|Files \S.* differ|==== //.* ====|RCS file: .*"
)
# What else does right above a hunk: the command whose output it is, a path.
_COMMAND: Final = lazy_re(r"diff (?!-)\S+ \S+")
_PATH: Final = lazy_re(r"(?:#+ |File: |In )?[`*]{0,3}[\w./-]{0,200}[./][\w-]{1,60}[`*]{0,3}:?")
# A patch as agents write it, without numbers of lines.
_OPENS: Final = "*** Begin Patch"
_CLOSES: Final = "*** End Patch"
_UNNUMBERED: Final = lazy_re(r"\*\*\* (?:Add|Delete|Update) File: \S.*")
# What is replaced with what, and both sides of a merge: all of it or nothing.
_SIDES: Final = lazy_re(r"<{5,9}(?: .*)?")
_SIDES_END: Final = lazy_re(r">{5,9}(?: .*)?")
_SIDES_PART: Final = lazy_re(r"={5,9}")
# What else says which file it is, and what became of it.
_GOES_ON: Final = lazy_re(
    r"index [\da-f]+[.,].*|(?:old |new |deleted file |new file )?mode \d.*"
    r"|(?:copy|rename) (?:from|to) .*|(?:dis)?similarity index \d+%|Binary files? .* differ"
    r"|GIT binary patch|[=_]{50,}|retrieving revision .*|(?:Added|Modified|Deleted): \S+"
    r"|Cannot display: .*|svn:mime-type = .*|(?:---|\+\+\+|\*\*\*) \S.*"
)
_UNIFIED: Final = lazy_re(
    r"(?P<marks>@@+|##) (?:-\d+(?:,(?P<old>\d+))? )+\+\d+(?:,(?P<new>\d+))? (?:@@+|##)(?: .*)?"
)
# Words that were taken out or put in, as --word-diff shows them; lines of nothing else.
_WORD_CHANGED: Final = lazy_re(r"\[-(?=\S)[^\r\n]{0,2000}?-\]|\{\+[^\r\n]{0,2000}?\+\}")
_REMOVED: Final = lazy_re(r"\[-(?:(?!-\]).)*-\]")
_ADDED: Final = lazy_re(r"\{\+(?:(?!\+\}).)*\+\}")
_PROPERTIES: Final = "Property changes on: "
_GIT_BINARY: Final = "GIT binary patch"
_CONTEXT: Final = "*" * 15
_CONTEXT_PART: Final = lazy_re(r"\*\*\* \d+(?:,\d+)? \*\*\*\*|--- \d+(?:,\d+)? ----")
_NORMAL: Final = lazy_re(r"\d+(?:,\d+)?[acd]\d+(?:,\d+)?")
_NORMAL_LINE: Final = lazy_re(r"[<>] |[<>]$|---$|\\ ")
_BINARY: Final = lazy_re(r"(?:literal|delta) \d+")
# Below a patch in a mail: the version of git.
_SIGNATURE: Final = lazy_re(r"-- ?$")
# What any of these begins with, in a line or the one below it.
_MARKED: Final = lazy_re(
    "|".join(
        (
            *(own.pattern for own in (_BEGINS, _COMMAND, _UNNUMBERED, _SIDES, _UNIFIED)),
            *(own.pattern for own in (_NORMAL, _BINARY, _SIGNATURE)),
            *map(re.escape, (_OPENS, _CONTEXT, "--- ", "*** ")),
        )
    )
)
_VERSION: Final = lazy_re(r"\d+(?:\.[\w-]+)+[ \t]*$")


def lay_out_diff(text: str) -> Layout | None:
    """The pieces of a diff: unified, of context, or normal; with what git, Mercurial, CVS add.

    A line needs the head of its hunk and of its file. A short hunk stays whole, and so do lines
    taken out and put in at one place. What stands between and around is text.

    Returns:
        ``None`` unless at least half of the text is changes to files.
    """
    found = rows(text)
    blocks = file_blocks(found)
    if not mostly(text, found, blocks):
        return None
    return lay_out_blocks(text, blocks, "diff", loose="text")


def file_blocks(found: Sequence[Row]) -> list[Block]:
    """The changes to each file in some rows."""
    blocks: list[Block] = []
    place = 0
    marked = [_MARKED.match(row.said) is not None for row in found]
    while place < len(found):
        if not any(marked[place : place + 2]):
            place += 1
            continue
        if patch := _patch(found, place) or _sides(found, place):
            blocks.append(patch.block)
            place = patch.end
            continue
        head = _head_end(found, place)
        hunks: list[Block] = []
        end = head
        while hunk := _hunk(found, end):
            hunks.append(hunk.block)
            end = hunk.end
        if not hunks and head > place and found[place].said.startswith(_PROPERTIES):
            while end < len(found) and not (found[end - 1].ends_block or _begins(found, end)):
                end += 1
            blocks.append(record(found[place].start, found[end - 1].end, found[head - 1].end))
            place = end
        elif hunks or end > place + 1:
            blocks.append(_file(found[place:head], found[end - 1].end, hunks))
            place = end
        elif blocks and _is_signature(found, place):
            own = block(found[place].start, found[place + 1].end)
            blocks.append(replace(own, body="nothing"))
            place += 2
        elif blocks and end > place and blocks[-1].end == found[place].start:
            blocks.append(block(found[place].start, found[place].end))  # a file without lines
            place = end
        else:
            place += 1
    return blocks


def _patch(found: Sequence[Row], place: int) -> _Hunk | None:
    """The patch that begins at a row, or the changes to one file, as agents write them."""
    if found[place].said != _OPENS:
        return _unnumbered(found, place)
    files: list[Block] = []
    end = place + 1
    while end < len(found) and (own := _unnumbered(found, end)):
        files.append(own.block)
        end = own.end
    tail = found[end - 1].end
    end += end < len(found) and found[end].said == _CLOSES
    head, stop = found[place].end, found[end - 1].end
    whole = block(found[place].start, stop, head, tail=tail, inside=files)
    return _Hunk(whole, end) if files else None


def _unnumbered(found: Sequence[Row], place: int) -> _Hunk | None:
    """The changes to one file, the places of which have no numbers."""
    if not _UNNUMBERED.fullmatch(found[place].said):
        return None
    head = place + 1
    head += head < len(found) and found[head].said.startswith("*** Move to: ")
    hunks: list[Block] = []
    end = head
    while end < len(found) and found[end].said[:1] in {" ", "+", "-", "@"}:
        first = end
        end += found[first].said[0] == "@"
        lines = end
        while end < len(found) and found[end].said[:1] in {" ", "+", "-"}:
            end += 1
        changes = _changes(found[lines:end])
        hunks.append(_made(found, first, end, changes, lines - first).block)
    stop = found[end - 1].end
    return _Hunk(block(found[place].start, stop, found[head - 1].end, inside=hunks), end)


def _sides(found: Sequence[Row], place: int) -> _Hunk | None:
    """Both sides of a merge, or what is replaced with what, below the path of its file."""
    first = place + (not found[place].said.startswith("<"))
    if first == len(found) or not _SIDES.fullmatch(found[first].said):
        return None
    if first > place and not _PATH.fullmatch(found[place].said):
        return None
    end, parts = first + 1, 0
    while end < len(found) and not _SIDES_END.fullmatch(found[end].said):
        if _SIDES.fullmatch(found[end].said):
            return None
        parts += _SIDES_PART.fullmatch(found[end].said) is not None
        end += 1
    if end == len(found) or parts != 1:
        return None
    return _Hunk(replace(block(found[place].start, found[end].end), body="whole"), end + 1)


def _file(heads: Sequence[Row], end: int, hunks: Sequence[Block]) -> Block:
    """A file with its hunks; the numbers of its versions are not worth what they cost."""
    if not heads:
        return block(hunks[0].start, end, inside=hunks)
    whole = block(heads[0].start, end, heads[-1].end, inside=hunks)
    index = next((n for n, row in enumerate(heads) if row.said.startswith("index ")), 0)
    if not index or index + 1 == len(heads) or not hunks or heads[-1].said == _GIT_BINARY:
        return whole
    row = heads[index]
    names = replace(block(row.end, end, heads[-1].end, inside=hunks), gap="")
    numbers = replace(block(row.start, row.end), body="nothing")
    return replace(whole, head=row.start, inside=(numbers, names))


def diff_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of lines that may be changes to files in a text (see `Kind.runs`)."""
    return runs_of(file_blocks(rows(text)), spans)


def _head_end(found: Sequence[Row], place: int) -> int:
    """Where what says which file it is ends; ``place`` if nothing there does."""
    if not _begins(found, place):
        return place
    end = place + 1
    while end < len(found) and not (_BEGINS.fullmatch(found[end].said)):
        said = found[end].said
        if not _GOES_ON.fullmatch(said) or _CONTEXT_PART.fullmatch(said):
            break
        if _names_two(found, end) and any(_names_two(found, one) for one in range(place, end)):
            break
        end += 1
    return end


def _begins(found: Sequence[Row], place: int) -> bool:
    """Whether the changes to a file begin there."""
    said = found[place].said
    if _BEGINS.fullmatch(said) or _names_two(found, place):
        return True
    after = found[min(place + 1, len(found) - 1)].said
    if _COMMAND.fullmatch(said):
        return _NORMAL.fullmatch(after) is not None
    return _UNIFIED.fullmatch(after) is not None and _PATH.fullmatch(said) is not None


def _names_two(found: Sequence[Row], place: int) -> bool:
    """Whether the old and the new name of a file stand there."""
    said = found[place].said
    if not said.startswith(("--- ", "*** ")):
        return False
    after = found[min(place + 1, len(found) - 1)].said
    if said.startswith("--- "):
        return after.startswith("+++ ")
    return after.startswith("--- ") and not after.endswith(" ----")


@dataclass(frozen=True)
class _Hunk:
    """A block, and the number of the row after it."""

    block: Block
    end: int


def _hunk(found: Sequence[Row], place: int) -> _Hunk | None:
    """The hunk that begins at a row, if one does."""
    if place >= len(found):
        return None
    row = found[place]
    unified = _UNIFIED.fullmatch(row.said)
    if unified is not None:
        end = _unified_end(found, place + 1, unified)
        counted = _is_counted(found[place + 1 : end], unified)
        words = place if counted else _words_end(found, place + 1, unified)
        changes = _changes(found[place + 1 : end]) if words <= end else ()
        return _made(found, place, max(words, end), changes)
    if row.said.startswith(_CONTEXT):
        return _context_hunk(found, place)
    end = place + 1
    if _NORMAL.fullmatch(row.said):
        while end < len(found) and _NORMAL_LINE.match(found[end].said):
            end += 1
        return _made(found, place, end, ()) if end > place + 1 else None
    if _BINARY.fullmatch(row.said):
        while end < len(found) and not found[end - 1].ends_block:
            end += 1
        return _Hunk(replace(block(row.start, found[end - 1].end), body="whole"), end)
    return None


def _made(
    found: Sequence[Row], place: int, end: int, inside: Sequence[Block], heads: int = 1
) -> _Hunk:
    start, stop = found[place].start, found[end - 1].end
    head = found[place + heads - 1].end if heads else start
    # A program that reads the result would end the file's changes at a marker.
    return _Hunk(replace(record(start, stop, head, inside=inside), gap=""), end)


def _unified_end(found: Sequence[Row], place: int, head: re.Match[str]) -> int:
    """Where the lines of a hunk end: as its head counts them, if it does that right."""
    old, new = _counts(head)
    counts = len(head["marks"]) == 2
    old += found[place - 1].breaks - 1  # blank lines right after the head
    while place < len(found):
        row = found[place]
        mark = row.said[:1]
        if _is_signature(found, place):  # whatever the head counts
            break
        if mark not in {" ", "+", "-", "\\"} or (_names_two(found, place) and _ends(old, new)):
            break
        blank = row.breaks - 1
        if counts and _ends(old, new) and mark != "\\":
            before = found[place - 1]
            if mark == " " or before.ends_block or _SIGNATURE.match(row.said):
                break
        old -= (mark in " -") + blank
        new -= (mark in " +") + blank
        place += 1
    return place


def _is_counted(own: Sequence[Row], head: re.Match[str]) -> bool:
    """Whether a hunk has as many lines as its head says."""
    blank = sum(row.breaks - 1 for row in own)
    return all(
        count - blank <= sum(row.said[:1] in marks for row in own) <= count
        for count, marks in zip(_counts(head), (" -", " +"), strict=True)
    )


def _counts(head: re.Match[str]) -> tuple[int, int]:
    """How many old and new lines the head of a hunk tells of."""
    return int(head["old"] or 1), int(head["new"] or 1)


def _words_end(found: Sequence[Row], place: int, head: re.Match[str]) -> int:
    """Where the lines of a hunk end that are not marked, but the words in them are.

    ``place`` if no words are. Below as many as its head counts, a blank line ends it.
    """
    old, new = _counts(head)
    first, marked = place, False
    while place < len(found) and not (_ends(old, new) and found[place - 1].ends_block):
        said = found[place].said
        if _begins(found, place) or _UNIFIED.fullmatch(said):
            break
        marked = marked or _WORD_CHANGED.search(said) is not None
        blank = found[place].breaks - 1
        old -= (_ADDED.fullmatch(said) is None) + blank
        new -= (_REMOVED.fullmatch(said) is None) + blank
        place += 1
    return place if marked else first


def _is_signature(found: Sequence[Row], place: int) -> bool:
    """Whether what git writes below a patch stands there."""
    said, after = found[place].said, found[min(place + 1, len(found) - 1)].said
    return _SIGNATURE.match(said) is not None and _VERSION.match(after) is not None


def _ends(old: int, new: int) -> bool:
    return old <= 0 and new <= 0


def _changes(body: Sequence[Row], marks: str = "+-\\") -> list[Block]:
    """Lines that were taken out and put in at one place."""
    blocks = []
    for changed, group in groupby(body, lambda row: row.said[:1] in {*marks}):
        own = list(group)
        if changed:
            blocks.append(_change(own))
    return blocks


def _change(own: Sequence[Row]) -> Block:
    """Lines taken out, which alone would say that they are there, bring those put in for them."""
    start, end = own[0].start, own[-1].end
    new = next((row.start for row in own if row.said.startswith("+")), start)
    if new == start or end - start > _WHOLE:
        return record(start, end)
    put = replace(block(new, end), body="whole", told=True)
    return record(start, end, inside=[block(start, new), put])


def _context_hunk(found: Sequence[Row], place: int) -> _Hunk | None:
    """What stood in a file, then what stands there now, each with its own head."""
    parts: list[Block] = []
    end = place + 1
    while end < len(found) and len(parts) < 2 and _CONTEXT_PART.fullmatch(found[end].said):
        first = end
        end += 1
        while end < len(found) and re.match(r"[-+! ] |[-+!]$|\\ ", found[end].said):
            if _CONTEXT_PART.fullmatch(found[end].said):
                break
            end += 1
        # What was changed says nothing without what it was changed to, in the other part.
        changes = [
            replace(change, told=True, body="whole")
            for change in _changes(found[first + 1 : end], "!")
        ]
        own = block(found[first].start, found[end - 1].end, found[first].end, inside=changes)
        parts.append(replace(own, told=bool(changes)))
    return _made(found, place, end, parts) if parts else None
