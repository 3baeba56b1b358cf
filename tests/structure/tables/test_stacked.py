"""Tables out of a PDF: amounts come with their label, its section and the years."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.structure.tables.stacked import lay_out_stacked
from tests.structure.kept import around, choices, kept, pieces, units

BALANCE = """\
Advanced Devices, Inc.
Consolidated Balance Sheets

December 31,
2022
December 25,
2021
(In millions, except par value)
ASSETS
Current assets:
Cash and cash equivalents
$
4,835\x20
$
2,535\x20
Inventories
3,771\x20
1,955\x20
Total current assets
8,606\x20
4,490\x20
Goodwill
24,177\x20

Deferred tax assets
58\x20
931\x20
Total assets
$
32,841\x20
$
5,421\x20
LIABILITIES AND STOCKHOLDERS EQUITY
Current liabilities:
Accounts payable
$
2,493\x20
$
1,321\x20
Accrued liabilities
3,077\x20
2,424\x20
Total current liabilities
5,570\x20
3,745\x20
Commitments and contingencies (see Note 16)
Stockholders equity:
Common stock, par value $0.01; shares authorized: 2,250; shares issued: 1,645; shares
outstanding: 1,612
16\x20
12\x20
Treasury stock, at cost
(3,099)
(2,130)
Total stockholders equity
(3,083)
(2,118)
Total liabilities and stockholders equity
$
2,487
$
1,627
"""
TITLE = "".join(BALANCE.splitlines(keepends=True)[:8])
NOTES = """\
Consolidated income statement
EUR million
Note
2023
2022
Revenue
4
12,318
11,006
Selling and distribution
expenses
6
(1,210)
(1,102)
Operating profit
3,992
3,254
Attributable to:
Owners of the parent
2,790
2,200
Non-controlling interests
92
79
"""
ONE_LINE = """\
Northern Harbour plc
(in £ millions) Notes 2023 2022
Non-current assets
Property, plant and equipment 11 1,234.5 1,100.2
Intangible assets 12 310.0 295.1
Deferred tax assets 8 12.4 –
1,556.9 1,395.3
Current assets
Inventories 84.0 91.3
Cash and cash equivalents 15 98.2 120.0
Total current assets 182.2 211.3
Total assets 1,739.1 1,606.6
"""
MATURITIES = """\
(dollars in millions)
Year
Pension Benefits
Health Care
2022
$
2,049
$
906
2023
1,648
883
2024
1,097
862
2025 to 2029
5,097
4,139
"""
REGIONS = """\
(Millions)
United States
Europe
2022
Total revenues
$
41,396
$
4,871
Pretax income
10,383
550
2021
Total revenues
$
33,103
$
3,643
Pretax income
10,325
460
"""
VALUE_AT_RISK = """\
Total VaR
June 30, 2023
June 30, 2022
(in millions)
Avg.
Max
Avg.
Max
Fixed income
$ 57
$ 66
$ 60
$ 79
Equities
8
11
11
15
Total
$ 60
NM
$ 66
NM
"""
PROSE = "The accompanying notes are an integral part of these statements.\n"
TABLES = [BALANCE, NOTES, ONE_LINE, MATURITIES, REGIONS, VALUE_AT_RISK]


@pytest.mark.parametrize("text", TABLES)
@pytest.mark.parametrize("breaks", ["\n", "\r\n", "\n \n"])
def test_tables_are_known_alone_and_in_other_text(text: str, breaks: str) -> None:
    text = text.replace("\n", breaks)
    layout = lay_out_stacked(text)
    assert layout is not None
    assert kept(layout, text, units(layout)).strip() == text.strip()
    around_it = f"The company grew. It sold more than before.\n\n{text}\n{PROSE}It was audited.\n"
    whole = lay_out(around_it)
    row = next(one for one in pieces(layout, text)[1:] if one[0].isalnum())
    assert row in "".join(pieces(whole, around_it))
    bare = [one for one in pieces(whole, around_it) if not one.strip(" \r\n$,()0123456789")]
    assert all(one.startswith("20") for one in bare)


@settings(deadline=None)
@given(st.sampled_from(TABLES), st.data())
def test_no_amount_is_kept_without_a_label(text: str, data: st.DataObject) -> None:
    layout = lay_out(text)
    chosen = data.draw(choices(layout))
    own = pieces(layout, text)
    for piece in chosen:
        assert own[piece][0].isalnum()
        needs = layout.complete([piece])
        assert min(needs) == 0  # what names the columns


@pytest.mark.parametrize(
    ("row", "sections"),
    [
        ("Cash and", "ASSETS\nCurrent assets:\n"),
        ("Total current assets", "ASSETS\nCurrent assets:\n"),
        ("Goodwill", "ASSETS\n"),
        ("Total assets", "ASSETS\n"),
        ("Accrued", "LIABILITIES AND STOCKHOLDERS EQUITY\nCurrent liabilities:\n"),
        ("Treasury", "LIABILITIES AND STOCKHOLDERS EQUITY\nStockholders equity:\n"),
        ("Total liabilities and", "LIABILITIES AND STOCKHOLDERS EQUITY\n"),
    ],
)
def test_a_row_brings_years_and_its_section(row: str, sections: str) -> None:
    layout = lay_out(BALANCE)
    own = next(one for one in pieces(layout, BALANCE) if one.startswith(row))
    assert around(layout, BALANCE, own) == TITLE + sections + own


def test_a_label_goes_on_in_the_next_line() -> None:
    layout = lay_out(BALANCE)
    assert "shares\noutstanding: 1,612\n16 \n12 \n" in around(layout, BALANCE, "Common stock")
    assert around(lay_out(NOTES), NOTES, "Selling").endswith(
        "2022\nSelling and distribution\nexpenses\n6\n(1,210)\n(1,102)\n"
    )


def test_a_row_in_one_line_has_its_section_and_a_sum_is_no_part_of_it() -> None:
    layout = lay_out(ONE_LINE)
    head = "Northern Harbour plc\n(in £ millions) Notes 2023 2022\n"
    assert around(layout, ONE_LINE, "Inventories") == (
        head + "Current assets\nInventories 84.0 91.3\n"
    )
    assert around(layout, ONE_LINE, "Deferred") == (
        head + "Non-current assets\nDeferred tax assets 8 12.4 –\n"
    )
    assert around(layout, ONE_LINE, "Total assets") == head + "Total assets 1,739.1 1,606.6\n"


def test_years_may_name_rows_or_parts_of_a_table() -> None:
    layout = lay_out(MATURITIES)
    assert around(layout, MATURITIES, "1,648") == (
        "(dollars in millions)\nYear\nPension Benefits\nHealth Care\n2023\n1,648\n883\n"
    )
    layout = lay_out(REGIONS)
    assert "2021\nTotal revenues\n$\n33,103" in around(layout, REGIONS, "33,103")
    assert "\n2022\n" not in around(layout, REGIONS, "33,103")


def test_amounts_are_no_prompts_and_columns_said_twice_are_heads() -> None:
    text = VALUE_AT_RISK + PROSE
    head = VALUE_AT_RISK[: VALUE_AT_RISK.index("Fixed")]
    assert around(lay_out(text), text, "Equities") == head + "Equities\n8\n11\n11\n15\n"


def test_marks_of_notes_and_numbers_of_pages_are_no_part_of_a_row() -> None:
    text = NOTES + "(a)\nExcludes what was sold in the year.\n54\n"
    own = pieces(lay_out(text), text)
    assert "Non-controlling interests\n92\n79\n" in own[-4]


@pytest.mark.parametrize(
    "text",
    [
        "1\nFill in the form\n2\nSign the contract\n3\nSend both\n4\nWait for the answer\n",
        "The tide goes out,\nThe boats lie on the sand,\nA bell is rung,\nA lantern swings;\n5\n"
        "The keeper climbs\nAnd trims the light,\nHe hears the gulls,\nHe wonders\n10\n",
        "Opening hours\nMonday\n9\nTuesday\n10\n",
        "There are 12 rooms and\n4 halls in the museum, which\nopened in 1998\nand was extended\n"
        "in\n2005\nby the architect\nMaria Gomez\n",
    ],
)
def test_other_lines_with_numbers_are_none(text: str) -> None:
    assert lay_out_stacked(text) is None


def test_two_rows_and_other_digits_are_enough() -> None:
    wide = "Three months ended\nRevenue\n1,200 1,300 1,400\nCosts of sales\n900 950 1,000\n"
    assert lay_out_stacked(wide) is not None
    assert lay_out_stacked("Fees received\n١.٢٠٠\nOther income\n٧.١٠٠\nCosts\n٩٠٠\n") is not None
