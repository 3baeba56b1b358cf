"""Every kind of text is recognised, and Markdown keeps what belongs together."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpc.layout import Layout
from specpc.segmentation import segment
from specpc.structure import lay_out

MARKDOWN = """# Harbour

First words. Second words.

## Fees

| ship | fee |
|------|-----|
| Asta | 12  |
| Vela | 15  |

```sh
make all
```
"""
BLOCKS = [
    "# Head\n", "Some text. More text.\n", "\n", "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\n",
    "```py\nx = 1\n```\n", "~~~\nopen\n", "> quoted\n> text\n\n", "- item\n\n  ```\n  x\n  ```\n",
    "<div>\n```\n</div>\n\n", "Under\n=====\n",
]  # fmt: skip


def kept(layout: Layout, text: str, chosen: list[int]) -> str:
    edges = layout.edges.tolist()
    return "".join(text[edges[p] : edges[p + 1]] for p in layout.complete(chosen))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"a": [1, 2], "b": "text"}', "json"),
        ('{"a": 1}\n{"a": 2}\n{"a": 3}\n', "json lines"),
        ("name,fee\nAsta,12\nVela,15\nPelorin,9\n", "table"),
        (MARKDOWN, "markdown"),
        ("It rained. Nobody came.", "sentence"),
    ],
)
def test_kinds(text: str, kind: str) -> None:
    assert lay_out(text).kind == kind


def test_headings_headers_and_fences_come_along() -> None:
    layout = lay_out(MARKDOWN)
    edges = layout.edges.tolist()
    texts = [MARKDOWN[a:b] for a, b in pairwise(edges)]
    row = next(i for i, text in enumerate(texts) if "Vela" in text)
    assert kept(layout, MARKDOWN, [row]) == (
        "## Fees\n\n| ship | fee |\n|------|-----|\n| Vela | 15  |\n\n"
    )
    code = next(i for i, text in enumerate(texts) if "make" in text)
    assert kept(layout, MARKDOWN, [code]) == "## Fees\n\n```sh\nmake all\n```\n"


@given(st.lists(st.sampled_from(BLOCKS), min_size=1, max_size=12).map("".join))
def test_any_markdown_is_tiled(text: str) -> None:
    if not text.strip():
        return
    layout = lay_out(text)
    edges = layout.edges.tolist()
    assert (edges[0], edges[-1]) == (0, len(text))
    assert all(a < b for a, b in pairwise(edges))
    assert layout.units.any()


@given(st.text(st.sampled_from("abc .,\n"), min_size=1))
def test_prose_is_cut_as_before(text: str) -> None:
    if text.strip() and lay_out(text).kind == "sentence":
        assert lay_out(text).edges.tolist() == segment(text, "sentence")
