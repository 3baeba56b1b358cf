"""LangChain, the real one, with the default draft."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from langchain_classic.retrievers import ContextualCompressionRetriever
from langchain_core.documents import Document
from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.prompt_values import ImagePromptValue
from langchain_core.prompts import ChatPromptTemplate, PromptTemplate
from langchain_core.retrievers import BaseRetriever
from pydantic import ValidationError

from specpc import Compressor
from specpc.errors import InputError
from specpc.integrations.langchain import SpecPCDocumentCompressor, SpecPCPromptCompressor
from specpc.options import Turns

FILLER = (
    "The ferry was repainted in spring. All bollards were tested again, and none of them moved. "
    "Nobody complained. Eight apprentices began in August under a scheme shared with the county. "
    "Revenue rose. The auditors gave a clean opinion with one finding. "
)
FACT = "The crane on quay nine failed because its brake had rusted through."
QUESTION = "Why did the crane on quay nine fail?"
FOUND = [
    Document(FILLER, id="a", metadata={"source": "a.md", "start_index": 0}),
    Document(FILLER + FACT + " " + FILLER, id="b", metadata={"source": "b.md", "start_index": 50}),
    Document("", id="c", metadata={"picture": "c.png"}),
]


class Everything(BaseRetriever):
    """Finds all there is."""

    def _get_relevant_documents(self, query: str, *, run_manager: Any) -> list[Document]:
        return FOUND


@pytest.fixture(scope="module")
def compress(compressor: Compressor) -> SpecPCDocumentCompressor:
    return SpecPCDocumentCompressor(target_tokens=40, compressor=compressor)


def test_in_a_retriever_also_async(compress: SpecPCDocumentCompressor) -> None:
    before = [document.model_dump() for document in FOUND]
    retriever = ContextualCompressionRetriever(
        base_retriever=Everything(), base_compressor=compress
    )
    documents = retriever.invoke(QUESTION)
    assert asyncio.run(retriever.ainvoke(QUESTION)) == documents
    assert [document.model_dump() for document in FOUND] == before
    by_id = {document.id: document for document in documents}
    kept = by_id["b"]
    assert FACT in kept.page_content
    assert kept.metadata["source"] == "b.md"
    facts = kept.metadata["specpc"]
    (start, end), *_ = facts["spans"]
    assert facts["source_spans"][0] == [50 + start, 50 + end]
    assert by_id["c"] == FOUND[2]
    assert sum(d.metadata.get("specpc", {}).get("compressed_tokens", 0) for d in documents) <= 40


def test_from_several_threads(compress: SpecPCDocumentCompressor) -> None:
    expected = compress.compress_documents(FOUND, QUESTION)
    with ThreadPoolExecutor(3) as pool:
        made = pool.map(lambda _: compress.compress_documents(FOUND, QUESTION), range(3))
        assert all(documents == expected for documents in made)


def test_settings_are_checked_before_a_draft_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong, told in [
        ({}, "say how much to keep"),
        ({"ratio": 2}, "above 0 and at most 1"),
        ({"ratio": 0.2, "target_tokens": 5}, "not both"),
    ]:
        with pytest.raises(ValidationError, match=told):
            SpecPCDocumentCompressor(**wrong)
    with pytest.raises(ValidationError, match="not permitted"):
        SpecPCDocumentCompressor(target_tokens=3, traget=3, compressor=None)  # type: ignore[call-arg]


@pytest.fixture(scope="module")
def shorten(compressor: Compressor) -> SpecPCPromptCompressor:
    return SpecPCPromptCompressor(ratio=0.6, turns=Turns(min_tokens=20), compressor=compressor)


def test_strings_and_string_prompts(shorten: SpecPCPromptCompressor) -> None:
    template = PromptTemplate.from_template("{context}\n\n{question}")
    value = template.invoke({"context": FOUND[1].page_content, "question": QUESTION})
    text = shorten.invoke(value.to_string())
    assert FACT in text
    assert text.endswith(QUESTION)
    assert len(text) < 0.7 * len(value.to_string())
    assert shorten.invoke(value).to_string() == text
    assert asyncio.run(shorten.ainvoke(value.to_string())) == text


def test_in_a_chain_of_chat_messages(shorten: SpecPCPromptCompressor) -> None:
    """A user turn holds text and question; a tool's result is asked what was asked before."""
    template = ChatPromptTemplate.from_messages([("system", "Be brief."), ("human", "{c}\n\n{q}")])
    chain = template | shorten
    system, human = chain.invoke({"c": FOUND[1].page_content, "q": QUESTION}).messages
    assert system == SystemMessage("Be brief.")
    assert FACT in human.content
    assert len(human.content) < len(FOUND[1].page_content)
    model = FakeListChatModel(responses=["Rust."])
    answer = (chain | model).invoke({"c": FOUND[1].page_content, "q": QUESTION})
    assert answer.content == "Rust."
    call = {"name": "read", "args": {"path": "b.md"}, "id": "1"}
    chat = [
        HumanMessage(f"Read b.md. {QUESTION}"),
        AIMessage("", tool_calls=[call]),
        ToolMessage(FOUND[1].page_content, tool_call_id="1"),
        HumanMessage("Is that all?"),
    ]
    made = shorten.invoke(chat)
    assert FACT in made[2].content
    assert len(made[2].content) < len(chat[2].content)
    assert made[2].tool_call_id == "1"
    assert [made[0], made[1], made[3]] == [chat[0], chat[1], chat[3]]


def test_what_has_no_text_is_refused(shorten: SpecPCPromptCompressor) -> None:
    with pytest.raises(InputError, match="ImagePromptValue has no text"):
        shorten.invoke(ImagePromptValue(image_url={"url": "x.png"}))
