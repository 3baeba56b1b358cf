"""Files of the Hugging Face Hub, kept in the Hub client's own cache."""

from __future__ import annotations

import errno
import logging
import re
import sys
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from specpc.errors import DraftError, SpecPCError
from specpc.machine.reporting import first_line

if TYPE_CHECKING:
    from collections.abc import Iterator

HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9_][\w.-]*", re.ASCII)
REACH_SECONDS = 5.0
_DISK_TROUBLE = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR}


def cached_file(repo_id: str, name: str) -> Path | None:
    """Find one file of the main revision in the Hub cache, without any network."""
    from huggingface_hub import try_to_load_from_cache

    path = try_to_load_from_cache(repo_id, name)
    return Path(path) if isinstance(path, str) else None


def fetch_file(repo_id: str, name: str) -> Path:
    """Download one file of a model repository.

    Raises:
        DraftError: the Hub cannot be reached, or has no such file for this user.
    """
    from huggingface_hub import HfApi, hf_hub_download

    with quiet_hub(), hub_errors(repo_id, "count by another tokenizer"):
        # The only call that is not repeated for half a minute on a machine without network.
        info = HfApi().model_info(repo_id, timeout=REACH_SECONDS)
        if name not in {sibling.rfilename for sibling in info.siblings or ()}:
            raise DraftError(f"{repo_id} on the Hugging Face Hub has no {name}")
        return Path(hf_hub_download(repo_id, name))


def hub_folder() -> Path:
    """Where the Hub client keeps its files."""
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE)


@contextmanager
def hub_errors(repo_id: str, otherwise: str = "use the default draft model") -> Iterator[None]:
    """Turn every failure of the Hub client into one sentence that says what else could be done."""
    from huggingface_hub.errors import GatedRepoError, HFValidationError, RepositoryNotFoundError

    try:
        yield
    except SpecPCError:
        raise
    except GatedRepoError as error:
        raise DraftError(
            f"{repo_id} is gated: accept its terms on its Hugging Face page and log in "
            f"with 'hf auth login', or {otherwise}."
        ) from error
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise DraftError(
            f"There is no model {repo_id} on the Hugging Face Hub, or it is private: check the "
            "spelling, or log in with 'hf auth login'."
        ) from error
    # The transport's own exceptions come from whichever HTTP library the client is built on.
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _DISK_TROUBLE:
            raise DraftError(
                f"Cannot write to the Hugging Face cache {hub_folder()}: {error.strerror}; "
                "make room or set HF_HOME to another folder."
            ) from error
        raise DraftError(
            f"The Hugging Face Hub cannot be reached for {repo_id}: {first_line(error)}. Check "
            f"the network, or {otherwise}."
        ) from error


@contextmanager
def quiet_hub() -> Iterator[None]:
    """Show only errors of the Hub client, and its progress bars only on a terminal."""
    from huggingface_hub.utils import logging as hub_logging

    before = hub_logging.get_verbosity()
    hub_logging.set_verbosity(logging.ERROR)
    try:
        with nullcontext() if stderr_is_terminal() else no_hub_bars():
            yield
    finally:
        hub_logging.set_verbosity(before)


def stderr_is_terminal() -> bool:
    """Tell whether a person is watching our stderr."""
    try:
        return sys.stderr.isatty()
    except (AttributeError, ValueError):  # replaced by None, or closed
        return False


@contextmanager
def no_hub_bars() -> Iterator[None]:
    """Show no progress bars of the Hub client."""
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
