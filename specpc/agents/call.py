"""What a tool was called for; it imports nothing, as most calls need nothing else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Call:
    """What a tool was called for.

    Attributes:
        tool: its name.
        told: its arguments, such as a command line.
        wanted: what the user asked for before; empty if nobody knows.
    """

    tool: str
    told: str
    wanted: str = ""
