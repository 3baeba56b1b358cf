"""LangChain agents: a middleware that cuts what tools give back before the model reads it.

>>> from langchain.agents import create_agent
>>> from specpc.integrations.langchain_agent import SpecPCToolMiddleware
>>> agent = create_agent(model, tools, middleware=[SpecPCToolMiddleware(ratio=0.3)])
"""

from __future__ import annotations

import asyncio
import json
import threading
from typing import TYPE_CHECKING, Any, TypeAlias

from specpc.errors import SpecPCError, missing

try:
    from langchain.agents.middleware import AgentMiddleware
    from langchain_core.messages import BaseMessage, HumanMessage, ToolMessage
except ImportError as error:
    raise missing("specpc.integrations.langchain_agent", "langchain", "langchain-agent") from error

from specpc.options import DEFAULT_RATIO, GAP, LEAST_OUTPUT, NOTHING, Cut, Protection, Turns
from specpc.pipeline.compressor import Compressor
from specpc.pipeline.vendors.openai import tool_turns

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from langchain.agents.middleware.types import ToolCallRequest
    from langgraph.types import Command

    Result: TypeAlias = ToolMessage | Command[Any]


class SpecPCToolMiddleware(AgentMiddleware):
    """Cuts long results of tools to what the call and the user's last message ask for.

    Only text is cut; images, artifacts, ids and what a tool tells the graph stay as they are. The
    message that comes out says under ``response_metadata["specpc"]`` what became of it.
    """

    def __init__(
        self,
        *,
        ratio: float = DEFAULT_RATIO,
        min_tokens: int = LEAST_OUTPUT,
        gap: str = GAP,
        keep: Protection | str | Sequence[str] = NOTHING,
        compressor: Compressor | None = None,
    ) -> None:
        """Say how results are cut.

        Args:
            ratio: fraction of the tokens kept, ``0 < ratio <= 1``.
            min_tokens: results of fewer tokens stay whole.
            gap: marks where something was cut.
            keep: what is kept in any case.
            compressor: what compresses; the default draft is loaded at once if none is given.

        Raises:
            UsageError: one of them cannot be used.
        """
        super().__init__()
        self._cut = Cut(ratio, gap=gap, keep=Protection.of(keep))
        self._turns = Turns(("tool",), min_tokens)
        self._compressor = compressor or Compressor.from_pretrained()
        self._lock = threading.Lock()  # an agent calls several tools at once

    def wrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Result]
    ) -> Result:
        """Call the tool, and cut what it gives."""
        return self._shortened(handler(request), request)

    async def awrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Awaitable[Result]]
    ) -> Result:
        """The same; what is cut is cut in a thread."""
        result = await handler(request)
        return await asyncio.to_thread(self._shortened, result, request)

    def _shortened(self, result: Result, request: ToolCallRequest) -> Result:
        if not isinstance(result, ToolMessage) or result.status == "error":
            return result
        call = request.tool_call
        turns = tool_turns(
            call["name"],
            json.dumps(call["args"], ensure_ascii=False, default=str),
            result.content,
            wanted=_last_words(request.state),
        )
        cut = self._cut.options()
        try:
            with self._lock:
                made = self._compressor.compress_messages(turns, turns=self._turns, **cut)
        except SpecPCError:  # the tool has done its work: what it gave stays whole
            return result
        if made.total is None:
            return result
        counts = {
            "original_tokens": made.total.original_tokens,
            "compressed_tokens": made.total.compressed_tokens,
        }
        told = {**result.response_metadata, "specpc": counts}
        content = made.request[-1]["content"]
        return result.model_copy(update={"content": content, "response_metadata": told})


def _last_words(state: Any) -> str:
    """What the user said last in an agent's state."""
    messages: Sequence[BaseMessage] = state.get("messages", ()) if isinstance(state, dict) else ()
    said = (str(m.text) for m in reversed(messages) if isinstance(m, HumanMessage))
    return next(said, "")
