"""Every row of a corpus is in one block, however it is cut and whoever reads it."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from specpc.batch.blocks import RowBlock
from specpc.batch.json_rows import JsonLines
from specpc.batch.settings import Fields
from specpc.batch.storage import locate
from specpc.batch.table_rows import Parquet
from specpc.batch.work import Cursor, Format
from specpc.errors import InputError, UsageError

FIELDS = Fields("text")


def write(path: Path, count: int, group: int, blanks: list[int]) -> Path:
    if path.suffix == ".parquet":
        table = pa.table({"text": [f"{i}" for i in range(count)]}, pa.schema({"text": pa.string()}))
        pq.write_table(table, path, row_group_size=group)
        return path
    lines = [f'{{"text": "{i}"}}'.encode() for i in range(count)]
    for at in blanks:
        lines.insert(min(at, len(lines)), b" \r")
    data = b"\n".join(lines) + (b"\n" if blanks else b"")
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def cut(path: Path, form: Format, most_rows: int, most_bytes: int) -> list[RowBlock]:
    stretches = form.plan(locate(str(path)), FIELDS, most_rows, most_bytes)
    return [RowBlock(i, str(path), path.name, stretch) for i, stretch in enumerate(stretches)]


def texts(cursor: Cursor, form: Format, block: RowBlock) -> list[str]:
    rows = form.gather(cursor.take(block), FIELDS)
    return [rows.row(i)["text"] for i in range(len(rows))]


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson.gz", "a.parquet"])
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_each_row_is_in_one_block(tmp_path: Path, name: str, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, 40), "rows")
    group = data.draw(st.integers(1, 15), "rows of a row group")
    blanks = data.draw(st.lists(st.integers(0, 40), max_size=4), "blank lines")
    path = write(tmp_path / name, count, group, blanks)
    form = Parquet() if name.endswith("parquet") else JsonLines()
    most_rows = data.draw(st.integers(1, 12), "most rows")
    most_bytes = data.draw(st.sampled_from([1, 50, 1 << 20]), "most bytes")
    blocks = cut(path, form, most_rows, most_bytes)
    assert all(0 < block.rows.count <= most_rows for block in blocks)
    order = data.draw(st.permutations(blocks), "order")
    cursors = [Cursor(locate(str(tmp_path)), form) for _ in range(2)]
    read: dict[int, list[str]] = {}
    for turn, block in enumerate(order):
        read[block.index] = texts(cursors[turn % 2], form, block)
    assert [text for i in sorted(read) for text in read[i]] == [f"{i}" for i in range(count)]


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.parquet"])
def test_blocks_in_order_cost_one_pass(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, 20, 20, [])
    form = Parquet() if name.endswith("parquet") else JsonLines()
    blocks = cut(path, form, 2, 1 << 20)
    entered: list[int] = []

    class Spy(type(form)):  # type: ignore[misc]
        def chunks(self, file: Any, entry: int) -> Any:
            entered.append(entry)
            return super().chunks(file, entry)

    cursor = Cursor(locate(str(tmp_path)), Spy())
    read = [texts(cursor, form, block) for block in blocks[::3]]
    assert read == [["0", "1"], ["6", "7"], ["12", "13"], ["18", "19"]]
    assert entered == [0]
    assert texts(cursor, form, blocks[0]) == ["0", "1"]
    assert entered == [0, 0]


def test_reading_begins_near_the_rows(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", 20, 1, [])
    last = cut(path, JsonLines(), 4, 1 << 20)[-1]
    assert path.read_bytes()[last.rows.entry :].startswith(b'{"text": "16"}')
    path = write(tmp_path / "a.parquet", 20, 5, [])
    entries = [
        (b.rows.start, b.rows.entry, b.rows.entry_row) for b in cut(path, Parquet(), 4, 9999)
    ]
    assert entries == [(0, 0, 0), (4, 0, 0), (8, 1, 5), (12, 2, 10), (16, 3, 15)]


def test_a_file_that_has_shrunk(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", 20, 1, [])
    blocks = cut(path, JsonLines(), 15, 1 << 20)
    write(path, 10, 1, [])
    with pytest.raises(InputError, match="shorter than it was"):
        Cursor(locate(str(tmp_path)), JsonLines()).take(blocks[0])


def test_columns_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": [1], "body": ["x"]}), path)
    with pytest.raises(InputError, match="no column 'text', but id, body"):
        cut(path, Parquet(), 1, 1)
    pq.write_table(pa.table({"text": [1]}), path)
    with pytest.raises(InputError, match=r"'text' of .* holds int64, not strings"):
        cut(path, Parquet(), 1, 1)
    path.write_bytes(b"no Parquet")
    with pytest.raises(InputError, match="is no Parquet file"):
        cut(path, Parquet(), 1, 1)


def test_places(tmp_path: Path) -> None:
    for url in (str(tmp_path), f"file://{tmp_path}", f"local://{tmp_path}/"):  # the last by fsspec
        place = locate(url)
        assert place.path == str(tmp_path)
        assert not place.files()
        place.write("sub/x", b"1")
        place.write("sub/x", b"22")
        assert place.below("sub/x").read() == b"22"
        assert place.names() == ["_temporary", "sub"]
        assert [(f.name, f.size) for f in place.files()] == [("sub/x", 2)]
        for name in ("sub", "_temporary", "nothing"):
            place.remove(name)
        assert place.names() == []
        assert place.below("nothing").names() == []
    with pytest.raises(UsageError, match="cannot open nowhere:// addresses"):
        locate("nowhere://x")
