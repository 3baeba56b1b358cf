"""Dockerfiles and Makefiles: instructions under their stage, recipes under their target."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.blocks import Block, block, lay_out_blocks
from specpc.structure.parts.lines import lines
from specpc.text.patterns import lazy_re

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.text.layout import Layout

_EXPLAINED: Final = 0.9
_DOCKER: Final = lazy_re(
    r"(?:FROM|RUN|CMD|LABEL|MAINTAINER|EXPOSE|ENV|ADD|COPY|ENTRYPOINT|VOLUME|USER|WORKDIR|ARG"
    r"|ONBUILD|STOPSIGNAL|HEALTHCHECK|SHELL)[ \t]"
)
_FROM: Final = lazy_re(r"FROM[ \t]+\S")
_TARGET: Final = lazy_re(r"(?!\d+:)[^\s#:=][^:=#\"'!?,\r\n]*::?(?![=:])")
_WORD: Final = lazy_re(
    r"(?P<if>ifn?(?:eq|def))\b|(?P<else>else)\b|(?P<endif>endif)\b|(?P<define>define)[ \t]"
    r"|(?P<endef>endef)\b"
)
_CONDITIONS: Final = frozenset({"if", "else", "endif"})
_DEEPEST: Final = 40
_VARIABLE: Final = lazy_re(
    r"(?:export[ \t]+|override[ \t]+)?[\w.$(){}-]+[ \t]*(?:[:?+!]|::)?=|define[ \t]|-?include[ \t]"
    r"|ifn?(?:eq|def)\b|else\b|endif\b|endef\b|export\b|unexport\b|vpath[ \t]|\$\("
)


def lay_out_dockerfile(text: str) -> Layout | None:
    """The pieces of a Dockerfile: instructions, each with the ``FROM`` of its stage.

    Returns:
        ``None`` unless all lines are instructions and comments, and one says from what it is made.
    """
    found = list(_logical(text))
    named = [_DOCKER.match(text, code) is not None for _, code, _ in found if code >= 0]
    stages = [n for n, (_, code, _) in enumerate(found) if code >= 0 and _FROM.match(text, code)]
    if not stages or not all(named) or len(named) < 2:
        return None
    blocks = [block(start, end, body="whole") for start, _, end in found[: stages[0]]]
    for first, last in zip(stages, [*stages[1:], len(found)], strict=True):
        inside = [block(start, end, body="whole") for start, _, end in found[first + 1 : last]]
        blocks.append(block(found[first][0], found[last - 1][2], found[first][2], inside=inside))
    return lay_out_blocks(text, blocks, "dockerfile", gap="# {}\n")


def lay_out_makefile(text: str) -> Layout | None:
    """The pieces of a Makefile: the lines of a recipe, each with its target; variables.

    What is between ``ifeq`` and ``endif`` comes with these, and what is behind ``else`` with that;
    what is between ``define`` and ``endef`` is whole.

    Returns:
        ``None`` unless the lines are those, and there is a recipe.
    """
    rows: list[tuple[int, int, str]] = []
    known = recipes = total = 0
    for start, code, end in _logical(text):
        recipe = code >= 0 and text[code - 1 : code] == "\t" and bool(rows)
        target = code >= 0 and not recipe and _TARGET.match(text, code) is not None
        known += recipe or target or (code >= 0 and _VARIABLE.match(text, code) is not None)
        recipes += recipe
        total += code >= 0
        word = _WORD.match(text, code) if code >= 0 and not recipe else None
        kind = (word and word.lastgroup) or ("recipe" if recipe else "target" if target else "")
        rows.append((start, end, kind))
    if not recipes or known < _EXPLAINED * total:
        return None
    return lay_out_blocks(text, _Make().blocks(rows), "makefile", gap="# {}\n")


@dataclass
class _OpenStatement:
    """What is open in a Makefile: a target, ``if`` or ``else``; and what is in it so far."""

    kind: str
    start: int
    head: int
    inside: list[Block] = field(default_factory=list)


class _Make:
    """Finds the targets and conditions of a Makefile."""

    def __init__(self) -> None:
        self._open = [_OpenStatement("", 0, 0)]
        self._deeper = 0  # conditions that are nested too deep
        self._define: int | None = None

    def blocks(self, rows: Sequence[tuple[int, int, str]]) -> list[Block]:
        """The blocks of lines of which each is of a kind, those in no other."""
        follows = [""] * len(rows)  # what the first line below is that is no condition
        for number in range(len(rows) - 1, 0, -1):
            kind = rows[number][2]
            follows[number - 1] = follows[number] if kind in _CONDITIONS else kind
        for (start, end, kind), below in zip(rows, follows, strict=True):
            if self._define is None and kind == "define":
                self._define = start
            elif self._define is None:
                self._add(start, end, kind, below)
            elif kind == "endef":
                self._open[-1].inside.append(block(self._define, end, body="whole"))
                self._define = None
        if self._define is not None:
            self._open[-1].inside.append(block(self._define, rows[-1][1], body="whole"))
        while len(self._open) > 1:  # a condition that is not closed is a line
            own = self._open.pop()
            self._open[-1].inside += self._closed(own)
        return self._open[0].inside

    def _add(self, start: int, end: int, kind: str, below: str) -> None:
        if kind != "recipe" and not (kind in _CONDITIONS and below == "recipe"):
            self._close("target")
        if kind == "if" and len(self._open) < _DEEPEST and not self._deeper:
            self._open.append(_OpenStatement(kind, start, end))
        elif kind == "if":
            self._deeper += 1
        elif kind == "endif" and self._deeper:
            self._deeper -= 1
        elif kind in {"else", "endif"} and self._ends(kind, start, end):
            return
        elif kind == "target":
            self._open.append(_OpenStatement(kind, start, end))
        else:
            self._open[-1].inside.append(block(start, end, body="whole"))

    def _ends(self, kind: str, start: int, end: int) -> bool:
        """Whether a line ends what a condition holds, and that itself if it is its last."""
        if not any(own.kind == "if" for own in self._open) or self._deeper:
            return False
        if kind == "else":  # it holds only where those before it do not
            self._close("target")
            if len(self._open) >= _DEEPEST:
                return False
            self._open.append(_OpenStatement(kind, start, end))
        else:
            while self._open[-1].kind != "if":
                self._close(self._open[-1].kind)
            own = self._open.pop()
            whole = block(own.start, end, own.head, tail=start, inside=own.inside)
            self._open[-1].inside.append(whole)
        return True

    def _close(self, kind: str) -> None:
        if self._open[-1].kind == kind:
            own = self._open.pop()
            self._open[-1].inside += self._closed(own)

    def _closed(self, own: _OpenStatement) -> list[Block]:
        if own.kind == "if":
            return [block(own.start, own.head, body="whole"), *own.inside]
        end = own.inside[-1].end if own.inside else own.head
        if not own.inside:
            return [block(own.start, end, body="whole")]
        return [block(own.start, end, own.head, inside=own.inside)]


def _logical(text: str) -> Iterator[tuple[int, int, int]]:
    """Lines with those they go on in: from the comments above, where each begins, to its end.

    A comment that nothing follows begins nowhere: at -1.
    """
    pending: int | None = None
    begun = -1
    spans = lines(text)
    for start, end in spans:
        pending = start if pending is None else pending
        line = text[start:end]
        content = end - len(line.lstrip())
        blank = line.count("\n") > 1 or line.count("\r") > 1
        if begun < 0 and line.lstrip().startswith("#"):
            if blank:
                yield pending, -1, end
                pending = None
            continue
        begun = content if begun < 0 else begun
        if line.rstrip().endswith("\\") and end < len(text):
            continue
        yield pending, begun, end
        pending, begun = None, -1
    if pending is not None:
        yield pending, begun, len(text)
