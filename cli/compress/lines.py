"""``specpc compress --jsonl``: one output line for each input line, in order, resumable.

While it runs, lines are added to ``OUT.part``, a journal (see `specpc.machine.journal`), each with
a digest of the input up to there; when all are done, they become ``OUT`` by one rename. An
interrupted run leaves only the part. Another goes on with it if the input still begins with the
same lines: it may have grown.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

from specpc.errors import InputError, OutOfMemoryError, UsageError, WorkerError
from specpc.machine.files import alone
from specpc.machine.journal import Journal, json_line, parse_line, writing
from specpc.output.fields import batch_fields
from specpc.pipeline.short import compress_or_keep
from specpc_cli.inputs import open_lines
from specpc_cli.outputs import ANEW, check_apart, go_on, replace_file, write_stdout
from specpc_cli.wording import in_options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from specpc.batch.settings import Fields
    from specpc.options import Cut
    from specpc.results import CompressionResult
    from specpc.scorers.base import Progress
    from specpc_cli.compress.task import Task
    from specpc_cli.options import Asked
    from specpc_cli.source import TextCompressor

    Add = Callable[[Mapping[str, Any]], None]

_DIGEST: Final = 16
# How a line of the part begins, of which the rest is a line of the output.
_HEAD: Final = len(json_line({"input": "0" * 2 * _DIGEST, "line": {}})) - len(b"{}}\n")


@dataclass(frozen=True)
class Line:
    """A line that is being compressed.

    Attributes:
        fields: of it, which what comes out takes the place of.
        asked: what all lines are.
        progress: to be called while it is read.
        tell: says what the user may want to know of it.
    """

    fields: dict[str, Any]
    asked: Asked
    progress: Progress
    tell: Callable[[str], None]


class Lines(Protocol):
    """What the lines of a file are, and how one is compressed."""

    def settings(self) -> dict[str, Any]:
        """What a run that goes on must share, besides what all runs do."""

    def check(self, fields: Mapping[str, Any]) -> None:
        """Raise `InputError` for what no draft is needed for to tell that it cannot be read."""

    def compress(self, compressor: TextCompressor, line: Line) -> CompressionResult | None:
        """Change the fields of a line into those of the output; ``None`` if nothing was cut.

        Raises:
            SpecPCError: it cannot be compressed.
        """

    def is_ours(self, fields: Mapping[str, Any]) -> bool:
        """Whether fields look like those of a line of the output."""

    def clear(self, fields: dict[str, Any]) -> None:
        """Take out of a line what could not be compressed."""


@dataclass(frozen=True)
class Texts:
    """Lines with a text in one field, and perhaps a question in another.

    Attributes:
        names: of these fields.
        keep_short: whether texts that their budgets can hold nothing of stay whole.
    """

    names: Fields
    keep_short: bool = False

    def settings(self) -> dict[str, Any]:
        """See `Lines`."""
        short = {"keep_short": True} if self.keep_short else {}
        return {"fields": asdict(self.names), **short}

    def check(self, fields: Mapping[str, Any]) -> None:
        """See `Lines`."""
        self.names.texts(fields)

    def compress(self, compressor: TextCompressor, line: Line) -> CompressionResult:
        """See `Lines`."""
        context, question = self.names.texts(line.fields)
        compress = compress_or_keep if self.keep_short else _compress
        asked = line.asked.question if question is None else question
        result = compress(compressor, context, asked, line.asked.cut, line.progress)
        self.clear(line.fields)
        line.fields.update(batch_fields(result))
        return result

    def is_ours(self, fields: Mapping[str, Any]) -> bool:
        """See `Lines`."""
        return not {"compressed", "error"}.isdisjoint(fields)

    def clear(self, fields: dict[str, Any]) -> None:
        """See `Lines`."""
        fields.pop(self.names.context, None)


def compress_lines(task: Task, kind: Lines) -> None:
    """Compress every line; what fails is told at once."""
    if task.resume and _is_complete(task, kind):
        task.console.tell(f"{task.output} is complete: there is nothing left to do")
        return
    totals, failed, total = task.totals(), 0, 0
    compressor: TextCompressor | None = None
    with _writing(task, kind) as lines:
        for number, line in open_lines(task.sources[0]):
            total += 1
            if lines.has(line):
                continue
            fields: dict[str, Any] = {}
            try:
                fields = parse_line(line)
                kind.check(fields)
                compressor = compressor or task.load()
                with task.console.progress(f"Line {number}") as progress:
                    tell = partial(_tell, task, number)
                    result = kind.compress(compressor, Line(fields, task.asked, progress, tell))
                if result is not None:
                    totals.count(result)
                    task.console.summary(result, f"line {number}")
            except (InputError, UsageError, OutOfMemoryError, WorkerError) as error:
                if compressor is None and not isinstance(error, InputError):
                    raise  # no draft could be loaded: no line will do better
                failed += 1
                told = in_options(error)
                task.console.error(f"line {number}: {told}")
                kind.clear(fields)
                fields["error"] = told
            try:
                lines.add(fields)
            except InputError as error:  # nested as deeply as can just be read
                failed += 1
                task.console.error(f"line {number}: {error}")
                lines.add({"error": str(error)})
        lines.end()
    if task.stats:
        task.console.tell(totals.line())
    if failed:
        raise InputError(f"{failed} of {total} lines could not be compressed")
    if total == 0:
        raise InputError("there are no lines in the input: nothing to compress")


def _tell(task: Task, number: int, told: str) -> None:
    task.console.tell(f"line {number}: {told}")


def _compress(
    compressor: TextCompressor, context: str, question: str | None, cut: Cut, progress: Progress
) -> CompressionResult:
    return compressor.compress(context, question, progress=progress, **cut.options())


@dataclass
class _Lines:
    """The lines of the output: those that an earlier run made, and those that are added.

    Attributes:
        write: adds one, with a digest of the input up to there.
        changed: what is told where the input is another than that of the earlier run.
        done: how many that made.
        digest: of the input that it had read.
        seen: lines of the input that were read.
    """

    write: Callable[[str, Mapping[str, Any]], None]
    changed: str
    done: int = 0
    digest: str = ""
    seen: int = 0
    _input: Any = field(default_factory=lambda: hashlib.blake2b(digest_size=_DIGEST))

    def has(self, line: bytes) -> bool:
        """Whether the next line of the input was done before.

        Raises:
            UsageError: it was, but the input was another.
        """
        self._input.update(line.strip() + b"\n")
        self.seen += 1
        if self.seen == self.done and self._input.hexdigest() != self.digest:
            raise UsageError(self.changed)
        return self.seen <= self.done

    def add(self, fields: Mapping[str, Any]) -> None:
        """Add what was made of the line that was read last."""
        self.write(self._input.hexdigest(), fields)

    def end(self) -> None:
        """Raise `UsageError` where lines are gone that were done before."""
        if self.seen < self.done:
            raise UsageError(self.changed)


@contextmanager
def _writing(task: Task, kind: Lines) -> Iterator[_Lines]:
    """The lines of the output, which is whole on success."""
    output, [source] = task.output, task.sources
    if output is None:
        yield _Lines(lambda _, fields: write_stdout(json_line(fields)), "")
        return
    if output.exists() and not output.is_file():
        raise UsageError(f"{output} is no ordinary file: leave out -o and redirect the output")
    part = _part(output)
    check_apart([source], [output, part])
    settings = {**task.made_with(), **kind.settings()}
    with alone(part):
        left = go_on(part, settings) if task.resume else None
        done, digest = _done(left, part)
        with writing(part, settings, left) as add:
            changed = f"{source} has changed since {part} was begun: {ANEW}"
            yield _Lines(
                lambda digest, fields: add({"input": digest, "line": fields}), changed, done, digest
            )
        whole = Journal.read(part)
        assert whole is not None
        replace_file(output, (line[_HEAD:-2] + b"\n" for line in whole.lines()))
        part.unlink()


def _done(left: Journal | None, part: Path) -> tuple[int, str]:
    """How many lines an earlier run made, and the digest of what it made them of."""
    if left is None or not left.count:
        return 0, ""
    try:
        return left.count, str(parse_line(left.last)["input"])
    except (InputError, KeyError) as error:
        raise InputError(f"{part} is damaged: {ANEW}") from error


def _is_complete(task: Task, kind: Lines) -> bool:
    """Whether an earlier run has made all of the output.

    Raises:
        UsageError: it was made of another input, or by somebody else.
    """
    output, [source] = task.output, task.sources
    if output is None or not output.is_file() or _part(output).exists():
        return False
    if _is_ours(output, kind) and _count(str(output)) == _count(source):
        return True
    raise UsageError(
        f"{output} is there, but is not made of the lines of {source}, and there is no run to go "
        f"on with: {ANEW}"
    )


def _is_ours(output: Path, kind: Lines) -> bool:
    """Whether a file begins as what is written here."""
    _, line = next(open_lines(str(output)), (0, b"{}"))
    try:
        return kind.is_ours(parse_line(line))
    except InputError:
        return False


def _count(source: str) -> int:
    return sum(1 for _ in open_lines(source))


def _part(output: Path) -> Path:
    return output.with_name(output.name + ".part")
