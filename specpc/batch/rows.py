"""The rows of a block, one by one: a bad one stops no other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from specpc.errors import InputError, SpecPCError, UsageError
from specpc.machine.reporting import first_line
from specpc.output.fields import batch_fields

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from specpc.batch.settings import BatchSettings
    from specpc.pipeline.compressor import Compressor


@dataclass(frozen=True)
class Bad:
    """A row that could not be compressed, and why."""

    error: str


Made: TypeAlias = dict[str, Any] | Bad
"""What became of a row: the fields of `output.fields.batch_fields`, or the reason of none."""


class Rows(Protocol):
    """The rows of one block."""

    def __len__(self) -> int:
        """How many there are."""

    def row(self, index: int) -> Mapping[str, Any]:
        """The fields of a row that texts are read from.

        Raises:
            InputError: the row cannot be read.
        """

    def rest(self, index: int) -> Mapping[str, Any]:
        """All fields of a row but the context, as far as they can be read."""

    def encode(self, made: Sequence[Made]) -> bytes:
        """The file of the output that holds the good rows, in order."""


def compress_rows(
    compressor: Compressor, settings: BatchSettings, rows: Rows, *, lenient: bool
) -> list[Made]:
    """Compress every row.

    Args:
        compressor: what compresses.
        settings: how.
        rows: what.
        lenient: whether errors that are not the row's own (memory ran out, or nobody foresaw it)
            make it bad too. Otherwise they are raised: another attempt may go well.
    """
    made: list[Made] = []
    for index in range(len(rows)):
        try:
            made.append(batch_fields(settings.compress(compressor, rows.row(index))))
        except (InputError, UsageError) as error:
            made.append(Bad(settings.wording(str(error))))
        # On the last attempt, a row must not cost all the others of its block.
        except Exception as error:
            if not lenient:
                raise
            made.append(Bad(settings.wording(describe(error))))
    return made


def describe(error: Exception) -> str:
    """An error in one line."""
    if isinstance(error, SpecPCError):
        return str(error)
    return f"unexpected {type(error).__name__}: {first_line(error)}"
