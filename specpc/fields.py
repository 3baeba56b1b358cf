"""Results as JSON: the fields of ``--json``, of JSON lines and of the server's answers.

Their names and meaning are stable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from specpc.documents import DocumentsResult
    from specpc.results import CompressionResult


def batch_fields(result: CompressionResult) -> dict[str, Any]:
    """The fields of a JSONL output line."""
    return {
        "compressed": result.text,
        "spans": [[span.start, span.end] for span in result.spans],
        "original_tokens": result.original_tokens,
        "compressed_tokens": result.compressed_tokens,
        "tokenizer": result.tokenizer,
        "seconds": round(result.timings.total, 4),
    }


def json_fields(result: CompressionResult) -> dict[str, Any]:
    """The fields of ``--json``: those of a batch line, and how they came about."""
    return batch_fields(result) | {"positions": list(result.positions)} | made_fields(result)


def documents_fields(result: DocumentsResult) -> dict[str, Any]:
    """The fields of ``--json`` with ``--together``.

    A citation leads from ``compressed`` back to each document.
    """
    total = result.total
    return {
        "compressed": result.text,
        "documents": [
            {
                "name": document.name,
                "position": position,
                "length": len(document.text),
                "spans": [[span.start, span.end] for span in document.spans],
                "positions": list(document.positions),
                "original_tokens": document.original_tokens,
                "compressed_tokens": document.compressed_tokens,
            }
            for document, position in zip(result.documents, result.positions, strict=True)
        ],
        "dropped": list(result.dropped),
        "original_tokens": total.original_tokens,
        "compressed_tokens": total.compressed_tokens,
        "tokenizer": total.tokenizer,
        "seconds": round(total.timings.total, 4),
    } | made_fields(total)


def made_fields(result: CompressionResult) -> dict[str, Any]:
    """How a result came about."""
    times = result.timings
    return {
        "ratio": round(result.ratio, 4),
        "budget": result.budget,
        "query": result.query,
        "query_source": result.query_source.value,
        "draft": result.draft,
        "scorer": result.scorer,
        "unit": result.unit,
        "windows": result.windows,
        "timings": {
            "tokenize": round(times.tokenize, 4),
            "score": round(times.score, 4),
            "select": round(times.select, 4),
        },
        "notes": list(result.notes),
    }
