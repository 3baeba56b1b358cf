"""Runs a peer in its own environment; a script, which imports nothing of specpc.

Called as ``python peer_worker.py METHOD MODEL_FOLDER``. Answers ``{"ready": true}`` once the model
is loaded, then every request ``{"context", "question", "tokens"}`` with ``{"text"}``, or with
``{"error"}``.
"""

from __future__ import annotations

import json
import os
import re
import sys
from importlib import import_module
from typing import Any

SETTINGS: dict[str, dict[str, Any]] = {
    "llmlingua": {},
    # As LongLLMLingua's authors recommend, but in the order of the source.
    "longllmlingua": {
        "rank_method": "longllmlingua",
        "condition_in_question": "after_condition",
        "condition_compare": True,
        "dynamic_context_compression_ratio": 0.3,
        "context_budget": "+100",
        "reorder_context": "original",
    },
}


def load(folder: str) -> Any:
    """LLMLingua with the draft as its model."""
    llmlingua, tiktoken = import_module("llmlingua"), import_module("tiktoken")
    # It counts tokens with this only for the price in its answer, and would download it.
    tokenizer = import_module("transformers").AutoTokenizer.from_pretrained(folder)
    vars(tiktoken)["encoding_for_model"] = lambda _: tokenizer
    return llmlingua.PromptCompressor(folder, device_map="cpu")


def compress(peer: Any, method: str, request: dict[str, Any]) -> str:
    """The compressed context, without the question."""
    documents = re.split(r"\n[ \t]*\n", request["context"])
    answer = peer.compress_prompt(
        [document for document in documents if document.strip()],
        question=request["question"],
        target_token=request["tokens"],
        concate_question=False,
        **SETTINGS[method],
    )
    return str(answer["compressed_prompt"])


def main(method: str, folder: str) -> None:
    """Answer until standard input ends."""
    # Whatever the peer prints must not mix with the answers.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def answer(value: dict[str, Any]) -> None:
        print(json.dumps(value), file=out, flush=True)

    try:
        peer = load(folder)
    except Exception as error:  # whatever it is, the parent must hear of it
        answer({"error": f"{type(error).__name__}: {error}"})
        return
    answer({"ready": True})
    for line in sys.stdin:
        try:
            answer({"text": compress(peer, method, json.loads(line))})
        except Exception as error:
            answer({"error": f"{type(error).__name__}: {error}"})


if __name__ == "__main__":
    main(*sys.argv[1:])
