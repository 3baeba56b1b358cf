"""Haystack, the real one, with the default draft."""

from __future__ import annotations

import asyncio

import pytest
from haystack import Document, Pipeline
from haystack.dataclasses import ByteStream

from specpc.errors import BudgetError, UsageError
from specpc.integrations.haystack import SpecPCCompressor
from tests.integrations.test_langchain import FACT, FILLER, QUESTION

FOUND = [
    Document(id="a", content=FILLER, score=0.9),
    Document(
        id="b", content=FILLER + FACT, score=0.5, meta={"file_path": "b.md", "split_idx_start": 50}
    ),
    Document(id="c", blob=ByteStream(b"png")),
]


def test_a_pipeline_that_was_written_down() -> None:
    pipeline = Pipeline()
    pipeline.add_component("cut", SpecPCCompressor(target_tokens=30, keep=["rusted"]))
    loaded = Pipeline.loads(pipeline.dumps(), allowed_modules=["specpc.integrations.haystack"])
    asked = {"query": QUESTION, "documents": FOUND}
    made = loaded.run({"cut": asked})["cut"]["documents"]
    by_id = {document.id: document for document in made}
    assert FACT in by_id["b"].content
    assert (by_id["b"].score, by_id["b"].meta["file_path"]) == (0.5, "b.md")
    start = 50 + len(FILLER)
    assert any(a <= start < b for a, b in by_id["b"].meta["specpc"]["source_spans"])
    assert by_id["c"] == FOUND[2]
    assert FOUND[1].meta == {"file_path": "b.md", "split_idx_start": 50}
    cut = loaded.get_component("cut")
    assert asyncio.run(cut.run_async(**asked))["documents"] == made
    more = cut.run(**asked, ratio=0.9)["documents"]
    assert sum(len(d.content or "") for d in more) > sum(len(d.content or "") for d in made)
    assert cut.run(query=QUESTION, documents=[]) == {"documents": []}


def test_settings_are_checked_when_it_is_made() -> None:
    with pytest.raises(BudgetError, match="say how much"):
        SpecPCCompressor()
    with pytest.raises(UsageError, match="no unit"):
        SpecPCCompressor(ratio=0.2, unit="page")
    with pytest.raises(UsageError, match="no regular expression"):
        SpecPCCompressor(ratio=0.2, keep=["("])
