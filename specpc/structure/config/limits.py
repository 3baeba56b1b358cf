"""How long is looked for the end of a value, so that no text takes more than one pass over it."""

from __future__ import annotations

from typing import Final

MOST_FAILED: Final = 20
"""Where so many values are not closed, or blocks are none, others are not looked at."""

LONGEST_VALUE: Final = 20_000
"""Characters by which a value is closed, or never."""
