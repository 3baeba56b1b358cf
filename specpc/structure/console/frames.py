"""Errors with their frames, in the lines of stack traces of many languages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from specpc.text.patterns import lazy_re, lazy_regex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specpc.structure.parts.rows import Row

# What a line is, its beginning tells.
_LOOKED_AT: Final = 400
# So far above its frames an error is looked for: messages have several lines.
_MESSAGE_LINES: Final = 8
# So many errors back one is looked for that another is a part of, or about.
_MOST_BACK: Final = 100

_HEADER: Final = lazy_re(r"(?P<margin>[ \t|+]*)(?:Exception Group )?Traceback \(most recent call")
_NOTEBOOK: Final = lazy_re(r"[\w.]+ +Traceback \(most recent call last\)|[╭┌]─+ *Traceback \(")
_FILE: Final = lazy_re(
    r'(?P<margin>[ \t|]*?) {0,2}File "[^"\r\n]+", line \d+'
    r"|(?:Cell|File|Input) (?:In ?\[|\S+:\d+, in |\S+ in )|│ \S+:\d+ in "  # IPython, rich
)
_NOTEBOOK_LINE: Final = lazy_re(r"(?:-+> ?|[ \t]+)\d+(?:[ \t]|$)|[ \t]*\.\.\. |│|[╰└]")
_DIVIDER: Final = lazy_regex(r"[ |]*+\+(?:-\+)?+-{8,}+ \d+ -+$")
CHAINED: Final = lazy_re(
    r"[ \t|]*(?:During handling of the above exception|The above exception was the direct cause)"
)

_FRAME: Final = lazy_regex(
    r"[ \t]*+at (?=\S)[^(:]*+[(:]\S*?\d|[ \t]++at (?=\S)[^(:]*+\("  # Java, JavaScript, Kotlin
    r"|[\w$./<>]*@(?:https?|file|app|node|webpack)[^\s@]*:\d+"  # Firefox, Safari
    r"|[ \t]*(?:\d+: )?from \S+:\d+(?::in |$)|\S+\.rb:\d+:in [`'\"]"  # Ruby
    r"|[ \t]*#\d+[ \t]+(?:0x[\da-fA-F]+ |/|\{main\}|\[internal|[A-Za-z]:\\"
    r"|[\w:~<>.*&]++(?: closure>)?+ ?\()"
    r"|[ \t]+\(\w[\w ]* [\d.]+\) \S+:\d+: "  # Elixir
    r"|[ \t]++(?:\[[^\]\r\n]*+\]|[^\s:]++:\d++): in (?:\?|main chunk|\w++ ['<])"  # Lua
    r"|[ \t]++[\w'.]++, called at [^\s:]++:\d++:\d++ in "  # Haskell
    r"|[ \t]++[\w:]++\(.*\) called at \S++ line \d"  # Perl
)
_GO_PATH: Final = lazy_re(r"[ \t]+\S+\.go:\d+(?: \+0x[\da-f]+)?[ \t]*$")
_NUMBERED: Final = lazy_re(r"[ \t]+\d+:[ \t]+(?:0x[\da-f]+ - )?\S")  # Rust
_RUST_PATH: Final = lazy_re(r"[ \t]+at \S+:\d+")
_JULIA: Final = lazy_re(r"[ \t]+\[\d+\][ \t]+\S")
_JULIA_PATH: Final = lazy_re(r"[ \t]+@ \S")
_GOES_ON: Final = lazy_re(
    r"[ \t]+\.\.\. \d+ (?:more|common)|[ \t]*--- End of |[ \t]+(?:thrown )?in \S"
    r"|[ \t]{4,}\S.* at \S+:\d+$|exit status \d+$|\(elided \d+ frames|\"\}$"
)
_MOST_MEMBERS: Final = 30

_LEADS: Final = lazy_re(
    r"[ \t]*(?:\[?stack ?(?:back)?trace(?:back)?\]?:?|call ?stack(?: \(from \w+\))?:?|backtrace:"
    r"|goroutine \d+ \[.*\]:|when the exception was thrown, this was the stack:"
    r"|(?:READ|WRITE) of size .*|Thread \d+ .*)[ \t]*$",
    re.IGNORECASE,
)
_ERROR: Final = lazy_re(
    r"(?:Error|Exception|Fault|Throwable|Interrupt|Panic)\b(?![^:\s]*\()"
    r"|Caused by\b|Suppressed:|\[(?:cause|errors?)\]:|panic: |fatal error: |panicked at"
    r"|==\d+==ERROR|Program (?:received|terminated)|Uncaught |Unhandled |\*\* \(|terminate called"
)
# The line of a log that an error is printed below.
_LOGGED: Final = lazy_re(
    r"\[?(?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d\S*[ \t].*\b(?i:error|warn|fatal|severe|critical)"
)
# Rust lists causes behind a blank line below what they caused.
_CAUSES: Final = lazy_re(r"Caused by:")
_RAISED: Final = lazy_re(r"\S+:\d+:in .*\([A-Z][\w:]*\)$")
# What heads frames and says nothing without the error above.
_LINK: Final = lazy_re(r"[ \t]*(?:freed by |previously |allocated by |Thread T\d+ |0x\w+ is )")
_PANIC: Final = lazy_re(r"thread '.*' (?:\(\d+\) )?panicked at ")
_SUMMARY: Final = lazy_re(r"SUMMARY: \w+Sanitizer")
# Of Linux: what a kernel says went wrong, and what it prints of it.
_OOPS: Final = lazy_regex(
    r"BUG: |kernel BUG at |(?:Internal error: )?Oops: |general protection fault|WARNING: CPU: \d"
    r"|Kernel panic - |INFO: task \S++ blocked for |watchdog: BUG: |rcu: INFO: "
    r"|Unable to handle kernel "
)
# Where it was: one of these is in each.
_PLACES: Final = lazy_regex(
    r"[ \t]*+(?:\? )?[\w.]++\+0x[\da-f]++/0x[\da-f]++|RIP: |pc : |Call [Tt]race:"
)
_DUMPED: Final = lazy_regex(
    rf"{_PLACES.pattern}|[ \t]*+</?[A-Z]++>|---\[ |#PF: |(?:Internal error: )?Oops: |lr : "
    r"|(?:Call [Tt]race|CPU|Hardware name|Workqueue|RIP|RSP|R[A-Z\d]{2}|CR2|FS|CS|DR\d|PKRU|EFLAGS"
    r"|Code|Modules linked in|Tainted|task|Comm|pc|lr|sp|x\d{1,2}|note|PGD|(?:Mem|Data) abort info"
    r"|pstate|user pgtable)\b ?: ?|[ \t]+(?:ESR|EC|SET|EA|FSC|ISV|CM|WnR) = |\[[\da-f]{16}\] "
)
_DUMP_ENDS: Final = lazy_regex(r"---\[ end ")
# So many other lines may stand in it one after the other.
_OTHER_LINES: Final = 3
_INNER: Final = lazy_re(r" +-{3,}> ")
# "DETAIL:  Key (id)=(3) already exists." below the error of a database.
_DETAIL: Final = lazy_re(r"[A-Z]\w*(?: \d+)?:[ \t]")
_PLACE: Final = lazy_re(r"(?:\w:)?[^\s:]+:\d+[ \t]*$")
# Perl says below an error where it was.
_PLACED: Final = lazy_re(r" at \S+ line \d+")
_CARET: Final = lazy_re(r"[ \t]*\^[\^~ \t]*$")
# All that a group may begin with, a Go frame apart, of which the second line tells.
_BEGINS: Final = lazy_regex(
    "|".join(
        own.pattern
        for own in (
            *(_DIVIDER, _OOPS, _HEADER, _FILE, _NOTEBOOK, _FRAME, _NUMBERED, _JULIA),
            *(_PANIC, _SUMMARY),
        )
    )
)


@dataclass
class TraceGroup:
    """Numbers of lines, first and one past the last, of an error and its frames.

    Attributes:
        lead: what stands above the frames and says nothing alone.
        frames: each with its lines of code.
        error: the lines that name the error, before or after the frames; none if first is last.
        parent: the place of the group that this is a part of, or about.
        depth: how far it is indented.
    """

    lead: list[tuple[int, int]] = field(default_factory=list)
    frames: list[tuple[int, int]] = field(default_factory=list)
    error: tuple[int, int] = (0, 0)
    parent: int | None = None
    depth: int = 0

    @property
    def end(self) -> int:
        """One past the last line."""
        return max(end for _, end in (self.error, *self.lead[-1:], *self.frames[-1:]))

    @property
    def parts(self) -> list[tuple[int, int]]:
        """All of it, in order."""
        own = [self.error] if self.error[0] < self.error[1] else []
        return sorted([*self.lead, *self.frames, *own])


def is_traced(line: str) -> bool:
    """Whether a line is the first of a trace, or a frame of one."""
    return any(shape.match(line) is not None for shape in (_HEADER, _FILE, _FRAME))


def find_groups(found: Sequence[Row]) -> list[TraceGroup]:
    """The errors with their frames, in order."""
    said = [row.said[:_LOOKED_AT].rstrip() for row in found]
    reader = _TraceReader(said, [row.ends_block for row in found], [])
    place = 0
    while place < len(said):
        begins = _BEGINS.match(said[place]) or ".go:" in reader.line(place + 1)
        if not begins or (group := reader.group(place)) is None:
            place += 1
        else:
            reader.groups.append(group)
            place = group.end
    return reader.groups


@dataclass(frozen=True)
class _TraceReader:
    """Finds errors with their frames among lines.

    Attributes:
        said: the lines.
        blank: whether a blank line is after them.
        groups: what was found so far.
    """

    said: Sequence[str]
    blank: Sequence[bool]
    groups: list[TraceGroup]

    def line(self, place: int) -> str:
        """A line, empty after the last."""
        return self.said[place] if place < len(self.said) else ""

    def group(self, place: int) -> TraceGroup | None:
        """The error with its frames that begins, or whose frames begin, at a line."""
        line = self.said[place]
        for begins, read in ((_DIVIDER, self._part), (_OOPS, self._dump)):
            if begins.match(line):
                return read(place)
        if _HEADER.match(line) or _FILE.match(line) or _NOTEBOOK.match(line):
            return self._python(place)
        if self._is_frame(place):
            return self._error_first(place)
        if _PANIC.match(line) and not self.blank[place]:
            return TraceGroup(error=(place, min(place + 1 + line.endswith(":"), len(self.said))))
        if self.groups and _SUMMARY.match(line):
            return TraceGroup(error=(place, place + 1))
        return None

    def _dump(self, place: int) -> TraceGroup | None:
        """What a kernel says went wrong, and each line that it prints of that."""
        last, placed = place, False
        for end in range(place + 1, len(self.said)):
            if self.blank[end - 1]:
                break
            if _DUMPED.match(self.said[end]):
                last = end
                placed = placed or _PLACES.match(self.said[end]) is not None
            if end - last > _OTHER_LINES or _DUMP_ENDS.match(self.said[end]):
                break
        if last - place < 2 or not placed:
            return None
        frames = [(number, number + 1) for number in range(place + 1, last + 1)]
        return TraceGroup(frames=frames, error=(place, place + 1))

    def _part(self, place: int) -> TraceGroup | None:
        """A part of a group of errors, below its divider."""
        line = self.said[place]
        depth = line.index("+") + 2
        group = self._python(place + 1) if _HEADER.match(self.line(place + 1)) else None
        if group is None and self.line(place + 1)[depth - 2 :].strip("+-| "):
            group = TraceGroup(error=self._message(place + 1, depth, empty=False))
        if group is None:
            return None
        group.lead.insert(0, (place, place + 1))
        group.depth = line.rindex("+") + 2
        group.parent = next((n for n in self._back() if self.groups[n].depth < group.depth), None)
        return group

    def _back(self) -> range:
        """The places of the last groups, from the last one on."""
        return range(len(self.groups) - 1, max(-1, len(self.groups) - 1 - _MOST_BACK), -1)

    def _python(self, place: int) -> TraceGroup | None:
        """Frames from the outermost, and the error after them."""
        line = self.said[place]
        header = _HEADER.match(line)
        file = None if header else _FILE.match(line)
        notebook = header is None and (file is None or file["margin"] is None)
        depth = len(header["margin"]) if header else len((file and file["margin"]) or "")
        group = TraceGroup(lead=[] if file else [(place, place + 1)], depth=depth)
        end = place + (file is None)
        while end < len(self.said):
            line = self.said[end]
            if end > place and self.blank[end - 1] and not notebook:
                return group if group.frames else None  # it was cut off
            if _FILE.match(line):
                group.frames.append((end, end + 1))
            elif _NOTEBOOK_LINE.match(line) if notebook else line[depth : depth + 2] == "  ":
                first = group.frames.pop()[0] if group.frames else end
                group.frames.append((first, end + 1))
            else:
                break
            end += 1
        if not group.frames:
            return None
        if end < len(self.said):
            group.error = self._message(end, depth, empty=notebook)
        return group

    def _message(self, place: int, depth: int, *, empty: bool) -> tuple[int, int]:
        """The lines of an error: the first, its details, and what is indented or leads to such."""
        end = place + 1
        while end < min(place + _MESSAGE_LINES, len(self.said)) and not self.blank[end - 1]:
            line, after = self.said[end], self.line(end + 1)
            ends = any(p.match(line) for p in (_HEADER, _FILE, _DIVIDER, CHAINED))
            indented = line[depth:].startswith((" ", "\t")) or _DETAIL.match(line, depth)
            leads = not self.blank[end] and after[depth:].startswith(("  ", "\t"))
            if ends or empty or not (indented or (leads and not _FILE.match(after))):
                break
            end += 1
        return place, end

    def _is_frame(self, place: int) -> bool:
        """Whether a frame begins at a line, alone or together with the next."""
        line, after = self.said[place], self.line(place + 1)
        if _FRAME.match(line):
            return not _RAISED.match(line)
        if _NUMBERED.match(line):
            return bool(_RUST_PATH.match(after) or _NUMBERED.match(after))
        if _JULIA.match(line):
            return bool(_JULIA_PATH.match(after))
        return bool(line and not line[0].isspace() and _GO_PATH.match(after))

    def _error_first(self, place: int) -> TraceGroup | None:
        """Frames from the innermost, and the error before them."""
        group = TraceGroup()
        end = place
        while end < len(self.said):
            if self._is_frame(end):
                after = end + 1
                while after < len(self.said) and (
                    _GO_PATH.match(self.said[after])
                    or (_NUMBERED.match(self.said[end]) and _RUST_PATH.match(self.said[after]))
                    or (_JULIA.match(self.said[end]) and _JULIA_PATH.match(self.said[after]))
                ):
                    after += 1
                if self.said[after - 1].endswith("{"):
                    after = self._members(after)
                group.frames.append((end, after))
            elif group.frames and _GOES_ON.match(self.said[end]):
                after = end + 1
                group.frames.append((group.frames.pop()[0], after))
            elif group.frames and _NUMBERED.match(self.said[end]):
                after = end + 1
                group.frames.append((end, after))
            else:
                break
            end = after
            if self.blank[end - 1]:
                break
        named = self._head(group, place)
        return group if named or group.lead or len(group.frames) > 1 else None

    def _members(self, place: int) -> int:
        """Where the members of an error in JavaScript end, which a brace after a frame opens."""
        for end in range(place, min(place + _MOST_MEMBERS, len(self.said))):
            if self.said[end].strip() == "}":
                return end + 1
        return place

    def _head(self, group: TraceGroup, place: int) -> bool:
        """Find what is above the frames; whether it names an error."""
        done = self.groups[-1].end if self.groups else 0
        top = place - 1
        while top >= max(done, place - _MESSAGE_LINES) and _LEADS.match(self.said[top]):
            group.lead.insert(0, (top, top + 1))
            top -= 1
        if top - 2 >= done and _CARET.match(self.said[top]) and _RAISED.match(self.said[top - 2]):
            group.error = (top - 2, top + 1)  # Ruby shows the code behind a blank line
            return True
        for place_above in range(top, max(done, top - _MESSAGE_LINES) - 1, -1):
            first = place_above
            line = self.said[first]
            if first < top and self.blank[first]:
                break
            if _LINK.match(line) and self.groups:
                group.parent = next((n for n in self._back() if self.groups[n].error[1]), None)
                first -= first > done and _LINK.match(self.said[first - 1]) is not None
                group.lead.insert(0, (first, top + 1))
                return True
            if _ERROR.search(line) or _RAISED.match(line):
                while first > done and _INNER.match(self.said[first]):
                    first -= 1
                if first > done and _CAUSES.fullmatch(line):
                    first -= self.said[first - 1].startswith("Error: ")
                if first > done and not self.blank[first - 1]:
                    first -= _LOGGED.match(self.said[first - 1]) is not None
                group.error = (first, top + 1)
                code = first - 3 >= done and _CARET.match(self.said[first - 1])
                if code and _PLACE.match(self.said[first - 3]):
                    group.frames.insert(0, (first - 3, first))
                return True
        if top < done and self.groups and not self.groups[-1].frames:  # a panic's backtrace
            group.parent = len(self.groups) - 1
        elif top >= done and not self.blank[top] and len(group.frames) > 1:
            goes_on = top > done and _PLACED.match(self.said[top])
            group.error = (top - bool(goes_on), top + 1)
        return False
