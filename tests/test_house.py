"""The rules that keep the house in order, beside the contracts of import-linter and ruff's."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
TREES = ("specpc", "cli")
GENERAL = ("pipeline", "selection", "scorers")
OPTION = re.compile(r"(?<![\w-])--[a-z]|(?<=\s)-[a-z]\b")
OTHERS_OPTIONS = "specpc/drafts/wheel.py"  # runs pip


def modules(root: Path, *parts: str) -> Iterator[tuple[Path, ast.Module]]:
    for part in parts:
        for path in sorted((root / part).rglob("*.py")):
            yield path.relative_to(root), ast.parse(path.read_text("utf-8"))


def crowded(root: Path) -> list[str]:
    """Files on top of the library beyond six."""
    found = sorted(path.name for path in (root / "specpc").glob("*.py"))
    return found if len(found) > 6 else []


def twice_named(root: Path) -> list[str]:
    """Names that several classes have."""
    homes = defaultdict(list)
    for path, tree in modules(root, *TREES):
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                homes[node.name].append(str(path))
    return [f"{name}: {', '.join(found)}" for name, found in sorted(homes.items()) if found[1:]]


def told_apart(root: Path) -> list[str]:
    """Calls of isinstance with classes of ours, in code that should not know which there are."""
    ours = {
        node.name
        for _, tree in modules(root, "specpc")
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    return [
        f"{path}:{node.lineno}"
        for path, tree in modules(root, *(f"specpc/{part}" for part in GENERAL))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"isinstance", "issubclass"}
        and ours & {name.id for name in ast.walk(node.args[1]) if isinstance(name, ast.Name)}
    ]


def options_named(root: Path) -> list[str]:
    """Strings of the library that name an option of the command line."""
    found = []
    for path, tree in modules(root, "specpc"):
        if str(path) == OTHERS_OPTIONS:
            continue
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        found += [
            f"{path}:{node.lineno}: {node.value}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
            and OPTION.search(node.value)
        ]
    return found


def compiled_early(root: Path) -> list[str]:
    """Patterns for texts that are compiled where no text has been seen."""
    return [
        f"{path}:{node.lineno}"
        for path, tree in modules(root, "specpc/text", "specpc/structure")
        for node in at_import(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"re.compile", "regex.compile"}
        and isinstance(getattr(node.args[0], "value", ""), str)
    ]


def at_import(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, (ast.FunctionDef, ast.Lambda)):
            yield node
            yield from at_import(node)


CHECKS = {
    check.__name__: check
    for check in (crowded, twice_named, told_apart, options_named, compiled_early)
}
BREACHES: list[tuple[str, dict[str, str]]] = [
    ("crowded", {f"specpc/{name}.py": "" for name in "abcdefg"}),
    ("twice_named", {"specpc/a.py": "class Job: ...", "cli/b.py": "class Job: ..."}),
    (
        "told_apart",
        {
            "specpc/text/a.py": "class Layout: ...",
            "specpc/pipeline/b.py": "def f(x): return isinstance(x, (str, Layout))",
        },
    ),
    ("options_named", {"specpc/a.py": 'raise ValueError("leave out --cache")'}),
    ("options_named", {"specpc/a.py": 'raise ValueError("give one with -q")'}),
    ("compiled_early", {"specpc/text/a.py": 'import re\nKINDS = {"a": re.compile("a")}'}),
]


@pytest.mark.parametrize("check", CHECKS)
def test_the_house_is_in_order(check: str) -> None:
    assert CHECKS[check](ROOT) == []


@pytest.mark.parametrize(("check", "files"), BREACHES)
def test_a_breach_is_found(check: str, files: dict[str, str], tmp_path: Path) -> None:
    for name, code in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(code, encoding="utf-8")
    assert CHECKS[check](tmp_path)


SEVEN = "def f(a, b, c, d, e, f, g):\n    return a\n"
PRIVATE = "def f(other):\n    return other._own\n"


@pytest.mark.parametrize(("code", "rule"), [(SEVEN, "PLR0913"), (PRIVATE, "SLF001")])
def test_ruff_finds_a_breach(code: str, rule: str) -> None:
    command = [sys.executable, "-m", "ruff", "check", "--stdin-filename", "specpc/planted.py", "-"]
    done = subprocess.run(
        command, input=code, capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert rule in done.stdout


PLANTED = {
    "floors": ("text/spans.py", "import specpc.batch.rows"),
    "floors of structure": ("structure/json/tree.py", "import specpc.structure.tables.csv"),
    "no circles": ("kv/settings.py", "import specpc.kv.answering"),
    "the library knows no command line": ("output/fields.py", "import typer"),
    "what users choose needs no torch": ("machine/files.py", "import torch"),
}


@pytest.mark.parametrize("contract", PLANTED)
def test_import_linter_finds_a_breach(contract: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "specpc", tmp_path / "specpc")
    shutil.copytree(ROOT / "cli", tmp_path / "specpc_cli")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    name, code = PLANTED[contract]
    with (tmp_path / "specpc" / name).open("a", encoding="utf-8") as file:
        file.write(f"\n\ndef planted() -> None:\n    {code}\n")
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=tmp_path, env=environment
    )
    assert done.returncode == 1, done.stderr
    assert f"{contract} BROKEN" in done.stdout
