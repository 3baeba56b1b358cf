"""Ray Data: a class for ``map_batches``, of which every actor loads one draft.

>>> from specpc.batch.ray_data import BatchSettings, CompressRows, Cut
>>> rows = ray.data.read_parquet("s3://bucket/corpus/").map_batches(
...     CompressRows,
...     fn_constructor_args=(BatchSettings(Cut(ratio=0.2), "What was decided?"),),
...     batch_format="pyarrow",
...     batch_size=64,
...     compute=ray.data.ActorPoolStrategy(min_size=1, max_size=4),
... )
>>> rows.write_parquet("s3://bucket/short/")

With GPUs, ``num_gpus=1`` gives each actor one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from specpc.batch.settings import BatchSettings, Fields
from specpc.batch.table_rows import TableRows
from specpc.batch.work import compress_rows
from specpc.errors import require
from specpc.options import Cut, Setup

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["BatchSettings", "CompressRows", "Cut", "Fields", "Setup"]

require("pyarrow", "specpc.batch.ray_data", "ray")


class CompressRows:
    """Compresses tables: every column but the context stays, and the results are added.

    They are those of ``specpc batch``, and ``error``: why a row could not be compressed, or null.
    """

    def __init__(self, settings: BatchSettings) -> None:
        """Load the draft.

        Raises:
            SpecPCError: see `specpc.errors`.
        """
        self._settings = settings
        self._compressor = settings.load()

    def __call__(self, batch: pa.Table) -> pa.Table:
        """Compress a batch, which needs ``batch_format="pyarrow"``.

        Raises:
            InputError: the table has no column of texts by the given name.
        """
        rows = TableRows(batch, self._settings.fields)
        made = compress_rows(self._compressor, self._settings, rows, lenient=True)
        return rows.with_results(made, errors=True)
