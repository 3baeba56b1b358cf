"""The draft at work on what requests ask for, in a process of its own.

A text that hangs it, or kills it, ends with that process; the server goes on and starts another.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from specpc.counting.counters import DRAFT, check_safe
from specpc.counting.estimate import may_be_long
from specpc.errors import InputError, SpecPCError, UsageError
from specpc.machine.child import first_silence
from specpc.options import Setup
from specpc.output.fields import documents_fields, json_fields, messages_fields
from specpc.pipeline.documents import Document
from specpc.pipeline.vendors.reading import read_request

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from specpc.machine.child import ChildProcess, Do
    from specpc.machine.reporting import Report
    from specpc.options import Turns
    from specpc.pipeline.compressor import Compressor
    from specpc.pipeline.vendors.rules import Place
    from specpc.serving.requests import CompressRequest
    from specpc.serving.worker import DraftJob

    Progress: TypeAlias = Callable[[int, int], None]

_MOST_MADE: Final = 100  # tiktoken knows models by the beginnings of their names: any number


@dataclass(frozen=True)
class ForwardedChat:
    """A chat request on its way to an upstream.

    Attributes:
        body: what is sent on.
        tokens: of what was cut, before and after; ``None`` where nothing was.
        places: where that is.
        uncut: why nothing was cut, in a word.
    """

    body: bytes
    tokens: tuple[int, int] | None = None
    places: tuple[Place, ...] = ()
    uncut: str = ""


class Runs(Protocol):
    """Has a method of `Engine` done for a job, of a request of so many bytes."""

    @property
    def pid(self) -> int | None:
        """Of the process that does it, while there is one."""

    def run(self, size: int, method: str, args: tuple[Any, ...], job: DraftJob[Any]) -> Any:
        """What it comes to."""


@dataclass(frozen=True)
class EngineProcess:
    """An engine in a process of its own."""

    process: ChildProcess

    @property
    def pid(self) -> int | None:
        """See `Runs`."""
        return self.process.pid

    def run(self, size: int, method: str, args: tuple[Any, ...], job: DraftJob[Any]) -> Any:
        """See `Runs`."""
        task, first = (method, args), first_silence(size)
        return self.process.do(task, job.progress, job.check, first=first)


@dataclass(frozen=True)
class Engine:
    """A compressor, and others with the same draft by scorer, unit, tokenizer and markup."""

    base: Compressor
    _made: dict[tuple[str, ...], Compressor] = field(default_factory=dict, repr=False)

    @cached_property
    def name(self) -> str:
        """The draft's, without the folder that it may lie in."""
        name = self.base.draft.name
        return Path(name).name if Path(name).exists() else name

    @property
    def pid(self) -> int:
        """See `Runs`."""
        return os.getpid()

    def run(self, _size: int, method: str, args: tuple[Any, ...], job: DraftJob[Any]) -> Any:
        """See `Runs`."""
        return getattr(self, method)(*args, job.progress)

    def compress(self, request: CompressRequest, progress: Progress) -> dict[str, Any]:
        """The answer, with the fields of `specpc.output.fields`; raises what the library does."""
        compressor = self._compressor(request)
        question = request.question
        options: dict[str, Any] = {**request.cut.options(), "progress": progress}
        if request.documents is not None:
            documents = [Document(one.name, one.text) for one in request.documents]
            options["min_per_document"] = request.min_per_document
            options["template"] = request.template
            return documents_fields(compressor.compress_documents(documents, question, **options))
        if request.context is None:
            options["turns"] = request.turns
            made = compressor.compress_messages(request.request, question, **options)
            return messages_fields(made)
        options["name"] = request.name
        return json_fields(compressor.compress(request.context, question, **options))

    def shorten(self, body: bytes, ratio: float, turns: Turns, progress: Progress) -> ForwardedChat:
        """A chat request with its long texts cut, or as it is where there is nothing to cut.

        Whatever stands in the way of cutting, the upstream gets the whole request: it knows best
        what is wrong with it.
        """
        try:
            request = json.loads(body)
            options: dict[str, Any] = {"ratio": ratio, "turns": turns, "progress": progress}
            made = self.base.compress_messages(request, **options)
        except (SpecPCError, RecursionError) as error:
            return ForwardedChat(body, uncut=type(error).__name__)
        if made.total is None:
            return ForwardedChat(body, uncut=made.uncut)
        tokens = made.total.original_tokens, made.total.compressed_tokens
        return ForwardedChat(json.dumps(made.request).encode(), tokens, made.places)

    def count(self, body: bytes, progress: Progress) -> int:
        """Tokens of all texts of a chat request; 0 if it is none."""
        try:
            texts = read_request(json.loads(body))
        except (InputError, RecursionError):
            return 0
        return sum(self.base.reader.encoder.count(one.text) for one in texts)

    def show(self, asked: tuple[str, str | None, float], progress: Progress) -> bytes:
        """The page of ``specpc view`` of a text, for a question and a ratio."""
        from specpc.output.page import make_page
        from specpc.output.picture import paint

        text, question, ratio = asked
        scored = self.base.score(text, question, progress=progress)
        return make_page(paint(scored, ratio, progress=progress), "text", ratio)

    def _compressor(self, request: CompressRequest) -> Compressor:
        if request.draft not in (None, self.name, self.base.draft.name):
            raise UsageError(
                f"the server runs the draft {self.name}, not {request.draft}: leave "
                "the draft out, or start a server with it"
            )
        key = request.scorer, request.unit, request.tokenizer, request.markup
        if key == ("auto", "auto", DRAFT, "text"):
            return self.base
        check_safe(request.tokenizer)
        if key not in self._made:
            if len(self._made) >= _MOST_MADE:
                self._made.clear()
            names = dict(zip(("scorer", "unit", "tokenizer", "markup"), key, strict=True))
            setup, base = Setup(self.base.draft.name, **names, offline=True), self.base
            from specpc.pipeline.compressor import Compressor

            self._made[key] = Compressor.of(setup, loaded=base.draft, cache=base.cache or False)
        return self._made[key]


def make_engine(setup: Setup, cache: bool, report: Report) -> Do:
    """Load a draft and warm it up, in the process that works with it."""
    from specpc.pipeline.compressor import Compressor

    compressor = Compressor.of(setup, cache=cache, report=report)
    warm_up(compressor)
    engine = Engine(compressor)

    def do(task: Any, progress: Progress) -> Any:
        method, args = task
        return engine.name if method == "name" else getattr(engine, method)(*args, progress)

    return do


def warm_up(compressor: Compressor) -> None:
    """Read a little, so that the first request does not pay for what is done once."""
    compressor = replace(compressor, cache=None)  # whose scores would be found without reading
    text = "The ship left on Monday. It carried timber. Nobody was on deck."
    for question in ("When did it leave?", None):
        compressor.compress(text, question, ratio=0.5)


def why_short(body: bytes, least: int) -> str | None:
    """Why nothing of a chat request can be cut, as far as that is known without a draft.

    A token is a byte or more, so that most requests need not wait for those before them.
    """
    if len(body) < least:
        return "short"
    try:
        texts = read_request(json.loads(body))
    except (ValueError, RecursionError, SpecPCError):
        return "unread"
    return None if any(may_be_long(one.text, least) for one in texts) else "short"
