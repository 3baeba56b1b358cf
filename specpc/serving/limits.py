"""How large a request may be, and how long it may take to arrive."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final

from fastapi import HTTPException

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_ARRIVAL_SECONDS: Final = 60.0


def limited(app: ASGIApp, max_bytes: int) -> ASGIApp:
    """Ends the reading of bodies that have more than ``max_bytes`` or arrive too slowly."""

    async def limit(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
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
                if size <= max_bytes:
                    return message
                # What is too large is read to its end, or the client never reads the answer.
                if not more:
                    told = f"the request has more than {max_bytes:,} bytes, the server's limit"
                    raise HTTPException(413, told)

        await app(scope, watched, send)

    return limit
