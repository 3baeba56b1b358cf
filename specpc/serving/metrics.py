"""What Prometheus is told: counts and times, nothing of what was in the requests."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SECONDS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100)


class Metrics:
    """The measurements of one server."""

    def __init__(self, waiting: Callable[[], int], draft: Callable[[], int | None]) -> None:
        """``waiting`` tells how many texts wait for the draft, ``draft`` its process."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        ProcessCollector("specpc_draft", lambda: draft() or "none", registry=self.registry)
        counter = partial(Counter, registry=self.registry)
        histogram = partial(Histogram, registry=self.registry, buckets=_SECONDS)
        self.requests = counter("specpc_requests", "Requests answered.", ["path", "status"])
        self.seconds = histogram(
            "specpc_request_seconds", "From a request to the end of its answer.", ["path"]
        )
        self._compressing = histogram(
            "specpc_compress_seconds", "Time the draft took for one text."
        )
        self._tokens = counter("specpc_tokens", "Tokens of texts, as counted.", ["when"])
        self.uncut = counter(
            "specpc_passed_on_uncut", "Chat requests passed on as they were.", ["reason"]
        )
        waits = Gauge("specpc_queue_length", "Texts that wait.", registry=self.registry)
        waits.set_function(waiting)

    def compressed(self, before: int, after: int, seconds: float | None = None) -> None:
        """A text was compressed."""
        self._tokens.labels("before").inc(before)
        self._tokens.labels("after").inc(after)
        if seconds is not None:
            self._compressing.observe(seconds)


def measured(app: ASGIApp, metrics: Metrics, paths: frozenset[str]) -> ASGIApp:
    """Counts and times requests by their route.

    Other paths than ``paths`` are counted as one: a client could name any number.
    """

    async def measure(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        path = scope["path"] if scope["path"] in paths else "other"
        start, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await app(scope, receive, watched)
        finally:
            metrics.requests.labels(path, status).inc()
            metrics.seconds.labels(path).observe(time.perf_counter() - start)

    return measure
