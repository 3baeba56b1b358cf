"""Passing a request on and its answer back, as they are but for what is between two neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import httpx
from fastapi.responses import StreamingResponse

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

Headers = list[tuple[bytes, bytes]]

# As the vendors' own clients have it: a model may think for minutes before it says anything.
TIMEOUT: Final = httpx.Timeout(600.0, connect=10.0)


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
    client: httpx.AsyncClient, request: Request, url: str, body: bytes, told: Headers
) -> StreamingResponse:
    """Send a request on; its answer comes back byte by byte, whatever its status.

    Method, query and headers are the request's; ``told`` are headers added to the answer.

    Raises:
        UpstreamError: nobody answers there.
        TimeLimitError: nobody answers in time.
        ClientGoneError: the client did not wait.
    """
    own = [
        (name, value)
        for name, value in end_to_end(request.headers.raw)
        if name not in _OURS and not name.startswith(_OUR_PREFIX)
    ]
    target = httpx.URL(url).copy_with(query=request.scope["query_string"] or None)
    sent = httpx.Request(request.method, target, headers=own, content=body)
    try:
        reply = await unless_gone(request, client.send(sent, stream=True))
    except httpx.TimeoutException as error:
        raise TimeLimitError(f"the upstream {url} did not answer in time") from error
    except httpx.HTTPError as error:
        told_by = str(error) or type(error).__name__
        raise UpstreamError(f"the upstream {url} cannot be reached: {told_by}") from error
    response = StreamingResponse(_chunks(reply), reply.status_code)
    response.raw_headers = end_to_end(reply.headers.raw) + told
    return response


async def _chunks(reply: httpx.Response) -> AsyncIterator[bytes]:
    """The body as it was sent, encoded or not."""
    try:
        async for chunk in reply.aiter_raw():
            yield chunk
    finally:
        await reply.aclose()
