"""MCP: compressing, and finding quotes again, as tools for agents."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence  # noqa: TC003 - the SDK reads annotations
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from specpc.errors import InputError, SpecPCError, UsageError, missing

try:
    import anyio.from_thread
    from mcp.server import MCPServer
    from mcp.server.mcpserver import Context  # noqa: TC002 - likewise
    from mcp.server.mcpserver.exceptions import ToolError
    from mcp.types import CallToolResult, ContentBlock, TextContent, ToolAnnotations
    from pydantic import Field
except ImportError as error:
    raise missing("specpc mcp", "mcp", "mcp") from error

from specpc.options import GAP, NOTHING, TEMPLATE, Cut, Protection
from specpc.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specpc.pipeline.compressor import Compressor
    from specpc.pipeline.documents import DocumentsResult
    from specpc.pipeline.elsewhere import ProcessCompressor

TEXT: Final = "text"
"""The name of what was given as text, in place of a file's."""

_REMEMBERED: Final = 32
# Keys of stored outputs are longer than numbers of results.
_STORED: Final = 8
_INSTRUCTIONS: Final = (
    "compress shortens long texts and files to what a question needs, word for word, with a mark "
    "where something was cut; show gives all of it back; locate says where a quote of what came "
    "out stands in its source."
)


@dataclass(frozen=True)
class CompressedSources:
    """What the tool compress returns; spans stay here, for locate.

    Attributes:
        id: for locate.
        text: what is left.
        original_tokens: length of what was given.
        compressed_tokens: length of ``text``.
        dropped: files of which nothing is left.
        notes: what else is worth knowing, one sentence each.
    """

    id: str
    text: str
    original_tokens: int
    compressed_tokens: int
    dropped: list[str]
    notes: list[str]


@dataclass(frozen=True)
class QuotePlace:
    """A stretch of a source; the tool locate returns a list of them.

    Attributes:
        file: as it was named, or `TEXT`.
        line: where it begins, from 1.
        column: likewise.
        start: first character, from 0.
        end: one past the last.
        text: what stands there.
    """

    file: str
    line: int
    column: int
    start: int
    end: int
    text: str


@dataclass
class Workbench:
    """The tools: compresses one request at a time, and remembers the last results.

    Attributes:
        load: gives the compressor, at the first call: one whose budgets are in the draft's tokens.
        read: the text of the file of a path.
        folders: where files may be read.
        ratio: what is kept where a request does not say; ``None`` if it must.
        stored: gives an output by the key it was stored under.
    """

    load: Callable[[], Compressor | ProcessCompressor]
    read: Callable[[str], str]
    folders: Sequence[Path]
    ratio: float | None = None
    stored: Callable[[str], str] | None = None
    _compressor: Compressor | ProcessCompressor | None = None
    _made: dict[str, tuple[dict[str, str], DocumentsResult]] = field(default_factory=dict)
    _count: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def compress(
        self,
        context: Context[Any, Any],
        question: Annotated[
            str | None,
            Field(description="What the text is to answer; without, what tells most is kept."),
        ] = None,
        text: Annotated[str | None, Field(description="The text to shorten.")] = None,
        paths: Annotated[
            list[str] | None,
            Field(description="Files to shorten, in place of a text; they share the budget."),
        ] = None,
        ratio: Annotated[
            float | None, Field(description="Fraction of the tokens kept, 0 < ratio <= 1.")
        ] = None,
        target_tokens: Annotated[
            int | None, Field(description="Most tokens kept, in place of a ratio.")
        ] = None,
        tokenizer: Annotated[
            str,
            Field(
                description="What counts the tokens: draft, words, characters, or a tiktoken "
                "model such as gpt-4o."
            ),
        ] = "draft",
        gap: Annotated[
            str, Field(description="Marker written wherever text was cut; empty for none.")
        ] = GAP,
        keep: Annotated[
            list[str] | None,
            Field(description="Regular expressions: every sentence or line with a match is kept."),
        ] = None,
    ) -> Annotated[CallToolResult, CompressedSources]:
        """Shorten a long text, or files, to the sentences and lines that a question needs.

        What is kept is word for word as in the source. Give text or paths, and ratio or
        target_tokens; without these, the server's own ratio holds.
        """
        from specpc.pipeline.documents import Document

        def progress(done: int, total: int) -> None:
            anyio.from_thread.run(context.report_progress, done, total)

        with _told():
            stated = ratio is not None or target_tokens is not None
            keeping = Protection.of(keep or NOTHING)
            cut = Cut(ratio if stated else self.ratio, target_tokens, gap, keeping)
            if (text is None) == (not paths):
                raise UsageError("give either a text or paths")
            if question is not None and not question.strip():
                raise UsageError("the question is empty: ask something, or leave it out")
            sources = (
                {name: self.read(str(find_file(name, self.folders))) for name in paths or ()}
                if text is None
                else {TEXT: text}
            )
            with self._lock:
                result = self._counting_by(tokenizer).compress_documents(
                    [Document(name, source) for name, source in sources.items()],
                    question,
                    template="{text}" if len(sources) == 1 else TEMPLATE,
                    progress=progress,
                    **cut.options(),
                )
                self._count += 1
                key = str(self._count)
                self._made[key] = sources, result
                while len(self._made) > _REMEMBERED:
                    del self._made[next(iter(self._made))]
            total = result.total
            counts = total.original_tokens, total.compressed_tokens
            made = CompressedSources(
                key, result.text, *counts, list(result.dropped), list(total.notes)
            )
            told = f"[{counts[0]:,} -> {counts[1]:,} tokens; id {key} for show and locate]"
            blocks: list[ContentBlock] = [TextContent(text=result.text), TextContent(text=told)]
            return CallToolResult(content=blocks, structured_content=asdict(made))

    def show(
        self,
        id: Annotated[
            str, Field(description="The id that compress returned, or that a cut output names.")
        ],
        file: Annotated[
            str | None, Field(description="Of several files, the one to show, as it was named.")
        ] = None,
    ) -> str:
        """Give back a text that was shortened, as it was before, whole.

        Also an output of which a last line says "lines cut; specpc show ID".
        """
        with _told():
            if id not in self._made:
                if self.stored is None or len(id) < _STORED:
                    raise _forgotten(id)
                return self.stored(id)
            sources, _ = self._made[id]
            if file is None and len(sources) == 1:
                [file] = sources
            if file not in sources:
                raise UsageError(f"result {id} was made of {', '.join(sources)}: name one as file")
            return sources[file]

    def locate(
        self,
        id: Annotated[str, Field(description="The id that compress returned.")],
        quote: Annotated[str, Field(description="Some of the text that compress returned.")],
    ) -> list[QuotePlace]:
        """Find where a quote of a compressed text stands in its source: file, line and column.

        A quote from which something was cut gives several stretches.
        """
        from specpc.output.locate import line_and_column, locate

        with _told():
            if id not in self._made:
                raise _forgotten(id)
            sources, result = self._made[id]
            found = []
            for place in chain.from_iterable(locate(result, quote)):
                name = place.document or TEXT
                source, start, end = sources[name], place.start, place.end
                where = line_and_column(source, start)
                found.append(QuotePlace(name, *where, start, end, source[start:end]))
            if not found:
                raise InputError(
                    f"the quote is not in the text of result {id}: copy it from there word for word"
                )
            return found

    def _counting_by(self, tokenizer: str) -> Compressor | ProcessCompressor:
        from specpc.counting.counters import DRAFT, check_safe

        if self._compressor is None:
            self._compressor = self.load()
        check_safe(tokenizer)
        if tokenizer == DRAFT:
            return self._compressor
        return self._compressor.counting_by(tokenizer)


def _forgotten(key: str) -> UsageError:
    return UsageError(
        f"there is no result {key} (the last {_REMEMBERED} are remembered): compress again"
    )


def find_file(name: str, folders: Sequence[Path]) -> Path:
    """A file that may be read: in one of the folders, links followed.

    Its name is an absolute path, or one from the working directory or from one of the folders.

    Raises:
        UsageError: there is none.
    """
    allowed = [folder.resolve() for folder in folders]
    for base in (Path.cwd(), *allowed):
        path = (base / name).resolve()
        if path.is_file() and any(path.is_relative_to(folder) for folder in allowed):
            return path
    if not folders:
        raise UsageError(
            "this server reads no files: give the text, or start it as specpc mcp FOLDER"
        )
    shown = ", ".join(map(str, folders))
    raise UsageError(f"there is no file {name} in what this server may read: {shown}")


def make_server(bench: Workbench) -> MCPServer[Any]:
    """A server with the tools compress, show and locate."""
    server: MCPServer[Any] = MCPServer(
        "specpc", instructions=_INSTRUCTIONS, version=__version__, log_level="WARNING"
    )
    for tool in (bench.compress, bench.show, bench.locate):
        server.add_tool(tool, annotations=ToolAnnotations(read_only_hint=True))
    return server


@contextmanager
def _told() -> Iterator[None]:
    """The SDK shows the agent the message of a `ToolError`, and of nothing else."""
    try:
        yield
    except (SpecPCError, OSError) as error:
        raise ToolError(str(error)) from error
