"""Keeps transformers from writing to the user's terminal, for a while."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from specpc.machine.hub import no_hub_bars, quiet_hub

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Show no progress bars, load reports or warnings of transformers; restore all afterwards."""
    from transformers.utils import logging as own_logging

    level, bars = own_logging.get_verbosity(), own_logging.is_progress_bar_enabled()
    own_logging.set_verbosity(logging.ERROR)
    try:
        with quiet_hub(), no_hub_bars():  # innermost: these two switches also turn the Hub's
            own_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
            try:
                yield
            finally:
                if bars:
                    own_logging.enable_progress_bar()  # type: ignore[no-untyped-call]
    finally:
        own_logging.set_verbosity(level)


@contextmanager
def no_gguf_bar() -> Iterator[None]:
    """Hide the one progress bar of transformers that does not obey its own switch."""
    from transformers import modeling_gguf_pytorch_utils as module

    original = getattr(module, "tqdm", None)
    if original is None:  # another release: nothing to hide
        yield
        return
    vars(module)["tqdm"] = lambda items, **_: items
    try:
        yield
    finally:
        vars(module)["tqdm"] = original
