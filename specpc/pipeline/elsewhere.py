"""A compressor in a process of its own: a text that hangs it, or kills it, stops no other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from specpc.machine.child import ChildProcess, first_silence
from specpc.machine.reporting import silent
from specpc.options import TEMPLATE, TURNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Unpack

    from specpc.machine.child import Do
    from specpc.machine.reporting import Report
    from specpc.options import CutOptions, Setup, Turns
    from specpc.pipeline.documents import Document, DocumentsResult
    from specpc.pipeline.messages import CompressedMessages
    from specpc.results import CompressionResult
    from specpc.scorers.base import Progress


@dataclass(frozen=True)
class ProcessCompressor:
    """Has a process of its own compress; see `specpc.Compressor` for the arguments.

    It is started at the first call, and anew after it was lost. Every method raises what the
    library raises there, `WorkerError` where the process died, and `InputError` where a text took
    it so long to lay out that it was ended: 20 seconds, and a minute for every million characters.

    Attributes:
        setup: of the compressor there.
        cache: whether it keeps scores on disk.
        report: called with one line before anything slow or large is fetched or converted.
    """

    setup: Setup
    cache: bool = False
    report: Report = silent
    process: ChildProcess | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Start nothing yet."""
        if self.process is None:
            process = ChildProcess(partial(_make, self.setup, self.cache), self.report)
            object.__setattr__(self, "process", process)

    def start(self) -> None:
        """Start the process and load the draft, which the first call does otherwise.

        Raises:
            SpecPCError: it cannot be loaded.
        """
        assert self.process is not None
        self.process.start()

    def counting_by(self, tokenizer: str) -> ProcessCompressor:
        """The same, in the same process, with budgets in tokens of another kind."""
        return replace(self, setup=replace(self.setup, tokenizer=tokenizer))

    def compress(
        self,
        context: str,
        question: str | None = None,
        *,
        name: str | None = None,
        progress: Progress = None,
        **cut: Unpack[CutOptions],
    ) -> CompressionResult:
        """Keep the part of ``context`` that ``question`` needs, within a budget."""
        size = len(context) if isinstance(context, str) else 0
        own = {"name": name, **cut}
        made: CompressionResult = self._do("compress", (context, question), own, progress, size)
        return made

    def compress_documents(
        self,
        documents: Sequence[Document],
        question: str | None = None,
        *,
        min_per_document: int = 0,
        template: str = TEMPLATE,
        progress: Progress = None,
        **cut: Unpack[CutOptions],
    ) -> DocumentsResult:
        """Keep the part of several documents that ``question`` needs, within one budget."""
        size = sum(len(document.text) for document in documents)
        own = {"min_per_document": min_per_document, "template": template, **cut}
        args = (documents, question)
        made: DocumentsResult = self._do("compress_documents", args, own, progress, size)
        return made

    def compress_messages(
        self,
        request: Any,
        question: str | None = None,
        *,
        turns: Turns = TURNS,
        progress: Progress = None,
        **cut: Unpack[CutOptions],
    ) -> CompressedMessages:
        """Cut the long texts of a conversation."""
        args, size, own = (request, question), len(str(request)), {"turns": turns, **cut}
        made: CompressedMessages = self._do("compress_messages", args, own, progress, size)
        return made

    def _do(
        self,
        method: str,
        args: tuple[Any, ...],
        own: dict[str, Any],
        progress: Progress,
        size: int,
    ) -> Any:
        assert self.process is not None
        task = self.setup.tokenizer, method, args, own
        return self.process.do(task, progress, first=first_silence(size))


def _make(setup: Setup, cache: bool, report: Report) -> Do:
    """Load the compressor, in its process."""
    from specpc.pipeline.compressor import Compressor

    base = Compressor.of(setup, cache=cache, report=report, defer=True)

    def do(task: Any, progress: Any) -> Any:
        tokenizer, method, args, own = task
        made = base if tokenizer == setup.tokenizer else base.counting_by(tokenizer, setup.offline)
        return getattr(made, method)(*args, progress=progress, **own)

    return do
