"""Failures as answers: a status, and a sentence in the shape that both vendors' clients read."""

from __future__ import annotations

import json
import math
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from specpc.errors import (
    InputError,
    OutOfMemoryError,
    SpecPCError,
    TokenizerError,
    UsageError,
    WorkerError,
)
from specpc.machine.child import too_deep


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
    """Nobody waits for the answer any more, nor reads why there is none."""


# The first that fits counts.
_STATUS: Final = (
    (UsageError, 400),
    (InputError, 422),
    (TokenizerError, 422),
    (BusyError, 429),
    (ClientGoneError, 499),
    (UpstreamError, 502),
    (OutOfMemoryError, 503),
    (WorkerError, 503),
    (StoppingError, 503),
    (TimeLimitError, 504),
)


# What tells kinds of requests apart, and is no field of them.
_TAGS: Final = ("body", "one", "many", "gateway")


def status_of(error: SpecPCError) -> int:
    """The HTTP status that tells what kind of failure it was."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def error_fields(error: SpecPCError) -> dict[str, Any]:
    """An error as JSON; ``type`` is a class of `specpc.errors` or of this module."""
    return _fields(type(error).__name__, str(error))


class AnyJSON(JSONResponse):
    """JSON as it came: numbers that are none, and halves of characters, go back as they were."""

    def render(self, content: Any) -> bytes:
        """See the class."""
        try:
            return super().render(content)
        except ValueError:  # of which UnicodeEncodeError is one
            return json.dumps(content).encode()


def answer(error: Exception) -> JSONResponse:
    """The answer to a request that failed; where a bug did it, without what was in the request."""
    if isinstance(error, RequestValidationError):
        error = UsageError(_sentence(error))
    if isinstance(error, RecursionError):
        error = too_deep()
    if isinstance(error, SpecPCError):
        wait = (
            {"retry-after": f"{math.ceil(error.seconds)}"} if isinstance(error, BusyError) else {}
        )
        return JSONResponse(error_fields(error), status_of(error), wait)
    if isinstance(error, HTTPException):  # no such page, method or size
        return JSONResponse(_fields("UsageError", error.detail), error.status_code, error.headers)
    told = f"unexpected {type(error).__name__} in the server (SPECPC_DEBUG=1 there shows where)"
    return JSONResponse(_fields("SpecPCError", told), 500)


def _sentence(error: RequestValidationError) -> str:
    """The first thing that is wrong with a request, without what stood in it."""
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return "the request is not valid JSON"
    where = ".".join(str(key) for key in first["loc"] if key not in _TAGS)
    told = str(first["msg"]).removeprefix("Value error, ")
    return f"the request cannot be used: {where + ': ' if where else ''}{told}"


def _fields(kind: str, message: str) -> dict[str, Any]:
    # "type": "error" is what Anthropic's client looks for, "error" both.
    return {"type": "error", "error": {"type": kind, "message": message}}
