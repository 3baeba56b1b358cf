"""Which paths are whose, which hold texts that are cut, and where each leads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from specpc.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

OPEN: Final = "/healthz"
PAGES: Final = ("/", "/view")
OWN: Final = frozenset({OPEN, *PAGES, "/metrics", "/openapi.json", "/v1/compress"})
"""What the server answers itself; all else is passed on."""

OPENAI: Final = "openai"
ANTHROPIC: Final = "anthropic"
GEMINI: Final = "gemini"
VENDORS: Final = (OPENAI, ANTHROPIC, GEMINI)

_CUT: Final = (
    (re.compile(r"(?:/.*)?/chat/completions"), OPENAI),
    (re.compile(r"/v1/responses"), OPENAI),
    (re.compile(r"/v1/messages"), ANTHROPIC),
    (re.compile(r"/v1\w*/models/[^/:]+:(?:generateContent|streamGenerateContent)"), GEMINI),
)
_PATHS: Final = (
    *_CUT,
    (re.compile(r"/v1/messages/.*"), ANTHROPIC),
    (re.compile(r"/v1(?:alpha|beta)\d*/.*|/v1/models/[^/:]+:\w+"), GEMINI),
)
# What a vendor's own client always says.
_HEADERS: Final = {"anthropic-version": ANTHROPIC, "x-goog-api-key": GEMINI}


def is_cut(method: str, path: str) -> bool:
    """Whether a request may hold texts that are cut."""
    return method == "POST" and any(pattern.fullmatch(path) for pattern, _ in _CUT)


def vendor_of(path: str, headers: Mapping[str, str], upstreams: Mapping[str, str]) -> str:
    """Whose a path is: by itself, by what the client says, or the only one that there is."""
    for pattern, vendor in _PATHS:
        if pattern.fullmatch(path):
            return vendor
    for header, vendor in _HEADERS.items():
        if header in headers:
            return vendor
    [only] = upstreams if len(upstreams) == 1 else [OPENAI]
    return only


def address(vendor: str, base: str, raw_path: bytes) -> str:
    """Where a path leads: never to another server, nor above the upstream's own address.

    Raises:
        UsageError: it is no such path.
    """
    path = raw_path.decode("ascii", "replace")
    steps = re.split(r"[/\\]", unquote(path))
    if not path.startswith("/") or "." in steps or ".." in steps or not path.isprintable():
        raise UsageError("the path of the address is none that can be passed on")
    if vendor != OPENAI:
        return base + path
    # OpenAI's clients have /v1 in the address of the server.
    return base + path[3:] if path.startswith("/v1/") else base.removesuffix("/v1") + path
