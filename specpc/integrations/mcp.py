"""MCP: compressing, and finding quotes again, as tools for agents."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence  # noqa: TC003 - the SDK reads annotations
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from specpc.errors import InputError, SpecPCError, UsageError, missing

try:
    import anyio.from_thread
    from mcp.server import MCPServer
    from mcp.server.mcpserver import Context  # noqa: TC002 - likewise
    from mcp.server.mcpserver.exceptions import ToolError
    from mcp.types import ToolAnnotations
    from pydantic import Field
except ImportError as error:
    raise missing("specpc mcp", "mcp", "mcp") from error

from specpc.options import TEMPLATE, Cut
from specpc.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specpc.pipeline.compressor import Compressor
    from specpc.pipeline.documents import DocumentsResult

TEXT: Final = "text"
"""The name of what was given as text, in place of a file's."""

_REMEMBERED: Final = 32
_INSTRUCTIONS: Final = (
    "compress shortens long texts and files to what a question needs, word for word; locate says "
    "where a quote of what came out stands in its source."
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
    """Compresses one request at a time, and remembers the last results.

    Attributes:
        load: loads the compressor, at the first call.
        offline: forbid downloads of tokenizers.
    """

    load: Callable[[], Compressor]
    offline: bool = False
    _compressor: Compressor | None = None
    _made: dict[str, tuple[dict[str, str], DocumentsResult]] = field(default_factory=dict)
    _count: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def compress(
        self,
        sources: dict[str, str],
        question: str,
        cut: Cut,
        tokenizer: str,
        progress: Callable[[int, int], None],
    ) -> CompressedSources:
        """Compress texts by their names to one budget, counted by ``tokenizer``."""
        from specpc.counting import find_counter
        from specpc.pipeline.documents import Document

        with self._lock:
            if self._compressor is None:
                self._compressor = self.load()
            counter = find_counter(tokenizer, offline=self.offline)
            result = replace(self._compressor, counter=counter).compress_documents(
                [Document(name, text) for name, text in sources.items()],
                question,
                template="{text}" if len(sources) == 1 else TEMPLATE,
                progress=progress,
                **cut.options(),
            )
            self._count += 1
            self._made[str(self._count)] = sources, result
            while len(self._made) > _REMEMBERED:
                del self._made[next(iter(self._made))]
            total = result.total
            return CompressedSources(
                str(self._count),
                result.text,
                total.original_tokens,
                total.compressed_tokens,
                list(result.dropped),
                list(total.notes),
            )

    def locate(self, key: str, quote: str) -> list[QuotePlace]:
        """Where a quote of one of the last results stood."""
        from specpc.output.locate import line_and_column, locate

        if key not in self._made:
            raise UsageError(
                f"there is no result {key} (the last {_REMEMBERED} are remembered): compress again"
            )
        sources, result = self._made[key]
        found = [
            QuotePlace(
                name,
                *line_and_column(sources[name], place.start),
                place.start,
                place.end,
                sources[name][place.start : place.end],
            )
            for places in locate(result, quote)
            for place in places
            for name in [place.document or TEXT]
        ]
        if not found:
            raise InputError(f"the quote is not in the text of result {key}")
        return found


def find_file(name: str, folders: Sequence[Path]) -> Path:
    """A file that may be read: in one of the folders, links followed.

    Args:
        name: an absolute path, or one from the working directory or from one of the folders.
        folders: any number.

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


def make_server(
    load: Callable[[], Compressor],
    read: Callable[[str], str],
    folders: Sequence[Path],
    *,
    offline: bool = False,
) -> MCPServer[Any]:
    """A server with the tools compress and locate.

    Args:
        load: loads the compressor, at the first call.
        read: the text of the file of this path.
        folders: where files may be read.
        offline: forbid downloads.
    """
    bench = Workbench(load, offline)
    server: MCPServer[Any] = MCPServer(
        "specpc", instructions=_INSTRUCTIONS, version=__version__, log_level="WARNING"
    )
    annotations = ToolAnnotations(read_only_hint=True)

    @server.tool(annotations=annotations)
    def compress(
        question: Annotated[str, Field(description="What the text is to answer.")],
        context: Context[Any, Any],
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
    ) -> CompressedSources:
        """Shorten a long text, or files, to the sentences and lines that a question needs.

        What is kept is word for word as in the source. Give text or paths, and ratio or
        target_tokens.
        """
        with _told():
            cut = Cut(ratio, target_tokens)
            if (text is None) == (not paths):
                raise UsageError("give either a text or paths")
            if not question.strip():
                raise UsageError("the question is empty: ask something")
            sources = (
                {TEXT: text}
                if text is not None
                else {name: read(str(find_file(name, folders))) for name in paths or ()}
            )

            def progress(done: int, total: int) -> None:
                anyio.from_thread.run(context.report_progress, done, total)

            return bench.compress(sources, question, cut, tokenizer, progress)

    @server.tool(annotations=annotations)
    def locate(
        id: Annotated[str, Field(description="The id that compress returned.")],
        quote: Annotated[str, Field(description="Some of the text that compress returned.")],
    ) -> list[QuotePlace]:
        """Find where a quote of a compressed text stands in its source: file, line and column.

        A quote from which something was cut gives several stretches.
        """
        with _told():
            return bench.locate(id, quote)

    return server


@contextmanager
def _told() -> Iterator[None]:
    """The SDK shows the agent the message of a `ToolError`, and of nothing else."""
    try:
        yield
    except (SpecPCError, OSError) as error:
        raise ToolError(str(error)) from error
