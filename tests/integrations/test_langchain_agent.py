"""The middleware in a real agent of LangChain: what a tool gives is cut, all else stays."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from langchain.agents import create_agent
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.tools import tool

from specpc.errors import UsageError
from specpc.integrations.langchain_agent import SpecPCToolMiddleware

if TYPE_CHECKING:
    from specpc import Compressor

LINES = "".join(f"Berth {n} was free on day {n % 7}.\n" for n in range(300))
OUTPUT = f"{LINES}The crane at berth 4 was signed for by Edda Hallgrim.\n{LINES}"


@tool
def read_log(name: str) -> str:
    """Read a log."""
    return OUTPUT if name == "long" else "all quiet"


class Model(GenericFakeChatModel):
    """Calls a tool, then says that it is done."""

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        return self


def agent(compressor: Compressor, name: str, **settings: Any) -> Any:
    call = {"name": "read_log", "args": {"name": name}, "id": "c7"}
    said = iter([AIMessage("", tool_calls=[call]), AIMessage("done")])
    middleware = SpecPCToolMiddleware(compressor=compressor, **settings)
    return create_agent(Model(messages=said), [read_log], middleware=[middleware])


ASKED = {"messages": [("user", "Who signed for the crane?")]}


def result(messages: list[BaseMessage]) -> ToolMessage:
    [found] = [message for message in messages if isinstance(message, ToolMessage)]
    return found


@pytest.mark.parametrize("name", ["invoke", "ainvoke"])
def test_a_long_result_is_cut(compressor: Compressor, name: str) -> None:
    made = agent(compressor, "long", ratio=0.1)
    done = made.invoke(ASKED) if name == "invoke" else asyncio.run(made.ainvoke(ASKED))
    found = result(done["messages"])
    assert "signed for by Edda Hallgrim" in found.content
    assert "[...]" in found.content
    assert len(found.content) < 0.2 * len(OUTPUT)
    assert (found.tool_call_id, found.name) == ("c7", "read_log")
    counts = found.response_metadata["specpc"]
    assert counts["compressed_tokens"] <= 0.1 * counts["original_tokens"]
    assert done["messages"][0].content == "Who signed for the crane?"
    assert done["messages"][-1].content == "done"


def test_a_short_result_stays(compressor: Compressor) -> None:
    found = result(agent(compressor, "short").invoke(ASKED)["messages"])
    assert (found.content, found.response_metadata) == ("all quiet", {})


def test_from_how_many_tokens_on(compressor: Compressor) -> None:
    found = result(agent(compressor, "long", min_tokens=10**6).invoke(ASKED)["messages"])
    assert found.content == OUTPUT


def test_what_cannot_be_used_is_told(tiny: Compressor) -> None:
    for wrong in ({"ratio": 2}, {"min_tokens": -1}, {"keep": "("}):
        with pytest.raises(UsageError):
            SpecPCToolMiddleware(compressor=tiny, **wrong)
