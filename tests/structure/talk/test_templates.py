"""Conversations in the templates of models: questions stay with answers, marks with both."""

from __future__ import annotations

import pytest

from specpc.structure import lay_out
from tests.structure.kept import around, never_alone, pieces

TURNS = [
    ("user", "When does the night boat leave?"),
    ("assistant", "At 22:40."),
    ("user", "Are dogs allowed?"),
    ("assistant", "No."),
]


def chatml(turns: list[tuple[str, str]]) -> str:
    return "".join(f"<|im_start|>{role}\n{said}<|im_end|>\n" for role, said in turns)


def llama(turns: list[tuple[str, str]]) -> str:
    said = (
        f"<|start_header_id|>{role}<|end_header_id|>\n\n{said}<|eot_id|>" for role, said in turns
    )
    return "<|begin_of_text|>" + "".join(said)


def gemma(turns: list[tuple[str, str]]) -> str:
    said = (f"<start_of_turn>{role}\n{said}<end_of_turn>\n" for role, said in turns)
    return "<bos>" + "".join(said).replace("assistant", "model")


def inst(turns: list[tuple[str, str]]) -> str:
    pairs = zip(turns[::2], turns[1::2], strict=True)
    return "".join(f"<s>[INST] {asked} [/INST] {said} </s>" for (_, asked), (_, said) in pairs)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("template", [chatml, llama, gemma, inst])
def test_an_answer_comes_with_its_question(template, end: str) -> None:  # type: ignore[no-untyped-def]
    text = template(TURNS).replace("\n", end)
    layout = lay_out(text)
    assert layout.kind == "transcript"
    own = pieces(layout, text)
    assert len(own) == 2
    assert own[1] == around(layout, text, "No.")
    assert "dogs allowed?" in own[1]
    assert "22:40" not in own[1]


@pytest.mark.parametrize("template", [chatml, llama, gemma, inst])
def test_any_part_of_a_long_answer_stands_between_its_marks(template) -> None:  # type: ignore[no-untyped-def]
    long = "It leaves at 22:40. " + "The bar is open until one, and dogs travel free. " * 12
    text = template([TURNS[0], ("assistant", long), *TURNS[2:]])
    made = around(lay_out(text), text, "bar is open")
    assert "When does the night boat leave?" in made
    assert "dogs allowed" not in made
    closes = template([TURNS[0], TURNS[1]]).split("22:40.")[1].strip()
    assert made.rstrip().endswith(closes)
    assert never_alone(text, "When does the night boat leave?")


def test_what_is_told_of_templates_is_none() -> None:
    text = "A prompt begins with [INST]. It ends with [/INST]. Older ones had `<|im_start|>user`.\n"
    assert lay_out(text * 3).kind == "sentence"


def test_tags_with_a_text_are_no_speakers() -> None:
    docs = [
        f"<DOC>\n<DOCNO> FT-{n} </DOCNO>\n<HEADLINE> Ferry {n} sold </HEADLINE>\n<TEXT>\n"
        f"It was sold for {n} euros. Unions protested.\n</TEXT>\n</DOC>\n"
        for n in range(3, 7)
    ]
    text = "".join(docs)
    assert around(lay_out(text), text, "for 5 euros") == docs[2]


def test_a_document_in_a_turn_is_a_part_of_it() -> None:
    said = "The ferry is repainted in May. It was not repainted in April. " * 12
    text = chatml([("system", "Answer."), ("user", f"<document>\n{said}\n</document>\n\nWho?")])
    made = around(lay_out(text), text, "in April")
    assert made.startswith("<|im_start|>user\n<document>\n")
    assert made.rstrip().endswith("</document>\n\n<|im_end|>")


def test_a_template_in_a_fence_is_a_part_of_its_page() -> None:
    prompt = "<|im_start|>user\n{prompt}<|im_end|>\n<|im_start|>assistant\n"
    text = (
        f"# Ferry 7B\n\nIt is small. It is free.\n\n## Prompts\n\n```\n{prompt}\n```\n\n"
        "## Files\n\n| Name | Size |\n| --- | --- |\n| q4 | 4 GB |\n| q5 | 5 GB |\n\n"
        "## Licence\n\nNobody pays. The author is named on each copy of it, and on the web.\n"
    )
    assert around(lay_out(text), text, "q5") == (
        "# Ferry 7B\n\n## Files\n\n| Name | Size |\n| --- | --- |\n| q5 | 5 GB |\n\n"
    )
