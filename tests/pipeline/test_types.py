"""Values of the wrong type are told in one sentence that says what is expected."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from specpc import Compressor, Document, Protection, SpecPCError
from specpc.counting.counters import find_counter
from tests.tiny_models import tiny_draft

TEXT = "".join(f"Sentence number {i} is about topic {i}. " for i in range(20))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"context": None}, "the context must be a string, not None"),
        ({"context": b"text"}, "the context must be a string, not bytes"),
        ({"context": [TEXT]}, "the context must be a string, not list"),
        ({"question": 3}, "the question must be a string, not int 3"),
        ({"ratio": "0.2"}, "the ratio must be a number such as 0.2, not str '0.2'"),
        ({"ratio": True}, "the ratio must be a number"),
        ({"ratio": float("nan")}, "above 0 and at most 1: not nan"),
        ({"ratio": None, "target_tokens": 8.5}, "must be whole, such as 800, not float 8.5"),
        ({"ratio": None, "target_tokens": "800"}, "must be whole, such as 800, not str '800'"),
        ({"ratio": None}, "ratio=0.2 or target_tokens=800"),
        ({"gap": 3}, "the gap marker must be a string, not int 3"),
        ({"keep": 3}, "a pattern, a list of patterns or a Protection, not int 3"),
        ({"keep": [b"x"]}, "a pattern of what to keep must be a string, not bytes"),
        ({"keep": ["("]}, "is no regular expression"),
        ({"keep": None}, "a pattern, a list of patterns or a Protection, not None"),
        ({"marks": 1}, "marks must be True or False, not int 1"),
        ({"name": 3}, "the name must be a string, not int 3"),
        ({"ratoi": 0.2}, "there is no argument ratoi (did you mean ratio?): use ratio, "),
        ({"qestion": "Why?"}, "there is no argument qestion (did you mean question?)"),
        ({"xyz": 1}, "there is no argument xyz: use ratio, target_tokens, gap, keep"),
    ],
)
def test_compress(tiny: Compressor, arguments: dict[str, Any], told: str) -> None:
    wanted: dict[str, Any] = {"context": TEXT, "question": "What?", "ratio": 0.5, **arguments}
    with pytest.raises(SpecPCError) as found:
        tiny.compress(**wanted)
    assert told in str(found.value)


@pytest.mark.parametrize(
    "keep",
    [
        "number 7",
        ["number 7"],
        Protection(("number 7",)),
        Protection(patterns="number 7"),  # type: ignore[arg-type]
    ],
)
def test_what_to_keep_may_be_said_in_any_way(tiny: Compressor, keep: Any) -> None:
    assert "number 7 " in tiny.compress(TEXT, "What?", ratio=0.3, keep=keep).text
    assert "number 7 " in tiny.score(TEXT, "What?", keep=keep).compress(ratio=0.3).text
    assert Protection.of(keep) == Protection(("number 7",))


@pytest.mark.parametrize("said", [{"keep": "number 7"}, {"marks": True}])
def test_what_to_keep_is_said_before_the_text_is_taken_apart(
    tiny: Compressor, said: dict[str, Any]
) -> None:
    scored = tiny.score(TEXT, "What?")
    with pytest.raises(SpecPCError, match=r"go to score, which takes the text apart"):
        scored.compress(ratio=0.3, **said)


def test_numbers_of_numpy_are_numbers(tiny: Compressor) -> None:
    expected = tiny.compress(TEXT, "What?", ratio=0.5).text
    assert tiny.compress(TEXT, "What?", ratio=np.float32(0.5)).text == expected  # type: ignore[arg-type]


def test_counts_of_units_may_be_numpys_but_not_bools() -> None:
    assert Protection(first=np.int64(1)).first == 1  # type: ignore[arg-type]
    with pytest.raises(SpecPCError, match="must be whole, not True"):
        Protection(first=True)


def test_nothing_cut_is_one_span_though_joining_saves_tokens(tiny: Compressor) -> None:
    texts = [Document("a", "hel"), Document("b", "lo there")]
    words = replace(tiny, counter=find_counter("words"))  # two when joined, three apart
    total = words.compress_documents(texts, "q?", ratio=1, template="{text}").total
    assert [(span.start, span.end) for span in total.spans] == [(0, 13)]
    assert total.positions == (0,)


def test_documents(tiny: Compressor) -> None:
    with pytest.raises(SpecPCError, match="of type Document"):
        tiny.compress_documents([TEXT], "What?", ratio=0.5)  # type: ignore[list-item]
    with pytest.raises(SpecPCError, match="the text of a must be a string"):
        tiny.compress_documents([Document("a", 3)], "What?", ratio=0.5)  # type: ignore[arg-type]
    with pytest.raises(SpecPCError, match="the name of a document must be a string, not None"):
        Document(None, TEXT)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"template": None}, "the template must be a string, not None"),
        ({"min_per_document": "3"}, "tokens a document must be whole, not str '3'"),
        ({"min_per_document": True}, "tokens a document must be whole, not True"),
        ({"qustion": "Why?"}, "did you mean question?"),
    ],
)
def test_how_documents_are_joined(tiny: Compressor, arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(SpecPCError) as found:
        tiny.compress_documents([Document("a", TEXT)], ratio=0.5, **arguments)
    assert told in str(found.value)


def test_many_texts_one_after_the_other(tiny: Compressor) -> None:
    made = tiny.compress_many([TEXT, TEXT[:200]], "What?", ratio=0.5)
    assert [one.text for one in made] == [
        tiny.compress(text, "What?", ratio=0.5).text for text in (TEXT, TEXT[:200])
    ]
    with pytest.raises(SpecPCError, match="a list of strings"):
        tiny.compress_many(TEXT, "What?", ratio=0.5)
    with pytest.raises(SpecPCError, match="the contexts must be a list of strings, not None"):
        tiny.compress_many(None, "What?", ratio=0.5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("setup", "told"),
    [
        ({"unit": None}, "must be a string"),
        ({"scorer": 3}, "must be a string"),
        ({"device": b"cpu"}, "must be a string"),
        ({"offline": "no"}, "offline must be True or False, not str 'no'"),
        ({"offline": 1}, "offline must be True or False, not int 1"),
        ({"draft": None}, "the draft must be a name, a folder or a loaded Draft, not None"),
        ({"draft": Path("x")}, "the draft must be a name, a folder or a loaded Draft, not "),
        ({"tokeniser": "words"}, r"no argument tokeniser \(did you mean tokenizer\?\)"),
    ],
)
def test_from_pretrained(setup: dict[str, Any], told: str) -> None:
    with pytest.raises(SpecPCError, match=told):
        Compressor.from_pretrained(**{"draft": tiny_draft(), **setup})


def test_what_is_shown_is_short(tiny: Compressor) -> None:
    result = tiny.compress(TEXT, "What?", ratio=0.5, gap=" <...> ")
    scored = tiny.score(TEXT, "What?")
    documents = tiny.compress_documents([Document("a", TEXT)], "What?", ratio=0.5)
    for one in (result, scored, documents, tiny):
        assert len(repr(one)) < 200, repr(one)
    assert f"{result.original_tokens:,} -> {result.compressed_tokens:,} tokens" in repr(result)
    shown = result._repr_html_()
    assert "&lt;...&gt;" in shown
    assert all(TEXT[s.start : s.end].strip() in shown for s in result.spans)
