"""What ``ls -R`` prints: a file comes with its folder."""

from __future__ import annotations

import pytest

from specpc.structure import lay_out
from specpc.structure.console.folders import lay_out_folders
from specpc.text.layout import telling
from tests.structure.heads import assert_under_heads
from tests.structure.kept import around, pieces, units

NAMES = """\
.:
docs
kiosk
pyproject.toml

./docs:
__init__.py
fares.md
old fares

./docs/empty:

./docs/old fares:
1999.md

./kiosk:
__init__.py
fares.py
"""
LONG = """\
docs:
total 12
-rw-r--r-- 1 ana ana 3978 May  4 10:11 agents.md
drwxr-xr-x 2 ana ana 4096 May  4 10:11 archive

docs/archive:
total 20
-rw-r--r-- 1 ana ana 18719 May  4 10:11 evaluation.md

docs/docker:
total 0
"""
REMARK = "\nThere is nothing else in that folder. It was emptied in May, as was agreed.\n"


@pytest.mark.parametrize("text", [NAMES, LONG])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("after", ["", REMARK])
def test_a_file_comes_with_its_folder(text: str, end: str, after: str) -> None:
    layout = lay_out(text.replace("\n", end) + after)
    assert layout.kind == "folders"
    assert_under_heads(text, (r"[^:]+:$",))


def test_other_folders_stay_out() -> None:
    assert around(lay_out(NAMES), NAMES, "1999.md") == "./docs/old fares:\n1999.md\n\n"
    made = around(lay_out(LONG), LONG, "evaluation.md")
    assert made == "\n".join(LONG.split("\n")[5:9]) + "\n"


def test_a_folder_alone_says_nothing() -> None:
    layout = telling(NAMES, lay_out(NAMES))
    assert all(pieces(layout, NAMES)[unit] != "./docs/empty:\n\n" for unit in units(layout))


def test_a_listing_of_few_files_keeps_its_folder_too() -> None:
    text = "We looked into it.\n\nlogs:\ntotal 4\n-rw-r--r-- 1 ana ana 9 May  4 10:11 kiosk.log\n"
    made = around(lay_out(text), text, "kiosk.log")
    assert made.startswith("logs:\ntotal 4\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ann:\nhello\n\nBob:\nhi\n\nAnn:\nhow are you\n",
        "fares:\n  - 38\n\npiers:\n  - 4\n",
        "a/b:\nall\n\nc/d:\nall\n",
    ],
)
def test_what_is_no_listing_is_left_to_others(text: str) -> None:
    assert lay_out_folders(text) is None
