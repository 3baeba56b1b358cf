"""Unified diffs of changes made to functions of installed packages."""

from __future__ import annotations

import ast
import difflib
import re
from typing import TYPE_CHECKING, Final

from tests.fitting.training.documents import Document
from tests.fitting.training.makers.code import Source
from tests.fitting.training.makers.files import choose
from tests.fitting.training.makers.sheet import Sheet
from tests.fitting.words import pick, slug

if TYPE_CHECKING:
    from random import Random

_FILES: Final = range(2, 5)
_CHANGED: Final = 6
_SAID: Final = range(20, 200)
_ASKS: Final = (
    "What was changed in {f}?", "Which change touches {f}?", "Why does {f} behave differently now?",
    "Where was this changed: {s}", "The code that does this was touched: {s} How?", "{s}",
)  # fmt: skip


def make(rng: Random, held_out: bool) -> Document | None:
    """Changes to some functions of some files; each asks by a function's name or docstring."""
    sheet = Sheet()
    for _ in range(rng.choice(_FILES)):
        path, text = choose(rng, ".py", held_out)
        source = Source.of(text)
        if source is not None:
            _of_file(rng, sheet, path.name, source)
    return sheet.document("diff") if sheet.asked else None


def _of_file(rng: Random, sheet: Sheet, name: str, source: Source) -> None:
    old = source.text.splitlines(keepends=True)
    changes: dict[int, str] = {}  # line, counted from zero, and what stands there now
    asks: dict[int, tuple[str, str]] = {}
    functions = [f for f in source.functions() if len(f.body) > 2]
    for function in rng.sample(functions, min(_CHANGED, len(functions))):
        first = rng.choice(function.body[1:]).lineno - 1
        changed = _change(rng, old[first])
        if first in changes or changed == old[first]:
            continue
        changes[first] = changed
        said = " ".join((ast.get_docstring(function) or "").split("\n\n")[0].split())
        asks[first] = (function.name, said)
    if not changes:
        return
    new = [changes.get(number, line) for number, line in enumerate(old)]
    folder = f"src/{slug(rng, '_')}"
    sheet.write(f"diff --git a/{folder}/{name} b/{folder}/{name}\n")
    sheet.write(f"--- a/{folder}/{name}\n+++ b/{folder}/{name}\n")
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for group in matcher.get_grouped_opcodes(3):
        _hunk(rng, sheet, f"{folder}/{name}", group, old, new, asks)


def _hunk(
    rng: Random, sheet: Sheet, path: str, group: list[tuple[str, int, int, int, int]],
    old: list[str], new: list[str], asks: dict[int, tuple[str, str]],
) -> None:  # fmt: skip
    _, first, _, other, _ = group[0]
    _, _, last, _, end = group[-1]
    head = f"@@ -{first + 1},{last - first} +{other + 1},{end - other} @@"
    known = [asks[n][0] for n in sorted(asks) if first <= n < last]
    sheet.write(f"{head} def {known[0]}\n" if known and rng.random() < 0.5 else f"{head}\n")
    for kind, a, b, c, d in group:
        if kind == "equal":
            sheet.write("".join(f" {line}" for line in old[a:b]))
            continue
        lines = [*(f"-{line}" for line in old[a:b]), *(f"+{line}" for line in new[c:d])]
        sheet.write("".join(lines), f"{path}/{a}")
        function, said = asks.get(a, ("", ""))
        fitting = [ask for ask in _ASKS if len(said) in _SAID or "{s}" not in ask]
        if function:
            ask = rng.choice(fitting).replace("{f}", function).replace("{s}", said)
            sheet.ask(ask, f"{path}/{a}")


def _change(rng: Random, line: str) -> str:
    """A line that does something a little different, or is preceded by another."""
    indent = line[: len(line) - len(line.lstrip())]
    renamed = re.sub(r"\b(\w{4,}) = ", lambda match: f"{match[1]}_{pick(rng, 'nouns')} = ", line)
    counted = re.sub(r"\b\d+\b", lambda match: str(int(match[0]) + rng.randint(1, 9)), line)
    guarded = f"{indent}if not {slug(rng, '_')}:\n{indent}    return None\n{line}"
    tried = [text for text in (renamed, counted) if text != line]
    return rng.choice(tried) if tried and rng.random() < 0.8 else guarded
