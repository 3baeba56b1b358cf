"""Failures as answers: a status, and a sentence in the shape that both vendors' clients read."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from fastapi import HTTPException
from fastapi.responses import JSONResponse

from specpc.errors import InputError, OutOfMemoryError, SpecPCError, TokenizerError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping


class BusyError(SpecPCError):
    """The queue is full.

    Attributes:
        seconds: after which trying again makes sense.
    """

    def __init__(self, seconds: float) -> None:
        """See the class."""
        super().__init__("the server has as much to do as it takes on: try again later")
        self.seconds = seconds


class TimeLimitError(SpecPCError):
    """A request took longer than the server allows."""


class StoppingError(SpecPCError):
    """The server is being shut down."""

    def __init__(self) -> None:
        """See the class."""
        super().__init__("the server is being shut down: try again when it is back")


class UpstreamError(SpecPCError):
    """The upstream cannot be reached, or broke off."""


class ClientGoneError(SpecPCError):
    """Nobody waits for the answer any more."""

    def __init__(self) -> None:
        """See the class."""
        super().__init__("nobody waits for the answer any more")


# The first that fits counts.
_STATUS: Final = (
    (UsageError, 400),
    (InputError, 422),
    (TokenizerError, 422),
    (BusyError, 429),
    (ClientGoneError, 499),
    (UpstreamError, 502),
    (OutOfMemoryError, 503),
    (StoppingError, 503),
    (TimeLimitError, 504),
)


def status_of(error: SpecPCError) -> int:
    """The HTTP status that tells what kind of failure it was."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def error_fields(error: SpecPCError) -> dict[str, Any]:
    """An error as JSON; ``type`` is a class of `specpc.errors` or of this module."""
    return _fields(type(error).__name__, str(error))


def answer(error: SpecPCError) -> JSONResponse:
    """The answer to a request that failed."""
    headers = {"retry-after": str(math.ceil(error.seconds))} if isinstance(error, BusyError) else {}
    return JSONResponse(error_fields(error), status_of(error), headers)


def answer_http(error: Any) -> JSONResponse:
    """The answer where there is no such page, method or size."""
    headers: Mapping[str, str] | None = error.headers
    return JSONResponse(_fields("UsageError", error.detail), error.status_code, headers)


def answer_unexpected(error: Exception) -> JSONResponse:
    """The answer to a request that met a bug; says nothing of what was in it."""
    told = f"unexpected {type(error).__name__} in the server (SPECPC_DEBUG=1 there shows where)"
    return JSONResponse(_fields("SpecPCError", told), 500)


def refusal(status: int, told: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer to a request that is not looked at."""
    return answer_http(HTTPException(status, told, dict(headers or {})))


def _fields(kind: str, message: str) -> dict[str, Any]:
    # "type": "error" is what Anthropic's client looks for, "error" both.
    return {"type": "error", "error": {"type": kind, "message": message}}
