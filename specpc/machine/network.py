"""Whether something may be downloaded, and addresses as users type them."""

from __future__ import annotations

import os
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from specpc.errors import Argument, UsageError

if TYPE_CHECKING:
    from urllib.parse import SplitResult

_TRUE: Final = {"1", "true", "yes", "on"}
_VARIABLES: Final = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")


def forbidding_variable() -> str | None:
    """The environment variable that forbids downloads, if one does."""
    set_to = {name: os.environ.get(name, "").strip().lower() for name in _VARIABLES}
    return next((name for name, value in set_to.items() if value in _TRUE), None)


def downloads_forbidden(offline: bool) -> bool:
    """Whether the caller or the environment forbids downloads."""
    return offline or forbidding_variable() is not None


def split_address(address: str) -> SplitResult | None:
    """The parts of an http or https address without query and fragment; ``None`` if it is none."""
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        usable = usable and parts.port != 0 and not (parts.query or parts.fragment)
    except ValueError:
        return None
    return parts if usable and address.isascii() and " " not in address else None


def check_server(address: str, argument: str) -> str:
    """An address that the user typed for an argument, without a slash at its end.

    Raises:
        UsageError: it is no address, or has a user name in it.
    """
    parts = split_address(address)
    if parts is None:
        raise UsageError(
            Argument(f"{argument}="),
            f" takes an address such as http://127.0.0.1:8765, not {address!r}",
        )
    if parts.username is not None:
        raise UsageError(Argument(f"{argument}="), " takes an address without a user name in it")
    return address.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
