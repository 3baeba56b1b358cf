"""Texts in colours are laid out as what they are without."""

from __future__ import annotations

from specpc.structure import lay_out
from specpc.text.colours import uncoloured
from specpc.text.layout import telling
from tests.structure.kept import around, pieces, units

RED, OFF = "\x1b[1;31m", "\x1b[0m"
RULED = """\
=================================== FAILURES ===================================
_______________________________ test_night_fare ________________________________
tests/test_fares.py:31: in test_night_fare
    assert fare("Velmar") == 76
E   assert 82 == 76
=========================== short test summary info ============================
FAILED tests/test_fares.py::test_night_fare - assert 82 == 76
1 failed, 39 passed in 1.21s
"""
PODS = """\
NAME     READY   STATUS             RESTARTS   AGE
fares    1/1     Running            0          3d4h
kiosk    0/1     CrashLoopBackOff   41         3h
"""
DIFF = """\
diff --git a/fares.py b/fares.py
--- a/fares.py
+++ b/fares.py
@@ -3,6 +3,6 @@
 FARES = {
-    "Velmar": 38,
+    "Velmar": 42,
 }
"""


def painted(text: str) -> str:
    """Each line and each word in it in colours, as tools do it."""
    lines = text.splitlines()
    return "".join(f"{RED}{line.replace(' ', f'{OFF} {RED}')}{OFF}\n" for line in lines)


def test_what_is_coloured_is_laid_out_as_what_is_not() -> None:
    for text in (RULED, PODS, DIFF):
        plain, colours = lay_out(text), lay_out(painted(text))
        assert colours.kind == plain.kind
        assert colours.all_needs == plain.all_needs
        assert units(colours) == units(plain)
        said = [uncoloured(piece)[0] for piece in pieces(colours, painted(text))]
        assert said == pieces(plain, text)


def test_a_row_brings_its_header_whatever_its_colour() -> None:
    text = painted(PODS)
    row = uncoloured(around(lay_out(text), text, "CrashLoopBackOff"))[0]
    assert row == "".join(PODS.splitlines(keepends=True)[::2])


def test_a_rule_is_none_the_more_for_its_colour() -> None:
    text = painted("a\n----------\nb\n")
    layout = telling(text, lay_out(text))
    assert all("----" not in pieces(layout, text)[unit] for unit in units(layout))


def test_code_is_left_as_it_is() -> None:
    text = 'RED = "\x1b[31m"\n\n\ndef red(text):\n    return RED + text\n'
    plain = lay_out(text.replace("\x1b", "?"), "a.py")
    assert lay_out(text, "a.py").edges.tolist() == plain.edges.tolist()


def test_marks_where_files_were_joined_are_not_read() -> None:
    text = "\ufeff# A\n\nThe ramp was sold.\n\ufeff# B\n\nThe ferry was not. It is old.\n"
    assert around(lay_out(text), text, "It is old").startswith("\ufeff# B\n\n")
    assert "# A" not in around(lay_out(text), text, "It is old")
    rows = "".join(f'\ufeff{{"id": {n}, "v": "value {n}"}}\n' for n in range(5))
    assert lay_out(rows).kind == "json lines"
