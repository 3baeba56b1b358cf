"""Waiting for an answer only as long as somebody waits for ours."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from specpc.serving.errors import ClientGoneError, StoppingError, TimeLimitError
from specpc.serving.worker import DraftJob

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from fastapi import Request

    from specpc.serving.worker import DraftWorker, Work

T = TypeVar("T")


async def unless_gone(
    request: Request, work: Coroutine[Any, Any, T], seconds: float | None = None
) -> T:
    """Await something, and cancel it when the client goes away or time is up.

    The body of the request must have been read already.

    Raises:
        ClientGoneError: the connection was closed.
        TimeLimitError: it took too long.
    """
    task, gone = asyncio.ensure_future(work), asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({task, gone}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        if gone.done():
            raise ClientGoneError
        raise TimeLimitError(
            f"the answer was not ready within {seconds:g} s, the time limit of this server"
        )
    finally:
        task.cancel()
        gone.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def do_each(
    worker: DraftWorker, works: Sequence[Work[T]], request: Request, seconds: float
) -> list[T | BaseException]:
    """What comes of each work, or how it failed; see `unless_gone`."""
    jobs = [DraftJob(work) for work in works]
    worker.submit(jobs)

    async def finish() -> list[T | BaseException]:
        futures = (asyncio.wrap_future(job.future) for job in jobs)
        results = await asyncio.gather(*futures, return_exceptions=True)
        # Only the worker gives up jobs whose results are still awaited here.
        return [StoppingError() if isinstance(r, asyncio.CancelledError) else r for r in results]

    try:
        return await unless_gone(request, finish(), seconds)
    finally:
        for job in jobs:
            job.give_up()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
