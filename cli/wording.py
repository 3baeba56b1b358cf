"""Messages of the library in the words of the command line.

The library names what to change as Python does, ``ratio=0.2`` or ``offline=True``; here the same
is said as ``--ratio 0.2`` and ``--offline``.
"""

from __future__ import annotations

import re
from typing import Final

_OPTIONS: Final = {
    name: "--" + name.replace("_", "-")
    for name in (
        "ratio", "target_tokens", "scorer", "draft", "device", "offline", "server", "host",
        "openai_upstream", "anthropic_upstream", "workers", "resume", "target", "method",
        "answer_tokens", "kv_budget", "prompt_budget", "lookahead", "max_new_tokens",
    )
} | {"context": "--context-field", "question": "-q"}  # fmt: skip
"""Arguments that messages name, and their options."""

_ARGUMENT: Final = re.compile(
    r"(?:(?<!\S)|(?<=\s\())"  # at the beginning of a word, perhaps in parentheses
    rf"({'|'.join(_OPTIONS)})=(\"[^\"]*\"|'[^']*'|[\w./:-]*\w)?"
)


# Quotes around what a shell takes as it is.
_PLAIN: Final = re.compile(r"^'([\w.-]+)'$")


def in_options(message: str) -> str:
    """What the library says, arguments named as options."""
    return _ARGUMENT.sub(_option, message)


def _option(argument: re.Match[str]) -> str:
    value = _PLAIN.sub(r"\1", (argument[2] or "").strip('"'))
    return f"{_OPTIONS[argument[1]]} {value if value != 'True' else ''}".rstrip()
