"""Haystack: BM25 finds chunks of a report, specpc cuts them to 150 tokens in all.

pip install "specpc[haystack]"
"""

import os
from pathlib import Path

os.environ.setdefault("HAYSTACK_TELEMETRY_ENABLED", "False")

from haystack import Document, Pipeline
from haystack.components.builders import PromptBuilder
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever
from haystack.document_stores.in_memory import InMemoryDocumentStore

from specpc.integrations.haystack import SpecPCCompressor

REPORT = Path(__file__).with_name("harbour-report.md")
QUESTION = "Why did construction of the Berth 4 extension come to a halt?"
TEMPLATE = """{% for document in documents %}{{ document.content }}
{% endfor %}
{{ query }}"""

source = Document(content=REPORT.read_text(encoding="utf-8"), meta={"file_path": REPORT.name})
splitter = DocumentSplitter(split_by="word", split_length=200)
store = InMemoryDocumentStore()
store.write_documents(splitter.run([source])["documents"])

pipeline = Pipeline()
pipeline.add_component("retriever", InMemoryBM25Retriever(store, top_k=6))
pipeline.add_component("compressor", SpecPCCompressor(target_tokens=150))
pipeline.add_component("prompt", PromptBuilder(TEMPLATE, required_variables="*"))
pipeline.connect("retriever.documents", "compressor.documents")
pipeline.connect("compressor.documents", "prompt.documents")
made = pipeline.run(
    {
        "retriever": {"query": QUESTION},
        "compressor": {"query": QUESTION},
        "prompt": {"query": QUESTION},
    },
    include_outputs_from={"compressor"},
)
for document in made["compressor"]["documents"]:
    print(document.meta["file_path"], document.meta["specpc"]["source_spans"])
print(made["prompt"]["prompt"])
