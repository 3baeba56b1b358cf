"""Passing a request on and its answer back, as they are but for what is between two neighbours."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import httpx
from fastapi.responses import StreamingResponse

from specpc.errors import UsageError
from specpc.machine.network import is_loopback
from specpc.serving.errors import TimeLimitError, UpstreamError
from specpc.serving.waiting import unless_gone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from fastapi import Request

_HOP_BY_HOP: Final = {
    b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization",
    b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade",
}  # fmt: skip
# What the next request has of its own, or ours alone.
_OURS: Final = {b"host", b"content-length", b"expect"}
_OUR_PREFIX: Final = b"x-specpc-"

_STATUSES: Final = range(200, 600)

Headers = list[tuple[bytes, bytes]]

# As the vendors' own clients have it: a model may think for minutes before it says anything.
TIMEOUT: Final = httpx.Timeout(600.0, connect=10.0)


@dataclass(frozen=True)
class Clients:
    """Connections to upstreams.

    A proxy that the environment names sees what passes by it, keys and prompts, unless it is
    encrypted; and this machine's own servers need none.

    Attributes:
        direct: by no proxy.
        proxied: by the proxies that the environment names, to https addresses elsewhere.
    """

    direct: httpx.AsyncClient
    proxied: httpx.AsyncClient

    def to(self, url: httpx.URL) -> httpx.AsyncClient:
        """The one for an address."""
        return self.proxied if url.scheme == "https" and not is_loopback(url.host) else self.direct


@asynccontextmanager
async def upstream_clients() -> AsyncIterator[Clients]:
    """Connect to nothing yet; close all connections at the end."""
    limits = httpx.Limits(max_connections=None)
    async with (
        httpx.AsyncClient(timeout=TIMEOUT, limits=limits, trust_env=False) as direct,
        httpx.AsyncClient(timeout=TIMEOUT, limits=limits) as proxied,
    ):
        yield Clients(direct, proxied)


def end_to_end(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Headers that are not between two neighbours only (RFC 9110, 7.6.1)."""
    pairs = [(name.lower(), value) for name, value in headers]
    named = {
        option.strip().lower()
        for name, value in pairs
        if name == b"connection"
        for option in value.split(b",")
    }
    return [(name, value) for name, value in pairs if name not in _HOP_BY_HOP | named]


async def pass_on(
    clients: Clients, request: Request, url: str, body: bytes, told: Headers
) -> StreamingResponse:
    """Send a request on; its answer comes back byte by byte, whatever its status.

    Method, query and headers are the request's; ``told`` are headers added to the answer.

    Raises:
        UpstreamError: nobody answers there.
        TimeLimitError: nobody answers in time.
        ClientGoneError: the client did not wait.
        UsageError: the query is none.
    """
    # A browser adds the cookies of whatever else this machine serves.
    left_out = _OURS | {b"cookie"} if "sec-fetch-site" in request.headers else _OURS
    own = [
        (name, value)
        for name, value in end_to_end(request.headers.raw)
        if name not in left_out and not name.startswith(_OUR_PREFIX)
    ]
    try:
        target = httpx.URL(url).copy_with(query=request.scope["query_string"] or None)
    except httpx.InvalidURL as error:
        raise UsageError("the query of the address holds characters that no address has") from error
    sent = httpx.Request(request.method, target, headers=own, content=body)
    try:
        reply = await unless_gone(request, clients.to(target).send(sent, stream=True))
    except httpx.TimeoutException as error:
        raise TimeLimitError(f"the upstream {url} did not answer in time") from error
    except httpx.HTTPError as error:
        told_by = str(error) or type(error).__name__
        raise UpstreamError(f"the upstream {url} cannot be reached: {told_by}") from error
    if reply.status_code not in _STATUSES:
        await reply.aclose()
        raise UpstreamError(f"the upstream {url} answered with status {reply.status_code}")
    response = StreamingResponse(_chunks(reply), reply.status_code)
    response.raw_headers = told + [
        (name, value)
        for name, value in end_to_end(reply.headers.raw)
        if not name.startswith(_OUR_PREFIX)
    ]
    return response


async def _chunks(reply: httpx.Response) -> AsyncIterator[bytes]:
    """The body as it was sent, encoded or not."""
    try:
        async for chunk in reply.aiter_raw():
            yield chunk
    finally:
        await reply.aclose()
