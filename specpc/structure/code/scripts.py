"""Programs in languages without a grammar here: shell, Ruby, PHP, C#, Kotlin, Lua and others.

They are read by their lines: a statement is a line with those that its brackets, strings or last
characters hold to it; what is indented further belongs to the line above, and comes with that and
with what closes it (a bracket, ``end``, ``fi``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from specpc.structure.code.languages import FENCE_LINE, NOT_BLANK, language_of
from specpc.structure.code.script_lines import (
    VIM,
    CodeLine,
    code_lines,
    comment_mark,
    statement_ends,
)
from specpc.structure.parts.blocks import Block, block, lay_out_blocks, small_size
from specpc.structure.parts.lines import line_pattern
from specpc.structure.parts.trees import names
from specpc.text.layout import Nested
from specpc.text.patterns import lazy_re

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specpc.text.layout import Layout

# How code fences call them, and how names of their files end.
FENCES: Final = tuple(
    sorted(
        names(
            "sh bash zsh ksh fish shell rb ruby php pl perl lua kt kotlin swift scala groovy cs "
            "csharp fs fsharp vb ex elixir erl erlang hs haskell ml ocaml elm clj clojure lisp el "
            "scheme jl julia r dart tcl cmake awk ps1 powershell bat batch vim nim zig objc matlab "
            "fortran pascal crystal solidity coffee"
        )
    )
)
OTHER_ENDINGS: Final = tuple(
    sorted(
        names(
            "rake gemspec pm kts sc gradle csx fsx exs hrl mli cljs rkt scm psm1 cmd m mm f90 f95 "
            "pas cr sol inc phtml"
        )
    )
)
_FEWEST: Final = 3
_DEEPEST: Final = 40
# Each case of a condition is nested in the one before.
_MOST_CASES: Final = 20
# A longer comment does not come along with what it is above.
_LONGEST_COMMENT: Final = 300
_SHORT: Final = 160
# Nor does a longer part of a statement come with every other because it is the last.
_LONGEST_TAIL: Final = 400
# A longer one is cut, and what is left of it may end with an operator.
_LONGEST_CHAIN: Final = 400

_SHEBANG: Final = lazy_re(
    r"\ufeff?(?:#![^\r\n]*\b(?:sh|bash|zsh|ksh|dash|fish|perl|ruby|lua|awk|gawk|php|tclsh|wish"
    r"|Rscript|pwsh|elixir|escript|groovy)\b|<\?php\b)"
)
# Lines that hardly occur but in programs, and such as all of them may have.
_TYPICAL: Final = line_pattern(
    r"^[ \t]*+(?:(?:fi|done|esac|end)[ \t]*;?$|(?:if|elif|while) \[|for \w+ in [^\r\n]*; *do$"
    r"|[\w:-]+ *\(\) *\{$|local \w+=|export \w+=|def [\w.]+[?!]?(?: *\([^\r\n]*\))?$"
    r"|local function |defmodule |attr_\w+ :|using [\w.]+;|namespace [\w.\\]+[;{]?$"
    r"|(?:public|private|protected|internal|override|static)\b[^\r\n.]*[({;]$"
    r"|(?:suspend |inline )?fun \w+|func \w+[^\r\n]*\{$"
    r"|va[lr] \w+(?: *:[^\r\n]*)? = |let \w+ = |sub \w+ *\{|my [$@%(]|use [\w:\\]+;"
    r"|\$\w+ = [^\r\n]*;$|proc \S+ \{|set\([A-Z]|(?:end)?(?:if|function|foreach|macro)\([A-Za-z]?"
    r"|\((?:defun|defvar|define|defn|defmacro|setq|ns)\b"
    rf"|{VIM})"
)
_CODE: Final = line_pattern(
    r"^[ \t]*+(?:[^\r\n]*+(?<=[;{}()\]\[,\\=|&])|[#;%'\"]|//|--|/?\*"
    r"|(?:end|fi|done|esac|else|then|do|begin|return|break|continue|next|def|class|module|case|when"
    r"|if|for|while|unless|elsif|require|import|use|package|local|function)\b[^.\r\n]*$"
    r"|[$\w.@:-]+ *[-+|]?= ?\S|\$\w|@\w"
    r"|(?:set|let|call|[nvxoict]?(?:nore)?map|au(?:group|tocmd)?|syntax|filetype|hi(?:ghlight)?"
    r"|command|endf(?:unc(?:tion)?)?|endif)\b[^.\r\n]*$)"
)
_EVERY: Final = 12
_LIKE_CODE: Final = 0.6
# A longer text is recognised by its beginning.
_LOOKED_AT: Final = 100_000


def lay_out_script(text: str, *, named: bool = False) -> Layout | None:
    """The pieces of a program: statements, with the lines that open and close what they stand in.

    Returns:
        ``None`` if the text is no program, or one in a language that has a grammar here. That it is
        ``named`` so is enough of a sign if it has several lines.
    """
    if not (named or _is_script(text)):
        return None
    mark = comment_mark(text)
    found = code_lines(text, mark)
    if len(found) < _FEWEST:
        return None
    blocks = _Statements(found, statement_ends(found), small_size(text)).blocks(0, len(found), 0)
    return lay_out_blocks(text, blocks, "script", gap=f"{mark} {{}}\n")


def _is_script(text: str) -> bool:
    if _SHEBANG.match(text):
        return True
    sample = text[:_LOOKED_AT]
    typical = len(_TYPICAL.findall(sample))
    if typical < _FEWEST or FENCE_LINE.search(sample):
        return False
    every = len(NOT_BLANK.findall(sample))
    if typical * _EVERY < every or len(_CODE.findall(sample)) < _LIKE_CODE * every:
        return False
    return language_of(None, text) is None


@dataclass(frozen=True)
class _Statements:
    """Finds the statements of a program; those up to a ``small`` size are not cut."""

    found: Sequence[CodeLine]
    ends: Sequence[int]
    small: int

    def blocks(self, first: int, last: int, depth: int) -> list[Block]:
        """Those of some lines."""
        inside: list[Block] = []
        number = first
        while number < last:
            above = number
            while number < last and self.found[number].prose:
                number += 1
                if self.found[number - 1].closes:
                    break
            if number > above:
                inside.append(self._documentation(above, number))
                continue
            while number < last and self.found[number].comment:
                number += 1
                if not depth and self.found[number - 1].parted and not self._in_one(number, last):
                    break
            alone = number == last or (not depth and self.found[number - 1].parted)
            if number > above and (alone or self._size(above, number) > _LONGEST_COMMENT):
                inside.append(self._whole(above, number))
                continue
            own, number = self._statement(above, number, last, depth)
            inside.append(own)
        return inside

    def _documentation(self, first: int, last: int) -> Block:
        """Lines of another kind, between those that begin and end them."""
        found, end = self.found, self.found[last - 1]
        tail = end.start if end.closes and last - first > 1 else end.end
        start, head = found[first].start, found[first].end
        if found[first].code == "=":  # Perl's, from a heading on
            own = block(start, end.end, tail=tail, body="text")
            return replace(own, nested=Nested(name=".pod"))
        return block(start, end.end, head, tail=tail, body="text")

    def _in_one(self, number: int, last: int) -> bool:
        """Whether the comment before a line goes on with it."""
        return number < last and self.found[number].raw

    def _statement(self, above: int, first: int, last: int, depth: int) -> tuple[Block, int]:
        """What begins with a line, with the comments above it, and the number of the next line."""
        condition = self.conditions.get(first)
        if condition and condition[-1] < last and len(condition) <= _MOST_CASES:
            return self._condition(above, first, depth)
        found, level = self.found, self.found[first].indent
        head = min(self.ends[first], last)
        long = head > first + 1 and self._size(first, head) > self.small
        if long and not self._is_chain(first, head):
            # So long that it is cut: by the lines in its string, or in its brackets.
            if found[first + 1].raw:
                return self._string(above, first, head), head
            head = first + 1
        head = self._with_brace(head, last, level)
        begun, end = above, self._deeper(head, last, level)
        parts = [(begun, head, end)]
        while (following := self._goes_on(first, end, last)) is not None:
            begun, head = end, self._with_brace(following, last, level)
            end = self._deeper(head, last, level)
            parts.append((begun, head, end))
        body = end
        if end < last and found[end].indent == level and found[end].closes and end > first + 1:
            end = min(self.ends[end], last)
        elif end > head and len(parts) == 1 and self._opened(first, head) and found[end - 1].code:
            # What closes it stands at the end of its last line.
            return self._closed_within(above, head, end, depth), end
        return self._parted(parts, body, end, depth), end

    @cached_property
    def conditions(self) -> dict[int, list[int]]:
        """Of each condition that is ended, the numbers of its directives, by the first."""
        found: dict[int, list[int]] = {}
        waiting: list[list[int]] = []
        for number, line in enumerate(self.found):
            if line.directive == "if":
                waiting.append([])
            if line.directive and waiting:
                waiting[-1].append(number)
            if line.directive == "end" and waiting:
                own = waiting.pop()
                found[own[0]] = own
        return found

    def _condition(self, above: int, first: int, depth: int) -> tuple[Block, int]:
        """What is there on a condition, with what is else; the number of the line after it."""
        found, own = self.found, self.conditions[first]
        end, other = own[-1], list[Block]()
        for head, stop in reversed(list(pairwise(own))):
            inside = self._inside(head + 1, stop, depth) + other
            bounds = (found[head].start, found[end].start, found[head].end)
            other = [block(*bounds, inside=inside, body="lines" if inside else "whole")]
        start, tail = found[above].start, found[end].start
        return replace(other[0], start=start, end=found[end].end, tail=tail), end + 1

    def _closed_within(self, above: int, head: int, end: int, depth: int) -> Block:
        """A statement whose last part also closes all of it, as in Lisp."""
        found, inside = self.found, self._inside(head, end, depth)
        last = inside.pop()
        tail = last.start if last.end - last.start <= _LONGEST_TAIL else found[end - 1].start
        inside += [last.until(tail)] if tail > last.start else []
        if not inside:
            return self._whole(above, end)
        bounds = (found[above].start, found[end - 1].end, found[head - 1].end)
        return block(*bounds, tail=tail, inside=inside)

    def _is_chain(self, first: int, head: int) -> bool:
        """Whether lines are one short statement that brackets do not hold together: a pipeline."""
        own = self.found[first:head]
        plain = not any(line.depth or line.braces or line.raw for line in own)
        ended = any(line.code.endswith(";") for line in own[:-1])
        return plain and not ended and self._size(first, head) <= _LONGEST_CHAIN

    def _with_brace(self, head: int, last: int, level: int) -> int:
        """Where a head ends whose bracket stands on a line of its own."""
        brace = head < last and self.found[head].indent == level and self.found[head].is_brace
        return head + brace

    def _goes_on(self, first: int, end: int, last: int) -> int | None:
        """Where the head of another part ends of what began with a line, if one begins there."""
        found, level = self.found, self.found[first].indent
        if end == last or found[end].indent != level:
            return None
        after = min(self.ends[end], last)
        if found[end].goes_on(found[first].chooses) or found[end].is_brace:
            return after
        if not found[end].closes:
            return None
        follows = after < last and found[after].indent == level and not found[after].closes
        if follows and found[after].goes_on(chosen=False):
            return min(self.ends[after], last)
        return after if found[after - 1].is_brace else None

    def _parted(
        self, parts: Sequence[tuple[int, int, int]], body: int, end: int, depth: int
    ) -> Block:
        """A statement in parts (``if``, ``else``): where each begins, where its head and it end."""
        found = self.found
        (above, head, first_end), *others = parts
        inside = self._inside(head, first_end, depth)
        if others:
            inside = _with_filler(inside)
        for begun, part_head, part_end in others:
            last = part_end - (found[part_end - 1].code == ";;" and part_end > part_head + 1)
            own = self._inside(part_head, last, depth)
            bounds = (found[begun].start, found[part_end - 1].end, found[part_head - 1].end)
            part = block(*bounds, tail=found[last - 1].end, inside=own)
            inside.append(part if own else self._whole(begun, part_end))
        if not inside:
            return self._whole(above, end)
        bounds = (found[above].start, found[end - 1].end, found[head - 1].end)
        return block(*bounds, tail=found[body - 1].end, inside=inside)

    def _string(self, above: int, first: int, end: int) -> Block:
        """A statement with a string of several lines that may be left out, up to its last."""
        last = first + 1
        while last + 1 < end and self.found[last + 1].raw:
            last += 1
        bounds = (self.found[above].start, self.found[end - 1].end, self.found[first].end)
        return block(*bounds, tail=self.found[last].start, body="lines")

    def _opened(self, first: int, head: int) -> bool:
        return sum(line.braces for line in self.found[first:head]) > 0

    def _deeper(self, first: int, last: int, level: int) -> int:
        """One past the last line from there on that is indented further, remarks apart."""
        found, end, number = self.found, first, first
        while number < last:
            line = found[number]
            number += 1
            remark = line.raw and line.comment  # which is about what follows it
            if (line.indent > level or line.raw) and not remark:
                end = number
            elif not line.comment:
                break
        return end

    def _inside(self, first: int, last: int, depth: int) -> list[Block]:
        if first >= last:
            return []
        if depth >= _DEEPEST:
            return [self._whole(first, last)]
        return self.blocks(first, last, depth + 1)

    def _size(self, first: int, last: int) -> int:
        return self.found[last - 1].end - self.found[first].start

    def _whole(self, first: int, last: int) -> Block:
        return block(self.found[first].start, self.found[last - 1].end, body="whole")


def _with_filler(inside: list[Block]) -> list[Block]:
    """Statements of which a short one comes with every other, as in many languages one must."""
    small = [own for own in inside if not own.inside and own.end - own.start <= _SHORT]
    filler = min(small, key=lambda own: own.end - own.start, default=None)
    return [replace(own, told=True) if own is filler else own for own in inside]
