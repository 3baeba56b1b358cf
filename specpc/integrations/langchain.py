"""LangChain: a document compressor for retrievers, and a runnable for prompts.

>>> from langchain_classic.retrievers import ContextualCompressionRetriever
>>> from specpc.integrations.langchain import SpecPCDocumentCompressor
>>> retriever = ContextualCompressionRetriever(
...     base_retriever=found, base_compressor=SpecPCDocumentCompressor(target_tokens=400)
... )
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from specpc.errors import InputError, missing

try:
    from langchain_core.callbacks import Callbacks  # noqa: TC002 - pydantic reads annotations
    from langchain_core.documents import BaseDocumentCompressor, Document
    from langchain_core.messages import BaseMessage
    from langchain_core.prompt_values import ChatPromptValue, PromptValue, StringPromptValue
    from langchain_core.runnables import RunnableConfig, RunnableSerializable
except ImportError as error:
    raise missing("specpc.integrations.langchain", "langchain-core", "langchain") from error

from specpc.integrations.passages import KEY, KeptPassage, Passage
from specpc.integrations.settings import CompressionSettings, RetrievedSettings
from specpc.options import TURNS, Turns

Prompt: TypeAlias = str | PromptValue | Sequence[BaseMessage]
"""What LangChain's models take."""

_ROLES = {"human": "user", "ai": "assistant"}


class SpecPCDocumentCompressor(RetrievedSettings, BaseDocumentCompressor):
    """Cuts the documents of a retriever to one budget, spent where the query needs it.

    Metadata and ids are kept. ``metadata["specpc"]`` says what was kept of a document (see
    `specpc.integrations.passages.KeptPassage`); its ``source_spans`` need ``start_index``, which
    text splitters write with ``add_start_index=True``. A document of which nothing is kept is
    left out; one without text comes out as it is.
    """

    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> list[Document]:
        """Compress retrieved documents; the base class runs the same in a thread for async.

        Args:
            documents: what was retrieved; unchanged.
            query: what is asked of them.
            callbacks: nothing is called back.

        Raises:
            SpecPCError: see `specpc.errors`.
        """
        passages = [
            Passage.of(d.page_content, d.metadata, ("source",), d.metadata.get("start_index"))
            for d in documents
        ]
        kept = zip(documents, self.kept(passages, query), strict=True)
        return [_cut(document, found) for document, found in kept if found is not None]


class SpecPCPromptCompressor(CompressionSettings, RunnableSerializable[Prompt, Any]):
    """Shortens what stands between a prompt template and a model; the same kind comes out.

    - A string is cut as `Compressor.compress` cuts it: its last paragraph, if it asks or
      instructs, is the question and stays whole.
    - Of chat messages the documents in what users say and in system messages are cut, and the
      results of tools (see `Compressor.compress_messages`).

    Attributes:
        turns: which texts of chat messages are cut, and from how many tokens on.
    """

    turns: Turns = TURNS

    def invoke(self, input: Prompt, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """Shorten one prompt.

        Raises:
            SpecPCError: see `specpc.errors`.
        """
        return self._call_with_config(self._shorten, input, config, **kwargs)

    def _shorten(self, prompt: Prompt) -> Any:
        if isinstance(prompt, str):
            return self._text(prompt)
        if isinstance(prompt, ChatPromptValue):
            return prompt.model_copy(update={"messages": self._messages(prompt.messages)})
        if isinstance(prompt, StringPromptValue):
            return prompt.model_copy(update={"text": self._text(prompt.text)})
        if isinstance(prompt, PromptValue):
            raise InputError(f"{type(prompt).__name__} has no text to shorten: leave it as it is")
        return self._messages(prompt)

    def _text(self, prompt: str) -> str:
        return self.compressor.compress(prompt, **self.cut.options()).text

    def _messages(self, messages: Sequence[BaseMessage]) -> list[BaseMessage]:
        request = [_plain(message) for message in messages]
        made = self.compressor.compress_messages(request, turns=self.turns, **self.cut.options())
        contents = [message["content"] for message in made.request]
        return [
            message.model_copy(update={"content": content})
            for message, content in zip(messages, contents, strict=True)
        ]


def _cut(document: Document, kept: KeptPassage) -> Document:
    if not kept.facts:
        return document
    metadata = {**document.metadata, KEY: kept.facts}
    return document.model_copy(update={"page_content": kept.text, "metadata": metadata})


def _plain(message: BaseMessage) -> dict[str, Any]:
    """A message as OpenAI has it."""
    called = getattr(message, "tool_calls", ())
    functions = [{"name": call["name"], "arguments": call["args"]} for call in called]
    calls = [
        {"id": call["id"], "type": "function", "function": function}
        for call, function in zip(called, functions, strict=True)
    ]
    answers = {"tool_call_id": getattr(message, "tool_call_id", None)}
    return {"role": _role(message), "content": message.content, "tool_calls": calls, **answers}


def _role(message: BaseMessage) -> str:
    """As OpenAI calls it; ``ChatMessage`` has a role of its own."""
    return str(getattr(message, "role", _ROLES.get(message.type, message.type)))
