from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.structure.records.diffs import lay_out_diff
from tests.structure.heads import assert_under_heads, read, results
from tests.structure.kept import around, kept, pieces, units

if TYPE_CHECKING:
    from specpc import Compressor

FILE = r"diff |Index: |Only in |\*\*\* \w+/|Property changes"
HUNK = r"@@|\*{15}|\d+(,\d+)?[acd]\d|## "
GIT = (r"(\| )?diff ", r"(\| )?@@")


@pytest.mark.parametrize(
    "name", ["case_change.patch", "changes.diff", "combined.diff", "context.diff", "svn.diff"]
)
def test_lines_stay_below_their_file_and_hunk(name: str) -> None:
    text = read(name)
    assert lay_out(text).kind == lay_out(text, name).kind == "diff"
    assert_under_heads(text, (FILE, HUNK))
    assert_under_heads(text.replace("\n", "\r\n"), (FILE, HUNK))
    assert_under_heads("\n\n" + text.rstrip("\n"), (FILE, HUNK))


def test_a_change_is_kept_with_its_file_and_place() -> None:
    text = read("case_change.patch")
    layout = lay_out(text)
    [change] = [unit for unit in units(layout) if "starttls" in pieces(layout, text)[unit]]
    result = kept(layout, text, {change})
    assert result.startswith(
        "diff --git a/mail.py b/mail.py\n--- a/mail.py\n+++ b/mail.py\n@@ -3,6"
    )
    assert "fares" not in result


def test_what_must_be_kept_is_cut_to_what_is_asked_for(tiny: Compressor) -> None:
    text = read("case_change.patch")
    made = tiny.compress(text, "Who?", ratio=0.5, keep=["starttls"])
    assert made.compressed_tokens <= made.budget
    assert_is_part(
        made.text, "diff --git a/mail.py b/mail.py", "+++ b/mail.py", "@@ -3,6", "starttls"
    )
    assert "fares.py" not in made.text


def assert_is_part(text: str, *parts: str) -> None:
    positions = [text.index(part) for part in parts]
    assert positions == sorted(positions)


def test_a_short_hunk_is_whole_and_a_longer_one_cut_at_its_changes() -> None:
    text = read("changes.diff")
    layout = lay_out(text)
    made = pieces(layout, text)
    whole = [made[unit] for unit in units(layout) if made[unit].startswith("@@")]
    assert whole
    assert all(len(hunk) <= 400 for hunk in whole)
    for unit in units(layout):
        lines = made[unit].splitlines()
        if not made[unit].startswith("@@") and lines[0][0] in "+-":
            assert all(line[0] in "+-\\" for line in lines)
    replaced = next(m for m in made if m.startswith("-") and "\n+" in m)
    assert text.index(replaced)


def test_entries_without_lines_are_whole() -> None:
    text = read("combined.diff")
    made = pieces(lay_out(text), text)
    for part in ("rename to new name.txt", "new mode 100755", "b/logo.png differ"):
        [one] = [piece for piece in made if part in piece]
        assert one.startswith("diff --git ")
        assert one.count("diff --git") == 1


def test_the_two_sides_of_context_keep_their_numbers() -> None:
    text = read("context.diff")
    long = text.replace("! twenty one\n", "! twenty one\n" * 30)
    assert_under_heads(long, (FILE, HUNK, r"\*\*\* \d|--- \d"))


@pytest.mark.parametrize("wrap", ["What does it do?\n\n{}", "Look:\n\n```diff\n{}```\n"])
def test_it_is_found_in_other_text(wrap: str) -> None:
    text = wrap.format(read("changes.diff")[:1400].rpartition("\n")[0] + "\n")
    assert_under_heads(text, (r"diff ", "@@"))


def test_what_is_written_above_is_text() -> None:
    text = "I tried it. The fare is wrong for two seats, and nobody saw it before.\n\n" + read(
        "case_change.patch"
    )
    layout = lay_out_diff(text)
    assert layout is not None
    assert layout.nested == {0: layout.nested[0]}


@pytest.mark.parametrize(
    "text",
    [
        "--- a note ---\nIt is late.\n+ and more\n- and less\n",
        "- one\n- two\n+ three\n",
        "On 3,4 we met. diff is a program.\nIndex: a list of words.\nIt is at the end.\n",
        "@@ is a mark\n@@ -a +b @@\n",
        "1c1 is a page\n",
    ],
)
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert lay_out_diff(text) is None


WORDS = st.sampled_from(["boat", "  fare = 21", "", "-- old", "++ new", "@@", "night\t", "é"])
SOURCES = st.lists(WORDS, max_size=30)


@given(st.lists(st.tuples(SOURCES, SOURCES), min_size=1, max_size=4), st.integers(0, 4), st.data())
@settings(deadline=None, max_examples=40)
def test_any_diff_keeps_files_and_hunks(
    files: list[tuple[list[str], list[str]]], context: int, data: st.DataObject
) -> None:
    text = ""
    for number, (old, new) in enumerate(files):
        names = f"a/{number}.txt", f"b/{number}.txt"
        made = difflib.unified_diff(old, new, *names, n=context, lineterm="")
        lines = list(made)
        if lines:
            text += f"diff --git {' '.join(names)}\n" + "\n".join(lines) + "\n"
    if not text:
        return
    layout = lay_out(text)
    assert layout.kind == "diff"
    hunks = sum(piece.count("@@ -") for piece in pieces(layout, text))
    assert hunks == text.count("\n@@ -")
    for result in results(text, data):
        position = 0
        for line in result.splitlines():
            if line.startswith(("diff --git", "@@ -")):
                position = text.index(line, position)
            elif line.strip():
                assert "\n" + line in text[position:]


CONTEXT = """*** a/crane.conf
--- b/crane.conf
***************
*** 1,5 ****
  # Crane on pier 4
! max_load = 12
  wind_limit = 15
- siren = yes
--- 1,5 ----
  # Crane on pier 4
! max_load = 8
  wind_limit = 15
+ operator = ida
"""
UNIFIED = """--- a/ntp.conf
+++ b/ntp.conf
@@ -1,3 +1,4 @@
 driftfile /var/lib/ntp/drift
-server 0.pool.example
+server ntp.harbour.example
+restrict default nomodify
"""


@pytest.mark.parametrize(
    ("text", "alone", "with_it"),
    [
        (CONTEXT, "! max_load = 12", "! max_load = 8"),
        (CONTEXT, "siren", "! max_load = 8"),
        (UNIFIED, "-server", "+server"),
    ],
)
def test_what_was_taken_out_comes_with_what_was_put_in(text: str, alone: str, with_it: str) -> None:
    for result in results(text):
        assert alone not in result or with_it in result


def test_the_version_of_git_is_no_change() -> None:
    patch = UNIFIED.replace("-1,3 +1,4", "-1,9 +1,9")  # as it is where hunks were edited
    text = f"diff --git a/ntp.conf b/ntp.conf\n{patch}-- \n2.39.2\n"
    layout = lay_out(text)
    assert all("2.39" not in pieces(layout, text)[unit] for unit in units(layout))


def test_properties_are_one_piece() -> None:
    properties = (
        f"\nProperty changes on: trunk/src\n{'_' * 67}\nModified: svn:ignore\n"
        "   - target\n   + target\n.idea\n"
    )
    text = f"Index: ntp.conf\n{'=' * 67}\n{UNIFIED}{properties}"
    layout = lay_out(text)
    assert properties[1:] in pieces(layout, text)


@pytest.mark.parametrize("said", ["Property changes on: ", "Property changes on:  x", "Index: "])
def test_a_head_that_names_no_file_ends_nothing_and_hangs_nothing(said: str) -> None:
    text = f"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n\n{said}\nAdded: x\n\nIt is so.\n"
    layout = lay_out(text)
    assert any(piece.startswith("It is so.") for piece in pieces(layout, text))


WORDS = """\
diff --git a/lease.txt b/lease.txt
index 11f2c3a..22b4d5e 100644
--- a/lease.txt
+++ b/lease.txt
@@ -4,6 +4,6 @@ 2. RENT
# Rent

The rent is [-850-]{+910+} EUR a month, due on the [-third-]{+first+} working day.
Heating is {+not+} included.
- Keys: two
{+Pets need our consent.+}
[-Pets are allowed.-]
@@ -40,2 +40,2 @@ 9. NOTICE
Write to {+support@acme.example or+} call us.
The notice is three months.

So heating is extra from now on.
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_changed_words_stay_below_their_file_and_hunk(line_end: str) -> None:
    text = WORDS.replace("\n", line_end)
    layout = lay_out(text)
    assert layout.kind == "diff"
    for part, hunk in [("Heating", "@@ -4"), ("Keys", "@@ -4"), ("Write to", "@@ -40")]:
        left = around(layout, text, part)
        assert "+++ b/lease.txt" in left
        assert hunk in left
    assert around(layout, text, "So heating").strip() == "So heating is extra from now on."


def test_what_stands_below_a_diff_of_lines_is_not_in_it() -> None:
    text = (
        "--- a/x.md\n+++ b/x.md\n@@ -1,2 +1,2 @@\n A line.\n-The old one, which was too long.\n"
        "+The new one, which is rather long, too.\n\nIt had [-a-]{+the+} fault.\n"
    )
    layout = lay_out(text)
    assert around(layout, text, "It had").strip() == "It had [-a-]{+the+} fault."


def test_brackets_in_an_ordinary_diff_are_no_changed_words() -> None:
    text = (
        "diff --git a/u.md b/u.md\n--- a/u.md\n+++ b/u.md\n@@ -1,3 +1,3 @@\n use\n"
        "-RE = [-+]?[a-z-]+\n+RE = [-+]?[a-z_-]+\n end\nThat was the patch. I ran the tests.\n"
        "All pass.\n"
    )
    layout = lay_out(text)
    assert not any("RE =" in one and "patch" in one for one in pieces(layout, text))


NORMAL = """\
diff fares.py fares2.py
12c12
<     return fare
---
>     return fare * seats
diff mail.py mail2.py
5a6
>     server.starttls()
"""
REVIEW = """\
In src/fares.py:
@@ -10,3 +10,3 @@ def night(seats):
-    return fare
+    return fare * seats

Lars: not twice, please.

**src/mail.py**
@@ -3,2 +3,3 @@ import smtplib
     server = smtplib.SMTP(HOST)
+    server.starttls()
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("text", [NORMAL, REVIEW])
def test_the_line_above_a_hunk_names_its_file(text: str, line_end: str) -> None:
    text = text.replace("\n", line_end)
    assert lay_out(text).kind == "diff"
    left = around(lay_out(text), text, "starttls")
    assert "mail.py" in left
    assert "fares" not in left
    assert_under_heads(re.sub("Lars.*", "", text), (r"diff |In |\*\*", HUNK))


def test_what_stands_above_a_hunk_is_no_file_if_it_is_a_sentence() -> None:
    text = UNIFIED.replace("--- a/ntp.conf\n+++ b/ntp.conf\n", "The server was changed.\n")
    assert around(lay_out(text), text, "was changed") == "The server was changed.\n"


AGENTS = """\
*** Begin Patch
*** Update File: src/fares.py
@@ def night(seats):
     fare = 21.00
-    return fare
+    return fare * seats
@@
-    total = 0
+    total = 1
*** Update File: src/mail.py
*** Move to: src/post.py
     server = smtplib.SMTP(HOST)
+    server.starttls()
*** Delete File: src/old.py
*** Add File: src/new.py
+def crane():
+    return None
*** End Patch
"""


@pytest.mark.parametrize("wrap", ["{}", "I change both:\n\n{}\nIt was not tested.\n"])
def test_a_patch_without_numbers_keeps_its_files_and_stays_one(wrap: str) -> None:
    text = wrap.format(AGENTS)
    for part, file in [
        ("* seats", "*** Update File: src/fares.py\n@@ def night(seats):\n"),
        ("total = 1", "*** Update File: src/fares.py\n@@\n"),
        ("starttls", "*** Update File: src/mail.py\n*** Move to: src/post.py\n"),
        ("old.py", "*** Delete File: src/old.py\n"),
        ("crane", "*** Add File: src/new.py\n"),
    ]:
        left = around(lay_out(text), text, part)
        assert left.startswith(f"*** Begin Patch\n{file}")
        assert left.rstrip().endswith("*** End Patch")
        assert left.count("File:") == 1
    long = "*** Begin Patch\n" * 3000 + AGENTS
    assert "*** Begin Patch\n*** Update" in around(lay_out(long), long, "* seats")


SIDES = """\
src/fares.py
<<<<<<< SEARCH
    return fare
=======
    return fare * seats
>>>>>>> REPLACE
"""
MERGE = (
    "import os\n\n<<<<<<< HEAD\nTIMEOUT = 30\n=======\nTIMEOUT = 60\n>>>>>>> pool\nHOST = 'db'\n"
)


@pytest.mark.parametrize("text", [SIDES, MERGE, f"Two changes.\n\n{SIDES}\nOne more:\n\n{SIDES}"])
def test_both_sides_of_a_change_are_one_piece(text: str) -> None:
    for result in results(text):
        assert len(set(map(result.count, ("<<<<<<<", "=======", ">>>>>>>")))) == 1
        assert result.count("<<<<<<<") == result.count("fare * seats") + result.count("IMEOUT = 60")
        assert ("src/fares.py" in result) == ("SEARCH" in result)


def test_quoted_changes_keep_their_file_and_hunk() -> None:
    quoted = "".join(f"> {line}\n" for line in read("case_change.patch").splitlines())
    head = "From: Jo <jo@x.example>\nTo: dev@x.example\nSubject: Re: TLS\n\nMette wrote:\n"
    text = f"{head}{quoted}\nWhy not SMTP_SSL?\n"
    left = around(lay_out(text), text, "starttls")
    assert "Mette wrote:\n> diff --git a/mail.py b/mail.py\n> --- a/mail.py\n" in left
    assert "\n> @@ -3,6" in left
    assert "fares" not in left
    assert all(line[:1] == ">" or line in head for line in left.splitlines())
