"""Python modules: what a function does asks for it, and a call asks for the signature it needs."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Final

from tests.fitting.training.documents import Document, Question
from tests.fitting.training.makers.files import choose

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

_SAID: Final = range(25, 250)
_LONGEST: Final = 40_000
_BEFORE: Final = 8
_ISSUES: Final = (
    "{x}", "{x}", "Which function does this: {x}", "Where is the code for: {x}",
    "I need to change how it works: {x} Where do I have to look?", "There is a bug here: {x}",
)  # fmt: skip
_NEXT: Final = (
    "Write the next line of this code:\n{x}",
    "Complete the code. What comes next?\n{x}",
    "{x}",
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """A module as text and as a tree."""

    text: str
    tree: ast.Module
    starts: list[int]  # of the lines

    @classmethod
    def of(cls, text: str) -> Source | None:
        """What can be parsed, in plain characters: columns are told in bytes."""
        if not text.isascii() or len(text) > _LONGEST or "\r" in text or "\f" in text:
            return None
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError):
            return None
        lines = text.splitlines(keepends=True)
        return cls(text, tree, [0, *accumulate(map(len, lines))])

    def functions(self) -> Iterator[Function]:
        """All of them."""
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield node

    def lines(self, first: int, last: int) -> tuple[int, int]:
        """The range of characters of some lines, counted from one."""
        return self.starts[first - 1], self.starts[last]


def docstrings(rng: Random, held_out: bool) -> Document | None:
    """A module without the docstrings of its functions, which are asked for."""
    path, text = choose(rng, ".py", held_out)
    source = Source.of(text)
    if source is None:
        return None
    cuts: list[tuple[int, int]] = []
    asks: list[tuple[str, tuple[int, int]]] = []
    for function in source.functions():
        said = ast.get_docstring(function)
        if not said or len(function.body) < 2:
            continue
        first = function.body[0]
        cuts.append(source.lines(first.lineno, first.end_lineno or first.lineno))
        told = " ".join(said.strip().split("\n\n")[0].split())
        if len(told) in _SAID:
            end = function.body[min(2, len(function.body) - 1)].end_lineno
            asks.append((told, source.lines(function.lineno, end or function.lineno)))
    cuts.sort()
    if any(end > start for (_, end), (start, _) in pairwise(cuts)):
        return None
    kept = [0, *(edge for cut in cuts for edge in cut), len(text)]
    context = "".join(text[a:b] for a, b in zip(kept[::2], kept[1::2], strict=True))

    def moved(place: int) -> int:
        return place - sum(min(end, place) - start for start, end in cuts if start < place)

    questions = [
        Question(rng.choice(_ISSUES).replace("{x}", told), ((moved(start), moved(end)),))
        for told, (start, end) in asks
    ]
    return Document(str(path), context, tuple(questions), path.name)


def next_lines(rng: Random, held_out: bool) -> Document | None:
    """Modules, and lines before one that calls a function or makes an object of theirs.

    Asked for is the head of what is called; the function with the call is cut out.
    """
    path, text = choose(rng, ".py", held_out)
    source = Source.of(text)
    if source is None:
        return None
    heads = {
        node.name: source.lines(node.lineno, node.body[0].lineno - 1 or node.lineno)
        for node in ast.walk(source.tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        and node.body[0].lineno > node.lineno
    }
    callers = [
        (function, name, line)
        for function in source.functions()
        for name, line in _calls(function)
        if name in heads and name != function.name and line - function.lineno > 1
    ]
    callers = [
        (function, name, line)
        for function, name, line in callers
        if not _overlap(source.lines(function.lineno, function.end_lineno or 0), heads[name])
    ]
    if not callers:
        return None
    # All questions are of one caller, which is not in the context.
    caller = rng.choice(callers)[0]
    start, end = source.lines(caller.lineno, caller.end_lineno or caller.lineno)
    context = text[:start] + text[end:]
    questions = []
    for function, name, line in callers:
        if function is not caller:
            continue
        before = text[slice(*source.lines(max(caller.lineno, line - _BEFORE), line - 1))]
        head = heads[name]
        head = head if head[1] <= start else (head[0] - end + start, head[1] - end + start)
        questions.append(Question(rng.choice(_NEXT).replace("{x}", before.rstrip()), (head,)))
    return Document(str(path), context, tuple(questions), path.name)


def _calls(function: Function) -> Iterator[tuple[str, int]]:
    """Names that are called, and in what line."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name):
                yield called.id, node.lineno
            elif isinstance(called, ast.Attribute):
                yield called.attr, node.lineno


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
