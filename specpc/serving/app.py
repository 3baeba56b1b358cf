"""The server's routes: each a few lines around the worker, the engine and the upstream."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse
from prometheus_client import generate_latest
from starlette.exceptions import HTTPException

from specpc.errors import InputError, SpecPCError, UsageError, WorkerError
from specpc.options import Cut
from specpc.serving.access import guarded, limited
from specpc.serving.engine import ForwardedChat, why_short
from specpc.serving.errors import AnyJSON, answer, error_fields
from specpc.serving.metrics import Metrics, measured
from specpc.serving.pages import error_page, form_page, picture_page, read_form
from specpc.serving.requests import CompressBody, CompressRequest, GatewayRequest
from specpc.serving.routing import OWN, address, is_cut, vendor_of
from specpc.serving.upstream import Clients, Headers, pass_on, upstream_clients
from specpc.serving.waiting import do_each
from specpc.version import __version__

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from specpc.serving.engine import Runs
    from specpc.serving.settings import ServerSettings
    from specpc.serving.worker import DraftWorker, Work

_RATIO_HEADER = "x-specpc-ratio"
_REQUERY_HEADER = "x-specpc-requery"
_BYPASS_HEADER = "x-headroom-bypass"
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Service:
    """What the routes share: the engine, its queue, the upstream's connections, the counts."""

    def __init__(self, engine: Runs, settings: ServerSettings, worker: DraftWorker) -> None:
        """Nothing is connected before `running`."""
        self.settings = settings
        self.engine = engine
        self.worker = worker
        self.clients: Clients
        self.metrics = Metrics(lambda: self.worker.waiting, lambda: self.engine.pid)

    @asynccontextmanager
    async def running(self, _: FastAPI) -> AsyncIterator[None]:
        """Open the connections to the upstream; close them and the worker at the end."""
        async with upstream_clients() as self.clients:
            try:
                yield
            finally:
                self.worker.close()

    async def do(self, request: Request, method: str, *args: Any) -> Any:
        """Have the engine do something, as long as the client waits for it."""
        work = self._work(len(await request.body()), method, *args)
        [result] = await do_each(self.worker, [work], request, self.settings.timeout)
        if isinstance(result, BaseException):
            raise result
        return result

    async def compress(
        self, body: CompressRequest | list[CompressRequest], request: Request
    ) -> Any:
        """The answer to one request, or to each of several; the first failed one raises alone."""
        several = isinstance(body, list)
        requests = body if isinstance(body, list) else [body]
        size = len(await request.body())
        works = [self._work(size, "compress", one) for one in requests]
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

    async def gateway(self, body: GatewayRequest, request: Request) -> JSONResponse:
        """The messages of a gateway, shorter, and counts by the names that gateways know."""
        whole = json.dumps({"messages": body.messages}).encode()
        passage = await self._shortened(whole, request)
        before = await self.do(request, "count", whole)
        first, last = passage.tokens or (0, 0)
        fields = {
            "messages": json.loads(passage.body)["messages"] if passage.tokens else body.messages,
            "tokens_before": before,
            "tokens_after": before - first + last,
            "tokens_saved": first - last,
            "compression_ratio": round(1 - (first - last) / before, 4) if before else 1.0,
            "transforms_applied": ["specpc:" + ".".join(map(str, p)) for p in passage.places],
            "ccr_hashes": [],  # nothing is stored that could be asked for
        }
        told = {name.decode(): value.decode() for name, value in _told(passage)}
        return AnyJSON(fields, headers=told)

    async def pass_on(self, request: Request) -> StreamingResponse:
        """Pass a request on, the long texts cut where it may have some."""
        path, upstreams = request.scope["path"], self.settings.upstreams
        if path in OWN:
            raise HTTPException(405, "Method Not Allowed")
        vendor = vendor_of(path, request.headers, upstreams)
        if vendor not in upstreams:
            told = f"the server passes nothing on to here: start it with {vendor}_upstream=URL"
            raise HTTPException(404, told)
        url = address(vendor, upstreams[vendor], request.scope["raw_path"])
        body = await request.body()
        if is_cut(request.method, path):
            passage = await self._shortened(body, request)
        else:
            passage = ForwardedChat(body, uncut="path")
        return await pass_on(self.clients, request, url, passage.body, _told(passage))

    async def _shortened(self, body: bytes, request: Request) -> ForwardedChat:
        """A chat request with its long texts cut as the server and its headers say."""
        asked = request.headers
        ratio = _asked_ratio(asked.get(_RATIO_HEADER), self.settings.ratio)
        turns = self.settings.turns
        if asked.get(_REQUERY_HEADER, "").lower() == "true":
            turns = replace(turns, requery=True)
        if asked.get(_BYPASS_HEADER, "").lower() == "true":
            why: str | None = "bypass"
        else:
            why = "ratio" if ratio == 1 else why_short(body, turns.min_tokens)
        if why is not None:
            passage = ForwardedChat(body, uncut=why)
        else:
            try:
                passage = await self.do(request, "shorten", body, ratio, turns)
            except (InputError, WorkerError) as error:  # it hung or died: the upstream may not
                passage = ForwardedChat(body, uncut=type(error).__name__)
        if passage.tokens is not None:
            self.metrics.compressed(*passage.tokens)
        else:
            self.metrics.uncut.labels(passage.uncut).inc()
        return passage

    def _work(self, size: int, method: str, *args: Any) -> Work[Any]:
        return partial(self.engine.run, size, method, args)

    async def show(self, request: Request) -> HTMLResponse:
        """What `specpc view` would show of the text in a form."""
        try:
            asked = read_form(await request.body())
            return picture_page(await self.do(request, "show", asked))
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
    names = (b"x-specpc-cut", b"x-specpc-original-tokens", b"x-specpc-compressed-tokens")
    numbers = (len(passage.places), *passage.tokens)
    return [(name, b"%d" % n) for name, n in zip(names, numbers, strict=True)]


def create_app(engine: Runs, name: str, settings: ServerSettings, worker: DraftWorker) -> FastAPI:
    """The server as an ASGI application; where it listens is up to whoever runs it.

    The worker, in another thread, is the only one to use the engine, of a draft of this name, from
    now on; it is closed when the application ends.
    """
    service = Service(engine, settings, worker)

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
    async def compress(body: CompressBody, request: Request) -> JSONResponse:
        if isinstance(body, GatewayRequest):
            return await service.gateway(body, request)
        return AnyJSON(await service.compress(body, request))

    @app.post("/v1/chat/completions", summary="Pass on to an OpenAI-compatible server")
    async def chat_completions(request: Request) -> StreamingResponse:
        return await service.pass_on(request)

    @app.post("/v1/responses", summary="Pass on to an OpenAI-compatible server")
    async def responses(request: Request) -> StreamingResponse:
        return await service.pass_on(request)

    @app.post("/v1/messages", summary="Pass on to an Anthropic-compatible server")
    async def messages(request: Request) -> StreamingResponse:
        return await service.pass_on(request)

    @app.get("/healthz", summary="Whether the server runs, and which draft")
    async def healthz() -> dict[str, str]:
        return {"status": "ok", "draft": name, "version": __version__}

    @app.get("/metrics", summary="Counts and times for Prometheus")
    async def metrics() -> Response:
        return Response(
            generate_latest(service.metrics.registry), media_type="text/plain; version=0.0.4"
        )

    app.get("/", include_in_schema=False)(form_page)
    app.post("/view", include_in_schema=False)(service.show)
    paths = frozenset(app.openapi()["paths"]) | OWN
    app.add_api_route("/{path:path}", service.pass_on, methods=[*_METHODS], include_in_schema=False)
    # The last one added is the first to see a request.
    app.add_middleware(limited, max_bytes=settings.max_bytes)
    app.add_middleware(guarded, token=settings.token)
    app.add_middleware(measured, metrics=service.metrics, paths=paths)
    return app
