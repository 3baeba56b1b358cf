"""Results as JSON: what the command line writes, alone or in JSON lines, and the server answers.

Their names and meaning are stable.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from specpc.pipeline.documents import CompressedDocument, DocumentsResult
    from specpc.pipeline.messages import CompressedMessages
    from specpc.results import CompressionResult


def batch_fields(result: CompressionResult) -> dict[str, Any]:
    """The fields of a JSONL output line."""
    return {
        "compressed": result.text,
        "spans": [[span.start, span.end] for span in result.spans],
        **_counts(result),
    }


def json_fields(result: CompressionResult) -> dict[str, Any]:
    """The fields of one result: those of a batch line, and how they came about."""
    return {**batch_fields(result), "positions": list(result.positions), **_origin(result)}


def documents_fields(result: DocumentsResult) -> dict[str, Any]:
    """The fields of documents under one budget.

    A citation leads from ``compressed`` back to each document.
    """
    return {
        "compressed": result.text,
        "documents": [
            {
                "name": document.name,
                "position": position,
                "length": len(document.text),
                **slice_fields(document),
            }
            for document, position in zip(result.documents, result.positions, strict=True)
        ],
        "dropped": list(result.dropped),
        **_counts(result.total),
        **_origin(result.total),
    }


def slice_fields(document: CompressedDocument) -> dict[str, Any]:
    """What is left of one document, as spans in it and positions in what is left."""
    return {
        "spans": [[span.start, span.end] for span in document.spans],
        "positions": list(document.positions),
        "original_tokens": document.original_tokens,
        "compressed_tokens": document.compressed_tokens,
    }


def messages_fields(made: CompressedMessages) -> dict[str, Any]:
    """A chat request that was compressed, and what was cut in it, or why nothing was."""
    total = made.total
    if total is None:
        return {"request": made.request, "uncut": made.uncut}
    cuts = [
        {
            "place": list(cut.place),
            "query": cut.query,
            "compressed": cut.left.text,
            "spans": [[span.start, span.end] for span in cut.left.spans],
            "positions": list(cut.left.positions),
            "original_tokens": cut.original_tokens,
            "compressed_tokens": cut.compressed_tokens,
        }
        for cut in made.cuts
    ]
    return {"request": made.request, "cuts": cuts, **_counts(total), **_origin(total)}


def _counts(result: CompressionResult) -> dict[str, Any]:
    return {
        "original_tokens": result.original_tokens,
        "compressed_tokens": result.compressed_tokens,
        "tokenizer": result.tokenizer,
        "seconds": round(result.timings.total, 4),
    }


def _origin(result: CompressionResult) -> dict[str, Any]:
    """How a result came about."""
    return {
        "ratio": round(result.ratio, 4),
        "budget": result.budget,
        "query": result.query,
        "query_source": result.query_source.value,
        "draft": result.draft,
        "scorer": result.scorer,
        "unit": result.unit,
        "windows": result.windows,
        "runtime": None if result.runtime is None else asdict(result.runtime),
        "timings": {stage: round(took, 4) for stage, took in asdict(result.timings).items()},
        "notes": list(result.notes),
    }
