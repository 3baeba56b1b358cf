"""Files with a number before each line: laid out as without, and it stays with its line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.structure.code.listings import lay_out_listing
from tests.structure.kept import choices, fitted, keep, kept, pieces
from tests.structure.programs import PROGRAMS

FORMS = ["{:6d}\t{}", "{:6d}→{}", "{:>4} │ {}", "{:>3} | {}"]
BARE = ["{}\t{}", "{}:{}", "{}→{}"]
NOTES = (
    "# Notes\n\nThe gate closes at nine. It is blue.\n\n## Fees\n\n- A seat costs 12 euros.\n"
    "- Children pay 3.\n\nDone.\n"
)


def numbered(text: str, form: str, first: int = 1) -> str:
    lines = enumerate(text.splitlines(), start=first)
    return "".join(form.format(number, line).rstrip(" ") + "\n" for number, line in lines)


@pytest.mark.parametrize("language", PROGRAMS)
@pytest.mark.parametrize("form", [*FORMS, *BARE])
@pytest.mark.parametrize("first", [1, 98])
def test_a_listing_is_cut_as_the_program_is(language: str, form: str, first: int) -> None:
    text = PROGRAMS[language]
    listing, plain = numbered(text, form, first), lay_out(text)
    layout = lay_out(listing)
    assert layout.kind == "listing"
    starts = [piece[: len(form.format(first, ""))] for piece in pieces(layout, listing)]
    assert all(any(map(str.isdigit, start)) for start in starts)
    assert abs(len(layout) - len(plain)) <= 2 + len(plain) // 5


@pytest.mark.parametrize("form", FORMS)
def test_what_is_numbered_may_be_prose(form: str) -> None:
    lines = numbered(NOTES, form).splitlines(keepends=True)
    assert keep("".join(lines), "Children") == "".join(lines[n] for n in (0, 1, 4, 5, 7, 8))


def test_an_excerpt_is_known_by_a_single_line() -> None:
    text = numbered(
        "        return layout\n    for piece in row:\n        take(piece)\n        if piece:\n"
        "            note(piece)\n    return row\n\ndef goes_on(text):\n    return text\n",
        FORMS[0],
        90,
    )
    assert "    97\tdef goes_on(text):\n    98\t    return text\n" in keep(text, "return text")
    remark = "The file is longer than this.\n"
    assert keep(text + remark, "longer") == remark


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"{n}\tship {n}\t{n * 7}\n" for n in range(1, 9)),  # a table
        "".join(f"{n}. Say it.\n" for n in range(1, 9)),
        "".join(f"{n * 3}:def f{n}():\n" for n in range(1, 9)),  # what grep found
        "1\n2\n3\n4\n5\n6\n",
        " id |  name   | qty \n----+---------+-----\n"
        + "".join(f"{n:3d} | ship a  | {n * 7:3d}\n" for n in range(1, 12))
        + "(11 rows)\n",
        " id |  name  \n----+--------\n" + "".join(f"{n:3d} | ship a\n" for n in range(1, 12)),
        "Rank\tPort\n" + "".join(f"{n:4d}\tLerwick\n" for n in range(1, 12)),
        "Row │ Name    Age\n" + "".join(f"{n:4d} │ Anna   {n * 3}\n" for n in range(1, 12)),
        "thread 'main' panicked at src/main.rs:4:5:\nexplicit panic\nstack backtrace:\n"
        + "".join(f"{n:4d}: core::panicking::panic_fmt\n" for n in range(12)),
        "".join(f"{n:2d}:00 Doors open\n" for n in range(8, 14)),
    ],
)
def test_other_numbers_are_none(text: str) -> None:
    assert lay_out_listing(text) is None


@given(st.sampled_from(sorted(PROGRAMS)), st.sampled_from(FORMS), st.floats(0.05, 0.95), st.data())
@settings(deadline=None, max_examples=40)
def test_every_line_keeps_its_number(
    language: str, form: str, ratio: float, data: st.DataObject
) -> None:
    listing = numbered(PROGRAMS[language], form)
    layout = lay_out(listing)
    lines = set(listing.splitlines())
    results = (
        kept(layout, listing, data.draw(choices(layout))),
        fitted(layout, listing, ratio, 0, whole=True),
    )
    for result in results:
        assert set((result or "").splitlines()) <= lines


def test_blank_lines_may_have_no_number() -> None:
    text = "     1\tGates close at nine.\n\n     2\tThey open at six.\n     3\tA\n     4\tB\n"
    assert lay_out(text + "     5\tC\n").kind == "listing"
