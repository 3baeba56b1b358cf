"""Messages of the library in the words of the command line.

The library names what to change as Python does, ``ratio=0.2`` or ``offline=True``; here the same
is said as ``--ratio 0.2`` and ``--offline``.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from specpc.errors import Argument, SpecPCError


def in_options(error: SpecPCError) -> str:
    """What the library says, arguments named as options."""
    return error.worded(_option)


def _option(argument: Argument) -> str:
    name, _, value = argument.partition("=")
    option = "--context-field" if name == "context" else "--" + name.replace("_", "-")
    typed = shlex.split("" if value == "True" else value)  # without Python's quotes
    return shlex.join([option, *typed])
