"""What members and fields are called by which one record is told from another."""

from __future__ import annotations

from typing import Final


def ranks(names: str) -> dict[str, int]:
    """Names and their places in a list of them."""
    return {name: rank for rank, name in enumerate(names.split())}


WHICH: Final = ranks(
    "no number num nr key id _id code uuid guid uid sku ref sha hash oid isbn doi iban slug ip "
    "index idx rank seq line lineno row page"
)
"""What says which one it is, the surest first."""
WHAT: Final = ranks(
    "name title subject summary headline label path file filename login username product "
    "question url uri link href country city place station region host service source"
)
"""What says what it is, likewise."""
KINDS: Final = ranks(
    "type kind object cell_type output_type role level severity event_type nbformat nbformat_minor"
    " execution_count"
)
"""What says of which kind it is."""
