from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.structure import lay_out
from tests.structure.heads import read, results
from tests.structure.kept import kept, pieces, units

EVENT = """\
BEGIN:VEVENT
UID:{0}@port.example
DTSTART:2025061{0}T182000
SUMMARY:Boat {0}
DESCRIPTION:{1}
LOCATION:Pier {0}
BEGIN:VALARM
ACTION:DISPLAY
END:VALARM
END:VEVENT
"""
CALENDAR = (
    "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Port//EN\n"
    + "".join(EVENT.format(n, "\n ".join(["It leaves from the pier."] * (9 * n))) for n in range(4))
    + "END:VCALENDAR\n"
)


def balanced(text: str) -> bool:
    """Whether all that begins ends, in the right order."""
    waiting: list[str] = []
    for line in text.splitlines():
        kind, _, name = line.partition(":")
        if kind == "BEGIN":
            waiting.append(name)
        elif kind == "END" and (not waiting or waiting.pop() != name):
            return False
    return not waiting


def cards(text: str) -> list[list[str]]:
    return [card.splitlines() for card in text.split("BEGIN:VCARD\n")[1:]]


def test_a_contact_is_whole() -> None:
    text = read("contacts.vcf")
    layout = lay_out(text)
    assert layout.kind == "contacts or calendar"
    assert [piece.count("BEGIN:") for piece in pieces(layout, text)] == [1] * 4
    assert all(balanced(piece) for piece in pieces(layout, text))


@pytest.mark.parametrize("text", [read("contacts.vcf"), read("meetings.ics"), CALENDAR])
@pytest.mark.parametrize("breaks", ["\n", "\r\n"])
def test_what_comes_out_is_closed(text: str, breaks: str) -> None:
    assert balanced(text)
    for result in results(text.replace("\n", breaks)):
        assert balanced(result), result


def test_a_property_brings_the_title_and_folded_lines() -> None:
    layout = lay_out(CALENDAR)
    made = pieces(layout, CALENDAR)
    [place] = [n for n in units(layout) if made[n] == "LOCATION:Pier 3\n"]
    result = kept(layout, CALENDAR, {place})
    assert result == (
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Port//EN\n"
        "BEGIN:VEVENT\nDTSTART:20250613T182000\nSUMMARY:Boat 3\nLOCATION:Pier 3\nEND:VEVENT\n"
        "END:VCALENDAR\n"
    )
    folded = [piece for piece in made if piece.startswith("DESCRIPTION")]
    assert [piece.count("It leaves") for piece in folded][-2:] == [18, 27]


def test_what_is_never_closed_is_lines() -> None:
    text = read("meetings.ics").replace("END:VCALENDAR\n", "")
    made = pieces(lay_out(text), text)
    assert any(piece.startswith("BEGIN:VEVENT") and balanced(piece) for piece in made)
    deep = "".join(f"BEGIN:A{n}\n" for n in range(2000))
    pieces(lay_out(deep), deep)
    closed = deep + "".join(f"END:A{n}\n" for n in reversed(range(2000)))
    pieces(lay_out(closed), closed)


def test_contacts_are_found_in_other_text() -> None:
    text = f"These are the people to ask:\n\n{read('contacts.vcf')}\nAsk them soon.\n"
    made = pieces(lay_out(text), text)
    assert sum(piece.startswith("BEGIN:VCARD") for piece in made) == 4


NAMES = st.text("abcé", min_size=1, max_size=8)
FIELDS = st.lists(
    st.tuples(st.sampled_from(["TEL", "NOTE", "ORG", "item1.URL"]), NAMES), max_size=9
)


@given(st.lists(st.tuples(NAMES, FIELDS), min_size=1, max_size=6))
@settings(deadline=None, max_examples=40)
def test_no_contact_gets_what_is_another_s(people: list[tuple[str, list[tuple[str, str]]]]) -> None:
    text = ""
    known: dict[str, set[str]] = {}
    for number, (name, fields) in enumerate(people):
        lines = [f"{key}:{value}{number}" for key, value in fields]
        known[f"FN:{name}{number}"] = set(lines)
        text += "\n".join(("BEGIN:VCARD", "VERSION:3.0", f"FN:{name}{number}", *lines, "END:VCARD"))
        text += "\n"
    for result in results(text):
        for _, name, *own in cards(result):
            assert set(own) <= known[name] | {"END:VCARD"}
