# ruff: noqa: E501 - texts as tools write them
"""CSV: any rows parse again, under their header."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.structure.tables.csv import lay_out_csv
from tests.structure.kept import around, choices, fitted, kept, pieces, units

PRICES = """\
id,item,price
1,"lamp, green",12.50
2,"table
with four legs",80
3,chair,35
"""

CELLS = st.text(st.sampled_from("ab \"',;\t|\n\r1é字"), max_size=12)


def parse(text: str, delimiter: str) -> list[list[str]]:
    return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]


@given(
    st.lists(st.tuples(CELLS, CELLS), min_size=2, max_size=12),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n"]),
    st.floats(0.05, 0.95),
    st.data(),
)
def test_any_rows_parse_under_their_header(
    cells: list[tuple[str, str]],
    delimiter: str,
    line_end: str,
    ratio: float,
    data: st.DataObject,
) -> None:
    out = io.StringIO(newline="")
    quoted = csv.QUOTE_NONNUMERIC
    writer = csv.writer(out, delimiter=delimiter, lineterminator=line_end, quoting=quoted)
    writer.writerow(["number", "some text", "more"])
    writer.writerows([n, *two] for n, two in enumerate(cells))
    text = out.getvalue()
    layout = lay_out_csv(text)
    assert layout is not None
    pieces(layout, text)
    header, *body = parse(text, delimiter)
    chosen = data.draw(choices(layout))
    for result in (kept(layout, text, chosen), fitted(layout, text, ratio, 0) or ""):
        rows = parse(result, delimiter)
        assert rows[:1] in ([], [header])
        numbers = [int(row[0]) for row in rows[1:]]
        assert numbers == sorted(set(numbers))
        assert rows[1:] == [body[number] for number in numbers]
    assert len(parse(kept(layout, text, chosen), delimiter)) == len(chosen) + bool(chosen)
    assert kept(layout, text, units(layout)) == text


def test_of_a_row_that_no_budget_holds_some_sentences_of_its_longest_cell_stay() -> None:
    long = "The crane was repaired in June. It lifts 12 tonnes again. Never in winds above 15 m/s."
    text = f'id,title,told\n1,Crane,"{long}"\n2,Gate,closed at night\n3,Relay,replaced\n'
    layout = lay_out_csv(text)
    assert layout is not None
    row = pieces(layout, text)[1]
    finer = layout.finer[1](row)
    assert kept(finer, row, units(finer)[1:2]) == '1,Crane," It lifts 12 tonnes again. "\n'
    short = pieces(layout, text)[2]
    assert pieces(layout.finer[2](short), short) == [short]


def test_a_quoted_line_break_ends_no_row() -> None:
    layout = lay_out_csv(PRICES)
    assert layout is not None
    assert kept(layout, PRICES, [2]) == 'id,item,price\n2,"table\nwith four legs",80\n'


@pytest.mark.parametrize(
    "text",
    [
        "name\tcity\tborn\nAda\tLondon\t1815\nGrace\tNew York\t1906\n",
        "name;city\n" + "Ada;London\n" * 5,
        "(In millions) | 2019 | 2018\nRevenue | 125,843 | 110,360\nGross margin | 82,933 | (72)\n",
        ",a,b\n0,x,1.5\n1,y,2.5\n\n",
        "drug,2 weeks,4 weeks\nAspirin,12,15\nPlacebo,3,4\n",
    ],
)
def test_tables(text: str) -> None:
    layout = lay_out_csv(text)
    assert layout is not None
    assert layout.supports == {0}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,b\n1,2\n",
        "a,b,c\n1,2\n3,4\n5,6\n",
        "1,2\n3,4\n5,6\n7,8\n",
        "a,a\n1,2\n3,4\n",
        'a,b\n1,"2\n3,4\n',
        "Hello, world\nRoses, red\nViolets, blue\n",
        "Well, she said\nNo, he said\nYes, she said\nOh, he said\nSo, what\nGo, away\nDo, it\n",
        "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n",
        "a | b\n--- | ---\n1 | 2\n3 | 4\n",
        "def f(a, b):\n    return a, b\n\n\nprint(f(1, 2))\n",
        "4.0K\tdocs/kv.md\n8.0K\tdocs/api.md\n20K\tdocs\n",
        "".join(f"test\tRun\t2024-05-04T08:11:0{n}Z line {n}\n" for n in range(9)),
    ],
)
def test_what_is_no_table_is_left_to_others(text: str) -> None:
    assert lay_out_csv(text) is None


BANK = """\
Kontobewegungen;;;
Zeitraum;01.05.2024 - 31.05.2024;;
;;;
Datum;Empfänger;Zweck;Betrag
02.05.2024;Hafenamt;Liegegebühr;-129,50
07.05.2024;Solveig AS;"Rechnung 881; Teilzahlung";990,00
30.05.2024;Kasse;Barauszahlung;-200,00
;;Endsaldo;660,50
"""
REPORT = """\
Balance report
Account,acct_1

id,type,amount,currency
ch_1,charge,129.50,nok
re_1,refund,-19.00,nok
ch_3,charge,990.00,nok
Total,,1100.50

Fees are not in it. They come with the bill.
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("text", "name", "part", "expected"),
    [
        (BANK, "may.csv", "Kasse", "Datum;Empfänger;Zweck;Betrag\n30.05.2024;Kasse;Barauszahlung;-200,00\n"),
        (BANK, None, "Endsaldo", "Datum;Empfänger;Zweck;Betrag\n;;Endsaldo;660,50\n"),
        (BANK, "may.csv", "Zeitraum", "Zeitraum;01.05.2024 - 31.05.2024;;\n;;;\n"),
        (REPORT, "may.csv", "refund", "id,type,amount,currency\nre_1,refund,-19.00,nok\n"),
        (REPORT, "may.csv", "acct_1", "Account,acct_1\n\n"),
        (REPORT, "may.csv", "not in it", "Fees are not in it. "),
    ],
)  # fmt: skip
def test_what_is_above_the_header_or_below_the_rows_is_no_part_of_the_table(
    text: str, name: str | None, part: str, expected: str, line_end: str
) -> None:
    text = text.replace("\n", line_end)
    layout = lay_out(text, name)
    assert layout.kind == "table"
    assert kept(layout, text, units(layout)) == text
    assert around(layout, text, part) == expected.replace("\n", line_end)


@pytest.mark.parametrize(
    "text",
    [
        "One, two.\nOnce, upon a time, there was, a ship.\nIt, sailed.\n",
        "a;b;c\n1;2;3\n4;5\n6;7;8\n9;1\n2;3;4\n",
        "a,b\n1,2\n3,4\n" + "c,d,e\n" * 2,
    ],
)
def test_rows_of_several_lengths_are_no_table(text: str) -> None:
    assert lay_out_csv(text) is None


def test_two_languages_side_by_side_are_a_table() -> None:
    text = (
        "English                        | Norsk\n"
        "The rent is NOK 9,000.         | Leien er 9 000 kr.\n"
        "The tenant may not keep dogs.  | Leietaker kan ikke holde hund.\n"
    )
    layout = lay_out(text)
    assert layout.kind == "table"
    assert around(layout, text, "hund") == text[: text.index("\n") + 1] + (
        "The tenant may not keep dogs.  | Leietaker kan ikke holde hund.\n"
    )


def test_units_below_the_names_are_a_part_of_the_header() -> None:
    text = "time;station;temp;wind\n;;°C;m/s\n00:00;OQ1;7,1;3,2\n01:00;OQ1;6,9;3,9\n02:00;OQ1;6,4;4,1\n"
    lines = text.splitlines(keepends=True)
    assert around(lay_out(text), text, "6,9") == lines[0] + lines[1] + lines[3]
    values = "time,temp,wind\n00:00,n/a,-\n01:00,6.9,3.9\n02:00,6.4,4.1\n"
    assert around(lay_out(values), values, "6.9") == "time,temp,wind\n01:00,6.9,3.9\n"


def test_a_row_of_one_cell_heads_those_below_it() -> None:
    text = "Item,Small,Large\nBerths,,\nNight,12,20\nWeek,70,115\nLifts,,\nIn,80,140\nOut,90,150\n"
    assert around(lay_out(text), text, "140") == "Item,Small,Large\nLifts,,\nIn,80,140\n"
    missing = "Item,Small,Large\nNight,12,20\nWeek,,\nIn,80,140\nOut,90,150\n"
    assert around(lay_out(missing), missing, "140") == "Item,Small,Large\nIn,80,140\n"
