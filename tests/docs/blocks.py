"""The code blocks of the documentation, and which of them can be run."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
RUN = {"sh", "console", "python"}
_EXCUSE = re.compile(r"<!--\s*(?:not run|ci):\s*(?P<reason>.*?)\s*-->", re.DOTALL)
_LASTING = "<!-- runs until stopped -->"


@dataclass(frozen=True)
class Block:
    """One code block.

    Attributes:
        page: path of its page, from the root of the repository.
        line: number of its first line of code, from 1.
        language: ``sh``, ``console``, ``python``, another one, or empty.
        code: what is in it.
        excuse: why it is not run, from a comment in front of it or at the top of the page.
        lasting: whether a comment in front of it says that its servers run until they are stopped.
    """

    page: str
    line: int
    language: str
    code: str
    excuse: str | None
    lasting: bool

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


@dataclass(frozen=True)
class Command:
    """A command of a console block, and what it is shown to print."""

    line: str
    shown: str


def read_blocks(page: Path) -> Iterator[Block]:
    """All code blocks of a page; an indented one is Python if it parses as such, else shell."""
    excuse_of_page, before = None, ""
    for token in MarkdownIt().parse(page.read_text(encoding="utf-8")):
        if token.type in {"fence", "code_block"}:
            assert token.map is not None
            fenced = token.type == "fence"
            language = token.info.partition(" ")[0] if fenced else _guess(token.content)
            line = token.map[0] + 1 + fenced
            name = page.relative_to(ROOT).as_posix()
            excuse = _excuse(before) or excuse_of_page
            yield Block(name, line, language, token.content, excuse, _LASTING in before)
        if token.map is not None:
            before = token.content if token.type == "html_block" else ""
            if token.map[0] == 0:
                excuse_of_page = _excuse(before)


def _excuse(comment: str) -> str | None:
    found = _EXCUSE.search(comment)
    return found["reason"] if found else None


def _guess(code: str) -> str:
    try:
        ast.parse(code)
    except SyntaxError:
        return "sh"
    return "python"


def as_script(blocks: list[Block]) -> str:
    """The Python blocks of one page as a script in which every line has its number in the page."""
    lines: list[str] = []
    for block in blocks:
        lines += [""] * (block.line - 1 - len(lines))
        lines += block.code.splitlines()
    return "\n".join(lines) + "\n"


def commands(code: str) -> list[Command]:
    """The commands of a console block: after ``$``, and as long as lines end in a backslash."""
    found: list[Command] = []
    goes_on = False
    for line in code.splitlines(keepends=True):
        if line.startswith("$ "):
            found.append(Command(line[2:], ""))
        else:
            assert found, f"a console block begins with a command, not with {line!r}"
            last = found[-1]
            if goes_on:
                found[-1] = Command(last.line + line, "")
            else:
                found[-1] = Command(last.line, last.shown + line)
        goes_on = (line.startswith("$ ") or goes_on) and line.endswith("\\\n")
    return found
