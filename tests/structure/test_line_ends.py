"""Lines end with one character or two, and what is found in a text is the same."""

from __future__ import annotations

import pytest

from specpc.structure import lay_out

LOG = "".join(f"2024-05-01 12:00:0{n} INFO event {n}\n" for n in range(8))
TEXTS = {
    "log": LOG + "\nIt is so.\n",
    "log in a fence": f"# Log\n\nIt is so. It was so.\n\n```\n{LOG}```\n\nIt will be so.\n",
    "Python in a fence": "# Code\n\n```python\n"
    + 6 * "def f(a):\n    return a\n\n"
    + "```\n\nSo.\n",
    "tags in a fence": "<p>a</p>\n<p>b</p>\n\n```\n<p>c</p>\n<p>d</p>\n```\n<p>a</p>\n",
    "chat": "Ann: hi\nBob: yo\n\n```\nx = 1\n```\n" + 4 * "Ann: hi there.\nBob: Yes.\n",
    "mail": "From: a@b.c\nTo: d@e.f\nSubject: x\n\nHi Ann.\n\nOn Monday, Ada wrote:\n"
    "> It is so.\n> And so.\n\nBye.\n",
    "messages": "a.py:1: error: x is y\n  x = 1\n  ^\na.py:2: error: y is z\n\nFound 2 errors.\n",
    "data": 'He said so:\n{"a": 1, "b": [2, 3]}\n\nThen he left.\n',
    "prose": "It is so. It was so.\n\nIt will be so, and\nwill be again.\n",
}


@pytest.mark.parametrize("name", TEXTS)
def test_pieces_are_the_same_whatever_ends_lines(name: str) -> None:
    text = TEXTS[name]
    layout = lay_out(text)
    said = [text[a:b].split() for a, b in zip(layout.edges[:-1], layout.edges[1:], strict=True)]
    for end in ("\r\n", "\r"):
        written = text.replace("\n", end)
        other = lay_out(written)
        pieces = zip(other.edges[:-1], other.edges[1:], strict=True)
        assert [written[a:b].split() for a, b in pieces] == said
        assert (other.kind, other.supports, other.needs) == (
            layout.kind,
            layout.supports,
            layout.needs,
        )
