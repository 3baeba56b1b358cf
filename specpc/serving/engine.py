"""The draft at work: what is asked for in a request, done in the worker's thread."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from specpc import Compressor
from specpc.counting.counters import DRAFT, PLAIN
from specpc.counting.tiktoken_files import encoding_name
from specpc.errors import SpecPCError, UsageError
from specpc.options import Setup
from specpc.output.fields import documents_fields, json_fields, messages_fields
from specpc.pipeline.documents import Document
from specpc.pipeline.messages import Conversation
from specpc.serving.errors import ClientGoneError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from specpc.serving.requests import CompressRequest

    Progress: TypeAlias = Callable[[int, int], None]

_MOST_MADE: Final = 100  # tiktoken knows models by the beginnings of their names: any number


@dataclass(frozen=True)
class ForwardedChat:
    """A chat request on its way to an upstream.

    Attributes:
        body: what is sent on.
        tokens: of what may be cut, before and after; ``None`` where nothing was cut.
        uncut: why, in a word or two.
    """

    body: bytes
    tokens: tuple[int, int] | None = None
    uncut: str = ""


@dataclass(frozen=True)
class Engine:
    """A compressor, and others with the same draft by scorer, unit, tokenizer and markup."""

    base: Compressor
    _made: dict[tuple[str, ...], Compressor] = field(default_factory=dict, repr=False)

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
            made = compressor.compress_messages(request.request, question, **options)
            return messages_fields(made)
        options["name"] = request.name
        return json_fields(compressor.compress(request.context, question, **options))

    def shorten(self, body: bytes, ratio: float, least: int, progress: Progress) -> ForwardedChat:
        """A chat request with its long texts cut, or as it is where there is little to cut.

        Little is less than ``least`` tokens. Whatever stands in the way of cutting, the upstream
        gets the whole request: it knows best what is wrong with it.
        """
        try:
            request = json.loads(body)
            count = self.base.reader.encoder.count
            if sum(map(count, Conversation.read(request).texts)) < least:
                return ForwardedChat(body, uncut="short")
            made = self.base.compress_messages(request, ratio=ratio, progress=progress)
        except ClientGoneError:
            raise
        except SpecPCError as error:
            return ForwardedChat(body, uncut=type(error).__name__)
        if made.total is None:
            return ForwardedChat(body, uncut="short")
        tokens = made.total.original_tokens, made.total.compressed_tokens
        return ForwardedChat(json.dumps(made.request).encode(), tokens)

    def _compressor(self, request: CompressRequest) -> Compressor:
        if request.draft not in (None, self.base.draft.name):
            raise UsageError(
                f"the server runs the draft {self.base.draft.name}, not {request.draft}: leave "
                "the draft out, or start a server with it"
            )
        key = request.scorer, request.unit, request.tokenizer, request.markup
        if key == ("auto", "auto", DRAFT, "text"):
            return self.base
        if request.tokenizer not in (DRAFT, *PLAIN) and encoding_name(request.tokenizer) is None:
            # A folder or an id would have the server open files or the network for a client.
            raise UsageError(
                f"the server does not count by {request.tokenizer!r}: name a tiktoken model or "
                "encoding (gpt-4o, cl100k_base), or draft, characters or words"
            )
        if key not in self._made:
            if len(self._made) >= _MOST_MADE:
                self._made.clear()
            names = dict(zip(("scorer", "unit", "tokenizer", "markup"), key, strict=True))
            setup, base = Setup(self.base.draft.name, **names, offline=True), self.base
            self._made[key] = Compressor.of(setup, loaded=base.draft, cache=base.cache or False)
        return self._made[key]


def warm_up(compressor: Compressor) -> None:
    """Read a little, so that the first request does not pay for what is done once."""
    compressor = replace(compressor, cache=None)  # whose scores would be found without reading
    text = "The ship left on Monday. It carried timber. Nobody was on deck."
    for question in ("When did it leave?", None):
        compressor.compress(text, question, ratio=0.5)


def may_be_long(body: bytes, least: int) -> bool:
    """Whether a chat request may have ``least`` tokens that can be cut, without a draft.

    A token is a byte or more, so that most requests need not wait for those before them.
    """
    if len(body) < least:
        return False
    try:
        texts = Conversation.read(json.loads(body)).texts
        return sum(len(text.encode()) for text in texts) >= least
    except (ValueError, RecursionError, SpecPCError):
        return False
