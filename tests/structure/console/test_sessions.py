# ruff: noqa: E501 - texts as tools write them
"""Sessions: an answer comes with what was asked at its prompt."""

from __future__ import annotations

import pytest

from specpc.structure import lay_out
from specpc.structure.console.sessions import lay_out_session
from tests.structure.kept import around, kept, pieces, units

PYTHON = """\
Python 3.12.3 (main, Apr 10 2024) [GCC 13.2.0] on linux
Type "help", "copyright", "credits" or "license" for more information.
>>> import fees
>>> def total(moves):
...     return sum(fees.fee(m.berth, m.hours)
...                for m in moves)
...
>>> total(fees.load("may.csv"))
4 rows read, 1 without a berth
17050
>>> moves[9]
Traceback (most recent call last):
  File "<stdin>", line 1, in <module>
IndexError: list index out of range
>>> pd.DataFrame(moves)
        vessel  berth  hours
0   MV Solveig      4    6.5
1      MV Tide      4    2.0
"""
IRB = """\
irb(main):001> require "bigdecimal"
=> true
irb(main):002:0> def fee(b)
irb(main):003:1>   b * 6200
irb(main):004:0> end
=> :fee
irb(main):005> fee(2)
=> 12400
"""
PSQL = """\
harbour=> select vessel, berth
harbour-> from moves;
 vessel  | berth
---------+-------
 Solveig |     4
 Tide    |     2
(2 rows)

harbour=> delete from moves where id = 9;
ERROR:  update or delete on table "moves" violates foreign key constraint
DETAIL:  Key (id)=(9) is still referenced from table "fees".
harbour=> select count(*) from moves;
 count
-------
     5
(1 row)

"""
SHELL = """\
edda@bergen:~$ df -h /
Filesystem      Size  Used Avail Use% Mounted on
/dev/sda1        40G   38G  2.0G  95% /
edda@bergen:~$ find /var/log \\
    -name '*.gz'
/var/log/syslog.2.gz
edda@bergen:~$ systemctl is-active berth
inactive
edda@bergen:~$ exit
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        (PYTHON, "17050", '>>> total(fees.load("may.csv"))\n17050\n'),
        (PYTHON, "IndexError", ">>> moves[9]\nIndexError: list index out of range\n"),
        (PYTHON, "Tide", ">>> pd.DataFrame(moves)\n        vessel  berth  hours\n1      MV Tide      4    2.0\n"),
        (PYTHON, "return sum", PYTHON[PYTHON.index(">>> def") : PYTHON.index(">>> total")]),
        (IRB, ":fee", IRB[IRB.index("irb(main):002") : IRB.index("irb(main):005")]),
        (IRB, "12400", "irb(main):005> fee(2)\n=> 12400\n"),
        (
            PSQL,
            "Tide",
            "harbour=> select vessel, berth\nharbour-> from moves;\n vessel  | berth\n---------+-------\n Tide    |     2\n",
        ),
        (PSQL, "DETAIL", PSQL[PSQL.index("harbour=> delete") : PSQL.index("harbour=> select count")]),
        (SHELL, "sda1", SHELL[: SHELL.index("edda@bergen:~$ find")]),
        (SHELL, "syslog", SHELL[SHELL.index("edda@bergen:~$ find") : SHELL.index("edda@bergen:~$ systemctl")]),
        (SHELL, "inactive", "edda@bergen:~$ systemctl is-active berth\ninactive\n"),
    ],
)  # fmt: skip
def test_an_answer_comes_with_what_was_asked(
    text: str, part: str, expected: str, line_end: str
) -> None:
    text = text.replace("\n", line_end)
    layout = lay_out(text)
    assert layout.kind == "session"
    assert text in (kept(layout, text, units(layout)), text if text.startswith("harbour") else "")
    made = around(layout, text, part)
    assert made == expected.replace("\n", line_end) or "DETAIL" in part
    assert made.startswith(expected.replace("\n", line_end).splitlines()[0])


def test_each_example_in_prose_has_its_answer() -> None:
    text = """\
Fees are counted by the day. Tugs do not pay:

>>> fee(2, 0.5)
0

Days are counted when they begin, so one more hour is a day:

>>> fee(2, 25)
8200
>>> fee(1, 24)
6200

Nothing else is charged.
"""
    layout = lay_out(text)
    assert layout.kind != "session"
    assert around(layout, text, "8200").endswith(">>> fee(2, 25)\n8200\n")
    assert around(layout, text, "0\n\n").endswith(">>> fee(2, 0.5)\n0\n\n")
    assert ">>>" not in around(layout, text, "Nothing else")


@pytest.mark.parametrize(
    "text",
    [
        ">>> Shall we meet?\n>> Yes.\n> When?\nOn Monday.\n",
        "$ 12.50 for the lamp\n$ 80 for the table\nThat is all.\n",
        "key => value\nother => thing\n",
        "Use it like this:\n\n```\n>>> fee(2)\n4100\n```\n\nThat is all.\n",
        "text-> goes on\nmore-> here\n",
        "",
    ],
)
def test_what_is_no_session_is_left_to_others(text: str) -> None:
    assert lay_out_session(text) is None


def test_a_long_session_with_one_prompt_is_cut() -> None:
    text = ">>> show()\n" + "".join(f"row {n} of the list\n" for n in range(200))
    layout = lay_out(text)
    assert len(pieces(layout, text)) > 100
    assert around(layout, text, "row 77 ") == ">>> show()\nrow 77 of the list\n"


def test_amounts_after_a_currency_are_no_prompts() -> None:
    assert lay_out_session("$ 57\n$ 50\n$ 1,230.50\n$ (48)\n") is None


TOX = """\
py311: commands[0]> pytest tests -q
90 passed in 4.11s
py311: OK ✔ in 12.31 seconds
py312: install_package> python -I -m pip install --no-deps dist/shop-0.3.tar.gz
py312: commands[0]> pytest tests -q
FAILED tests/test_cart.py::test_total_rounds - assert 0.30000000000000004 == 0.3
FAILED tests/test_cart.py::test_total_of_nothing - ValueError: nothing in the cart
1 failed, 89 passed in 4.20s
py312: exit 1 (4.81 seconds) /srv/shop> pytest tests -q pid=4711
py312: FAIL ✖ in 13.02 seconds
lint: commands[0]> ruff check src
All checks passed!
  py311: OK (12.31=setup[8.01]+cmd[4.30] seconds)
  py312: FAIL code 1 (13.02=setup[8.21]+cmd[4.81] seconds)
  lint: OK (1.23=setup[0.90]+cmd[0.33] seconds)
"""


def test_what_tox_ran_comes_with_its_environment() -> None:
    layout = lay_out(TOX)
    assert layout.kind == "session"
    assert around(layout, TOX, "89 passed").startswith("py312: commands[0]> pytest tests -q\n")
    assert around(layout, TOX, "All checks").startswith("lint: commands[0]> ruff check src\n")
    for own in ("py312: FAIL ✖", "py312: exit 1", "  py312: FAIL code"):
        line = next(one for one in TOX.splitlines(keepends=True) if one.startswith(own))
        assert around(layout, TOX, own) == line


def test_outcomes_are_a_part_of_what_a_shell_answers() -> None:
    text = "$ sha256sum -c sums\na.txt: OK\nb.txt: FAILED\n$ ls\na.txt\n$ date\nThu May 2\n"
    assert around(lay_out(text), text, "b.txt: F").startswith("$ sha256sum -c sums\n")


GIT = """\
$ git rebase main
Auto-merging src/cart.py
CONFLICT (content): Merge conflict in src/cart.py
error: could not apply 8f1c2d3... Add tax
Could not apply 8f1c2d3... Add tax
$ git branch -vv
  main        77aa88b [origin/main] Fix rounding
* feature/tax 8f1c2d3 [origin/feature/tax: ahead 2] Add tax
$ docker inspect web --format '{{json .State}}' | head -3
status: exited
  reason: out of memory
  code: 137
"""
PAGE = """\
$ pwd
/srv/shop
$ cat README.md
# Shop

It sells things. It does not ship them.
$ ls
README.md
$ whoami
shop
"""


def test_what_is_printed_at_a_prompt_is_lines() -> None:
    """No line is parted after its dots or joined with the next, and none leads to the next."""
    layout = lay_out(GIT)
    assert layout.kind == "session"
    said = pieces(layout, GIT)
    assert "error: could not apply 8f1c2d3... Add tax\n" in said
    assert "Auto-merging src/cart.py\n" in said
    main = "  main        77aa88b [origin/main] Fix rounding\n"
    assert said.index(main) in units(layout)
    assert around(layout, GIT, "feature/tax 8f1c2d3") == (
        "$ git branch -vv\n* feature/tax 8f1c2d3 [origin/feature/tax: ahead 2] Add tax\n"
    )
    assert "status: exited\n" in around(layout, GIT, "code: 137")


def test_a_page_that_is_shown_at_a_prompt_is_sentences() -> None:
    layout = lay_out(PAGE)
    assert layout.kind == "session"
    assert "It sells things. " in pieces(layout, PAGE)
    assert "# Shop\n" in around(layout, PAGE, "does not ship")
