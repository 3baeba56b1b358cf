"""The ways to call specpc that the documentation names."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from specpc.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.docs.conftest import Sandbox


@pytest.mark.parametrize("module", ["specpc", "specpc_cli"])
def test_as_a_module(module: str) -> None:
    printed = subprocess.check_output([sys.executable, "-m", module, "--version"], text=True)
    assert printed == f"specpc {__version__}\n"


@pytest.mark.skipif(os.name != "posix", reason="bash")
def test_completion_in_bash(sandbox_of: Callable[[str], Sandbox]) -> None:
    installed = Path(sysconfig.get_path("scripts")) / "specpc"
    done = sandbox_of("completion").run(
        "bash",
        "-c",
        f"""set -e
        '{installed}' --install-completion
        . ~/.bashrc
        COMP_WORDS=(specpc compress --target-t) COMP_CWORD=2
        _specpc_completion specpc
        echo "${{COMPREPLY[*]}}" """,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "--target-tokens"
