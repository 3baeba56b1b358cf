"""Haystack: a component between a retriever and a prompt builder.

>>> from specpc.integrations.haystack import SpecPCCompressor
>>> pipeline.add_component("compressor", SpecPCCompressor(target_tokens=400))
>>> pipeline.connect("retriever.documents", "compressor.documents")
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace
from functools import cached_property
from typing import TYPE_CHECKING

from specpc.errors import missing

try:
    from haystack import Document, component
except ImportError as error:
    raise missing("specpc.integrations.haystack", "haystack-ai", "haystack") from error

from specpc.integrations.passages import KEY, Passage, compress_passages
from specpc.options import DEFAULT_DRAFT, Cut, Protection, Setup

if TYPE_CHECKING:
    from specpc.pipeline.compressor import Compressor


@component
class SpecPCCompressor:
    """Cuts retrieved documents to one budget, spent where the query needs it.

    Ids, scores and meta are kept. ``meta["specpc"]`` says what was kept of a document (see
    `specpc.integrations.passages.KeptPassage`); its ``source_spans`` need ``split_idx_start``,
    which Haystack's splitters write. A document of which nothing is kept is left out; one without
    text comes out as it is.
    """

    def __init__(
        self,
        draft: str = DEFAULT_DRAFT,
        *,
        ratio: float | None = None,
        target_tokens: int | None = None,
        min_per_document: int = 0,
        gap: str = "",
        keep: list[str] | None = None,
        marks: bool = False,
        unit: str = "auto",
        tokenizer: str = "draft",
        device: str = "auto",
        offline: bool = False,
    ) -> None:
        """Check the settings; nothing is loaded before `warm_up`.

        Args:
            draft: as in `Compressor.from_pretrained`.
            ratio: fraction of the tokens kept, ``0 < ratio <= 1``.
            target_tokens: absolute budget, instead of ``ratio``.
            min_per_document: tokens that each document keeps at least.
            gap: marker written wherever something between two kept pieces was cut.
            keep: regular expressions whose matches are kept in any case.
            marks: whether what stands between ``<specpc:keep>`` and ``</specpc:keep>`` is, too.
            unit: as in `Compressor.from_pretrained`.
            tokenizer: likewise.
            device: likewise.
            offline: likewise.

        Raises:
            UsageError: one of them cannot be used.
        """
        own = {"ratio": ratio, "target_tokens": target_tokens, "gap": gap, "marks": marks}
        self._cut = Cut(ratio, target_tokens, gap, Protection.of(keep or ()), marks)
        self._setup = Setup(draft, unit=unit, tokenizer=tokenizer, device=device, offline=offline)
        # Haystack writes a component down by attributes that are named as its parameters.
        vars(self).update(asdict(self._setup))
        vars(self).update(own, keep=keep)
        self.min_per_document = min_per_document

    def warm_up(self) -> None:
        """Load the draft, once."""
        _ = self._compressor

    @cached_property
    def _compressor(self) -> Compressor:
        from specpc.pipeline.compressor import Compressor

        return Compressor.of(self._setup)

    @component.output_types(documents=list[Document])
    def run(
        self,
        query: str,
        documents: list[Document],
        ratio: float | None = None,
        target_tokens: int | None = None,
    ) -> dict[str, list[Document]]:
        """Compress retrieved documents.

        Args:
            query: what is asked of them.
            documents: what was retrieved; unchanged.
            ratio: for this run, in place of the budget of the component.
            target_tokens: likewise.

        Raises:
            SpecPCError: see `specpc.errors`.
        """
        cut = self._cut
        if ratio is not None or target_tokens is not None:
            cut = replace(cut, ratio=ratio, target_tokens=target_tokens)
        passages = [
            Passage.of(d.content or "", d.meta, ("file_path",), d.meta.get("split_idx_start"))
            for d in documents
        ]
        kept = compress_passages(self._compressor, passages, query, cut, self.min_per_document)
        return {
            "documents": [
                replace(document, content=found.text, meta={**document.meta, KEY: found.facts})
                if found.facts
                else document
                for document, found in zip(documents, kept, strict=True)
                if found is not None
            ]
        }

    @component.output_types(documents=list[Document])
    async def run_async(
        self,
        query: str,
        documents: list[Document],
        ratio: float | None = None,
        target_tokens: int | None = None,
    ) -> dict[str, list[Document]]:
        """`run` in a thread."""
        return await asyncio.to_thread(self.run, query, documents, ratio, target_tokens)
