"""Gemini: generateContent, in the two spellings that it takes."""

from __future__ import annotations

from typing import Final

from specpc.pipeline.vendors.rules import TOOL, USER, Rule, Shape, call_of


def _call(field: str) -> Rule:
    return call_of((field,), ("name", "args"), ((field, "id"), (field, "name")))


def _response(field: str) -> Rule:
    ids = ((field, "id"), (field, "name"))
    return Rule(((field, "response"),), TOOL, ids, document=True, deep=True)


GENERATE: Final = Shape(
    turns="contents",
    signs=("parts",),
    rules={
        "parts": Rule((("parts",),)),
        # A thought, and a part with its signature, go back as they came.
        "text": Rule((("text",),), sealed=("thought", "thoughtSignature", "thought_signature")),
        "functionCall": _call("functionCall"),
        "function_call": _call("function_call"),
        "functionResponse": _response("functionResponse"),
        "function_response": _response("function_response"),
    },
    roles={"user": USER, "function": TOOL},
    system=("systemInstruction", "system_instruction"),
)
