"""LLMLingua's call: its signature is read from the real package, which is not imported."""

from __future__ import annotations

import ast
import inspect
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from specpc import Compressor
from specpc.errors import BudgetError, InputError, UsageError
from specpc.integrations.llmlingua import (
    METHODS,
    UNSUPPORTED,
    CompressedPrompt,
    PromptCompressor,
    Segment,
    read_segments,
)
from tests.integrations.test_langchain import FACT, FILLER, QUESTION


@pytest.fixture(scope="module")
def lingua(compressor: Compressor) -> PromptCompressor:
    return PromptCompressor(compressor=compressor)


@pytest.fixture(scope="module")
def small(tiny: Compressor) -> PromptCompressor:
    return PromptCompressor(compressor=tiny)


def real_methods() -> dict[str, ast.FunctionDef]:
    spec = find_spec("llmlingua")
    assert spec is not None
    assert spec.origin is not None
    tree = ast.parse(Path(spec.origin).with_name("prompt_compressor.py").read_text())
    (found,) = (
        node
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name == "PromptCompressor"
    )
    return {node.name: node for node in found.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("method", ["__init__", "compress_prompt", "structured_compress_prompt"])
def test_every_argument_of_llmlingua_is_taken_or_refused(method: str) -> None:
    arguments = real_methods()[method].args
    names = [argument.arg for argument in arguments.args if argument.arg != "self"]
    defaults = [ast.literal_eval(value) for value in arguments.defaults]
    theirs = dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))
    ours = inspect.signature(getattr(PromptCompressor, method)).parameters
    for name in names:
        if name in ours and name not in UNSUPPORTED and name not in {"model_name", "device_map"}:
            assert ours[name].default == theirs.get(name, inspect.Parameter.empty)
        elif name not in ours or name in UNSUPPORTED:
            assert UNSUPPORTED[name][0] == theirs[name]
    positional = [n for n, p in ours.items() if p.kind is p.POSITIONAL_OR_KEYWORD and n != "self"]
    assert names[: len(positional)] == positional


def test_methods_that_are_not_there(small: PromptCompressor) -> None:
    real = real_methods()
    for name in METHODS:
        assert name in real
        with pytest.raises(AttributeError, match=f"specpc has no {name} of LLMLingua"):
            getattr(small, name)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = small.nothing


def test_keys_and_formats(lingua: PromptCompressor) -> None:
    contexts = [FILLER, FILLER + FACT]
    made = lingua.compress_prompt(contexts, "Answer briefly.", QUESTION, rate=0.5)
    returned = [
        node.value
        for node in ast.walk(real_methods()["compress_prompt"])
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Dict)
    ]
    keys = [ast.literal_eval(key) for key in returned[-1].keys if key is not None]
    assert list(made) == keys == list(CompressedPrompt.__annotations__)
    prompt = made["compressed_prompt"]
    assert prompt.startswith("Answer briefly.\n\n")
    assert prompt.endswith(f"\n\n{QUESTION}")
    assert FACT in prompt
    count = lingua.compressor.reader.encoder.count
    assert made["compressed_tokens"] == count(prompt)
    assert made["origin_tokens"] == count("\n\n".join(["Answer briefly.", *contexts, QUESTION]))
    assert made["compressed_tokens"] <= 0.5 * made["origin_tokens"]
    ratio = made["origin_tokens"] / made["compressed_tokens"]
    assert made["ratio"] == f"{ratio:.1f}x"
    assert made["rate"] == f"{100 / ratio:.1f}%"
    assert made["saving"] == ", Saving $0.0 in GPT-4."
    assert lingua(contexts, "Answer briefly.", QUESTION, 0.5) == made


words = st.sampled_from(["A fox. ", "Two\r\nhares.\n", "Drei Bären! ", "四只猫。", "\n\n", "x"])
texts = st.lists(
    st.lists(words, min_size=1, max_size=12).map("".join).filter(str.strip), min_size=1, max_size=4
)
asked = st.sampled_from(["", "Which?"])
relaxed = settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@relaxed
@given(texts, asked, asked, st.floats(0.05, 1), st.booleans())
def test_a_rate_is_a_ceiling(
    small: PromptCompressor,
    contexts: list[str],
    instruction: str,
    question: str,
    rate: float,
    concate: bool,
) -> None:
    try:
        made = small.compress_prompt(
            contexts, instruction, question, rate, concate_question=concate
        )
    except BudgetError as error:
        assert "raise" in str(error)
        return
    assert made["compressed_tokens"] <= max(1, rate * made["origin_tokens"] + 1e-6)
    if rate == 1:
        shown = [instruction, *contexts, question if concate else ""]
        assert made["compressed_prompt"] == "\n\n".join(part for part in shown if part)


@relaxed
@given(texts, st.integers(20, 300))
def test_target_token_is_for_the_context(
    small: PromptCompressor, contexts: list[str], target: int
) -> None:
    made = small.compress_prompt(contexts, "Do.", "Which?", target_token=target)
    context = made["compressed_prompt"].removeprefix("Do.\n\n").removesuffix("\n\nWhich?")
    assert 0 < small.compressor.reader.encoder.count(context) <= target


def test_first_and_last_sentences(lingua: PromptCompressor) -> None:
    made = lingua.compress_prompt(
        FILLER + FACT,
        question="Who complained?",
        target_token=50,
        keep_first_sentence=1,
        keep_last_sentence=1,
    )
    assert made["compressed_prompt"].startswith("The ferry was repainted in spring.")
    assert FACT in made["compressed_prompt"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"rank_method": "longllmlingua", "condition_compare": True}, "rank_method .* condition_c"),
        ({"force_tokens": ["\n"]}, r"force_tokens \(put what must stay between <specpc:keep>"),
        ({"use_token_level_filter": False}, "use_token_level_filter"),
        ({"rate": 1.5}, "at most 1"),
        ({"target_token": 0}, "at least 1"),
    ],
)
def test_refused_by_name(small: PromptCompressor, arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        small.compress_prompt("A fox. A hare.", **arguments)
    defaults = {name: UNSUPPORTED[name][0] for name in arguments if name in UNSUPPORTED}
    assert small.compress_prompt("A fox. A hare.", rate=1.0, **defaults)


def test_other_mistakes(small: PromptCompressor) -> None:
    with pytest.raises(UsageError, match="use_llmlingua2"):
        PromptCompressor(use_llmlingua2=True, compressor=small.compressor)
    with pytest.raises(TypeError, match="LLMLingua has no argument ratio"):
        small.compress_prompt("A fox.", ratio=0.3)
    with pytest.raises(InputError, match="empty"):
        small.compress_prompt(["", " "])
    with pytest.raises(BudgetError, match="instruction and question alone take"):
        small.compress_prompt("A fox.", "A long instruction.", "And a question?", rate=0.1)


def test_tags(lingua: PromptCompressor) -> None:
    text = (
        "<llmlingua, compress=False>Speaker 4:</llmlingua>"
        f"<llmlingua, rate=0.5> {FILLER + FACT}</llmlingua>"
        f"<llmlingua, compress=False, rate=0.1>\nSpeaker 0:</llmlingua> {FILLER}"
    )
    made = lingua.structured_compress_prompt(text, question=QUESTION, rate=0.3)
    prompt = made["compressed_prompt"]
    first, second = prompt.removesuffix(f"\n\n{QUESTION}").split("\nSpeaker 0: ")
    assert first.startswith("Speaker 4: ")
    count = lingua.compressor.reader.encoder.count
    first = first.removeprefix("Speaker 4: ")
    assert FACT in first
    assert count(first) <= 0.5 * count(FILLER + FACT)
    assert 0 < count(second.strip()) <= 0.3 * count(FILLER)
    less = lingua.structured_compress_prompt([text], question=QUESTION, target_token=20)
    assert less["compressed_tokens"] < made["compressed_tokens"]


def test_reading_tags() -> None:
    assert read_segments("a<llmlingua>b < c</llmlingua><llmlingua, rate=.4 ,compress=True>d"
                         "</llmlingua> e") == [
        Segment("a"), Segment("b < c"), Segment("d", 0.4), Segment(" e")
    ]  # fmt: skip
    assert read_segments("") == []
    for wrong, error, told in [
        ("<llmlingua>a", InputError, "never closed"),
        ("a</llmlingua>", InputError, "closes none"),
        ("<llmlingua>a<llmlingua>b</llmlingua>", InputError, "do not nest"),
        ("<llmlingua, rate=x>a</llmlingua>", UsageError, "cannot be read"),
        ("<llmlingua rate=0.3>a</llmlingua>", UsageError, "cannot be read"),
    ]:
        with pytest.raises(error, match=told):
            read_segments(wrong)
