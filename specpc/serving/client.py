"""A compressor that is a server elsewhere: same calls, same results, no draft and no torch here."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from specpc import errors
from specpc.errors import Argument, SpecPCError, UsageError, not_encodable
from specpc.machine.http import HTTPClient, NotHTTPError, UnreachableError
from specpc.options import NOTHING, TEMPLATE, TURNS, Cut, Protection
from specpc.pipeline.documents import CompressedDocument, DocumentsResult
from specpc.results import CompressionResult, CutText, QuerySource, Runtime, Span, Timings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from typing_extensions import Unpack

    from specpc.options import BudgetOptions, CutOptions, Turns
    from specpc.pipeline.documents import Document
    from specpc.pipeline.messages import CompressedMessages

T = TypeVar("T")

TOKEN_HEADER: Final = "x-specpc-token"

_WAITS: Final = (1.0, 1.0, 1.0, 1.0)  # a busy server says how long


@dataclass(frozen=True)
class ServerCompressor:
    """Has a server compress what it is given; see `specpc.Compressor` for the arguments.

    Progress is not reported. The scores of spans stay with the server, and so do the spans of
    several documents or messages together. Every method raises what the library raises there, and
    `SpecPCError` if the server cannot be used.

    Attributes:
        address: of the server, without a slash at its end.
        token: what the server wants to know, if anything.
        draft: the draft that is expected there; ``None`` for any.
        scorer: scoring rule.
        unit: kind of units to choose from.
        tokenizer: what counts the tokens: of tiktoken, or ``draft``, ``characters``, ``words``.
        markup: what is kept of HTML: ``text``, the words it shows, or ``html``.
    """

    address: str
    token: str | None = field(default=None, repr=False)
    draft: str | None = None
    scorer: str = "auto"
    unit: str = "auto"
    tokenizer: str = "draft"
    markup: str = "text"

    def compress(
        self,
        context: str,
        question: str | None = None,
        *,
        name: str | None = None,
        progress: Callable[[int, int], None] | None = None,
        **cut: Unpack[CutOptions],
    ) -> CompressionResult:
        """Keep the part of ``context`` that ``question`` needs, within a budget."""
        return self._ask({"context": context, "name": name}, question, cut, _result)

    def compress_many(
        self,
        contexts: Iterable[str],
        question: str | None = None,
        *,
        progress: Callable[[int, int], None] | None = None,
        **cut: Unpack[CutOptions],
    ) -> list[CompressionResult]:
        """Compress several texts, each by itself and to a budget of its own (see `compress`)."""
        if isinstance(contexts, (str, bytes)):
            raise UsageError("the contexts must be a list of strings, not one string")
        return [self.compress(context, question, **cut) for context in contexts]

    def compress_documents(
        self,
        documents: Sequence[Document],
        question: str | None = None,
        *,
        min_per_document: int = 0,
        template: str = TEMPLATE,
        progress: Callable[[int, int], None] | None = None,
        **cut: Unpack[CutOptions],
    ) -> DocumentsResult:
        """Keep the part of several documents that ``question`` needs, within one budget."""
        own = {
            "documents": [{"name": one.name, "text": one.text} for one in documents],
            "min_per_document": min_per_document,
            "template": template,
        }
        return self._ask(own, question, cut, lambda fields: _documents(fields, template))

    def compress_messages(
        self,
        request: Any,
        question: str | None = None,
        *,
        turns: Turns = TURNS,
        progress: Callable[[int, int], None] | None = None,
        **cut: Unpack[CutOptions],
    ) -> CompressedMessages:
        """Cut the long texts of a conversation."""
        own = {"request": request, **asdict(turns)}
        return self._ask(own, question, cut, _messages)

    def score(
        self,
        context: str,
        question: str | None = None,
        *,
        keep: Protection | str | Sequence[str] = NOTHING,
        marks: bool = False,
        name: str | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> ServerScoredText:
        """A text to be compressed to several budgets, each of which the server is asked for.

        It scores the text once if it keeps scores (``specpc serve`` with a cache).
        """
        return ServerScoredText(self, context, question, Protection.of(keep), marks, name)

    def draft_name(self) -> str:
        """Name of the draft that the server runs."""
        return self._read(self._send("GET", "/healthz"), lambda fields: str(fields["draft"]))

    def _ask(
        self,
        own: dict[str, Any],
        question: str | None,
        options: CutOptions,
        make: Callable[[Any], T],
    ) -> T:
        """Have the server compress something, and make the result of its answer."""
        cut = Cut.of(**options)
        wanted = {**own, "question": question, **cut.options(), "keep": list(cut.keep.patterns)}
        if cut.gap is None and "request" not in own:
            wanted["gap"] = ""  # as here, not as for those who ask a server by hand
        wanted |= {"keep_first": cut.keep.first, "keep_last": cut.keep.last}
        wanted["keep_kinds"] = [*cut.keep.kinds] or None
        wanted |= {name: getattr(self, name) for name in ("scorer", "unit", "tokenizer", "draft")}
        wanted["markup"] = None if self.markup == "text" else self.markup
        wanted["marks"] = cut.marks or None
        given = {name: value for name, value in wanted.items() if value is not None}
        try:
            body = json.dumps(given, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise not_encodable() from error
        return self._read(self._send("POST", "/v1/compress", body), make)

    def _send(self, method: str, path: str, body: bytes | None = None) -> Any:
        """What the server answers; one that is busy is asked again when it says."""
        headers = {"content-type": "application/json"}
        if self.token is not None:
            headers[TOKEN_HEADER] = self.token
        client = HTTPClient(self.address, headers, _WAITS, lambda status: status == 429)
        try:
            response = client.send(method, self.address + path, body)
        except NotHTTPError as error:
            raise self._strange(str(error)) from error
        except UnreachableError as error:
            raise SpecPCError(
                f"{self.address} cannot be reached ({error}): start 'specpc serve' there, or "
                "leave out ",
                Argument("server="),
                " and SPECPC_SERVER",
            ) from error
        status = response.status_code
        try:
            answer = json.loads(response.content)
            if status == 200:
                return answer
            kind, message = (str(answer["error"][name]) for name in ("type", "message"))
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise self._strange(f"status {status}") from error
        if status == 401:
            raise SpecPCError(f"{self.address}: set SPECPC_TOKEN to the token of this server")
        raise _error_class(kind)(message)

    def _read(self, fields: Any, make: Callable[[Any], T]) -> T:
        """Make something of an answer, if it is one."""
        try:
            return make(fields)
        except (LookupError, TypeError, ValueError) as error:
            raise self._strange(f"{type(error).__name__} in its answer") from error

    def _strange(self, told: str) -> SpecPCError:
        return SpecPCError(f"{self.address} does not answer as a specpc server does ({told})")


@dataclass(frozen=True)
class ServerScoredText:
    """A text that a server compresses to any budget; made by `ServerCompressor.score`.

    Attributes:
        server: asked for each budget.
        text: the source.
        question: as in `ServerCompressor.compress`.
        keep: likewise.
        marks: likewise.
        name: likewise.
    """

    server: ServerCompressor
    text: str
    question: str | None
    keep: Protection
    marks: bool
    name: str | None

    def compress(self, **budget: Unpack[BudgetOptions]) -> CompressionResult:
        """Keep the best of the text within a budget."""
        options: CutOptions = {**budget, "keep": self.keep, "marks": self.marks}
        return self.server.compress(self.text, self.question, name=self.name, **options)


def _error_class(name: str) -> type[SpecPCError]:
    """The class of `specpc.errors` that the server named."""
    found = getattr(errors, name, None)
    return found if isinstance(found, type) and issubclass(found, SpecPCError) else SpecPCError


def _result(fields: Any) -> CompressionResult:
    return _total(fields, fields["compressed"], _spans(fields), tuple(fields["positions"]))


def _spans(fields: Any) -> tuple[Span, ...]:
    return tuple(Span(start, end, math.nan) for start, end in fields["spans"])


def _total(
    fields: Any, text: str, spans: tuple[Span, ...] = (), positions: tuple[int, ...] = ()
) -> CompressionResult:
    """A result from the fields of ``--json``."""
    runtime = fields["runtime"]
    named = ("original_tokens", "compressed_tokens", "budget", "query", "draft", "scorer", "unit")
    return CompressionResult(
        text=text,
        spans=spans,
        positions=positions,
        query_source=QuerySource(fields["query_source"]),
        timings=Timings(**fields["timings"]),
        notes=tuple(fields["notes"]),
        runtime=None if runtime is None else Runtime(**runtime),
        **{name: fields[name] for name in (*named, "windows", "tokenizer")},
    )


def _messages(fields: Any) -> CompressedMessages:
    from specpc.pipeline.messages import CompressedMessages, CutMessage

    cuts = tuple(
        CutMessage(
            place=tuple(one["place"]),
            left=CutText(one["compressed"], _spans(one), tuple(one["positions"])),
            query=one["query"],
            original_tokens=one["original_tokens"],
            compressed_tokens=one["compressed_tokens"],
        )
        for one in fields.get("cuts", ())
    )
    total = _total(fields, "") if cuts else None
    return CompressedMessages(fields["request"], cuts, total, fields.get("uncut", ""))


def _documents(fields: Any, template: str) -> DocumentsResult:
    text = fields["compressed"]
    documents = tuple(
        CompressedDocument(
            name=one["name"],
            text=text[one["position"] : one["position"] + one["length"]],
            spans=_spans(one),
            positions=tuple(one["positions"]),
            original_tokens=one["original_tokens"],
            compressed_tokens=one["compressed_tokens"],
        )
        for one in fields["documents"]
    )
    return DocumentsResult(documents, tuple(fields["dropped"]), _total(fields, text), template)
