"""Documents in instructions: only what is marked as one, whole, and nothing of the instructions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpc.text.documents import find_documents, is_orders, trim
from specpc.text.query import asks, find_head

TEXT = "The ferry leaves at nine. Nobody was on deck.\n\nThe hold was full of timber.\n" * 8
BEFORE = "You help the port of Velmar. Be brief.\n"
AFTER = "Answer in French."

FOUND: dict[str, tuple[str, str]] = {
    "an element": (
        f"{BEFORE}<document>\n{TEXT}</document>\n{AFTER}", f"<document>\n{TEXT}</document>"
    ),
    "with attributes": (f'<doc id="a">{TEXT}</doc>', f'<doc id="a">{TEXT}</doc>'),
    "one in another": (
        f"<documents><document>{TEXT}</document><document>b</document></documents>{AFTER}",
        f"<documents><document>{TEXT}</document><document>b</document></documents>",
    ),
    "one in itself": (f"<page><page>a</page>{TEXT}</page>.", f"<page><page>a</page>{TEXT}</page>"),
    "a heading": (f"{BEFORE}\n## Retrieved context\n{TEXT}\n## Tone\nBe kind.", TEXT),
    "a heading with deeper ones": (
        f"# Context\n{TEXT}\n## Ships\nMany.\n# Tone\nBe kind.", f"{TEXT}\n## Ships\nMany."
    ),
    "a label": (f"{BEFORE}Context:\n{TEXT}\nQuestion: {AFTER}", TEXT),
    "a label within a line": (f"Use the given context to answer. Be brief. Context: {TEXT}", TEXT),
    "a strong label": (f"{BEFORE}**Documents:**\n{TEXT}\n**Rules:** none", TEXT),
    "a label, and an order at the end": (f"{BEFORE}Report:\n\n{TEXT}\n\n{AFTER}", TEXT),
    "announced, and a rule": (
        f"Use the following pieces of context to answer. If you cannot, say so.\n-----\n{TEXT}",
        TEXT,
    ),
    "announced, and a blank line": (
        f"Answer by the following documents only. Be brief.\n\n{TEXT}", TEXT
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FOUND)
def test_a_document_is_found(case: str) -> None:
    text, document = FOUND[case]
    [(start, end)] = find_documents(text, said=False)
    assert text[start:end] == document.strip()


@pytest.mark.parametrize(
    "text",
    [
        TEXT * 5,
        f"{BEFORE}<example>{TEXT}</example>",
        f"{BEFORE}<document>{TEXT}",
        f"<document/>{TEXT}",
        f"{BEFORE}When you edit a file:\n{TEXT}",
        f"Follow these rules for documents.\n\n{TEXT}",
        f"{BEFORE}Context matters. {TEXT}",
        f"# Report of the harbour\n{TEXT}",
        f"{BEFORE}Context: you work in a port.\n\n{TEXT}",
        f"You are given a document by the user.\n\n{TEXT}",
        f"{TEXT * 5}Use the following context.\n\n{TEXT}",
        f"{BEFORE}```\n{TEXT}```\n",
    ],
)
def test_instructions_hold_none(text: str) -> None:
    assert find_documents(text, said=False) == []


def test_of_what_a_user_says_a_label_will_do() -> None:
    text = f"Context: {TEXT}\nQuestion: Who slept?"
    [(start, end)] = find_documents(text, said=True)
    assert text[start:end] == TEXT.strip()


@pytest.mark.parametrize("fence", ["```", "~~~~", '"""'])
def test_a_fence_is_one_where_it_may_be(fence: str) -> None:
    text = f"Why?\n{fence}\n{TEXT}{fence}\nIt was fast.\n{fence} py\nx\n{fence}"
    found = [text[start:end] for start, end in find_documents(text, said=True)]
    assert found == [f"{fence}\n{TEXT}{fence}", f"{fence} py\nx\n{fence}"]


TAGS = ["<document>", "</document>", "<page a='b'>", "</page>"]
LINES = [
    "```\n",
    '"""',
    "\n",
    "\n\n",
    "# Context\n",
    "## Documents:\n",
    "Report:",
    "Rules:\n",
    "---\n",
]
parts = st.sampled_from([*TAGS, *LINES, "the following context", " ", "a. ", "Why?"])


@given(st.lists(parts, max_size=40).map("".join), st.booleans())
def test_ranges_are_sorted_disjoint_and_trimmed(text: str, said: bool) -> None:
    position = 0
    for start, end in find_documents(text, said=said):
        assert position <= start < end <= len(text)
        assert trim(text, start, end) == (start, end)
        position = end


@given(st.text(" \n\tab", max_size=12), st.integers(0, 12), st.integers(0, 12))
def test_trimmed(text: str, start: int, end: int) -> None:
    low, high = trim(text, min(start, len(text)), min(end, len(text)))
    assert text[low:high] == text[start:end].strip()


def test_orders() -> None:
    assert is_orders(" <system-reminder>\nBe brief.</system-reminder>")
    assert is_orders("<my_instructions>")
    assert is_orders("# AGENTS.md instructions for /port\n\n<INSTRUCTIONS>\nBe brief.")
    assert not is_orders("One.\nTwo.\n<system>")
    assert not is_orders("<document>")
    assert not is_orders("system")


def test_what_a_text_opens_with() -> None:
    for opening in (
        "Summarize this:\n\n",
        "\n Who signed, and when?\n",
        "Please list names.\r\n\r\n",
    ):
        assert find_head(opening + TEXT) == len(opening)
    for title in ("State of the harbour", "# Write the results.", "List of ships"):
        assert find_head(f"{title}\n\n{TEXT}") is None
    assert find_head(f"Summarize this\n\n{TEXT}") == len("Summarize this\n\n")
    for text in (TEXT, "Velmar\n" + TEXT, "Who signed?", "Who signed?\n\nNobody.", ""):
        assert find_head(text) is None
    assert asks("Is it?")
    assert asks("Translate it.")
    assert not asks("It is.")
