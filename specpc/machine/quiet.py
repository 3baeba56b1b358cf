"""Keeps transformers and the Hub client from writing to the user's terminal, for a while."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def quiet_hub() -> Iterator[None]:
    """Show only errors of the Hub client, and its progress bars only on a terminal."""
    from huggingface_hub.utils import logging as hub_logging

    before = hub_logging.get_verbosity()
    hub_logging.set_verbosity(logging.ERROR)
    try:
        with nullcontext() if stderr_is_terminal() else _no_hub_bars():
            yield
    finally:
        hub_logging.set_verbosity(before)


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Show no progress bars, load reports or warnings of transformers; restore all afterwards."""
    from transformers.utils import logging as own_logging

    level, bars = own_logging.get_verbosity(), own_logging.is_progress_bar_enabled()
    own_logging.set_verbosity(logging.ERROR)
    try:
        with quiet_hub(), _no_hub_bars():  # innermost: these two switches also turn the Hub's
            own_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
            try:
                yield
            finally:
                if bars:
                    own_logging.enable_progress_bar()  # type: ignore[no-untyped-call]
    finally:
        own_logging.set_verbosity(level)


def stderr_is_terminal() -> bool:
    """Tell whether a person is watching our stderr."""
    try:
        return sys.stderr.isatty()
    except (AttributeError, ValueError):  # replaced by None, or closed
        return False


@contextmanager
def _no_hub_bars() -> Iterator[None]:
    from huggingface_hub.utils.tqdm import (
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )

    shown = not are_progress_bars_disabled()
    if shown:
        disable_progress_bars()
    try:
        yield
    finally:
        if shown:
            enable_progress_bars()
        elif not are_progress_bars_disabled():
            disable_progress_bars()


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
