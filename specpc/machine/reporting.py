"""How slow steps tell the caller what they do: one-line messages, passed to a function."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Report: TypeAlias = Callable[[str], None]


def silent(message: str) -> None:
    """Report nothing."""


def format_bytes(count: int) -> str:
    """Write a size the way download pages do: decimal units, two or three digits (``93 MB``)."""
    size = float(count)
    for unit in ("bytes", "kB", "MB"):
        if size < 999.5:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def first_line(error: BaseException) -> str:
    """Give the first non-empty line of an error's text, else the name of its type."""
    lines = (line.strip() for line in str(error).splitlines())
    return next((line for line in lines if line), type(error).__name__).rstrip(".:")
