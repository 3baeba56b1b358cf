"""How large a request may be, and how long it may take to arrive."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final

from fastapi import HTTPException

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_ARRIVAL_SECONDS: Final = 60.0


class BodyLimit:
    """Ends the reading of bodies that are too large or too slow."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        """Bodies have at most ``max_bytes``."""
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on with a watched ``receive``."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        deadline = time.monotonic() + _ARRIVAL_SECONDS
        size, more = 0, True

        async def watched() -> Any:
            nonlocal size, more
            if not more:
                return await receive()
            while True:
                left = max(deadline - time.monotonic(), 0.001)
                try:
                    message: Any = await asyncio.wait_for(receive(), left)
                except asyncio.TimeoutError as error:
                    told = f"the request did not arrive within {_ARRIVAL_SECONDS:g} s"
                    raise HTTPException(408, told) from error
                more = message["type"] == "http.request" and message.get("more_body", False)
                size += len(message.get("body", b""))
                if size <= self.max_bytes:
                    return message
                # What is too large is read to its end, or the client never reads the answer.
                if not more:
                    told = f"the request has more than {self.max_bytes:,} bytes, the server's limit"
                    raise HTTPException(413, told)

        await self.app(scope, watched, send)
