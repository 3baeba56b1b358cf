"""Markdown and plain text: headings nest, items have what leads to them, answers questions."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.structure.units import lay_out_units
from tests.structure.kept import around, choices, fitted, keep, kept, never_alone, pieces, units

NESTED = """# Outage

1. 06:10 the first alarm
   - It was muted by mistake.
   - Nobody noticed for an hour.
2. 07:05 the database was restarted
   - The replica was behind by 40 minutes.
   - We promoted it anyway, and 212 bookings were lost.
3. 09:20 service was back
   - All bookings were entered again by hand.
"""
FAQ = """# FAQ

**Can I take my dog on board?**

Yes, on a leash.

**Can I take my car on the night boat?**

No.

**Is there food on board?**

There is a bar.
"""
MATH = """# Fares

The fare grows with the distance:

$$
f(d) = a + b d
$$

Children pay half. The night fare is different.

<details>
<summary>How was this measured?</summary>

We took the receipts of 2024. Refunds were left out.

</details>

Ask at the counter for more.
"""
DETAILS = "<details>\n<summary>How was this measured?</summary>\n\n"


def test_an_item_in_an_item_brings_it() -> None:
    assert keep(NESTED, "212 bookings") == (
        "# Outage\n\n2. 07:05 the database was restarted\n"
        "   - We promoted it anyway, and 212 bookings were lost.\n"
    )
    assert keep(NESTED, "09:20") == "# Outage\n\n3. 09:20 service was back\n"


def test_a_question_and_its_answer_are_one() -> None:
    assert keep(FAQ, "No.") == "# FAQ\n\n**Can I take my car on the night boat?**\n\nNo.\n\n"


def test_a_long_answer_brings_its_question() -> None:
    text = FAQ.replace("There is a bar.", "There is a bar. Tea is at six. " * 20)
    layout = lay_out(text)
    said = pieces(layout, text)
    own = [n for n in units(layout) if "Tea is" in said[n]]
    assert len(own) > 5
    assert kept(layout, text, own[:1]) == (
        "# FAQ\n\n**Is there food on board?**\n\nTea is at six. "
    )


@pytest.mark.parametrize(
    "text",
    [
        "Can I pay by card?\nYes.\n\nIs there a toilet?\nOne, aft.\n\nMay I smoke?\nNo.\n",
        "Can I pay by card?\n\nYes.\n\nIs there a toilet?\n\nOne, aft.\n\nMay I smoke?\n\nNo.\n",
        "## Can I pay by card?\n\nYes.\n\n## Is there a toilet?\n\nOne, aft.\n",
        "__Can I pay by card?__\r\nYes.\r\n\r\n__Is there a toilet?__\r\nOne, aft.\r\n",
        "1. Can I pay by card?\n   Yes.\n2. Is there a toilet?\n\n   One, aft.\n",
        "Kann ich mit Karte zahlen?\n\nJa.\n\nIs there a toilet?\n\nOne, aft.\n",
    ],
)
def test_questions_however_they_are_written(text: str) -> None:
    result = keep(text, "One, aft.")
    assert re.match(r"(?:#+ |__|\d\. )?Is there a toilet\?", result)
    assert "card" not in result
    assert "Karte" not in result


def test_questions_in_prose_are_prose() -> None:
    text = "He looked up.\n\nWhy not?\n\n" + "Nobody knew the answer to that. " * 3 + "\n\nWell.\n"
    assert keep(text, "Nobody") == "Nobody knew the answer to that. "


def test_formulas_and_containers_are_whole() -> None:
    assert keep(MATH, "f(d)") == (
        "# Fares\n\nThe fare grows with the distance:\n\n$$\nf(d) = a + b d\n$$\n\n"
    )
    assert keep(MATH, "Refunds") == DETAILS + "Refunds were left out.\n\n</details>\n\n"
    assert never_alone(MATH, "The fare grows")


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        (":::warning Be careful", ":::"),
        ("::: {.callout-note}", ":::"),
        ("{% note %}", "{% endnote %}"),
        ("{{< tip >}}", "{{< /tip >}}"),
        ("<Note type=\"tip\">", "</Note>"),
        ("```{note}", "```"),
        ("<context>", "</context>"),
    ],
)  # fmt: skip
def test_what_opens_is_closed(opening: str, closing: str) -> None:
    said = "It is hot in the engine room. Cranes are loud as well."
    text = f"# A\n\nBefore it.\n\n{opening}\n{said}\n{closing}\n\nAfter it.\n"
    result = keep(text, "loud")
    assert result == f"# A\n\n{opening}\nCranes are loud as well.\n{closing}\n\n"
    assert keep(text, "After") == "# A\n\nAfter it.\n"


@pytest.mark.parametrize(
    "formula",
    ["$$ a\n+ b $$", "\\[\na\n\\]", "\\begin{align}\na &= b\n\\end{align}", "$$a = b$$",
     "```mermaid\ngraph TD\nA-->B\n\nB-->C\n```"],
)  # fmt: skip
def test_formulas_and_drawings_are_never_cut(formula: str) -> None:
    text = f"One.\n\n{formula}\n\nTwo. Three.\n"
    layout = lay_out(text)
    assert formula in [piece.strip() for piece in pieces(layout, text)]


def test_an_indented_remark_has_its_title() -> None:
    text = 'Text.\n\n!!! note "Old"\n    They need swap. Two are enough.\n\nMore text.\n'
    assert keep(text, "Two are") == '!!! note "Old"\n    Two are enough.\n\n'


def test_comments_are_dropped() -> None:
    assert never_alone("One.\n\n<!-- not\nfor all -->\n\nTwo.\n", "for all")


def test_headings_nest() -> None:
    text = "Title\n=====\n\n## A\n\nOne.\n\n### B\n\nTwo.\n\n## C\n\nThree.\n\nD\n-\n\n# E\n"
    assert keep(text, "Two") == "Title\n=====\n\n## A\n\n### B\n\nTwo.\n\n"
    assert keep(text, "Three") == "Title\n=====\n\n## C\n\nThree.\n\n"
    assert never_alone(text, "# E")
    assert units(lay_out("# A\n\n## B\n\n# C\n")) == [0, 1, 2]


LIST = """The board decided as follows:

- The crane is sold.
- The ramp
  is closed:
  - in May
  - in June

  It opens in July. Nobody may enter before.
- [x] No new boats

The rest is as it was.
"""


def test_items_bring_what_leads_to_them() -> None:
    lead = "The board decided as follows:\n\n"
    assert keep(LIST, "crane") == f"{lead}- The crane is sold.\n"
    assert keep(LIST, "in June") == f"{lead}- The ramp\n  is closed:\n  - in June\n\n"
    assert keep(LIST, "Nobody") == f"{lead}- The ramp\n  is closed:\n  Nobody may enter before.\n"
    assert keep(LIST, "No new") == f"{lead}- [x] No new boats\n\n"
    assert keep(LIST, "The rest") == "The rest is as it was.\n"


@pytest.mark.parametrize(
    "text",
    [
        "6.1 Each party keeps it secret, except where:\n    (a) it is public;\n"
        "    (b) a court demands it; or\n    (c) the other agrees.\n",
        "6.1 Each party keeps it secret, except where:\r\n(a) it is public;\r\n\r\n"
        "(b) a court demands it; or\r\n\r\n(c) the other agrees.\r\n",
        "1. Each party keeps it secret, except where:\n\n\ta) it is public;\n"
        "\tb) a court demands it;\n2. It ends.\n",
        "Each party keeps it secret\n• where it is not public\n• until a court demands it\n",
    ],
)
def test_clauses_bring_what_they_hang_on(text: str) -> None:
    result = keep(text, "a court demands")
    assert "Each party keeps it secret" in result.splitlines()[0]
    assert len([line for line in result.splitlines() if line]) == 2
    assert "public" not in result.replace("except", "") or "•" in text


def test_an_item_that_is_only_a_name_is_never_alone() -> None:
    text = "1. **Staff**\n   1. Two sailors\n   2. One captain\n2. **Fuel**: 400 litres. Daily.\n"
    assert never_alone(text, "**Staff**")
    assert keep(text, "captain") == "1. **Staff**\n   2. One captain\n"
    assert keep(text, "Daily") == "2. **Fuel**: Daily.\n"


def test_a_list_does_not_bring_what_leads_to_another() -> None:
    text = "These:\n\n- one\n- two\n\n1. first\n2. second\n\n```\ncode\n```\n\n3. third\n"
    assert keep(text, "second") == "2. second\n\n"
    assert keep(text, "code") == "```\ncode\n```\n\n"


def test_a_sentence_of_a_long_item_keeps_its_mark() -> None:
    text = "- " + "The first is long. Much goes on. " * 9 + "\n- Second.\n\nEnd.\n"
    assert keep(text, "Much goes").startswith("- Much goes on.")


def test_definitions_bring_their_term() -> None:
    text = "Crane\n: It lifts. It is old.\n\nRamp\n: It is closed.\n\nOther text. All ends.\n"
    assert keep(text, "closed") == "Ramp\n: It is closed.\n\n"
    assert keep(text, "All ends") == "All ends.\n"


def test_quotes_keep_their_mark_and_who_said_it() -> None:
    said = "".join(f"> This is sentence {n} of what was said. One has a second\n> half, too.\n"
                   for n in range(8))  # fmt: skip
    text = f"Ann wrote:\n\n{said}>\n> — Ann Dahl\n\nBob agreed.\n"
    assert keep(text, "sentence 4") == (
        "Ann wrote:\n\n> This is sentence 4 of what was said. \n> — Ann Dahl\n\n"
    )
    assert keep(text, "half").splitlines()[2:4] == ["> One has a second", "> half, too."]
    line = "> [!NOTE]\n> " + "One is long. Two is longer. " * 15 + "\n"
    assert keep(line, "Two is").startswith("> [!NOTE]\n> Two is longer. ")


def test_notes_come_with_what_refers_to_them() -> None:
    text = (
        "# A\n\nIt is old [^1]. See the [guide].\n\nOther text.\n\n[^1]: Built in 1951.\n"
        "[guide]: https://a.example\n[other]: https://b.example\n"
    )
    assert keep(text, "It is old").endswith("[^1]: Built in 1951.\n")
    assert keep(text, "See the").endswith("[guide].\n\n[guide]: https://a.example\n")
    assert keep(text, "Other") == "# A\n\nOther text.\n\n"
    assert never_alone(text, "b.example")


def test_images_are_whole() -> None:
    text = "# Frog\n\n![Cover](./c.png)\n\nIt lives here.\n\n[![ci](a.svg)](b) ![x](y)\n\nEnd.\n"
    assert "![Cover](./c.png)\n\n" in pieces(lay_out(text), text)
    assert "[![ci](a.svg)](b) ![x](y)\n\n" in pieces(lay_out(text), text)


def test_numbered_headings() -> None:
    text = (
        "2.  Reports\n\n   A relay reports.  It is quick.\n\n2.1.  Times\n\n"
        "   It takes a second.\n\n"
        "OUTLOOK\n\nIt will be quicker.\n"
    )
    assert keep(text, "a second") == "2.  Reports\n\n2.1.  Times\n\n   It takes a second.\n\n"
    assert keep(text, "quicker") == "OUTLOOK\n\nIt will be quicker.\n"
    law = "ARTICLE 12\nLIABILITY\n\nNone.\n\nARTICLE 13\nGOVERNING LAW\n\nThat of Denmark.\n"
    assert keep(law, "Denmark") == "ARTICLE 13\nGOVERNING LAW\n\nThat of Denmark.\n"
    law = "§ 1 Harbours\n\nAll of them.\n\nCHAPTER IV.\n\nIt was late.\n"
    assert keep(law, "All of") == "§ 1 Harbours\n\nAll of them.\n\n"
    assert keep(law, "late") == "CHAPTER IV.\n\nIt was late.\n"
    assert keep("#\u00a0Ferry\n\nIt was late.\n", "late") == "#\u00a0Ferry\n\nIt was late.\n"
    items = "1. Buy milk\n\n2. Call the pilot\n\n"
    assert keep(items + "3. Sleep\n", "milk") == "1. Buy milk\n\n"


def test_the_title_of_a_clause_comes_with_what_stands_on_its_line() -> None:
    text = "It is so.\n\n4.0 WORK NOT COVERED. 4.1 Repair of cranes.\n\n4.2 Paint. And rust.\n"
    layout = lay_out(text)
    assert around(layout, text, "Repair") == "4.0 WORK NOT COVERED. 4.1 Repair of cranes.\n\n"
    assert around(layout, text, "And rust") == "4.2 Paint. And rust.\n"
    text = "2. It ends.\n\n3. Late Payment. Interest is due. The rate is 2%.\n"
    assert around(lay_out(text), text, "2%") == "3. Late Payment. The rate is 2%.\n"


def test_numbers_of_items_are_those_of_a_list_across_fences() -> None:
    text = "1. Restart it\n\n   ```\n   restart\n   ```\n\n2. Check it\n\n   ```\n   log\n   ```\n"
    assert keep(text, "   log\n") == "2. Check it\n\n   ```\n   log\n   ```\n"


def test_items_of_filings_are_headings() -> None:
    text = (
        "Item 1A. Risk Factors\n\nWe depend on the weather.\n\n                 17\n\n"
        "Item 3. Legal Proceedings\n\nNone.\n"
    )
    assert keep(text, "None.") == "Item 3. Legal Proceedings\n\nNone.\n"
    assert never_alone(text, "17")


def test_what_heads_each_page_heads_nothing() -> None:
    text = (
        "THE HARBOUR                    17\n\nIt was built in 1871.\n\n"
        "18                    THE HARBOUR\n\nSeven men drowned.\n\nTOTAL              18\n"
    )
    assert keep(text, "Seven") == "Seven men drowned.\n\n"
    assert never_alone(text, "THE HARBOUR")
    assert never_alone(text.replace("\n\n18", "\n\f18"), "18   ")
    assert not never_alone(text, "TOTAL")


@pytest.mark.parametrize(
    "foot",
    [
        "Port of Storvik Ltd                       Page {} of 9",
        "Lease 4481 - Page {}",
        "Vertraulich | Seite {} von 9",
        "p. {}                 Port of Storvik",
        "Page {}/9",
    ],
)
def test_a_sentence_goes_on_on_the_next_page(foot: str) -> None:
    text = (
        "Boats may stay for a week. They may not stay in the\n\n"
        f"{foot.format(4)}\n\nnorth basin, where ferries turn. Dues are paid at the office.\n\n"
        f"{foot.format(5)}\n\nThe crane is closed in May.\n"
    )
    kept_text = keep(text, "north basin")
    assert "They may not stay in the\n\nnorth basin, where ferries turn. " in kept_text
    assert foot.format(4) not in kept_text
    assert never_alone(text, foot.format(5))


def test_places_in_a_document_are_nothing_to_keep() -> None:
    text = (
        "The port grew.\n\nPage 2 of 4\n\n- 2 -\n\nIt grew again.\n\n- [Use](#use)\n\n"
        "Holt         Informational         [Page 1]\n\n[This page intentionally left blank]\n"
    )
    layout = lay_out_units(text, "structure")
    assert [pieces(layout, text)[n].strip() for n in units(layout)] == [
        "The port grew.",
        "It grew again.",
    ]


def test_front_matter() -> None:
    short = "---\ntitle: A\n---\n# A\n\nText.\n"
    assert keep(short, "title") == "---\ntitle: A\n---\n"
    listed = "---\ntitle: A\ndate: 2024-11-02\ntags:\n  - b\ndraft: true\n---\n"
    assert keep(listed + "\nText.\n", "tags") == listed
    finer = lay_out(listed + "\nText.\n").finer[0](listed)
    assert kept(finer, listed, units(finer)[2:3]) == "---\ntags:\n  - b\n---\n"
    long = "---\n" + "".join(f"key{n}: value {n}\n" for n in range(40)) + "---\nText.\n"
    result = keep(long, "key20")
    assert result.startswith("---\n")
    assert result.endswith("---\n")


PARTS = st.sampled_from(
    ["# One\n\n", "## Two\n\n", "### Three\n\n", "#### Is it four?\n\n",
     "Words here. More words.\n\n",
     "- item\n", "  - inner. Second.\n", "    * deep\n", "\n", "1. first\n", "2. second\n\n",
     "It is so:\n\n", "**Bold**\n\n", "**Why?**\n", "Because.\n", "$$\na + b\n$$\n\n", ":::tip\n",
     ":::\n", "<ctx>\n", "</ctx>\n", "> quoted. Said.\n", "> - by\n\n", "```\ncode\n```\n",
     "[^1]: A note.\n", "See [^1]. And [x].\n", "[x]: http://x\n",
     "| a | b |\n|---|---|\n| 1 | 2 |\n\n", "![i](j)\n", "Term\n: defined\n\n", "<!-- no -->\n",
     "a\r\n\r\n", "{% if %}\n", "{% endif %}\n"]
)  # fmt: skip


@given(st.lists(PARTS, min_size=1, max_size=14).map("".join), st.data())
@settings(deadline=None, max_examples=200)
def test_every_heading_above_is_kept(text: str, data: st.DataObject) -> None:
    if not text.strip():
        return
    layout = lay_out(text)
    edges = layout.edges.tolist()
    chosen = data.draw(choices(layout))
    kept_pieces = set(layout.complete(chosen))
    for a, b in pairwise(edges):
        assert a < b
    headings: list[tuple[int, int]] = []
    if re.search(r"^(?:```|<|:::|>|\$\$|\[)|:\n\n|\?", text, re.MULTILINE):
        return  # what stands in these has headings of its own, or none
    for piece, said in enumerate(pieces(layout, text)):
        mark = re.match(r"(#{1,6}) ", said)
        if mark:
            level = len(mark[1])
            headings = [one for one in headings if one[0] < level] + [(level, piece)]
        elif piece in kept_pieces and piece in chosen:
            assert {above for _, above in headings} <= kept_pieces


@given(st.lists(PARTS, min_size=1, max_size=14).map("".join), st.floats(0.1, 0.9))
@settings(deadline=None, max_examples=200)
def test_formulas_are_whole_or_gone(text: str, ratio: float) -> None:
    if not text.strip():
        return
    layout = lay_out(text)
    results = [kept(layout, text, units(layout)[1::2]), fitted(layout, text, ratio, 1) or ""]
    for result in results:
        if text.count("$$\n") == 2 * text.count("$$\na + b\n$$\n") and "<ctx>" not in text:
            assert result.count("$$") == 2 * result.count("$$\na + b\n$$\n")


def test_documents_of_this_project() -> None:
    for file in sorted(Path(__file__).parents[3].glob("docs/*.md")):
        text = file.read_text(encoding="utf-8")
        layout = lay_out(text, file.name)
        assert "".join(pieces(layout, text)) == text
        if "````" in text:  # what is shown in it has headings of its own
            continue
        headings = [
            piece for piece in pieces(layout, text) if re.fullmatch(r"#{1,6} [^?\n]*\n+", piece)
        ]
        assert all(never_alone(text, heading) for heading in headings[:5])


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        # A short line heads the list below it, and is nothing without it.
        ("Go.\n\nRollback\n\na) restore it\nb) start it\n", "b)", "Rollback\n\nb) start it\n"),
        ("Crane\n- one offer\n- two\n", "two", "Crane\n- two\n"),
        # Steps indented below a step belong to it.
        (
            "Step 1: Get it.\n\nStep 2: Check it.\n\n   a. Import.\n   b. Verify.\n",
            "Verify",
            "Step 2: Check it.\n\n   b. Verify.\n",
        ),
        # Numbers of another kind are deeper.
        (
            "(1) It holds.\n(2) It does not hold for\n1. boats,\n2. cars.\n",
            "cars",
            "(2) It does not hold for\n2. cars.\n",
        ),
        # Clauses with numbers of several parts.
        (
            "1. SCOPE\n1.1 It holds.\n1.2 It does not hold for\n1.2.1 boats;\n1.2.2 cars.\n",
            "cars",
            "1. SCOPE\n1.2 It does not hold for\n1.2.2 cars.\n",
        ),
        # What goes on below a list goes on with what led to it.
        (
            "The Yard is not liable for\n(a) rust; or\n(b) storms,\nunless it slept.\n",
            "rust",
            "The Yard is not liable for\n(a) rust; or\nunless it slept.\n",
        ),
        # An item whose first line breaks off is one piece.
        (
            "Open\n 1. paint\n 2. lamp\n    broken since April\n",
            "broken",
            "Open\n 2. lamp\n    broken since April\n",
        ),
        # Who is quoted in a quotation.
        (
            "> Hi, the first one is cheap. It is.\n>\n> On Fri, 3 May at 11:02, Ann wrote:\n>\n"
            f">> It takes ten months{' and more' * 30}.\n>>\n>> Ann\n",
            ">> Ann\n",
            "> On Fri, 3 May at 11:02, Ann wrote:\n>\n>> Ann\n",
        ),
    ],
)
def test_what_leads_to_something_comes_with_it(text: str, part: str, expected: str) -> None:
    layout = lay_out(text)
    assert around(layout, text, part) == expected
    lead = expected.partition("\n")[0]
    assert never_alone(text, lead) or lead.startswith(("Step", "(", "1."))


MARKED = """Test                 Result    Flag   Units
Sodium               139              mmol/L
Potassium            5.6       H *    mmol/L

* It may be falsely elevated.

| Plan | Price |
|------|-------|
| Team† | 9 |
| Free | 0 |

† Billed yearly.

Monday to Friday
Harbour          05:10  05:40  06:10
University a)    05:25  05:55  06:25

a) not during holidays
"""


@pytest.mark.parametrize(
    ("part", "note"), [("Potassium", "* It may"), ("Team†", "† Billed"), ("University", "a) not")]
)
def test_rows_with_a_mark_bring_the_note_below(part: str, note: str) -> None:
    text = "It was read. It is so.\n\n" + MARKED
    notes = {"* It may", "† Billed", "a) not"}
    assert {one for one in notes if one in keep(text, part)} == {note}
    for other in ("Sodium", "Free", "Harbour"):
        assert not {one for one in notes if one in keep(text, other)}


def test_emphasis_and_items_are_no_marks() -> None:
    text = "It is *not* so, and **never** was. Twelve is 3*4.\n\n* one thing\n* another thing\n"
    assert keep(text, "not") == "It is *not* so, and **never** was. "
    assert keep(text, "3*4") == "Twelve is 3*4.\n\n"


def test_lines_of_a_form_have_its_section_and_go_on() -> None:
    text = (
        "It is a form. It is old.\n\nSection B: Approval\nApproved:  [ ] Yes  [x] No\n"
        "Reason: Too few are there. May ask for\n        dates after 22.07.\nSignature: T. Lind\n"
    )
    assert keep(text, "Approved") == "Section B: Approval\nApproved:  [ ] Yes  [x] No\n"
    assert keep(text, "dates") == (
        "Section B: Approval\nReason: Too few are there. May ask for\n        dates after 22.07.\n"
    )


def test_a_label_in_capitals_comes_with_all_it_says() -> None:
    text = "It is so.\n\nALLERGIES: Penicillin (rash). No known food allergies.\n\nIt ends. Now.\n"
    assert keep(text, "No known") == "ALLERGIES: No known food allergies.\n\n"


@pytest.mark.parametrize(
    "text",
    [
        "/srv/harbour/README.md\n/srv/harbour/src/berth.rs\n/srv/harbour/src/tide.rs\n",
        " README.md      |  12 ++++++++----\n src/tide.rs    |  88 +++++++++\n"
        " 2 files changed, 96 insertions(+), 4 deletions(-)\n",
    ],
)
def test_the_first_of_several_paths_or_rows_names_none_of_the_others(text: str) -> None:
    layout = lay_out(text)
    lines = text.splitlines(keepends=True)
    assert [kept(layout, text, [piece]) for piece in units(layout)] == lines


def test_what_an_item_says_up_to_a_colon_leads_to_its_other_lines() -> None:
    text = (
        "NOTES:\n1. Get the address of the application by running these commands:\n"
        "  export POD=$(kubectl get pods)\n  echo http://127.0.0.1:8080\n\n"
        "2. The password is stored in a secret.\n"
    )
    layout = lay_out(text)
    assert "1. Get the address" in around(layout, text, "export POD")
    assert around(layout, text, "password") == "NOTES:\n2. The password is stored in a secret.\n"


def test_a_line_of_dashes_below_what_is_no_title_parts_passages() -> None:
    text = (
        "Use the passages.\n\nSource: https://ferry.example/c\nContent: The kiosk sells tea.\n---\n"
        "Source: https://ferry.example/d\nContent: The kiosk closes at five.\n---\n\n"
        "Known issues\n---\nThe dump is slow.\n"
    )
    assert keep(text, "closes at five") == (
        "Source: https://ferry.example/d\nContent: The kiosk closes at five.\n"
    )
    assert keep(text, "sells tea").startswith("Source: https://ferry.example/c\n")
    assert keep(text, "is slow") == "Known issues\n---\nThe dump is slow.\n"
    assert never_alone("The pier is closed.\n---\nThe kiosk is open.\n", "---\n")


def test_rows_of_a_table_come_with_the_one_that_heads_them() -> None:
    text = (
        "| Service | Small | Large |\n|---|---|---|\n| **Berths** | | |\n| Night | £12 | £20 |\n"
        "| **Lifts** | | |\n| In | £80 | £140 |\n\n"
    )
    assert keep(text, "£140") == "".join(text.splitlines(keepends=True)[n] for n in (0, 1, 4, 5, 6))
    assert never_alone(text, "Lifts")
    missing = "| Key | Value |\n|---|---|\n| a | 1 |\n| b | |\n| c | 3 |\n"
    assert "| b |" not in keep(missing, "| c |")
    assert keep(missing, "| b |").endswith("| b | |\n")


def test_a_row_of_control_characters_is_a_row() -> None:
    text = "| a | b |\n|---|---|\n\x1c\x1c\n| c | d |\n| e | f |\n"
    assert keep(text, "| e") == "| a | b |\n|---|---|\n| e | f |\n"


def test_tags_around_paragraphs_say_nothing() -> None:
    text = '<div align="center">\n\n# Orrisay\n\nFerries since 1871.\n\n</div>\n\nMore.\n'
    assert never_alone(text, "div")
    assert keep(text, "1871") == "# Orrisay\n\nFerries since 1871.\n\n"


@pytest.mark.parametrize(
    ("opens", "closes"), [("<aside>", "</aside>"), ("/// warning | Careful", "///")]
)
def test_a_callout_is_opened_and_closed(opens: str, closes: str) -> None:
    text = f"Before.\n\n{opens}\nThe key is in the safe.\n\n- Call Lee.\n\n{closes}\n\nAfter.\n"
    made = keep(text, "the safe").strip()
    assert made.startswith(f"{opens}\nThe key is in the safe.\n")
    assert made.endswith(closes)
    assert closes not in keep(text, "After")


def test_a_rule_in_two_lines_is_whole_among_others() -> None:
    rule = "Cmnd_Alias\tCRANE = /usr/bin/crane-start, \\\n\t\t/usr/bin/crane-stop\n"
    text = f"Defaults\tenv_reset\n{rule}User_Alias\tHARBOUR = ann, bo\nHARBOUR\tALL=(root) CRANE\n"
    assert rule in keep(text, "crane-stop")
    assert "crane" not in keep(text, "ann, bo")
    assert "crane" not in keep(text, "ALL=")


def test_what_a_hard_blank_begins_is_no_fence() -> None:
    text = "\u00a0```\nThe boat leaves. It is full.\n\nOnly in b\n```\nThat is all.\n```\n"
    assert lay_out("#\u00a0Title\n\nThe boat leaves. All is well.\n").supports == {0}
    assert never_alone(text, "Only") or "```" not in around(lay_out(text), text, "boat")


@pytest.mark.parametrize(("opening", "closing"), [("$$", "$$"), (r"\[", r"\]")])
def test_a_formula_may_have_blank_lines(opening: str, closing: str) -> None:
    formula = f"{opening}\nf(d) = a\n\n    + b d\n{closing}\n\n"
    text = f"# Fares\n\nThe fare is this. See below.\n\n{formula}It does not grow at night.\n"
    layout = lay_out(text)
    assert formula in pieces(layout, text)
    # A mark that nothing closes takes no text with it.
    lone = f"# Fares\n\n{opening}\nf(d) = a\n\n# More\n\nIt is so.\n\n{closing}\n"
    assert any(piece.startswith("It is so.") for piece in pieces(lay_out(lone), lone))


def test_a_sentence_may_go_on_behind_a_fence() -> None:
    text = (
        "# Use\n\nTo make one, run the command. For example,\n\n"
        "```sh\nferry make 2.7 my-env\n```\n\nwill make one for 2.7. It is fast.\n\n"
        "It may be removed.\n"
    )
    layout = lay_out(text)
    whole = "For example,\n\n```sh\nferry make 2.7 my-env\n```\n\nwill make one for 2.7. "
    assert around(layout, text, "will make") == f"# Use\n\n{whole}"
    assert around(layout, text, "removed") == "# Use\n\nIt may be removed.\n"


def test_headings_with_a_colon_are_headings() -> None:
    title = "Flask-Foo: tables for Flask\n===========================\n\n"
    text = f"{title}It adds tables. Ann wrote it.\n\nInstall\n-------\n\nUse pip. Then go.\n"
    assert around(lay_out(text), text, "Ann wrote") == f"{title}Ann wrote it.\n\n"
    part = "Part 1: Setup\n=============\n\n"
    text = f"Guide\n=====\n\nOne. Two.\n\n{part}Do this. Do that.\n\nUse\n===\n\nRun it. Wait.\n"
    assert around(lay_out(text), text, "Do that") == f"{part}Do that.\n\n"


def test_a_price_in_dollar_signs_opens_no_formula() -> None:
    text = (
        "Luigi's Trattoria\n$$\n\nItalian food, open until ten. Closed on Mondays.\n\n"
        "Thai Palace\n$$\n\nThai food, open until nine. Closed on Sundays.\n"
    )
    assert "Thai Palace" not in around(lay_out(text), text, "Italian")


def test_notes_with_numbers_in_brackets_come_with_rows_and_sections_are_none() -> None:
    text = (
        "                                  2025          2024\n"
        "Products                          41,203        38,990\n"
        "Services                          12,817        11,004\n"
        "Cost of revenue (1)               20,114        19,087\n\n"
        "(1) Excludes what was bought.\n\nSales rose in the year.\n"
    )
    assert keep(text, "20,114").endswith("19,087\n\n(1) Excludes what was bought.\n\n")
    assert "Excludes" not in keep(text, "12,817")
    text = "§ 13 Frist\n\nSie richtet sich nach § 437 BGB.\n\n§ 17 Beginn\n\nDas gilt ab Mai.\n"
    assert keep(text, "437") == "§ 13 Frist\n\nSie richtet sich nach § 437 BGB.\n\n"


def test_capitals_with_a_colon_head_what_is_below_them() -> None:
    text = (
        "DIAGNOSES:\n1. Gallstones\n2. Gout\n\nHOSPITAL COURSE:\nHe came with pain. Denies fever. "
        "CT showed no stones.\n\nINSTRUCTIONS:\n[x] Low fat diet\n[ ] No driving\n[x] Rest\n"
    )
    assert keep(text, "CT") == "HOSPITAL COURSE:\nCT showed no stones.\n\n"
    assert keep(text, "driving") == "INSTRUCTIONS:\n[ ] No driving\n"
