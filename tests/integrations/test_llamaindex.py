"""LlamaIndex, the real one, with the default draft."""

from __future__ import annotations

import asyncio

import pytest
from llama_index.core.schema import ImageNode, MetadataMode, NodeWithScore, TextNode

from specpc import Compressor
from specpc.integrations.llamaindex import SpecPCPostprocessor
from tests.integrations.test_langchain import FACT, FILLER, QUESTION


@pytest.fixture
def nodes() -> list[NodeWithScore]:
    return [
        NodeWithScore(node=TextNode(text=FILLER, id_="a"), score=0.9),
        NodeWithScore(
            node=TextNode(
                text=FILLER + FACT, id_="b", metadata={"file_path": "b.md"}, start_char_idx=50
            ),
            score=0.5,
        ),
        NodeWithScore(node=ImageNode(image_path="c.png", id_="c"), score=0.1),
    ]


def test_nodes(compressor: Compressor, nodes: list[NodeWithScore]) -> None:
    before = [node.model_dump() for node in nodes]
    cut = SpecPCPostprocessor(target_tokens=30, compressor=compressor)
    made = cut.postprocess_nodes(nodes, query_str=QUESTION)
    again = asyncio.run(cut.apostprocess_nodes(nodes, query_str=QUESTION))
    assert [n.model_dump() for n in again] == [n.model_dump() for n in made]
    assert [n.model_dump() for n in nodes] == before
    by_id = {found.node.node_id: found for found in made}
    assert by_id["b"].score == 0.5
    node = by_id["b"].node
    assert FACT in node.get_content()
    facts = node.metadata["specpc"]
    start = 50 + len(FILLER)
    assert any(a <= start < b for a, b in facts["source_spans"])
    assert "file_path: b.md" in node.get_content(MetadataMode.LLM)
    assert "specpc" not in node.get_content(MetadataMode.LLM) + node.get_content(MetadataMode.EMBED)
    assert isinstance(by_id["c"].node, ImageNode)
    assert by_id["c"].node.image_path == "c.png"
    twice = cut.postprocess_nodes(made, query_str=QUESTION)
    assert all("source_spans" not in n.node.metadata.get("specpc", {}) for n in twice)


def test_without_a_query(compressor: Compressor, nodes: list[NodeWithScore]) -> None:
    cut = SpecPCPostprocessor(ratio=0.5, compressor=compressor)
    made = cut.postprocess_nodes(nodes)
    tokens = [n.node.metadata["specpc"]["compressed_tokens"] for n in made[:-1]]
    original = compressor.reader.encoder.count(FILLER * 2 + FACT)
    assert 0 < sum(tokens) <= original / 2
    assert cut.to_dict()["class_name"] == "SpecPCPostprocessor"
