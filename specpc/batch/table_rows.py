"""Rows as Parquet."""

from __future__ import annotations

from bisect import bisect_right
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from specpc.batch.blocks import Bad, Stretch
from specpc.errors import Argument, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from specpc.batch.blocks import Made
    from specpc.batch.settings import Fields
    from specpc.batch.storage import Location

ENDINGS = (".parquet", ".pq")
_BUFFER = 1 << 20
_READ_ROWS: Final = 64
"""Rows decoded at a time: few, because a row may hold a book."""


@dataclass(frozen=True)
class Parquet:
    """Columns of any type; those that are read hold strings."""

    ending: str = ".parquet"

    def plan(
        self, file: Location, fields: Fields, most_rows: int, most_bytes: int
    ) -> Iterator[Stretch]:
        """Cut a file into stretches, as `JsonLines.plan` does, by its footer alone.

        Raises:
            InputError: it is no such file, or has no column of texts by the given name.
        """
        with _open(file) as opened:
            _check_columns(opened.schema_arrow, fields, file.path)
            metadata = opened.metadata
            groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
        begins = list(accumulate((group.num_rows for group in groups), initial=0))
        total, size = begins[-1], sum(group.total_byte_size for group in groups)
        count = max(1, min(most_rows, most_bytes * total // max(1, size)))
        for start in range(0, total, count):
            entry = bisect_right(begins, start) - 1
            yield Stretch(start, min(count, total - start), entry, begins[entry])

    def chunks(self, file: Location, entry: int) -> Iterator[Any]:
        """The rows of a file from a row group on, as batches decoded when they are asked for."""
        with _open(file) as opened:
            groups = range(entry, opened.metadata.num_row_groups)
            yield from opened.iter_batches(_READ_ROWS, row_groups=groups, use_threads=False)

    def gather(self, chunks: list[Any], fields: Fields) -> TableRows:
        """The rows of a block."""
        import pyarrow as pa

        return TableRows(pa.Table.from_batches(chunks), fields)


class TableRows:
    """The rows of a table."""

    def __init__(self, table: Any, fields: Fields) -> None:
        """Look at a ``pyarrow.Table``.

        Raises:
            InputError: it has no such columns, or they hold no strings.
        """
        _check_columns(table.schema, fields, "the table")
        self.table = table
        self.fields = fields
        names = {fields.context, fields.question} & set(table.column_names)
        self._texts = table.select(sorted(names))

    def __len__(self) -> int:
        """How many there are."""
        return int(self.table.num_rows)

    def row(self, index: int) -> Mapping[str, Any]:
        """Context and question."""
        return _first(self._texts.slice(index, 1))

    def rest(self, index: int) -> Mapping[str, Any]:
        """All columns but the context."""
        return _first(self.table.drop_columns([self.fields.context]).slice(index, 1))

    def encode(self, made: Sequence[Made]) -> bytes:
        """A Parquet file of the good rows."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        good = [not isinstance(fields, Bad) for fields in made]
        sink = pa.BufferOutputStream()
        pq.write_table(self.with_results(made).filter(pa.array(good, pa.bool_())), sink)
        data: bytes = sink.getvalue().to_pybytes()
        return data

    def with_results(self, made: Sequence[Made], *, errors: bool = False) -> Any:
        """The table, results (and errors) instead of contexts, null where there are none."""
        import pyarrow as pa

        columns = {
            "compressed": pa.large_string(),
            "spans": pa.list_(pa.list_(pa.int64())),
            "original_tokens": pa.int64(),
            "compressed_tokens": pa.int64(),
            "tokenizer": pa.string(),
            "seconds": pa.float64(),
        }
        if errors:
            columns["error"] = pa.string()
        results = [asdict(row) if isinstance(row, Bad) else row for row in made]
        replaced = {self.fields.context, *columns} & set(self.table.column_names)
        table = self.table.drop_columns(sorted(replaced))
        for name, kind in columns.items():
            table = table.append_column(name, pa.array([row.get(name) for row in results], kind))
        return table


def _first(table: Any) -> dict[str, Any]:
    """The first row; of columns with one name, the last."""
    return dict(zip(table.column_names, (c[0].as_py() for c in table.columns), strict=True))


@contextmanager
def _open(file: Location) -> Iterator[Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    # Without the buffer, and with pre-buffering, whole row groups would be read into memory.
    try:
        source = file.filesystem.open_input_file(file.path)
        opened = pq.ParquetFile(source, buffer_size=_BUFFER, pre_buffer=False)
    except pa.ArrowInvalid as error:
        raise InputError(f"{file.path} is no Parquet file: {error}") from error
    with source, opened:
        yield opened


def _check_columns(schema: Any, fields: Fields, name: str) -> None:
    import pyarrow.types as kinds

    if fields.context not in schema.names:
        raise InputError(
            f"{name} has no column {fields.context!r}, but {', '.join(schema.names)}: name the "
            "right one with ",
            Argument("context="),
        )
    for column in {fields.context, fields.question} & set(schema.names):
        kind = schema.field(column).type
        if kinds.is_dictionary(kind):
            kind = kind.value_type
        text = kinds.is_string(kind) or kinds.is_large_string(kind) or kinds.is_string_view(kind)
        if not (text or kinds.is_null(kind)):
            raise InputError(f"the column {column!r} of {name} holds {kind}, not strings")
