from __future__ import annotations

import pytest

from specpc.structure import lay_out
from tests.structure.heads import assert_under_heads, read
from tests.structure.kept import keep, kept, never_alone, pieces, units

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
    "hg_log.txt": ("changeset: ",),
}
HG_GRAPH = """\
o    changeset:   882:5c1f9a0c77e2
|\\   tag:         tip
| |  parent:      881:4b1f9a0c77e2
| |  user:        Ann Lund <ann@ferry.example>
| |  date:        Wed Apr 01 10:00:00 2026 +0200
| |  description:
| |  Merge stable
| |
| |  The night fees are rounded up. They were rounded down before, and that lost twelve euros
| |  a night for more than a year, says the harbour master, who counted them again.
| |
| |  The board decided on 3 March that they are never rounded down again, whatever they are.
| |
| @  changeset:   881:4b1f9a0c77e2
| |  user:        Bo Dahl <bo@ferry.example>
| |  date:        Mon Mar 30 09:00:00 2026 +0200
| |  summary:     Refunds are checked twice
| |
"""
HG_PATCH = """\
changeset:   881:4b1f9a0c77e2
user:        Ann Lund <ann@ferry.example>
date:        Wed Apr 01 10:00:00 2026 +0200
summary:     Round night fees up

diff -r 99aa9a0c77e2 -r 4b1f9a0c77e2 src/fees.c
--- a/src/fees.c	Mon Mar 30 09:00:00 2026 +0200
+++ b/src/fees.c	Wed Apr 01 10:00:00 2026 +0200
@@ -38,3 +38,4 @@
 int fee(int port)
 {
-	return base[port] * 2;
+	return base[port] * 3;

changeset:   880:99aa9a0c77e2
user:        Bo Dahl <bo@ferry.example>
date:        Mon Mar 30 09:00:00 2026 +0200
summary:     Refunds are checked twice

"""


@pytest.mark.parametrize("name", SAID)
def test_lines_stay_below_their_commit(name: str) -> None:
    text = read(name)
    assert lay_out(text).kind == "history"
    # A sentence of a message may begin or end in the middle of a line.
    heads = SAID[name]
    assert_under_heads(text, heads, prose=True)
    assert_under_heads(text.replace("\n", "\r\n"), heads, prose=True)


@pytest.mark.parametrize(
    "name", [name for name in SAID if name not in {"series.mbox", "svn_log.txt", "hg_log.txt"}]
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


@pytest.mark.parametrize("text", [HG_GRAPH, HG_PATCH, HG_GRAPH.replace("\n", "\r\n")])
def test_mercurial_tells_of_a_change_by_whom_it_is(text: str) -> None:
    layout = lay_out(text)
    assert layout.kind == "history"
    made = pieces(layout, text)
    for unit in units(layout):
        assert any(map(str.isalnum, made[unit]))  # no part of the graph alone
        said = kept(layout, text, {unit})
        assert [said.count(one) for one in ("changeset: ", "user: ", "date: ")] == [1, 1, 1]


def test_a_paragraph_beside_a_graph_is_below_its_changeset() -> None:
    assert keep(HG_GRAPH, "on 3 March") == (
        HG_GRAPH[: HG_GRAPH.index("| |  Merge")] + HG_GRAPH.splitlines(keepends=True)[11]
    )


def test_a_rule_closes_the_last_commit_of_subversion() -> None:
    rule = "-" * 72 + "\n"
    text = "".join(
        f"{rule}r{number} | ann | 2026-04-01 10:00:00 +0200 | 1 line\n\nRound fees {number} up.\n"
        for number in (882, 881, 880)
    )
    layout = lay_out(text + rule)
    assert layout.kind == "history"
    assert len(units(layout)) == 3
    assert keep(text + rule, "fees 880").endswith("up.\n" + rule)


def test_the_rule_below_the_message_of_a_mailed_patch_is_no_unit() -> None:
    text = read("series.mbox")
    assert "\n---\n" in text
    assert never_alone(text, "---\n")
