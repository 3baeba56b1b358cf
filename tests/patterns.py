"""All regular expressions of the package, how each is used, and whether one of them grows."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final, Union

import regex

import specpc
from specpc.text.patterns import LazyPattern
from tests.growth import seconds

if TYPE_CHECKING:
    from types import ModuleType

Pattern = Union["re.Pattern[str]", "regex.Pattern[str]"]
_PATTERNS: Final = (re.Pattern, regex.Pattern)
# Uses that try a pattern at each place of a text.
_EVERYWHERE: Final = frozenset({"search", "finditer", "findall", "sub", "split"})
_METHODS: Final = _EVERYWHERE | {"match", "fullmatch"}

SIZES: Final = (4000, 16_000)
# What takes less than this at the larger size is not looked at twice; what takes longer is ended.
_FLOOR: Final = 0.02
_LIMIT: Final = 0.3
# For four times the size: linear is 4, quadratic 16.
_GROWTH: Final = 7.0
_TRIES: Final = 8


@dataclass(frozen=True)
class Used:
    """A pattern, where it stands, and the methods that are called on it."""

    where: str
    pattern: Pattern
    methods: frozenset[str]


def modules() -> Iterator[ModuleType]:
    """All modules of the package whose frameworks are installed."""
    for found in pkgutil.walk_packages(specpc.__path__, "specpc."):
        if not found.name.endswith("__main__"):
            try:
                yield importlib.import_module(found.name)
            except ImportError:
                continue


@lru_cache
def patterns() -> tuple[Used, ...]:
    """Every compiled pattern, wherever a module keeps it, and those written in calls."""
    found: dict[int, tuple[str, Pattern]] = {}
    methods: dict[int, set[str]] = defaultdict(set)
    written: list[Used] = []
    for module in modules():
        for name, value in vars(module).items():
            for pattern in _inside(value, set()):
                found.setdefault(id(pattern), (f"{module.__name__}.{name}", pattern))
        tree = ast.parse(inspect.getsource(module))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                _note_call(module, node, methods, written)
    kept = [
        Used(where, pattern, frozenset(methods.get(key) or {"match"}))
        for key, (where, pattern) in found.items()
        if isinstance(pattern.pattern, str)
    ]
    return (*kept, *written)


def _note_call(
    module: ModuleType,
    node: ast.Call,
    methods: dict[int, set[str]],
    written: list[Used],
) -> None:
    assert isinstance(node.func, ast.Attribute)
    owner, method = node.func.value, node.func.attr
    if method not in _METHODS:
        return
    if isinstance(owner, ast.Name) and owner.id in {"re", "regex"}:
        said = node.args[0]
        if isinstance(said, ast.Constant) and isinstance(said.value, str):
            compiled = getattr(module, owner.id).compile(said.value)
            where = f"{module.__name__}:{node.lineno}"
            written.append(Used(where, compiled, frozenset({method})))
    elif isinstance(owner, (ast.Name, ast.Subscript)):
        name = owner.value if isinstance(owner, ast.Subscript) else owner
        if isinstance(name, ast.Name):
            for pattern in _inside(vars(module).get(name.id), set()):
                methods[id(pattern)].add(method)


def _inside(value: Any, seen: set[int]) -> Iterator[Pattern]:
    """The patterns in a value, however it holds them."""
    if id(value) in seen or isinstance(value, (str, bytes, int, float, type(None))):
        return
    seen.add(id(value))
    if isinstance(value, LazyPattern):
        value = value.compiled
    if isinstance(value, _PATTERNS):
        yield value
        return
    held: Iterable[Any] = ()
    if isinstance(value, Mapping):
        held = (*value.keys(), *value.values())
    elif isinstance(value, (tuple, list, set, frozenset)):
        held = value
    elif isinstance(value, partial):
        held = (value.func, *value.args, *value.keywords.values())
    elif isinstance(value, type) and value.__module__.startswith("specpc"):
        held = tuple(vars(value).values())
    elif is_dataclass(value) and not isinstance(value, type):
        held = tuple(getattr(value, one.name, None) for one in fields(value))
    elif callable(value) and hasattr(value, "__self__") and not inspect.ismodule(value.__self__):
        held = (value.__self__,)
    for one in held:
        yield from _inside(one, seen)


_RUNS: Final = (
    " ", "\t", "\n", "\r\n", "\r", "-", "=", "_", "*", "#", ".", ":", ",", "a", "A", "7", "\u4e00",
    "(", ")", "[", "]", "{", "}", "<", ">", '"', "'", "`", "|", "/", "\\", "&", "@", "$", "~", "!",
    "?", "\x0c", "\u0301",
)  # fmt: skip
_ALTERNATIONS: Final = (
    " \t", " \n", " \r\n", "\t\r", "\n\r\n", "- ", "-\n", "= ", "a ", "a\n", "A ", "a\r\n", "a,",
    "a, ", "a-", "a.", "a. ", "a:", "a: ", "a=", "a=a ", "a/", "a_", "aA", "a7", "7.", "7 ", "7:",
    "7-", "7,", "> ", ">\r\n", "* ", "| ", "|-", "|a", "()", "(a", "[a", "[]", "{a", "{}", "<a",
    "<>",
    '" ', '"a', '"",', "' ", "a'", "`a", "\\a", "\\\\", "&a", "@a", "$a", "--", "/*", "*/", "-->",
    "<!--", "<a ", "::", "a::", "A: a\n", "a=7\n", "7 a ", "a  ", "(a) ", "a@a.", "public static ",
    "\u4e00\u3002", "e\u0301", "import a as a, ", "the ", "\u4e00 ", "a\u00a0", "\\n", "%7", "7:7 ",
)  # fmt: skip
_ENDINGS: Final = ("", "!x", "\n#\n")


def awkward(size: int) -> Iterator[str]:
    """Runs and alternations of about so many characters."""
    for unit in (*_RUNS, *_ALTERNATIONS):
        for ending in _ENDINGS if unit in _RUNS else _ENDINGS[:2]:
            yield (unit * (size // len(unit) + 1))[:size] + ending


def _uses(pattern: Pattern, methods: frozenset[str]) -> Iterator[Callable[[str], object]]:
    if methods & _EVERYWHERE:
        yield lambda text: sum(1 for _ in pattern.finditer(text))
    if "match" in methods:
        yield pattern.match
    if "fullmatch" in methods:
        yield pattern.fullmatch


def growing(used: Used, texts: Iterable[tuple[str, str]]) -> str | None:
    """What a pattern takes more than linear time for, if anything does."""
    for use in _uses(used.pattern, used.methods):
        for small, large in texts:
            last = seconds(partial(use, large), _LIMIT)
            if last < _FLOOR:
                continue
            # The least of the larger: a machine that does other things only adds to it.
            for _ in range(_TRIES if last < float("inf") else 0):
                if last < _GROWTH * max(seconds(partial(use, small), _LIMIT), _FLOOR / _GROWTH):
                    break
                last = min(last, seconds(partial(use, large), _LIMIT))
            else:
                return f"{used.where} on {large[:12]!r}...{large[-4:]!r}: {last:.2f} s"
    return None
