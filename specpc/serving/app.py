"""The server's routes: each a few lines around the worker, the engine and the upstream."""

from __future__ import annotations

from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse
from prometheus_client import generate_latest
from starlette.exceptions import HTTPException

from specpc.errors import SpecPCError, UsageError
from specpc.options import Cut
from specpc.serving.access import guarded, limited
from specpc.serving.engine import Engine, ForwardedChat, may_be_long
from specpc.serving.errors import answer, error_fields
from specpc.serving.metrics import Metrics, measured
from specpc.serving.pages import error_page, form_page, picture_page, read_form
from specpc.serving.requests import OneOrMany
from specpc.serving.upstream import TIMEOUT, Headers, pass_on
from specpc.serving.waiting import do_each
from specpc.version import __version__

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from specpc import Compressor
    from specpc.serving.settings import ServerSettings
    from specpc.serving.worker import DraftWorker, Work

T = TypeVar("T")

_RATIO_HEADER = "x-specpc-ratio"


class Service:
    """What the routes share: the draft, its queue, the upstream's connections, the counts."""

    def __init__(
        self, compressor: Compressor, settings: ServerSettings, worker: DraftWorker
    ) -> None:
        """Nothing is connected before `running`."""
        self.settings = settings
        self.engine = Engine(compressor)
        self.worker = worker
        self.metrics = Metrics(lambda: self.worker.waiting)

    @asynccontextmanager
    async def running(self, _: FastAPI) -> AsyncIterator[None]:
        """Open the connections to the upstream; close them and the worker at the end."""
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(timeout=TIMEOUT, limits=limits) as self.client:
            try:
                yield
            finally:
                self.worker.close()

    async def do(self, work: Work[T], request: Request) -> T:
        """Have the worker do something, as long as the client waits for it."""
        [result] = await do_each(self.worker, [work], request, self.settings.timeout)
        if isinstance(result, BaseException):
            raise result
        return result

    async def compress(self, body: OneOrMany, request: Request) -> Any:
        """The answer to one request, or to each of several; the first failed one raises alone."""
        several = isinstance(body, list)
        requests = body if isinstance(body, list) else [body]
        works = [partial(self.engine.compress, one) for one in requests]
        answers = []
        for result in await do_each(self.worker, works, request, self.settings.timeout):
            if isinstance(result, SpecPCError) and several:
                answers.append(error_fields(result))
            elif isinstance(result, BaseException):
                raise result
            else:
                if "compressed_tokens" in result:
                    numbers = ("original_tokens", "compressed_tokens", "seconds")
                    self.metrics.compressed(*(result[name] for name in numbers))
                answers.append(result)
        return answers if several else answers[0]

    async def chat(self, request: Request, upstream: str | None, path: str) -> StreamingResponse:
        """Pass a chat request on, its long texts cut."""
        if upstream is None:
            name = "openai" if path == "/chat/completions" else "anthropic"
            told = f"the server passes nothing on to here: start it with {name}_upstream=URL"
            raise HTTPException(404, told)
        ratio = _asked_ratio(request.headers.get(_RATIO_HEADER), self.settings.ratio)
        passage = await self._shortened(await request.body(), ratio, request)
        return await pass_on(self.client, request, upstream + path, passage.body, _told(passage))

    async def _shortened(self, body: bytes, ratio: float, request: Request) -> ForwardedChat:
        least = self.settings.min_tokens
        if ratio == 1 or not may_be_long(body, least):
            passage = ForwardedChat(body, uncut="ratio" if ratio == 1 else "short")
        else:
            work = partial(self.engine.shorten, body, ratio, least)
            passage = await self.do(work, request)
        if passage.tokens is not None:
            self.metrics.compressed(*passage.tokens)
        else:
            self.metrics.uncut.labels(passage.uncut).inc()
        return passage

    async def show(self, request: Request) -> HTMLResponse:
        """What `specpc view` would show of the text in a form."""
        try:
            asked = read_form(await request.body())
            return await self.do(partial(picture_page, self.engine.base, asked), request)
        except SpecPCError as error:
            return error_page(error)


def _asked_ratio(said: str | None, default: float) -> float:
    if said is None:
        return default
    try:
        ratio = float(said)
    except ValueError:
        raise UsageError(f"the header {_RATIO_HEADER} takes a number such as 0.3") from None
    Cut(ratio)  # checks it
    return ratio


def _told(passage: ForwardedChat) -> Headers:
    """What the answer's headers say of the cut."""
    if passage.tokens is None:
        return [(b"x-specpc-uncut", passage.uncut.encode())]
    names = (b"x-specpc-original-tokens", b"x-specpc-compressed-tokens")
    return [(name, b"%d" % n) for name, n in zip(names, passage.tokens, strict=True)]


def create_app(compressor: Compressor, settings: ServerSettings, worker: DraftWorker) -> FastAPI:
    """The server as an ASGI application; where it listens is up to whoever runs it.

    The worker, in another thread, is the only one to use the compressor from now on; it is closed
    when the application ends.
    """
    service = Service(compressor, settings, worker)

    async def failed(_: Request, error: Exception) -> JSONResponse:
        return answer(error)

    failures = (SpecPCError, HTTPException, RequestValidationError, Exception)
    app = FastAPI(
        title="specpc",
        version=__version__,
        lifespan=service.running,
        exception_handlers=dict.fromkeys(failures, failed),
        docs_url=None,  # these pages load scripts from elsewhere
        redoc_url=None,
    )

    @app.post("/v1/compress", summary="Compress one text, several documents or a chat request")
    async def compress(body: OneOrMany, request: Request) -> JSONResponse:
        return JSONResponse(await service.compress(body, request))

    @app.post("/v1/chat/completions", summary="Pass on to an OpenAI-compatible server")
    async def chat_completions(request: Request) -> StreamingResponse:
        return await service.chat(request, settings.openai_upstream, "/chat/completions")

    @app.post("/v1/messages", summary="Pass on to an Anthropic-compatible server")
    async def messages(request: Request) -> StreamingResponse:
        return await service.chat(request, settings.anthropic_upstream, "/v1/messages")

    @app.get("/healthz", summary="Whether the server runs, and which draft")
    async def healthz() -> dict[str, str]:
        return {"status": "ok", "draft": compressor.draft.name, "version": __version__}

    @app.get("/metrics", summary="Counts and times for Prometheus")
    async def metrics() -> Response:
        return Response(
            generate_latest(service.metrics.registry), media_type="text/plain; version=0.0.4"
        )

    app.get("/", include_in_schema=False)(form_page)
    app.post("/view", include_in_schema=False)(service.show)
    paths = frozenset(app.openapi()["paths"]) | {"/", "/view"}
    # The last one added is the first to see a request.
    app.add_middleware(limited, max_bytes=settings.max_bytes)
    app.add_middleware(guarded, token=settings.token)
    app.add_middleware(measured, metrics=service.metrics, paths=paths)
    return app
