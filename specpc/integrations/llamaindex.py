"""LlamaIndex: a node postprocessor.

>>> from specpc.integrations.llamaindex import SpecPCPostprocessor
>>> engine = RetrieverQueryEngine.from_args(
...     retriever, node_postprocessors=[SpecPCPostprocessor(target_tokens=400)]
... )
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from specpc.errors import missing

try:
    from llama_index.core.postprocessor.types import BaseNodePostprocessor
    from llama_index.core.schema import MetadataMode, NodeWithScore
except ImportError as error:
    raise missing("specpc.integrations.llamaindex", "llama-index-core", "llamaindex") from error

from specpc.integrations.passages import KEY, KeptPassage, Passage
from specpc.integrations.settings import RetrievedSettings

if TYPE_CHECKING:
    from llama_index.core.schema import BaseNode, QueryBundle

_FILE_KEYS = ("file_path", "file_name")


class SpecPCPostprocessor(RetrievedSettings, BaseNodePostprocessor):
    """Cuts retrieved nodes to one budget, spent where the query needs it.

    Scores, ids, relationships and metadata are kept; the nodes of the index are not touched.
    ``metadata["specpc"]`` says what was kept of a node (see
    `specpc.integrations.passages.KeptPassage`) and is excluded from what models read;
    ``source_spans`` need ``start_char_idx``, which node parsers set. A node of which nothing is
    kept is left out; one without text (an image) comes out as it is. The budget is for the texts:
    metadata that LlamaIndex writes into a prompt comes on top.
    """

    @classmethod
    def class_name(cls) -> str:
        """As LlamaIndex serializes it."""
        return "SpecPCPostprocessor"

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        """The base class runs the same in a thread for async."""
        query = query_bundle.query_str if query_bundle is not None else ""
        kept = self.kept([_passage(found.node) for found in nodes], query)
        return [
            NodeWithScore(node=_cut(found.node, passage), score=found.score)
            for found, passage in zip(nodes, kept, strict=True)
            if passage is not None
        ]


def _passage(node: BaseNode) -> Passage:
    text = node.get_content(metadata_mode=MetadataMode.NONE)
    return Passage.of(text, node.metadata, _FILE_KEYS, getattr(node, "start_char_idx", None))


def _cut(node: BaseNode, kept: KeptPassage) -> BaseNode:
    copy = node.model_copy(deep=True)
    if kept.facts:
        copy.set_content(kept.text)
        copy.metadata[KEY] = kept.facts
        for keys in (copy.excluded_llm_metadata_keys, copy.excluded_embed_metadata_keys):
            if KEY not in keys:
                keys.append(KEY)
    return copy
