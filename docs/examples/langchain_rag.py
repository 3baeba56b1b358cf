"""LangChain: BM25 finds chunks of a report, specpc cuts them to 150 tokens in all.

pip install "specpc[langchain]" langchain-classic bm25s
"""

from pathlib import Path
from typing import Any

import bm25s
from langchain_classic.retrievers import ContextualCompressionRetriever
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_text_splitters import RecursiveCharacterTextSplitter

from specpc.integrations.langchain import SpecPCDocumentCompressor

REPORT = Path(__file__).with_name("harbour-report.md")
QUESTION = "Why did construction of the Berth 4 extension come to a halt?"


class BM25Retriever(BaseRetriever):
    """The best chunks by BM25."""

    chunks: list[Document]
    index: Any

    def _get_relevant_documents(self, query: str, *, run_manager: Any) -> list[Document]:
        words = bm25s.tokenize(query, show_progress=False)
        found, _ = self.index.retrieve(words, self.chunks, k=6, show_progress=False)
        return list(found[0])


source = Document(REPORT.read_text(encoding="utf-8"), metadata={"source": REPORT.name})
splitter = RecursiveCharacterTextSplitter(chunk_size=1200, chunk_overlap=0, add_start_index=True)
chunks = splitter.split_documents([source])
index = bm25s.BM25()
index.index(
    bm25s.tokenize([c.page_content for c in chunks], show_progress=False), show_progress=False
)

retriever = ContextualCompressionRetriever(
    base_retriever=BM25Retriever(chunks=chunks, index=index),
    base_compressor=SpecPCDocumentCompressor(target_tokens=150),
)
for document in retriever.invoke(QUESTION):
    print(document.metadata["source"], document.metadata["specpc"]["source_spans"])
    print(document.page_content, end="\n\n")
