"""What is let in, and how much: from whoever knows the token, or from this machine's own programs.

Without a token, what foreign web pages ask is refused, and so is what comes by another name than
this machine's own.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

from specpc.machine.network import is_loopback
from specpc.serving.client import TOKEN_HEADER
from specpc.serving.errors import answer
from specpc.serving.routing import OPEN, OWN, PAGES

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_ARRIVAL_SECONDS: Final = 60.0


def guarded(app: ASGIApp, token: str | None) -> ASGIApp:
    """Refuses requests before anything of them is read."""

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["type"] == "http" and scope["path"] != OPEN
        refusal = _refusal(Headers(scope=scope), scope["path"], token) if asked else None
        await (app if refusal is None else answer(refusal))(scope, receive, send)

    return guard


def limited(app: ASGIApp, max_bytes: int) -> ASGIApp:
    """Ends the reading of bodies that have more than ``max_bytes`` or arrive too slowly."""

    async def limit(scope: Scope, receive: Receive, send: Send) -> None:
        deadline = time.monotonic() + _ARRIVAL_SECONDS
        size, more = 0, scope["type"] == "http"

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


def _refusal(headers: Headers, path: str, token: str | None) -> HTTPException | None:
    origin = headers.get("origin")  # of the web page that asks, if one does
    if origin is not None and _host_of(origin) != headers.get("host"):
        return _elsewhere()
    if headers.get("sec-fetch-site") == "cross-site" and path not in PAGES:
        return _elsewhere()
    if token is None:
        told = "without a token the server goes by the name localhost or 127.0.0.1 only"
        return None if _is_local(headers) else HTTPException(403, told)
    if _knows(headers, token, path):
        return None
    told = f"the server's token is needed, in the header {TOKEN_HEADER}"
    scheme = "Basic" if path in PAGES else "Bearer"
    return HTTPException(401, told, {"www-authenticate": f'{scheme} realm="specpc"'})


def _elsewhere() -> HTTPException:
    return HTTPException(403, "requests of web pages from elsewhere are refused")


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _is_local(headers: Headers) -> bool:
    """Whether the server is called by a name that no stranger's DNS can give it."""
    try:
        return is_loopback(urlsplit(f"//{headers.get('host', '')}").hostname or "")
    except ValueError:
        return False


def _knows(headers: Headers, token: str, path: str) -> bool:
    said = headers.get(TOKEN_HEADER)
    if said is None and path in OWN:  # of others, the Authorization is for the upstream
        scheme, _, said = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            said = _password(said)
    return said is not None and hmac.compare_digest(said.encode(), token.encode())


def _password(credentials: str) -> str:
    try:
        return base64.b64decode(credentials, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""
