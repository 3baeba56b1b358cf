"""Requests to servers, which are asked again while they are busy."""

from __future__ import annotations

import math
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from specpc.errors import SpecPCError
from specpc.machine.network import is_loopback

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping, Sequence

    import httpx

TIMEOUT_SECONDS: Final = 600.0  # a CPU can take minutes to read a long prompt
_LONGEST_WAIT_SECONDS: Final = 60.0


class UnreachableError(Exception):
    """There is no connection to a server, or it broke; says why in a few words."""


class NotHTTPError(UnreachableError):
    """What answers does not speak HTTP."""


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

    def send(self, method: str, url: str, body: bytes | None = None) -> httpx.Response:
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

    def _exchange(self, method: str, url: str, body: bytes | None) -> httpx.Response:
        import httpx

        parts = urlsplit(url)
        try:
            with httpx.Client(
                # Loading certificates takes time, and where nothing is encrypted there are none.
                verify=_certificates() if parts.scheme == "https" else False,
                trust_env=self.proxies and not is_loopback(parts.hostname or ""),
                timeout=TIMEOUT_SECONDS,
            ) as client:
                return client.request(method, url, content=body, headers=dict(self.headers))
        except httpx.TimeoutException as error:
            raise SpecPCError(
                f"{self.server} did not answer within {TIMEOUT_SECONDS:g} seconds"
            ) from error
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


def _asked_wait(response: httpx.Response) -> float:
    """Seconds the server asks to wait, within reason; 0 if it does not say."""
    with suppress(ValueError):  # a date is allowed as well
        asked = float(response.headers.get("retry-after") or 0)
        return min(max(asked, 0.0), _LONGEST_WAIT_SECONDS) if math.isfinite(asked) else 0.0
    return 0.0
