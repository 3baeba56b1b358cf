"""Every variable and exit code of the program stands on the page about them."""

from __future__ import annotations

import re

from specpc_cli import main
from specpc_cli.config import BUILT_IN
from specpc_cli.options import variable_of
from tests.docs.blocks import ROOT

PAGE = (ROOT / "docs" / "settings.md").read_text("utf-8")
READ = re.compile(r"(?:environ(?:\.get\(|\[)|getenv\()\"([A-Z_]+)\"")
SET = {"OMP_WAIT_POLICY", "TERM"}  # by the program itself, and by every terminal


def test_variables() -> None:
    named = {variable_of(name) for name in BUILT_IN}
    for tree in ("specpc", "cli"):
        for path in (ROOT / tree).rglob("*.py"):
            text = path.read_text("utf-8")
            named |= {*READ.findall(text), *re.findall(r"SPECPC_[A-Z]+", text)}
    assert {name for name in named - SET if f"`{name}`" not in PAGE} == set()


def test_exit_codes() -> None:
    codes = {main.USAGE, main.FAILURE, main.INTERRUPTED, main.PIPE_CLOSED, 0}
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)} == codes
