"""A notebook shows how far a long reading has come, without being asked to."""

from __future__ import annotations

import sys
import time
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_SHOWN_AFTER: Final = 1.0
"""Seconds: what ends sooner shows nothing."""


def notebook_bar() -> Callable[[int, int], None] | None:
    """What shows a bar below the cell that runs, to be called with how much is done, and of what.

    ``None`` outside of notebooks.
    """
    return _Bar() if _is_notebook() else None


def _is_notebook() -> bool:
    """Whether cells are run here, one of which may show pictures."""
    shell: Any = sys.modules.get("IPython")
    running = None if shell is None else shell.get_ipython()
    return getattr(running, "kernel", None) is not None


class _Bar:
    """HTML's own bar, which needs no widgets; it goes when all is done."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._shown: Any = None

    def __call__(self, done: int, total: int) -> None:
        seconds = time.monotonic() - self._started
        if done >= total:
            told = {"text/html": "", "text/plain": ""}
        else:
            left = f", {seconds * (total - done) / done:,.0f} s left" if done else ""
            said = f"{done:,} of {total:,} tokens read{left}"
            bar = f'<progress max="{total}" value="{done}"></progress> {said}'
            told = {"text/html": bar, "text/plain": said}
        if self._shown is not None:
            self._shown.update(told, raw=True)
        elif done < total and seconds > _SHOWN_AFTER:
            show: Any = import_module("IPython.display").display
            self._shown = show(told, raw=True, display_id=True)
