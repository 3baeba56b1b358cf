"""Who may use the server: those who know its token, or on loopback, what is no foreign web page."""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

from specpc.machine.network import is_loopback
from specpc.serving.errors import answer

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

OPEN: Final = "/healthz"
PASSED_ON: Final = ("/v1/chat/completions", "/v1/messages")
PAGES: Final = ("/", "/view")
TOKEN_HEADER: Final = "x-specpc-token"


class Access:
    """Refuses requests before anything of them is read."""

    def __init__(self, app: ASGIApp, token: str | None) -> None:
        """Without a token, only what comes from this machine and by its name is let in."""
        self.app = app
        self.token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on."""
        if scope["type"] == "http" and scope["path"] != OPEN:
            refusal = self._refusal(Headers(scope=scope), scope["path"])
            if refusal is not None:
                await answer(refusal)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _refusal(self, headers: Headers, path: str) -> HTTPException | None:
        if not _same_origin(headers):
            return HTTPException(403, "requests of web pages from elsewhere are refused")
        if self.token is None:
            told = "without a token the server goes by the name localhost or 127.0.0.1 only"
            return None if _is_local(headers) else HTTPException(403, told)
        if _knows(headers, self.token, path):
            return None
        told = f"the server's token is needed, in the header {TOKEN_HEADER}"
        scheme = "Basic" if path in PAGES else "Bearer"
        return HTTPException(401, told, {"www-authenticate": f'{scheme} realm="specpc"'})


def _same_origin(headers: Headers) -> bool:
    """Whether no web page asks, or one of this server (browsers say which)."""
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


def _is_local(headers: Headers) -> bool:
    """Whether the server is called by a name that no stranger's DNS can give it."""
    try:
        return is_loopback(urlsplit(f"//{headers.get('host', '')}").hostname or "")
    except ValueError:
        return False


def _knows(headers: Headers, token: str, path: str) -> bool:
    said = headers.get(TOKEN_HEADER)
    if said is None and path not in PASSED_ON:  # whose Authorization is for the upstream
        scheme, _, said = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            said = _password(said)
    return said is not None and hmac.compare_digest(said.encode(), token.encode())


def _password(credentials: str) -> str:
    try:
        return base64.b64decode(credentials, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""
