"""Connections that wait for a request only so long: idle ones would shut everyone else out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio

# From connecting, or the last answer, until the head of a request has arrived. The body has a
# deadline of its own, as long as anybody reads it (see `specpc.serving.access.limited`).
HEAD_SECONDS: Final = 10.0


class PromptConnection(H11Protocol):
    """Closes where no request comes in time, or its body goes on after it was answered."""

    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._rest()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Wait no more once a request has begun."""
        super().handle_events()
        if not self._is_idle():
            self._rest()

    def on_response_complete(self) -> None:
        """Wait for the next request, and for the rest of this one."""
        super().on_response_complete()
        if self._is_idle() and not self.transport.is_closing():
            self._wait()

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _wait(self) -> None:
        self._rest()
        self._waiting = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _rest(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
