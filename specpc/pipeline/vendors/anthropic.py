"""Anthropic: messages."""

from __future__ import annotations

from typing import Final

from specpc.pipeline.vendors.rules import TOOL, Rule, call_of

# The source of a document is a part, too: text, or content of its own; pages as bytes are none.
BLOCKS: Final = {
    "text": Rule((("text",), ("data",))),
    "content": Rule((("content",),)),
    "document": Rule((("source",),), document=True),
    "search_result": Rule((("content",),), document=True),
    "tool_use": call_of((), ("name", "input"), (("id",),)),
    "tool_result": Rule((("content",),), TOOL, (("tool_use_id",),), document=True),
}
SYSTEM_FIELDS: Final = ("system",)
