"""What a retriever found, cut to one budget: the common ground of the RAG frameworks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from specpc.output.fields import slice_fields
from specpc.pipeline.documents import Document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from specpc.options import Cut
    from specpc.pipeline.compressor import Compressor
    from specpc.pipeline.documents import CompressedDocument

KEY: Final = "specpc"
"""Under which key of its metadata a document says what was kept of it."""


@dataclass(frozen=True)
class Passage:
    """A text that was retrieved.

    Attributes:
        text: may be blank; it then comes out as it is.
        file: name of the file it is from, whose ending tells what is in it; empty if unknown.
        start: where it begins in that file, in characters; ``None`` if unknown.
    """

    text: str
    file: str = ""
    start: int | None = None

    @classmethod
    def of(
        cls, text: str, metadata: Mapping[str, Any], file_keys: Sequence[str], start: object
    ) -> Passage:
        """A passage with what its metadata knows: under ``file_keys``, best first, its file.

        ``start`` is as the framework has it. A negative one means that it is not known, and if the
        text was compressed before it is of no use any more.
        """
        names = (metadata.get(key) for key in file_keys)
        file = next((str(name) for name in names if name), "")
        known = isinstance(start, int) and start >= 0 and KEY not in metadata
        return cls(text, file, start if known and isinstance(start, int) else None)


@dataclass(frozen=True)
class KeptPassage:
    """What is left of a passage.

    Attributes:
        text: its kept slices in order.
        facts: what its metadata shall say under `KEY`: ``spans`` (``[start, end]`` in characters
            of the passage), ``positions`` (where each begins in ``text``), ``original_tokens``,
            ``compressed_tokens``; and ``source_spans``, the spans in the file that the passage is
            from, if it is known where it begins there. Empty for a blank passage.
    """

    text: str
    facts: dict[str, Any]


def compress_passages(
    compressor: Compressor,
    passages: Sequence[Passage],
    question: str,
    cut: Cut,
    min_per_document: int = 0,
) -> list[KeptPassage | None]:
    """Cut passages to one budget; see `Compressor.compress_documents`. A question may be blank.

    Returns:
        One for each passage, in order: what is left of it, or ``None`` if that is nothing.

    Raises:
        BudgetError: the budget cannot hold what must be kept.
        InputError: a passage is not encodable, or its protection marks do not pair.
    """
    named = {f"{number}:{one.file}": one for number, one in enumerate(passages, start=1)}
    texts = [Document(name, one.text) for name, one in named.items() if one.text.strip()]
    kept: dict[str, CompressedDocument] = {}
    if texts:
        result = compressor.compress_documents(
            texts,
            question.strip() or None,
            min_per_document=min_per_document,
            template="{text}",
            **cut.options(),
        )
        kept = {document.name: document for document in result.documents}
    return [_kept(passage, kept.get(name)) for name, passage in named.items()]


def _kept(passage: Passage, document: CompressedDocument | None) -> KeptPassage | None:
    if document is None:
        return None if passage.text.strip() else KeptPassage(passage.text, {})
    facts = slice_fields(document)
    if passage.start is not None:
        facts["source_spans"] = [[passage.start + a, passage.start + b] for a, b in facts["spans"]]
    return KeptPassage(document.text, facts)
