from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.structure.records.stanzas import lay_out_named_stanzas, lay_out_stanzas
from tests.structure.heads import assert_under_heads, read, results
from tests.structure.kept import around, pieces

CHAT = "".join(
    f"[14-Jun-25 18:2{n}] {name}\n{said}\n\n"
    for n, (name, said) in enumerate(
        [
            ("ana", "The boat is booked"),
            ("rui", "How many fit"),
            ("ana", "Eight"),
            ("tom", "Is food in"),
        ]
    )
)
MENU = "".join(f"{dish}\n{price} €\nwith {side}\n\n" for dish, price, side in [
    ("Cod", "21.50", "potatoes"), ("Plaice", "19.00", "rice"), ("Herring", "14.50", "bread"),
])  # fmt: skip
HANDLES = "".join(
    f"Handle 0x000{n}, DMI type {n}, 24 bytes\n{what} Information\n\tVendor: {who}\n\n"
    for n, what, who in [(0, "BIOS", "SeaBIOS"), (1, "System", "QEMU"), (3, "Chassis", "Bochs")]
)
BOXED = "".join(
    f"{'=' * 30}\nContact {n}\n{'=' * 30}\nName: {name}\nPhone: 55{n}\n\nHas been here before.\n"
    for n, name in enumerate(["Mette", "Jo", "Lars"])
)
WHOLE = {
    "addresses.txt": 4, "jobs.txt": 3, "quiz.txt": 3, "tickets.txt": 3, "desk.txt": 3,
    "jira.txt": 3, "search.txt": 3, "nmap.txt": 3, "sprint.txt": 3, "starred.txt": 3,
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_a_stanza_is_whole(name: str) -> None:
    for text in (read(name), read(name).replace("\n", "\r\n"), "\n" + read(name).rstrip()):
        layout = lay_out(text)
        whole = [piece for n, piece in enumerate(pieces(layout, text)) if n in layout.whole]
        assert len(whole) == WHOLE[name]


@pytest.mark.parametrize("text", [CHAT, MENU, HANDLES, BOXED])
def test_other_formats(text: str) -> None:
    layout = lay_out(text)
    made = pieces(layout, text)
    count = 4 if text is CHAT else 3
    assert sum(n in layout.whole for n in range(len(made))) == count


def test_a_stanza_stands_with_its_rule_and_title() -> None:
    made = pieces(lay_out(BOXED), BOXED)
    assert all(piece.startswith("=" * 30 + "\nContact ") for piece in made)
    text = read("tickets.txt")
    assert pieces(lay_out(text), text)[1].startswith("=" * 40 + "\nTicket #4712")


def test_what_belongs_to_a_record_is_not_given_to_another() -> None:
    text = read("desk.txt")
    assert_under_heads(text.partition("\n\n")[2].partition("That is")[0], ("INC",), prose=True)
    made = pieces(lay_out(text), text)
    assert made[0].startswith("Here are")
    assert made[-2].startswith("That is all")


@pytest.mark.parametrize("name", ["poem.txt", "prose.txt"])
def test_poems_and_paragraphs_are_none(name: str) -> None:
    assert lay_out_stanzas(read(name)) is None
    assert lay_out_named_stanzas(read(name)) is None
    assert lay_out(read(name)).kind == "sentence"


@pytest.mark.parametrize(
    "text",
    [
        # A novel's chapters, a list, a dialogue, code, passages for a question, cells of a table.
        "Chapter 1\nIt was late.\n\nChapter 2\nIt was later.\n\nChapter 3\nIt was morning.\n",
        "1. Close the valve.\n   It is red.\n\n2. Open it.\n   Slowly.\n\n3. Wait.\n   Long.\n",
        "- one\n- two\n\n- three\n- four\n\n- five\n- six\n",
        "int a(int b) {\n  c();\n}\n\nint d(int e) {\n  f();\n}\n\nint g(int h) {\n  i();\n}\n",
        "Document 1:\nA\nIt is.\n\nDocument 2:\nB\nIt was.\n\nDocument 3:\nC\nIt will be.\n",
        "1,474\nPension\n\n1,247\nProceeds\n\n2,832\nPurchases\n",
        "# A\nb: c\n\n# D\ne: f\n\n# G\nh: i\n",
    ],
)
def test_what_only_looks_like_records_is_none(text: str) -> None:
    assert lay_out_stanzas(text) is None
    assert lay_out_named_stanzas(text) is None


def test_underlined_headings_are_no_rules_between_records() -> None:
    said = (
        "Of this there is no more than one so far. It was never told why that is, or of whom.\n\n"
    )
    text = "".join(
        f"{n}) {name}\n{'=' * len(name)}===\n\n{said * n}See its page:\n$ show {name}\n\n\n"
        for n, name in enumerate(["FEES", "DUTIES", "TOLLS", "COST"], start=1)
    )
    made = pieces(lay_out(text), text)
    assert not any(piece.startswith("=") for piece in made)
    assert "2) DUTIES\n=========\n\n" in made


@pytest.mark.parametrize("said", ["state ok", "yes and no", "no"])
def test_a_rule_as_long_as_the_line_above_may_part_records(said: str) -> None:
    text = "".join(f"id {n}\nroom {n}{n}\n\n{said}\n--------\n" for n in range(5))
    made = pieces(lay_out(text), text)
    assert not any("room 11" in piece and "id 1\n" not in piece for piece in made)
    assert not any(piece.startswith(said) and "id" in piece for piece in made)


def test_what_is_said_in_turns_is_no_stanza() -> None:
    text = "User: hi\nBot: hello\n\nUser: who\nBot: me\n\nUser: why\nBot: hm\n"
    assert lay_out_named_stanzas(text) is None


def test_fences_are_left_alone() -> None:
    text = read("tickets.txt").replace("The pump", "```\nx\n```\nThe pump")
    assert lay_out_named_stanzas(text) is None


LINES = st.lists(
    st.sampled_from(["Berth: 4", "to the left", "since 2019", "tel +47 555", "(new)"]),
    min_size=1,
    max_size=4,
)


@given(st.lists(LINES, min_size=3, max_size=8))
@settings(deadline=None, max_examples=40)
def test_no_record_gets_what_is_another_s(records: list[list[str]]) -> None:
    text = "\n".join(
        f"Boat #{number} - open\n" + "".join(f"{line} {number}\n" for line in lines)
        for number, lines in enumerate(records)
    )
    for result in results(text):
        number = ""
        for line in filter(str.strip, result.splitlines()):
            if line.startswith("Boat #"):
                number = line[6:].split()[0]
            else:
                assert line.split()[-1] == number, result


CLAUSES = """§ 1 Geltung
(1) Diese Satzung gilt für den Hafen.
(2) Sie gilt nicht für
1. Rettungsboote,
2. Boote der Polizei.

§ 2 Gebühren
(1) Die Gebühr beträgt für Boote
a) bis 6 m 120 Euro,
b) bis 10 m 240 Euro.

§ 3 Ordnungswidrigkeiten
Ordnungswidrig handelt, wer
1. ohne Licht fährt oder
2. Abfall ins Wasser wirft.
"""


@pytest.mark.parametrize(
    ("item", "lead"),
    [
        ("Polizei", "(2) Sie gilt nicht für"),
        ("240 Euro", "(1) Die Gebühr beträgt für Boote"),
        ("Abfall", "Ordnungswidrig handelt, wer"),
    ],
)
def test_clauses_hang_on_one_another(item: str, lead: str) -> None:
    made = results(CLAUSES)
    assert any(item in result for result in made)
    assert all(item not in result or lead in result for result in made)


UNITTEST = """\
.about to compare
FEFs
======================================================================
ERROR: setUpClass (tests.TestPier)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "/srv/kiosk/tests.py", line 21, in setUpClass
    connect("piers")
  File "/srv/kiosk/kiosk/database.py", line 214, in connect
    raise ConnectionRefusedError(f"the database {name} at {self.host} does not answer")
ConnectionRefusedError: the database piers at localhost does not answer

======================================================================
FAIL: test_night (tests.TestFare.test_night)
The night fare is double.
----------------------------------------------------------------------
Traceback (most recent call last):
  File "/srv/kiosk/tests.py", line 5, in test_night
    self.assertEqual(82, 76)
AssertionError: 82 != 76

======================================================================
FAIL: test_sub (tests.TestFare.test_sub) (i=2)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "/srv/kiosk/tests.py", line 18, in test_sub
    self.assertLess(i, 2)
AssertionError: 2 not less than 2

----------------------------------------------------------------------
Ran 6 tests in 0.001s

FAILED (failures=2, errors=1, skipped=1)
"""
PSQL = """\
ferry=> \\d fares
                                   Table "public.fares"
  Column   |           Type           | Nullable |              Default
-----------+--------------------------+----------+-----------------------------------
 id        | integer                  | not null | nextval('fares_id_seq'::regclass)
 harbour   | text                     | not null |
 valid_to  | timestamp with time zone |          |
Indexes:
    "fares_pkey" PRIMARY KEY, btree (id)
    "fares_harbour_night_key" UNIQUE CONSTRAINT, btree (harbour, night)
Check constraints:
    "fares_price_check" CHECK (price >= 0::numeric)

ferry=> select count(*) from tickets;
 count
-------
  4411
(1 row)

ferry=> insert into fares (id, harbour) values (1, 'Brenna');
ERROR:  duplicate key value violates unique constraint "fares_pkey"
DETAIL:  Key (id)=(1) already exists.
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_title_between_rules_may_have_several_lines(end: str) -> None:
    text = UNITTEST.replace("\n", end)
    layout = lay_out(text)
    assert layout.kind == "stanzas"
    made = around(layout, text, "82 != 76").splitlines()
    assert made[1:3] == [
        "FAIL: test_night (tests.TestFare.test_night)",
        "The night fare is double.",
    ]
    assert_under_heads(UNITTEST.partition("Ran 6")[0], ("(?:FAIL|ERROR): ",))


def test_a_trace_in_a_long_stanza_is_one() -> None:
    layout = lay_out(UNITTEST)
    made = around(layout, UNITTEST, "line 214").splitlines()
    assert made[1] == "ERROR: setUpClass (tests.TestPier)"
    assert made[3] == "Traceback (most recent call last):"
    assert made[-2].startswith("ConnectionRefusedError: ")
    assert len(made) == 8


def test_a_table_in_a_long_answer_is_one() -> None:
    layout = lay_out(PSQL)
    assert layout.kind == "session"
    made = around(layout, PSQL, "timestamp").splitlines()
    assert [line.split() for line in (made[0], made[2], made[4])] == [
        ["ferry=>", "\\d", "fares"],
        ["Column", "|", "Type", "|", "Nullable", "|", "Default"],
        ["valid_to", "|", "timestamp", "with", "time", "zone", "|", "|"],
    ]
    made = around(layout, PSQL, "UNIQUE").splitlines()
    assert made[0] == "ferry=> \\d fares"
    assert made[-2:] == ["Indexes:", PSQL.splitlines()[9]]


def test_an_address_makes_no_line_long() -> None:
    text = "# npm audit report\n\n" + "".join(
        f"{name}  <{n}.0.3\nSeverity: {how}\nUncontrolled consumption of resources in {name} - "
        f"https://github.com/advisories/GHSA-grv7-fg5c-xmj{n}?versions=all\nNo fix available\n\n"
        for n, (name, how) in enumerate(
            [("braces", "high"), ("semver", "low"), ("tar", "moderate")]
        )
    )
    made = around(lay_out(text), text, "Severity: low")
    assert "semver  <1.0.3\nSeverity: low\n" in made
    assert "braces" not in made


def test_a_longer_stanza_that_begins_as_the_others_is_no_part_of_another() -> None:
    text = (
        "1. Previous minutes\n   Moved by: Soto\n   CARRIED\n\n"
        "2. Sale of the site\n   RESOLVED, that the offer of 4.2 million dollars be rejected, and"
        " that the President be authorized to ask for five million dollars instead.\n   CARRIED\n\n"
        "3. Dividend\n   Decision: Deferred\n   CARRIED\n\n"
        "4. Other business\n   Decision: None\n   CLOSED\n"
    )
    assert "Previous minutes" not in around(lay_out(text), text, "be rejected")
    assert "Sale of the site" in around(lay_out(text), text, "be rejected")


def test_a_highlight_keeps_the_book_it_is_from() -> None:
    text = "".join(
        f"{book}\n- Your {what} | Added on Monday, 12 May 2025 21:4{n}:11\n\n{said}\n==========\n"
        for n, (book, what, said) in enumerate(
            [
                ("The Salt Path (R. Winn)", "Highlight on page 34 | Location 512-514", "No money."),
                ("The Salt Path (R. Winn)", "Note on page 34 | Location 514", "check the date"),
                (
                    "Les Misérables (V. Hugo)",
                    "Highlight on page 120 | Location 18",
                    "Nul n'est mauvais.",
                ),
                ("Dubliners (J. Joyce)", "Bookmark on page 7 | Location 90", ""),
            ]
        )
    )
    for own in (text, text.replace("\n", "\r\n")):
        layout = lay_out(own)
        for said, book in (("No money", "Salt Path"), ("check", "Salt Path"), ("Nul", "Misér")):
            made = around(layout, own, said)
            assert book in made
            assert made.count("Added on") == 1
