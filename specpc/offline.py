"""Whether something may be downloaded."""

from __future__ import annotations

import os
from typing import Final

_TRUE: Final = {"1", "true", "yes", "on"}
_VARIABLES: Final = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")


def forbidding_variable() -> str | None:
    """The environment variable that forbids downloads, if one does."""
    set_to = {name: os.environ.get(name, "").strip().lower() for name in _VARIABLES}
    return next((name for name, value in set_to.items() if value in _TRUE), None)


def downloads_forbidden(offline: bool) -> bool:
    """Whether the caller or the environment forbids downloads."""
    return offline or forbidding_variable() is not None
