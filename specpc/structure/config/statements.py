"""Dockerfiles and Makefiles: instructions under their stage, recipes under their target."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.blocks import block, lay_out_blocks
from specpc.structure.parts.lines import lines
from specpc.structure.parts.nesting import LineLevel, nested

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specpc.text.layout import Layout

_EXPLAINED: Final = 0.9
_DOCKER: Final = re.compile(
    r"(?:FROM|RUN|CMD|LABEL|MAINTAINER|EXPOSE|ENV|ADD|COPY|ENTRYPOINT|VOLUME|USER|WORKDIR|ARG"
    r"|ONBUILD|STOPSIGNAL|HEALTHCHECK|SHELL)[ \t]"
)
_FROM: Final = re.compile(r"FROM[ \t]+\S")
_TARGET: Final = re.compile(r"[^\s#:=][^:=#\r\n]*::?(?![=:])")
_VARIABLE: Final = re.compile(
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

    Returns:
        ``None`` unless the lines are those, and there is a recipe.
    """
    rows: list[LineLevel] = []
    known = recipes = total = 0
    for start, code, end in _logical(text):
        recipe = code >= 0 and text[code - 1 : code] == "\t" and bool(rows)
        target = code >= 0 and not recipe and _TARGET.match(text, code) is not None
        known += recipe or target or (code >= 0 and _VARIABLE.match(text, code) is not None)
        recipes += recipe
        total += code >= 0
        rows.append(LineLevel(start, end, recipe, opens=target))
    if not recipes or known < _EXPLAINED * total:
        return None
    return lay_out_blocks(text, nested(rows), "makefile", gap="# {}\n")


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
