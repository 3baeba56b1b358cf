from __future__ import annotations

import pytest

from specpc.structure import lay_out
from specpc.structure.console.margins import lay_out_outline
from tests.structure.heads import assert_under_heads, read
from tests.structure.kept import around, kept, pieces, units

HARDWARE = """\
port
  *-core
       description: Motherboard
     *-memory
          description: System Memory
          size: 16GiB
     *-cpu
          product: EPYC
          vendor: AMD
town
  *-core
       description: Another board
     *-memory
          size: 8GiB
"""
SHORTLOG = """\
Mette Torv (2):
      Count the night fare for each seat
      Print the QR code larger

Jo Pask (1):
      Raise the pool to twenty connections

Lars Brandt (1):
      Send mails from a queue
"""


@pytest.mark.parametrize("name", ["ip.txt", "ifconfig.txt", "lspci.txt", "changelog.txt"])
def test_lines_stay_below_what_is_at_the_margin(name: str) -> None:
    text = read(name)
    assert_under_heads(text, (r"\S",), prose=True)
    assert_under_heads(text.replace("\n", "\r\n"), (r"\S",), prose=True)
    long = text * 5
    assert_under_heads(long, (r"\S",), prose=True)


@pytest.mark.parametrize("text", [HARDWARE, SHORTLOG])
def test_other_formats(text: str) -> None:
    assert lay_out_outline(text) is not None
    assert_under_heads(text, (r"\S",))


def test_a_line_brings_all_that_it_stands_below() -> None:
    text = HARDWARE.replace(
        "product: EPYC", "product: EPYC\n" + "          flags: many and more\n" * 20
    )
    layout = lay_out(text)
    made = pieces(layout, text)
    vendor = next(n for n in units(layout) if "vendor: AMD" in made[n])
    result = kept(layout, text, {vendor})
    assert result.splitlines()[:3] == ["port", "  *-core", "     *-cpu"]


def test_an_entry_of_a_changelog_keeps_who_signed_it() -> None:
    text = read("changelog.txt").replace("June.\n", "June.\n" + "  * Mend the lamp.\n" * 30)
    layout = lay_out(text)
    made = pieces(layout, text)
    lamp = next(n for n in units(layout) if made[n].startswith("  * Mend"))
    result = kept(layout, text, {lamp})
    assert result.startswith("boats (1.2-3)")
    assert " -- Mette Torv" in result
    assert "Jo Pask" not in result


def test_paragraphs_with_an_indented_first_line_are_no_entries() -> None:
    text = (
        "     It was resolved, on the motion of the chairman, that the east\n"
        "basin be dredged.  Mr. Pask dissented; he held that the tides would\n"
        "undo the work within a year.\n"
        "     The secretary read a letter of the museum.  It asked that the\n"
        "wreck be left where it lies.\n"
        "     No other business having been raised, the meeting was closed at\n"
        "nine.\n"
    )
    assert "It asked that the\nwreck be left where it lies.\n" in pieces(lay_out(text), text)


@pytest.mark.parametrize("name", ["prose.txt", "poem.txt"])
def test_prose_is_none(name: str) -> None:
    text = read(name)
    assert lay_out_outline(text) is None
    hanging = "\n".join("   " + line if n % 3 else line for n, line in enumerate(text.splitlines()))
    assert lay_out_outline(hanging) is None or name == "poem.txt"


@pytest.mark.parametrize(
    "text",
    [
        "- one\n  more\n- two\n  more\n- three\n  more\n",
        "# A\n    code\n# B\n    code\n# C\n    code\n",
        "It is late.\n\n    x = 1\n\nIt is later.\n\n    x = 2\n\nIt is morning.\n\n    x = 3\n",
        "USER: hi\n ASSISTANT: hello\nUSER: who\n ASSISTANT: me\nUSER: why\n ASSISTANT: hm\n",
    ],
)
def test_what_only_looks_like_an_outline_is_none(text: str) -> None:
    assert lay_out_outline(text) is None


def test_the_end_of_a_sentence_at_the_margin_comes_with_what_it_ends() -> None:
    text = (
        "Cap of liability, to which none of this applies:\n    (a) breach of Article 5;\n"
        "    (b) amounts due.\nThe Supplier may end this Agreement if:\n    (1) the Customer does"
        " not pay; or\n    (2) a Force Majeure Event goes on for 90 days,\n"
        "in each case upon written notice of 15 days.\n"
    )
    layout = lay_out_outline(text)
    assert layout is not None
    said = pieces(layout, text)
    assert not any(said[unit].startswith("in each case") for unit in units(layout))
    assert "in each case" in "".join(said[n] for n in layout.complete([units(layout)[-1]]))


DEVICES = """\
Bus 001 Device 003: ID 046d:c52b Logitech, Inc. Unifying Receiver
Device Descriptor:
  bLength                18
  idVendor           0x046d Logitech, Inc.
  Configuration Descriptor:
    MaxPower               98mA
    Interface Descriptor:
      bInterfaceNumber        0
      Endpoint Descriptor:
        wMaxPacketSize     0x0008  1x 8 bytes
Device Status:     0x0000
  (Bus Powered)

Bus 002 Device 001: ID 1d6b:0003 Linux Foundation 3.0 root hub
Device Descriptor:
  bLength                18
  bcdUSB               3.00
  Configuration Descriptor:
    MaxPower                0mA
Device Status:     0x0001
  Self Powered
"""
TABLES = """\
Handle 0x0004, DMI type 4, 48 bytes
Processor Information
\tSocket Designation: CPU1
\tFlags:
\t\tFPU (Floating-point unit on-chip)
\t\tVME (Virtual mode extension)
\tVersion: Intel(R) Xeon(R) Gold 6230 CPU @ 2.10GHz

Handle 0x0005, DMI type 4, 48 bytes
Processor Information
\tSocket Designation: CPU2
\tFlags: None
\tStatus: Unpopulated
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("text", "part", "said"),
    [
        (DEVICES, "Bus Powered", "Bus 001"),
        (DEVICES, "wMax", "Bus 001"),
        (DEVICES, "0mA", "Bus 002"),
        (DEVICES, "Self", "Bus 002"),
        (TABLES, "VME", "Handle 0x0004"),
        (TABLES, "6230", "Handle 0x0004"),
        (TABLES, "Unpop", "Handle 0x0005"),
    ],
)
def test_lines_at_the_margin_below_a_title_belong_to_it(
    text: str, part: str, said: str, line_end: str
) -> None:
    # So long that none is whole.
    more = "".join(f"  bReserved{n:<12}{n:>5}\n" for n in range(20))
    text = text.replace("  bLength", f"{more}  bLength").replace("\tSocket", f"{more}\tSocket")
    source = text.replace("\n", line_end)
    left = around(lay_out(source), source, part)
    assert said in left
    assert len([line for line in left.splitlines() if line[:3] in {"Bus", "Han"}]) == 1
    assert ("Flags:" in left) == (part in {"VME", "Unpop"})


def test_the_papers_of_a_court_are_prose() -> None:
    text = (
        "VELMAR HOLDINGS, INC.,            )\n               Plaintiff,         )\n"
        "TOWN OF VENN,                     )\n               Defendant.         )\n\n"
        "     Before the Court is the motion of the Defendant to dismiss the claim. For the\n"
        "reasons stated below, the motion is DENIED in part.\n\n"
        "     The Plaintiff alleges that the Town withheld the permit for more than\n"
        "a year, and that this was not lawful. The Court agrees.\n"
    )
    assert around(lay_out(text), text, "DENIED").count("For the\nreasons stated below") == 1
    assert "Town withheld" not in around(lay_out(text), text, "DENIED")


def test_names_of_columns_come_with_the_rows_below_an_entry() -> None:
    events = (
        "Events:\n  Type     Reason     From      Message\n"
        "  ----     ------     ----      -------\n"
        "  Warning  Failed     default   0/3 nodes are available.\n"
        "  Normal   Pulled     kubelet   Image already present\n"
    )
    text = (
        "Name:             web-0\nNamespace:        prod\nLabels:           app=web\n"
        "                  tier=front\nStatus:           Pending\nContainers:\n  web:\n"
        "    Image:      web:2\n    Limits:\n      memory:  512Mi\n" + events
    )
    lines = events.splitlines(keepends=True)
    more = text + "".join(lines[3:] * 6)
    assert around(lay_out(more), more, "Pulled").startswith("".join([*lines[:3], lines[4]]))
    assert "Namespace" not in around(lay_out(text), text, "Pending")


def test_rules_of_a_grammar_are_lines() -> None:
    text = (
        "stmt: simple_stmt | compound_stmt\n"
        "small_stmt: (expr_stmt | print_stmt  | del_stmt | pass_stmt | flow_stmt |\n"
        "             import_stmt | global_stmt | exec_stmt | assert_stmt)\n"
        "expr_stmt: testlist_star_expr (annassign | augassign (yield_expr|testlist) |\n"
        "                     ('=' (yield_expr|testlist_star_expr))*)\n"
        "annassign: ':' test ['=' test]\n"
    )
    left = "".join(text.splitlines(keepends=True)[3:5])
    assert around(lay_out(text), text, "'=' (yield") == left


def test_words_parted_at_the_end_of_lines_are_prose() -> None:
    text = (
        'would not resign, unless the vote\nwas lost.\n   Capt. Hale, of the "Orrisay," ar-\n'
        "rived at 5 a.m. on Sunday. He re-\nported a gale off St. Abb's Head.\n\n"
        "                13\n                THE GAZETTE.\n\nHe had lost two boats.\n"
    )
    assert lay_out_outline(text) is None
    assert lay_out(text).kind == "sentence"
