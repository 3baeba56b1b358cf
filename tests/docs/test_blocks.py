"""Every shell and Python block of the documentation runs, and prints what it is shown to print.

``pytest tests/docs -rs`` lists the blocks that are not run, and why.
"""

from __future__ import annotations

import os
import pty
import re
import subprocess
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from itertools import groupby
from typing import TYPE_CHECKING

import pytest

from tests.docs.blocks import PAGES, RUN, as_script, commands, read_blocks
from tests.docs.lasting import SERVE, listening

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.docs.blocks import Block
    from tests.docs.conftest import Sandbox

    Settle = Callable[[str, str], tuple[Sandbox, str]]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the examples are for a POSIX shell")
BLOCKS = [block for page in PAGES for block in read_blocks(page)]
BY_ITSELF = [  # and Python that is not run, to be listed
    block
    for block in BLOCKS
    if block.language in {"sh", "console"} or (block.language == "python" and block.excuse)
]
PYTHON = [
    (page, list(blocks))
    for page, blocks in groupby(
        (b for b in BLOCKS if b.language == "python" and not b.excuse), lambda b: b.page
    )
]
# Pages whose examples start corpora, models and evaluations: minutes altogether.
SLOW = {f"docs/{page}.md" for page in ("batch", "cli", "evaluation-howto", "integrations", "kv")}
SECONDS = re.compile(r"\b\d+\.\d+ s\b")


def _marks(page: str) -> list[pytest.MarkDecorator]:
    return [pytest.mark.slow] if page in SLOW else []


@pytest.mark.parametrize(
    "block", [pytest.param(b, marks=_marks(b.page), id=str(b)) for b in BY_ITSELF]
)
def test_block(block: Block, settle: Settle) -> None:
    if block.excuse:
        pytest.skip(f"{block} is not run: {block.excuse}")
    sandbox, code = settle(block.page, block.code)
    if block.lasting:
        assert SERVE in code
        for line in code.splitlines():
            if SERVE in line:
                with listening(line, sandbox):
                    pass
            else:
                in_a_shell(line, sandbox)
        return
    if block.language == "sh":
        in_a_shell(code, sandbox)
        return
    for command in commands(code):
        code, printed = on_a_terminal(command.line, sandbox)
        assert code == 0, printed
        if command.shown:
            assert_shown(command.shown, printed)


@pytest.mark.parametrize(
    ("page", "blocks"), [pytest.param(*each, marks=_marks(each[0]), id=each[0]) for each in PYTHON]
)
def test_python(page: str, blocks: list[Block], settle: Settle) -> None:
    """The blocks of a page are one program."""
    sandbox, code = settle(page, as_script(blocks))
    script = sandbox.folder / f"{page.replace('/', '-')}.py"
    script.write_text(code, encoding="utf-8")
    done = sandbox.run("python-script", str(script))
    assert done.returncode == 0, done.stdout + done.stderr


_COMMAND = re.compile(r"\$ |specpc (?:[a-z]+ )?(?:\S*[/.-]|-)")


def test_no_command_hides_in_another_kind_of_block() -> None:
    for block in BLOCKS:
        if block.language not in RUN:
            lines = [line for line in block.code.splitlines() if "[OPTIONS]" not in line]
            assert not any(map(_COMMAND.match, lines)), block


def test_a_wrong_output_is_noticed() -> None:
    assert_shown("4,980 -> 996 tokens in 7.4 s\n", "4,980 -> 996 tokens in 11.25 s\r\n")
    with pytest.raises(AssertionError):
        assert_shown("4,980 -> 996 tokens in 7.4 s\n", "4,980 -> 990 tokens in 7.4 s\n")


def in_a_shell(code: str, sandbox: Sandbox) -> None:
    done = sandbox.run("bash", "-euo", "pipefail", "-c", code)
    assert done.returncode == 0, done.stdout + done.stderr


def on_a_terminal(command: str, sandbox: Sandbox) -> tuple[int, str]:
    """Exit code and what a reader would see, standard error included."""
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as screen:
        process = subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=sandbox.folder,
            env=sandbox.env,
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        printed = b""
        try:
            while data := screen.read(4096):
                printed += data
        except OSError:  # how Linux says that the other end is closed
            pass
    return process.wait(timeout=300), printed.decode()


def assert_shown(shown: str, printed: str) -> None:
    """What is printed is what is shown, but for white space, seconds, and ``...``."""
    wanted, got = (SECONDS.sub("# s", text.replace("\r\n", "\n")) for text in (shown, printed))
    same = OutputChecker().check_output(wanted, got, ELLIPSIS | NORMALIZE_WHITESPACE)
    assert same, f"shown:\n{wanted}\nprinted:\n{got}"
