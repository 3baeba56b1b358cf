"""Runs a peer in its own environment; a script, which imports nothing of specpc.

Called as ``python peer_worker.py METHOD MODEL_FOLDER``, METHOD with its unit if it has any. Answers
``{"ready": true}`` once the model is loaded, then every request ``{"context", "question",
"tokens"}`` with ``{"text"}``, or with ``{"error"}``.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
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


Compress = Callable[[dict[str, Any]], str]


def load(method: str, folder: str) -> Compress:
    """What answers requests to a method: the compressed context, without the question."""
    name, _, unit = method.partition(":")
    if name == "selective-context":
        return load_selective_context(folder, unit or "sentence")
    peer = load_llmlingua(folder)
    return lambda request: run_llmlingua(peer, method, request)


def load_llmlingua(folder: str) -> Any:
    """LLMLingua with the draft as its model."""
    llmlingua, tiktoken = import_module("llmlingua"), import_module("tiktoken")
    # It counts tokens with this only for the price in its answer, and would download it.
    tokenizer = import_module("transformers").AutoTokenizer.from_pretrained(folder)
    vars(tiktoken)["encoding_for_model"] = lambda _: tokenizer
    # On a CPU it would take float32 whatever the folder says.
    stated = json.loads(Path(folder, "config.json").read_text("utf-8"))["torch_dtype"]
    config = {"torch_dtype": getattr(import_module("torch"), stated)}
    return llmlingua.PromptCompressor(folder, device_map="cpu", model_config=config)


def run_llmlingua(peer: Any, method: str, request: dict[str, Any]) -> str:
    """One request to LLMLingua or LongLLMLingua."""
    documents = re.split(r"\n[ \t]*\n", request["context"])
    answer = peer.compress_prompt(
        [document for document in documents if document.strip()],
        question=request["question"],
        target_token=request["tokens"],
        concate_question=False,
        **SETTINGS[method],
    )
    return str(answer["compressed_prompt"])


def load_selective_context(folder: str, unit: str) -> Compress:
    """Selective Context with the draft as its model; the question plays no part in it.

    The units, their self-information and the filter are the library's own. Two things are not:
    it knows GPT-2 only, and its ``reduce_ratio`` is a share of the units rather than of the
    tokens, so the largest share of units is kept that fits the budget.

    Args:
        folder: the draft.
        unit: ``sentence`` or ``token``. Phrases need a spaCy model that is on no package index.
    """
    transformers = import_module("transformers")
    try:
        import_module("spacy")
    except ImportError:
        sys.modules["spacy"] = ModuleType("spacy")  # only phrases need it
    library = import_module("selective_context")
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, torch_dtype="auto").eval()

    def tokenize(text: str, **kwargs: Any) -> Any:
        # What the library writes before each sentence is GPT-2's token for a beginning.
        start = tokenizer.bos_token or tokenizer.eos_token
        return tokenizer(start + text.removeprefix("<|endoftext|>"), **kwargs)

    class Peer(library.SelectiveContext):  # type: ignore[misc,name-defined]
        def _prepare_phrase_tokenizer(self) -> None:
            pass

        def _prepare_model(self) -> None:
            self.device = model.device
            self.tokenizer = tokenize
            self.tokenizer.decode = tokenizer.decode  # type: ignore[attr-defined]
            self.model = model
            self.get_self_information = self._get_self_info_via_gpt2

        def _calculate_lexical_unit(self, tokens: Any, self_info: Any) -> Any:
            return ["".join(tokens)], [sum(self_info) / len(self_info)]  # no phrases are used

    def count(text: str) -> int:
        return len(tokenizer(text, add_special_tokens=False)["input_ids"])

    peer = Peer()
    return lambda request: run_selective_context(peer, count, unit, request)


def run_selective_context(
    peer: Any, count: Callable[[str], int], unit: str, request: dict[str, Any]
) -> str:
    """One request to Selective Context: its own ``__call__``, with the ratio searched for."""
    context = peer.beautify_context(request["context"])
    sentences = [part.strip() for part in re.split(peer.sent_tokenize_pattern, context)]
    by_sentence, _, by_token = peer._lexical_unit([part for part in sentences if part])
    units, level = (by_sentence, "sent") if unit == "sentence" else (by_token, "token")

    def without(number: int) -> str:
        peer.mask_ratio = number / len(units.text)
        return str(peer.self_info_mask(units.text, units.self_info, level)[0])

    low, high = 0, len(units.text)  # the fewest units left out that meet the budget
    while low < high:
        middle = (low + high) // 2
        if count(without(middle)) <= request["tokens"]:
            high = middle
        else:
            low = middle + 1
    return without(low)


def main(method: str, folder: str) -> None:
    """Answer until standard input ends."""
    # Whatever the peer prints must not mix with the answers.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def answer(value: dict[str, Any]) -> None:
        print(json.dumps(value), file=out, flush=True)

    try:
        compress = load(method, folder)
    except Exception as error:  # whatever it is, the parent must hear of it
        answer({"error": f"{type(error).__name__}: {error}"})
        return
    answer({"ready": True})
    for line in sys.stdin:
        try:
            answer({"text": compress(json.loads(line))})
        except Exception as error:
            answer({"error": f"{type(error).__name__}: {error}"})


if __name__ == "__main__":
    main(*sys.argv[1:])
