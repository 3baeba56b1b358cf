"""From an input and an output to the blocks that are still to be done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from specpc.batch.blocks import RowBlock
from specpc.batch.json_rows import ENDINGS as JSON_ENDINGS
from specpc.batch.json_rows import JsonLines
from specpc.batch.output import OutputFolder
from specpc.batch.schedule import run_blocks
from specpc.batch.storage import locate
from specpc.batch.table_rows import ENDINGS as PARQUET_ENDINGS
from specpc.batch.table_rows import Parquet
from specpc.batch.work import Work
from specpc.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from specpc.batch.schedule import GivenUp, Pool
    from specpc.batch.settings import BatchSettings
    from specpc.batch.storage import Location, StoredFile
    from specpc.batch.work import Done, Format

PART_ROWS: Final = 256
"""Most rows of a part: what is lost when a worker dies, and a file that is not too small."""

PART_BYTES: Final = 64 << 20
"""About the most bytes of input for a part, which a worker holds in memory."""


@dataclass(frozen=True)
class Plan:
    """A run that can begin.

    Attributes:
        work: what every worker needs to know.
        blocks: what is still to be done.
        header: what is written down of the run, and compared when it goes on.
        new: whether it has not been.
    """

    work: Work
    blocks: Sequence[RowBlock]
    header: dict[str, Any]
    new: bool

    @property
    def parts(self) -> int:
        """How many parts there will be."""
        return int(self.header["parts"])

    @property
    def rows(self) -> int:
        """How many rows the input has."""
        return int(self.header["rows"])

    def run(
        self, pool: Pool, retries: int, tell: Callable[[str], None] = lambda _: None
    ) -> Iterator[Done | GivenUp]:
        """Do what is to be done; see `specpc.batch.schedule.run_blocks`."""
        if self.new:
            self.work.output.begin(self.header)
        yield from run_blocks(pool, self.blocks, retries, tell, self.work.settings.wording)


def plan(
    source: str,
    output: str,
    settings: BatchSettings,
    *,
    part_rows: int = PART_ROWS,
    resume: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> Plan:
    """Look at the input, and find what is finished in the output folder; write nothing.

    Args:
        source: file or folder, as a path or URL; of a folder, all that is Parquet or JSON lines.
        output: folder, likewise.
        settings: what is done with every row.
        part_rows: most rows of a part.
        resume: whether to go on with an interrupted run.
        tell: called with one line on files that are left out.

    Raises:
        UsageError: the output cannot be used, or an earlier run in it was another one.
        InputError: there are no rows, or files cannot be read.
    """
    here, there = locate(source), locate(output)
    if f"{there.path}/".startswith(f"{here.path}/") and there.filesystem.equals(here.filesystem):
        raise UsageError(
            f"the output {there.path} is in the input {here.path}: name a folder outside of it"
        )
    form, files = _choose(here, tell)
    folder = OutputFolder(there, form.ending)
    new = folder.is_new(resume=resume)
    stretches = (
        (file, stretch)
        for file in files
        for stretch in form.plan(
            replace(here, path=file.path), settings.fields, part_rows, PART_BYTES
        )
    )
    blocks = [
        RowBlock(index, file.path, file.name, stretch)
        for index, (file, stretch) in enumerate(stretches)
    ]
    if not blocks:
        raise InputError(f"there are no rows in {here.path}: nothing to compress")
    header = {
        "specpc": {**settings.made_with(), "part_rows": part_rows},
        "files": [{"name": f.name, "size": f.size, "modified": f.modified} for f in files],
        "parts": len(blocks),
        "rows": sum(block.rows.count for block in blocks),
    }
    finished = set() if new else folder.finished(header)
    waiting = [block for block in blocks if block.index not in finished]
    return Plan(Work(here, form, folder, settings), waiting, header, new)


def _choose(source: Location, tell: Callable[[str], None]) -> tuple[Format, list[StoredFile]]:
    """The files that hold rows, and how they do."""
    found = source.files()
    tables = [file for file in found if file.name.endswith(PARQUET_ENDINGS)]
    lines = [file for file in found if file.name.endswith(JSON_ENDINGS)]
    if tables and lines:
        raise UsageError(
            f"{source.path} holds Parquet and JSON lines: compress them one kind at a time"
        )
    if not (tables or lines):
        raise InputError(f"{source.path} is or holds no .parquet and no .jsonl file")
    if left := len(found) - len(tables) - len(lines):
        tell(f"skipped {left} files that are neither Parquet nor JSON lines")
    return (Parquet(), tables) if tables else (JsonLines(), lines)
