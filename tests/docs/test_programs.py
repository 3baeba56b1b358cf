"""The ways to call specpc that the documentation names."""

from __future__ import annotations

import json
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


def test_the_stand_in_for_curl(openai: str) -> None:
    program = Path(__file__).with_name("curl.py")
    url = f"http://{openai}/v1/chat/completions"
    asked = json.dumps({"model": "m", "messages": [{"role": "user", "content": "Who?"}]})
    options = ("-sS", url, "-H", "Content-Type: application/json", "-d", "@-")
    command = [sys.executable, str(program), *options]
    answer = json.loads(subprocess.check_output(command, input=asked, text=True))
    assert answer["choices"][0]["message"]["content"] == "Edda Hallgrim."


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
