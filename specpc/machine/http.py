"""Requests to servers, which are asked again while they are busy."""

from __future__ import annotations

import math
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException, IncompleteRead, RemoteDisconnected
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit, urlunsplit

from specpc.errors import SpecPCError
from specpc.machine.network import is_loopback

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping, Sequence
    from urllib.parse import SplitResult

TIMEOUT_SECONDS: Final = 600.0  # a CPU can take minutes to read a long prompt
_LONGEST_WAIT_SECONDS: Final = 60.0


class UnreachableError(Exception):
    """There is no connection to a server, or it broke; says why in a few words."""


class NotHTTPError(UnreachableError):
    """What answers does not speak HTTP."""


class Headers(Protocol):
    """Headers by their names, in whatever case."""

    def get(self, name: str, /) -> str | None:
        """The value of one, if it is there."""


@dataclass(frozen=True)
class HTTPResponse:
    """What a server answered.

    Attributes:
        status_code: as HTTP has it.
        content: the body.
        headers: of the answer.
    """

    status_code: int
    content: bytes
    headers: Headers


@dataclass(frozen=True)
class HTTPClient:
    """Sends requests to one server, each over a connection of its own.

    Attributes:
        server: how it is called in messages.
        headers: of all requests.
        waits: seconds before each further try; more if the server asks for it.
        is_busy: tells by the status of an answer whether to try again.
        proxies: whether to go through those of the environment, unless the server is this machine.
    """

    server: str
    headers: Mapping[str, str]
    waits: Sequence[float]
    is_busy: Callable[[int], bool]
    proxies: bool = False

    def send(self, method: str, url: str, body: bytes | None = None) -> HTTPResponse:
        """What the server answers; redirects are not followed.

        Raises:
            UnreachableError: there is no connection, or it broke.
            SpecPCError: there was no answer in time.
        """
        for wait in (*self.waits, None):
            response = self._exchange(method, url, body)
            if wait is None or not self.is_busy(response.status_code):
                break
            time.sleep(max(wait, _asked_wait(response)))
        return response

    def _exchange(self, method: str, url: str, body: bytes | None) -> HTTPResponse:
        parts = urlsplit(url)
        here = parts.scheme == "http" and is_loopback(parts.hostname or "")
        try:
            return self._plain(method, parts, body) if here else self._any(method, url, body)
        except TimeoutError as error:
            raise SpecPCError(
                f"{self.server} did not answer within {TIMEOUT_SECONDS:g} seconds"
            ) from error

    def _plain(self, method: str, parts: SplitResult, body: bytes | None) -> HTTPResponse:
        """To this machine itself, without what takes longer to import than many answers take."""
        try:
            connection = HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
            with closing(connection):
                path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
                connection.request(method, path, body, dict(self.headers))
                found = connection.getresponse()
                return HTTPResponse(found.status, found.read(), found.headers)
        except RemoteDisconnected as error:
            raise UnreachableError("server disconnected without sending a response") from error
        except IncompleteRead as error:
            raise NotHTTPError("peer closed connection before it sent all") from error
        except HTTPException as error:
            raise NotHTTPError(_reason(error)) from error
        except TimeoutError:
            raise
        except (OSError, ValueError) as error:
            raise UnreachableError(_reason(error)) from error

    def _any(self, method: str, url: str, body: bytes | None) -> HTTPResponse:
        import httpx

        parts = urlsplit(url)
        try:
            with httpx.Client(
                # Loading certificates takes time, and where nothing is encrypted there are none.
                verify=_certificates() if parts.scheme == "https" else False,
                trust_env=self.proxies and not is_loopback(parts.hostname or ""),
                timeout=TIMEOUT_SECONDS,
            ) as client:
                found = client.request(method, url, content=body, headers=dict(self.headers))
                return HTTPResponse(found.status_code, found.content, found.headers)
        except httpx.TimeoutException as error:
            raise TimeoutError from error
        except httpx.RemoteProtocolError as error:
            raise NotHTTPError(str(error)) from error
        # The environment may name a proxy of a kind that httpx does not know.
        except (httpx.HTTPError, httpx.InvalidURL, ImportError, ValueError) as error:
            raise UnreachableError(_reason(error)) from error


@cache
def _certificates() -> ssl.SSLContext:
    """Those that this machine trusts; httpx on its own goes by a list that it brings."""
    import ssl

    return ssl.create_default_context()


def _reason(error: BaseException) -> str:
    """What the system said, if it said something."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__  # the former is not always kept
    return str(error) or type(error).__name__


def _asked_wait(response: HTTPResponse) -> float:
    """Seconds the server asks to wait, within reason; 0 if it does not say."""
    with suppress(ValueError):  # a date is allowed as well
        asked = float(response.headers.get("retry-after") or 0)
        return min(max(asked, 0.0), _LONGEST_WAIT_SECONDS) if math.isfinite(asked) else 0.0
    return 0.0
