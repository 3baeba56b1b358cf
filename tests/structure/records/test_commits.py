from __future__ import annotations

import pytest

from specpc.structure import lay_out
from tests.structure.heads import assert_under_heads, read
from tests.structure.kept import kept, pieces, units

COMMIT = r"(\* )?commit [\da-f]{7}"
AUTHOR = r"(\| )?Author:"
SAID = {
    "case_log.txt": (COMMIT,),
    "log.txt": (COMMIT,),
    "log_stat.txt": (COMMIT,),
    "log_patch.txt": (COMMIT, r"diff --git", "@@"),
    "show.txt": (COMMIT, r"diff --git", "@@"),
    "log_graph.txt": (COMMIT, r"\| diff --git", r"\| @@"),
    "series.mbox": ("From [0-9a-f]{40}", "diff --git", "@@"),
    "svn_log.txt": (r"r\d+ \|",),
}


@pytest.mark.parametrize("name", SAID)
def test_lines_stay_below_their_commit(name: str) -> None:
    text = read(name)
    assert lay_out(text).kind == "history"
    # A sentence of a message may begin or end in the middle of a line.
    heads = SAID[name]
    assert_under_heads(text, heads, prose=True)
    assert_under_heads(text.replace("\n", "\r\n"), heads, prose=True)


@pytest.mark.parametrize(
    "name", [name for name in SAID if name not in {"series.mbox", "svn_log.txt"}]
)
def test_a_kept_commit_has_its_author_and_date(name: str) -> None:
    text = read(name)
    layout = lay_out(text)
    made = pieces(layout, text)
    for unit in units(layout):
        if not any(map(str.isalnum, made[unit])):
            continue
        lines = kept(layout, text, {unit}).splitlines()
        assert sum("commit " in line[:9] for line in lines) == 1
        place = next(n for n, line in enumerate(lines) if "commit " in line[:9])
        place += "Merge:" in lines[place + 1]
        assert "Author:" in lines[place + 1]
        assert "Date:" in lines[place + 2]


def test_each_short_commit_is_whole() -> None:
    text = read("case_log.txt")
    made = pieces(lay_out(text), text)
    assert [piece.count("commit ") for piece in made] == [1] * 4
    assert made[1].endswith("    Raise the pool to twenty connections\n\n")


def test_commits_of_one_line_are_lines() -> None:
    text = read("log_short.txt")
    assert pieces(lay_out(text), text) == text.splitlines(keepends=True)
    graph = "".join(f"* {line}\n|\\  \n" for line in text.splitlines())
    layout = lay_out(graph)
    made = pieces(layout, graph)
    assert [made[unit].splitlines()[0][2:] for unit in units(layout)] == text.splitlines()
    quoted = f"These went in this week:\n\n{text}\nNothing else did, as far as I know.\n"
    assert set(text.splitlines(keepends=True)) <= {
        line.rstrip() + "\n" for line in pieces(lay_out(quoted), quoted)
    }


def test_commits_are_found_in_other_text() -> None:
    text = f"$ git log\n\n{read('case_log.txt')}What do you make of that? I do not know.\n"
    made = pieces(lay_out(text), text)
    assert made[-1].startswith(("What", "I do not"))


@pytest.mark.parametrize(
    "text",
    [
        "commit yourself to it\nAuthor: nobody\n",
        "From here on it is easy.\nFrom: me\n",
        "defaced walls\neffaced names\nacceded lands\n",
        "20250614 one\n20250615 two\n20250616 three\n",
    ],
)
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert lay_out(text).kind != "history"
