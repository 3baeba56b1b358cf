"""What all RAG integrations share (tiny draft), and how they fail without their framework."""

from __future__ import annotations

import importlib
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from specpc import Compressor
from specpc.errors import BudgetError
from specpc.integrations.passages import KEY, Passage, compress_passages
from specpc.options import Cut

words = st.sampled_from(["A fox. ", "Two\r\nhares.\n", "\n", "Drei Bären! ", "四只猫。", "Five\t"])
texts = st.lists(st.lists(words, max_size=8).map("".join), max_size=5)


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(texts, st.integers(1, 200), st.sampled_from(["", "[...]"]))
def test_one_budget_true_spans(tiny: Compressor, bodies: list[str], budget: int, gap: str) -> None:
    passages = [Passage(body, "same.md", 100 if i % 2 else None) for i, body in enumerate(bodies)]
    try:
        kept = compress_passages(tiny, passages, "Which?", Cut(target_tokens=budget, gap=gap))
    except BudgetError:
        return
    assert len(kept) == len(bodies)
    tokens = 0
    for passage, found in zip(passages, kept, strict=True):
        if not passage.text.strip():
            assert found is not None
            assert (found.text, found.facts) == (passage.text, {})
            continue
        if found is None:
            continue
        facts = found.facts
        tokens += facts["compressed_tokens"]
        for (start, end), position in zip(facts["spans"], facts["positions"], strict=True):
            piece = passage.text[start:end]
            assert found.text[position : position + len(piece)] == piece
        if passage.start is None:
            assert "source_spans" not in facts
        else:
            assert facts["source_spans"] == [[100 + a, 100 + b] for a, b in facts["spans"]]
    assert tokens <= budget
    longest = max((len(b.encode()) for b in bodies if b.strip()), default=0)
    assert tokens or not longest


def test_where_a_passage_begins() -> None:
    def start(value: object, metadata: dict[str, object]) -> int | None:
        return Passage.of("x", metadata, ("a", "b"), value).start

    assert start(7, {}) == 7
    assert start(0, {}) == 0
    assert start(-1, {}) is None
    assert start(None, {}) is None
    assert start(7, {KEY: {}}) is None  # cut before: no longer one stretch of its file
    assert Passage.of("x", {"a": None, "b": "f.py"}, ("a", "b"), None).file == "f.py"


def hide(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    """As if it were not installed."""
    loaded = [name for name in sys.modules if name.startswith(f"{package}.")]
    for name in (package, *loaded):
        monkeypatch.setitem(sys.modules, name, None)


@pytest.mark.parametrize(
    ("module", "framework", "package"),
    [
        ("langchain", "langchain_core", "langchain-core"),
        ("llamaindex", "llama_index", "llama-index-core"),
        ("haystack", "haystack", "haystack-ai"),
        ("mcp", "mcp", "mcp"),
    ],
)
def test_without_the_framework(
    module: str, framework: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"specpc.integrations.{module}"
    monkeypatch.delitem(sys.modules, name, raising=False)
    hide(monkeypatch, framework)
    with pytest.raises(ImportError) as caught:
        importlib.import_module(name)
    told = str(caught.value)
    assert f"needs the package {package}: pip install" in told
    assert f'"specpc[{module}]"' in told
