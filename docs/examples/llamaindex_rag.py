"""LlamaIndex: a keyword index finds chunks of a report, specpc cuts them to 150 tokens in all.

pip install "specpc[llamaindex]"
"""

from pathlib import Path

from llama_index.core import Document, SimpleKeywordTableIndex
from llama_index.core.llms import MockLLM
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.query_engine import RetrieverQueryEngine

from specpc.integrations.llamaindex import SpecPCPostprocessor

REPORT = Path(__file__).with_name("harbour-report.md")
QUESTION = "Why did construction of the Berth 4 extension come to a halt?"

llm = MockLLM()  # repeats what it is given: put your model here
source = Document(text=REPORT.read_text(encoding="utf-8"), metadata={"file_name": REPORT.name})
index = SimpleKeywordTableIndex.from_documents(
    [source], llm=llm, transformations=[SentenceSplitter(chunk_size=256, chunk_overlap=0)]
)
engine = RetrieverQueryEngine.from_args(
    index.as_retriever(retriever_mode="simple", num_chunks_per_query=6),
    llm=llm,
    node_postprocessors=[SpecPCPostprocessor(target_tokens=150)],
)
answer = engine.query(QUESTION)
for found in answer.source_nodes:
    print(found.node.metadata["file_name"], found.node.metadata["specpc"]["source_spans"])
print(answer)
