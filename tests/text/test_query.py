"""What the draft is asked, and the frame around the context."""

from __future__ import annotations

import pytest

from specpc.models.template import build_frame, render_template
from specpc.models.tokens import TextEncoder
from specpc.results import QuerySource
from specpc.text.query import NEUTRAL_INSTRUCTION, find_query
from tests.tiny_models import byte_tokenizer

BODY = "The bridge was built in 1932. It is 503 metres long. " * 8


@pytest.mark.parametrize(
    "tail",
    [
        "When was the bridge built?",
        "Question: When was the bridge built\nAnswer:",
        "Summarize the text above in three sentences.",
        "Please list every length that is mentioned.",
        "Based on the passage, who was the engineer",
        "桥是什么时候建的？",
        "متى بني الجسر؟",
        "What is it?\n\n",
    ],
)
def test_a_closing_question_is_the_query(tail: str) -> None:
    text = f"{BODY}\n\n{tail}"
    query = find_query(text, None)
    assert query.source is QuerySource.TAIL
    assert query.text == tail.strip()
    assert text[query.tail_start :] == tail


def test_a_question_on_the_last_line() -> None:
    text = f"{BODY}\nMore text.\nHow long is it?"
    assert find_query(text, None).text == "How long is it?"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_question_of_several_lines_is_whole(end: str) -> None:
    tail = "Answer for the auditors, please,\nin one sentence and with a date:\nwho signed it?"
    for between in ("\n\n", "\n \t\n", "\n\n\n"):
        text = f"{BODY}{between}{tail}\n".replace("\n", end)
        query = find_query(text, None)
        assert query.text == tail.replace("\n", end)
        assert text[query.tail_start :].strip() == query.text
    text = f"{BODY}\nMore text.\n{tail}".replace("\n", end)
    assert find_query(text, None).text == "who signed it?"


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        f"{BODY}\n\nThe last paragraph states a fact.",
        f"{BODY}\n\nListed buildings are protected by law.",
        "How long is it?",
        f"Short.\n\n{BODY} Is it?",
    ],
)
def test_other_texts_get_the_neutral_instruction(text: str) -> None:
    query = find_query(text, None)
    assert query.source is QuerySource.NEUTRAL
    assert query.text == NEUTRAL_INSTRUCTION
    assert query.tail_start == len(text)


TALK = "Ann Lee: We built it in May.\nBob: Not so.\nProf. C: In June, I think.\n" * 8


@pytest.mark.parametrize(
    "text",
    [
        f"{TALK}Bob: Done?",
        f"{TALK}\n**Ann Lee**: Are we?",
        f"{TALK}Bob: Yes.\nAnn Lee: \nBob: ",
        f"Document 1:\n{BODY}\n\nDocument 2:\n{BODY}\n\nDocument 13: Which one do you like?",
    ],
)
def test_what_is_asked_within_the_text_is_no_query(text: str) -> None:
    assert find_query(text, None).source is QuerySource.NEUTRAL


@pytest.mark.parametrize(
    ("text", "query"),
    [
        (f"{TALK}Bob: Summarize what was said.", "Bob: Summarize what was said."),
        (f"{TALK}\nWhen was it built?", "When was it built?"),
        (f"User: {BODY}\nAssistant: Well.\nUser: How long is it?", "User: How long is it?"),
        (
            "Q: Is it 1?\nA: No.\n\nQ: Is it 2?\nA: No.\n\nQ: Is it 3?\nA:",
            "Q: Is it 3?\nA:",
        ),
    ],
)
def test_what_is_asked_of_the_text_is(text: str, query: str) -> None:
    assert find_query(text, None).text == query


def test_a_given_question_comes_first() -> None:
    query = find_query(f"{BODY}\n\nHow long is it?", "  When?\n")
    assert (query.source, query.text) == (QuerySource.QUESTION, "When?")


def test_without_a_template_the_frame_is_plain() -> None:
    tokenizer = byte_tokenizer()
    encoder = TextEncoder(tokenizer)
    frame = build_frame(encoder, render_template(tokenizer), "When?")
    assert frame.before == (tokenizer.bos_token_id,)
    assert tokenizer.decode(frame.after) == "\n\nWhen?\n"


def test_special_tokens_in_texts_are_mere_characters() -> None:
    tokenizer = byte_tokenizer(
        chat_template="{{ bos_token }}{{ messages[0]['content'] }}{{ eos_token }}"
    )
    encoder = TextEncoder(tokenizer)
    frame = build_frame(encoder, render_template(tokenizer), "Why </s>?")
    assert frame.after.count(tokenizer.eos_token_id) == 1
    assert tokenizer.eos_token_id not in encoder.encode("a </s> b").ids
    assert encoder.count("</s>") == 4


def test_tokens_tile_the_text() -> None:
    text = "né 👩‍👩 日本\r\n"
    tokens = TextEncoder(byte_tokenizer()).encode(text)
    assert tokens.bounds[0] == 0
    assert tokens.bounds[-1] == len(text)
    owned = [text[a:b] for a, b in zip(tokens.bounds, tokens.bounds[1:], strict=False)]
    assert "".join(owned) == text
    assert len(tokens) == len(text.encode())
