# ruff: noqa: E501 - texts as tools write them
"""Outlines: what is indented comes with the line it is indented below."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.structure.console.indented import lay_out_indented
from tests.structure.kept import around, fitted, keep, kept, pieces, read, units

HELP = """\
Usage: shop [options] FILE

Options:
  -q, --quiet          Say nothing but what went wrong, and that
                       only once.
      --deep           Look into folders.
  -t, --timeout N      Seconds to wait. Zero waits
                       for ever.

Commands:
  pull                 Fetch all.
  push                 Send all.
"""
MANUAL = """\
SHOP(1)                     User Commands                    SHOP(1)

NAME
       shop - sell things

SYNOPSIS
       shop [OPTION]... FILE

DESCRIPTION
       Sells the things that stand in FILE. Without FILE it sells
       nothing.

       -a, --all
              sell all that
              is there

       -n, --none
              sell nothing
"""


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        (MANUAL, "sell nothing", "DESCRIPTION\n       -n, --none\n              sell nothing\n"),
        (MANUAL, "that\n", "DESCRIPTION\n       -a, --all\n              sell all that\n              is there\n\n"),
        (HELP, "--deep", "Options:\n      --deep           Look into folders.\n"),
        (HELP, "Zero", "Options:\n  -t, --timeout N      Seconds to wait. Zero waits\n                       for ever.\n\n"),
        (HELP, "push", "Commands:\n  push                 Send all.\n"),
        (read("defs.txt"), "longer", "Demurrage\n    What the charterer owes when loading takes\n    longer than agreed.\n\n"),
        (read("npm.txt"), "bytes", "shop@1.0.0 /srv/shop\n├── express@4.18.2\n│   ├── body-parser@1.20.1\n│   │   └── bytes@3.1.2\n"),
        (read("npm.txt"), "deep@", "shop@1.0.0 /srv/shop\n├─┬ lodash@4.17.21\n│ └── deep@1.0.0\n"),
        (read("describe.txt"), "64Mi", "Containers:\n  proxy:\n    Limits:\n      memory:  64Mi\n"),
        (read("describe.txt"), "tier", "Labels:       app=web\n              tier=front\n"),
        (read("describe.txt"), "BackOff", "Events:\n  Type     Reason   Age   From     Message\n  ----     ------   ----  ----     -------\n  Warning  BackOff  5m    kubelet  Back-off restarting failed container\n"),
    ],
)  # fmt: skip
def test_what_is_indented_comes_with_what_is_above(text: str, part: str, expected: str) -> None:
    layout = lay_out(text)
    assert layout.kind in {"outline", "tree"}
    assert kept(layout, text, units(layout)) == text
    assert around(layout, text, part) == expected


TREES = st.recursive(
    st.just(()), lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=15
)


def drawn(tree: tuple[tuple[object, ...], ...], prefix: str = "", path: str = "") -> list[str]:
    lines: list[str] = []
    for number, inner in enumerate(tree):
        last = number == len(tree) - 1
        own = f"{path}.{number}"
        lines.append(f"{prefix}{'└── ' if last else '├── '}{own}")
        lines += drawn(inner, prefix + ("    " if last else "│   "), own)  # type: ignore[arg-type]
    return lines


@settings(deadline=None)
@given(TREES, st.floats(0.1, 0.9), st.integers(0, 9))
def test_any_node_of_a_tree_has_those_above_it(
    tree: tuple[tuple[object, ...], ...], ratio: float, seed: int
) -> None:
    text = "\n".join(["root", *drawn(tree)]) + "\n"
    layout = lay_out_indented(text)
    if layout is None:
        assert text.count("\n") < 4
        return
    made = [line.split(" ")[-1] for line in (fitted(layout, text, ratio, seed) or "").split("\n")]
    for path in made:
        above = path.rpartition(".")[0]
        assert not above or above in made


@pytest.mark.parametrize(
    "text",
    [
        "A paragraph that begins here\n    and goes on indented.\nAnother one.\n    It ends.\n",
        "def f(x):\n    return x\n\n\ndef g(x):\n    return x\n",
        "function f() {\n  go();\n}\nfunction g() {\n  go();\n}\n",
        "Ann: hello\n  there\nBen: hi\n  you\nAnn: bye\n  now\n",
        "1. One\n   more\n2. Two\n",
        "    The Company believes.\nIt is so.\n    The Board agrees.\nIt is right.\n",
    ],
)
def test_what_is_no_outline_is_left_to_others(text: str) -> None:
    assert lay_out_indented(text) is None


@pytest.mark.parametrize(
    "text",
    ["NAME\n  a\nUSAGE\n  b\n" + "".join(" " * n + "x\n" for n in range(900)), "usage:\n" + "  -a  b\n" * 9000,
     "|" * 50_000, "| " * 40_000 + "\n├── a\n├── b\n├── c\n", " " * 90_000 + "x\n" * 9],
)  # fmt: skip
def test_it_is_linear(text: str) -> None:
    layout = lay_out(text)
    pieces(layout, text)


MANUAL = """\
TIDE(1)\t\t\t     TIDE Manual\t\t\t\t TIDE(1)

NAME
       tide - an archive of harbours

DESCRIPTION
       If  any\tdiscrepancies  occur  between  this page and the manual, the
       manual shall be right.  In  traditional\tstyle,  the first argument is
       a `-').\tNow, if a path would start with a `-', then tide  would\ttreat
       it as an option instead.   The  pro‐
       tocols: DICT, FILE, HTTP are known to it.

OPTIONS
       -4\t     Forces ssh to use some
\t     addresses only.
       get\t     Takes one.
"""


def test_tabs_of_a_manual_may_stand_for_one_blank() -> None:
    said = "       The  pro‐\n       tocols: DICT, FILE, HTTP are known to it.\n\n"
    assert keep(MANUAL, "DICT").endswith(said.lstrip())
    assert keep(MANUAL, "discrepancies").startswith("DESCRIPTION\n       If  any\tdisc")
    assert "manual shall be right." in keep(MANUAL, "discrepancies")
    assert "it as an option instead." in keep(MANUAL, "would start")
    assert keep(MANUAL, "Takes one") == "OPTIONS\n       get\t     Takes one.\n"
