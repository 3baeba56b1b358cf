"""Strings in JSON: read as what they mean, cut like texts, and strings again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.structure.json.strings import decode, is_text
from specpc.structure.units import lay_out_units
from tests.structure.json.test_values import is_part
from tests.structure.kept import choices, fitted, kept, pieces, units

TEXTS = st.lists(
    st.sampled_from(
        ["The boat leaves at 22:40. ", 'He said "no". ', "\n", "\n\n", "C:\\temp\\new\\\\ ", "é",
         "😀 ", "word\u2028", "渡船夜里十点开。", "# Head\n", "- item\n", "    code()\n",
         "| a | b |\n", "def f(x):\n    return x\n", "<p>Words.</p>", '{"a": "b c d"}', "\t", "\\n",
         "/", "x" * 70]
    ),
    min_size=1, max_size=30,
).map("".join)  # fmt: skip


def test_escapes_are_read_where_they_are_written() -> None:
    written = r"a\n\"\u00e9\ud83d\ude00\/\\n\ud83d!"
    meant, offsets = decode(written)
    assert meant == 'a\n"é😀/\\n\N{REPLACEMENT CHARACTER}!'
    assert offsets.tolist() == [0, 1, 3, 5, 11, 23, 25, 27, 28, 34, 35]


@given(TEXTS, st.booleans())
def test_any_string_means_what_json_says(text: str, ascii_only: bool) -> None:
    written = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
    meant, offsets = decode(written)
    assert meant == text
    assert len(offsets) == len(text) + 1
    for start, end, character in zip(offsets[:-1], offsets[1:], text, strict=True):
        assert json.loads(f'"{written[start:end]}"') == character


@given(TEXTS, st.booleans(), st.sampled_from([None, 2]), st.floats(0.05, 0.95), st.data())
@settings(deadline=None)
def test_any_part_of_a_string_is_a_string(
    text: str, ascii_only: bool, indent: int | None, ratio: float, data: st.DataObject
) -> None:
    value = {"title": "Notes", "body": text, "within": json.dumps({"a": [text]}), "last": text * 3}
    source = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    layout = lay_out(source)
    pieces(layout, source)
    chosen = data.draw(choices(layout))
    for result in (kept(layout, source, chosen), fitted(layout, source, ratio, 0)):
        assert not result or is_part(json.loads(result), value)
    assert is_part(json.loads(kept(layout, source, units(layout))), value)
    assert json.loads(kept(layout, source, range(len(layout)))) == value


@given(st.lists(TEXTS, min_size=3, max_size=12), st.sampled_from([None, 1]), st.data())
@settings(deadline=None)
def test_any_lines_of_a_list_are_strings(
    texts: list[str], indent: int | None, data: st.DataObject
) -> None:
    lines = [line + "\n" for line in "\n".join(texts).split("\n")]
    cells = [{"cell_type": "code", "source": lines}] * 2
    source = json.dumps({"cells": cells}, indent=indent)
    layout = lay_out_units(source, "structure")
    for result in (
        kept(layout, source, data.draw(choices(layout))),
        fitted(layout, source, data.draw(st.floats(0.05, 0.95)), 0),
    ):
        for cell in json.loads(result)["cells"] if result else ():
            assert all(cell["source"])
            assert is_part("".join(cell["source"]), "".join(lines))
    layout = lay_out(source)
    assert json.loads(kept(layout, source, units(layout))) == {"cells": cells}


def cut(source: str, *starts: str) -> str:
    """What stays with the pieces that start so, markers where they may be."""
    layout = lay_out(source)
    parts = pieces(layout, source)
    chosen = [unit for unit in units(layout) if parts[unit].startswith(starts)]
    return kept(layout, source, chosen, "[...]")


def test_a_string_begins_and_ends_with_what_is_kept() -> None:
    text = "It was late. She left. The house stood empty.\nA year went by. " + "Nobody came. " * 9
    source = json.dumps({"page": {"no": 3, "text": text}})
    assert cut(source, "She left") == '{"page": { "text": "She left."}}'
    assert cut(source, "It was", "The house", "A year") == (
        '{"page": { "text": "It was late. The house stood empty.\\nA year went by."}}'
    )


def test_paragraphs_stay_apart() -> None:
    text = "The boat left at nine.\n\nNobody saw it go. It was late.\n\nThis one was on time.\n" + (
        "Nothing more is known of it. " * 9
    )
    assert json.loads(cut(json.dumps({"text": text}), "The boat", "This one")) == {
        "text": "The boat left at nine.\n\nThis one was on time."
    }


def test_a_list_of_lines_is_one_text() -> None:
    north = "from the north, as we saw in the winter months. We advise\n"
    lines = ["# Delays\n", "\n", "Wind:\n", north, "to plan for more.\n", "\n", "All is well.\n",
             "x" * 300]  # fmt: skip
    source = json.dumps({"cells": [{"cell_type": "markdown", "source": lines}]})
    assert json.loads(cut(source, "We advise")) == {
        "cells": [
            {
                "cell_type": "markdown",
                "source": ["# Delays\n", "\n", "We advise\n", "to plan for more."],
            }
        ]
    }
    assert json.loads(cut(source, "All is", "from"))["cells"][0]["source"] == [
        "# Delays\n", "\n", "from the north, as we saw in the winter months.\n", "\n",
        "All is well.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("https://ferry.example/report?id=" + "0123456789abcdef" * 8, False),
        ("data:image/png;base64," + "iVBORw0KGgo" * 20, False),
        ("\\n".join(["MIIB9TCCAWACAQAwgbgxGTAXBgNVBAoMEFF1b1ZhZGlzIExpbWl0ZWQxHDAa"] * 5), False),
        ("The night boat leaves at ten. " * 5, True),
        ("夜船十点从奥里赛出发，舱位须提前两天预订。" * 8, True),
        ('{\\"key\\":' * 20, True),
    ],
)
def test_what_has_no_words_is_no_text(written: str, expected: bool) -> None:
    assert is_text(written) is expected


@pytest.mark.parametrize("seed", range(6))
def test_a_sentence_that_no_budget_holds_is_cut_into_clauses(seed: int) -> None:
    clauses = [
        "The crane was limited to 8 tonnes after the inspection of June, ",
        "because a crack had been found in the ring; ",
        "the limit was lifted when the ring had been replaced, ",
        "and it may lift 12 tonnes again.",
    ]
    text = json.dumps({"answer": "".join(clauses), "score": 0.82})
    made = fitted(lay_out(text), text, 0.5, seed)
    assert made is not None
    rest = json.loads(made).get("answer", "")
    for clause in clauses:
        rest = rest.replace(clause, "")
    assert not rest.strip()


@pytest.mark.parametrize("ratio", [0.3, 0.4, 0.5, 0.6])
def test_lines_that_a_budget_parts_are_strings(ratio: float) -> None:
    said = 'He said "no". \n'
    lines = [
        said,
        said,
        "\n",
        3 * "The boat leaves at 22:40, and the ferry, if it can, at nine. " + "\n",
    ]
    source = json.dumps({"cells": [{"cell_type": "code", "source": lines}] * 2}, indent=1)
    result = fitted(lay_out_units(source, "structure"), source, ratio, 0)
    assert result
    for cell in json.loads(result)["cells"]:
        assert is_part("".join(cell["source"]), "".join(lines))


@pytest.mark.parametrize(
    "runs",
    [
        # As documents of Jira, Google Docs and Notion hold them.
        [
            {"type": "text", "text": "Please do "},
            {"type": "text", "text": "not", "marks": [{"type": "strong"}]},
            {"type": "text", "text": " deploy on a Friday, whatever they say."},
        ],
        [
            {"startIndex": 1, "textRun": {"content": "We will not ship ", "textStyle": {}}},
            {"startIndex": 18, "textRun": {"content": "before it is done.\n", "textStyle": {}}},
        ],
        [
            {"text": {"content": "No flights but in "}, "plain_text": "No flights but in "},
            {"text": {"content": "economy"}, "plain_text": "economy"},
            {"text": {"content": ", as agreed."}, "plain_text": ", as agreed."},
        ],
    ],
)
def test_the_parts_of_a_line_stay_together(runs: list[dict[str, Any]]) -> None:
    text = json.dumps({"title": "Rules", "content": [{"type": "paragraph", "content": runs}]})
    layout = lay_out(text)
    for unit in units(layout):
        left = json.loads(kept(layout, text, [unit])).get("content")
        assert left is None or left[0].get("content", runs) == runs


def test_messages_are_no_parts_of_a_line() -> None:
    said = ["The lift is broken. ", "Call the porter. ", "Done. ", "Thanks."]
    turns = [{"role": "user", "content": one} for one in said]
    text = json.dumps({"channel": "porters", "messages": turns})
    layout = lay_out(text)
    lone = [json.loads(kept(layout, text, [unit])).get("messages", []) for unit in units(layout)]
    assert [turns[2]] in lone


@pytest.mark.parametrize(
    "records",
    [
        [
            {"name": name, "listen": f":{port}", "note": mark * 100}
            for name, port, mark in [("web", 8080, "x"), ("api", 9090, "y"), ("db", 5432, "z")]
        ],
        [{"path": f"./src/part{n}.py", "lines": n, "owner": "Ann Lee"} for n in range(14)],
        [{"name": f"part{n}", "context": ".", "image": f"shop/part:{n}"} for n in range(14)],
        [{"key": f"K{n}", "width": f" {n * 12}", "sep": ",", "of": "fares"} for n in range(14)],
        [{"a": "one ", "b": "x"}, {"a": "two", "b": "y"}, {"a": "z", "b": "x"}, {"b": ", x"}]
        * 8,
    ],
)  # fmt: skip
def test_records_with_marks_in_their_values_are_no_parts_of_a_line(records: list[Any]) -> None:
    text = json.dumps({"services": records})
    layout = lay_out(text)
    assert len(units(layout)) >= len(records)
