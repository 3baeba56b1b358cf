"""Lines of plain text that head others: titles, sections of laws and contracts, papers' numbers."""

from __future__ import annotations

import pytest

from specpc.structure import lay_out
from tests.structure.kept import around, keep, never_alone, pieces, units


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        # The title of a section stands right above what it says, or ends with a full stop.
        (
            "§ 1 Mietsache\nVermietet ist das Haus.\n\n§ 2 Mietzeit\nSie beginnt im Mai.\n",
            "beginnt",
            "§ 2 Mietzeit\nSie beginnt im Mai.\n",
        ),
        (
            "Article 1 – Objet\r\nIl est ainsi.\r\n\r\nArticle 2 – Durée\r\nElle est d'un an.\r\n",
            "un an",
            "Article 2 – Durée\r\nElle est d'un an.\r\n",
        ),
        (
            "第一条 租赁期限\n有效期两年。\n\n第二条 租金\n租金为5,800元。\n",
            "5,800",
            "第二条 租金\n租金为5,800元。\n",
        ),
        (
            "Section 12. Exemptions.\n\n(1) No licence is needed in respect of—\n    (a) boats;\n"
            "    (b) cars.\n\n(2) This does not hold where they are within 200 m. of a site.\n\n"
            "Section 13. Penalties.\n\n(1) A person who sails is liable to a fine—\n"
            "    (a) of five;\n    (b) of ten.\n\n(2) It is a defence that he took all care.\n",
            "of ten",
            "Section 13. Penalties.\n\n(1) A person who sails is liable to a fine—\n"
            "    (b) of ten.\n\n",
        ),
        (
            "STEP 1\nHeat the oven. Beat the eggs.\n\nSTEP 2\nBake it. Do not open it.\n",
            "open it",
            "STEP 2\nDo not open it.\n",
        ),
        # What Homebrew prints.
        (
            "==> ferry: stable 16.4\nA planner of trips\nNot installed\n==> Caveats\n"
            "To start it now:\n  ferry start\n==> Analytics\ninstall: 42,512 (30 days)\n",
            "ferry start",
            "==> Caveats\nTo start it now:\n  ferry start\n",
        ),
        # Clauses of a licence.
        (
            "  8. Termination.\n\n  You may not sell it.  No one may.\n\n"
            "  9. Acceptance Not Required.\n\n  You need not accept it.\n\n"
            "  10. Patents.\n\n  Each grants you a licence.  Others do not.\n\n"
            "  Nothing limits this.\n",
            "Nothing",
            "  10. Patents.\n\n  Nothing limits this.\n",
        ),
        (
            "1. Terms\n--------\n\n1.1. Grants\n\nYou may use it. Ask us.\n\n"
            "2. Inability to Comply\n----------------------\n\nIf you can, sail. Do not swim.\n",
            "Do not",
            "2. Inability to Comply\n----------------------\n\nDo not swim.\n",
        ),
        (
            'Terms\n=====\n\n1.1. "Form"\n    means any form. It may be long.\n\n'
            '1.2. "You" (or "Your")\n    means a person. It includes firms.\n\nThat is all.\n',
            "a person",
            'Terms\n=====\n\n1.2. "You" (or "Your")\n    means a person. It includes firms.\n\n',
        ),
        # Titles without a mark.
        (
            "Ingredients\n\n225g butter\n4 eggs\n\nMethod\n\nBeat them. Bake it.\n",
            "4 eggs",
            "Ingredients\n\n4 eggs\n\n",
        ),
        # The number of a section on a line of its own, as pdftotext gives it.
        (
            "2\n\nMethods\n\n2.1\n\nStudy sites\n\nThe study was carried out there. Rain fell.\n\n"
            "3\n\nResults\n\nThere were none at all.\n",
            "Rain fell",
            "2\n\nMethods\n\n2.1\n\nStudy sites\n\nRain fell.\n\n",
        ),
    ],
)
def test_titles_come_with_what_they_head(text: str, part: str, expected: str) -> None:
    assert keep(text, part) == expected
    assert never_alone(text, expected.partition("\n")[0])


@pytest.mark.parametrize(
    "text",
    [
        "It is so.\n\nSection 12 applies to boats.\n\nSection 13 applies to cars.\n",
        "Yes\n\nNo\n\nMaybe\n\nIt depends on the weather of the day.\n",
        "Call the pilot\n\nBuy milk\n\nSleep\n\n",
        "One line\n\nIt is so.\n\nAnd that is all there is to say.\n",
    ],
)
def test_what_says_something_is_no_title(text: str) -> None:
    assert len(units(lay_out(text))) == len([line for line in text.splitlines() if line])


def test_numbers_of_pages_that_follow_one_another_are_nothing_to_keep() -> None:
    text = "The port grew.\n\n112\n\nIt was sold.\n\n113\n\nThe answer is this:\n\n42\n"
    layout = lay_out(text)
    assert [pieces(layout, text)[n].strip() for n in units(layout)][-1] == "42"
    assert never_alone(text, "112")
    assert never_alone(text, "113")


def test_sections_are_wrapped_as_wide_as_all_of_the_text() -> None:
    text = (
        "§ 1 Object\nWhat is let is the flat on the third floor of the house, made of\n"
        "3 Rooms, a kitchen and a bath.\n\n"
        "§ 2 Term\nIt begins in May and it ends when one of the two parties wants that\n"
        "it ends. Nothing else is agreed.\n"
    )
    assert keep(text, "3 Rooms") == text[: text.index("§ 2")]


def test_questions_and_answers_in_chinese() -> None:
    text = (
        "".join(f"问：可以养{pet}吗？\n答：不可以。\n" for pet in "猫狗")
        + "问：有车位吗？\n答：没有。\n"
    )
    assert keep(text, "没有") == "问：有车位吗？\n答：没有。\n"


RFC = """2.  Overview

   The server computes the lifetime.  A server that gets a request



Holt                         Standards Track                    [Page 3]
@
RFC 9912                          ETX                           May 2021


   without an audience MUST reject it.  It is so.

   Issuer:  The server that mints.  It does not accept
      any.

   audience
      The set of servers.  It may be empty.



Holt                         Standards Track                    [Page 4]
@
RFC 9912                          ETX                           May 2021


3.  References

3.1.  Normative References

   [RFC2119]  Bradner, S., "Key words for use in RFCs to Indicate
              Requirement Levels", BCP 14, RFC 2119, March 1997.

   [RFC6750]  Jones, M. and D. Hardt, "The OAuth 2.0 Framework",
              RFC 6750, October 2012.
"""


@pytest.mark.parametrize("page", ["\n", "\f"])
def test_sentences_of_standards_go_on_over_pages(page: str) -> None:
    text = RFC.replace("@\n", page)
    both = keep(text, "without an")
    assert "A server that gets a request" in both
    assert "computes" not in both
    assert "[Page" not in both
    assert "RFC 9912" not in both
    assert keep(text, "gets a request") == both
    assert never_alone(text, "RFC 9912")
    assert keep(text, "It is so.").endswith("It is so.\n\n")


def test_terms_and_sources_of_standards_are_whole() -> None:
    text = RFC.replace("@\n", "\f")
    assert "   Issuer:  The server that mints.  It does not accept\n      any.\n" in keep(
        text, "It does not"
    )
    assert "   audience\n" in keep(text, "It may be")
    assert keep(text, "BCP 14").startswith(
        "3.  References\n\n3.1.  Normative References\n\n   [RFC2119]"
    )
    assert "March 1997" in keep(text, "BCP 14")
    assert "OAuth" not in keep(text, "BCP 14")


def test_a_title_may_stand_right_above_running_text() -> None:
    long = (
        "When a ship stays 6.5 hours, it is charged for 6. The tariff says otherwise, as all know."
    )
    text = f"Description\n{long}\n\nWhat to do\n{long.replace('ship', 'tug')} They ask for more.\n"
    layout = lay_out(text)
    assert around(layout, text, "They ask").startswith("What to do\n")
    assert not any(pieces(layout, text)[unit].startswith("Desc") for unit in units(layout))


def test_lines_of_capitals_head_what_is_right_below_them() -> None:
    text = "EDUCATION\n\nNTNU, Trondheim\nM.Sc.\n\nSKILLS\nLanguages: Norwegian\nSoftware: R\n"
    assert around(lay_out(text), text, "Software") == (
        "SKILLS\nLanguages: Norwegian\nSoftware: R\n"
    )
    shouted = "THE SOFTWARE IS PROVIDED WITHOUT WARRANTY OF ANY\nKIND, BE IT EXPRESS OR IMPLIED.\n"
    assert len(units(lay_out(shouted))) == 2


@pytest.mark.parametrize(
    "text",
    [
        "第一条 标的\n乙方提供渡船服务。\n第二条 付款\n甲方应在三十日内付款。\n",
        "Статья 9. Споры\nСпоры решает суд.\nСтатья 10. Срок\nДоговор действует до мая.\n",
        "제3조 해지\n1. 파산한 때\n제4조 관할\n서울법원으로 한다.\n",
        "SECTION 3. Pets.\nDogs are allowed.\nSECTION 4. Fees.\nThe fee is £12.\n",
    ],
)
def test_articles_without_blank_lines_between_head_what_is_below_them(text: str) -> None:
    lines = text.splitlines(keepends=True)
    assert keep(text, lines[-1]) == "".join(lines[-2:])
    assert never_alone(text, lines[-2])


def test_the_middle_of_a_page_says_who_speaks_in_a_screenplay() -> None:
    middle, own = " " * 25, " " * 10
    text = (
        f"INT. OFFICE - NIGHT\n\n{middle}MARA\n{own}You said she would not sail.\n\n"
        f"{middle}LEE\n{own}I said she might not.\n\n"
    )
    assert keep(text, "might not") == f"{middle}LEE\n{own}I said she might not.\n\n"


@pytest.mark.parametrize("edit", ["[edit]", "\n[edit]", " [edit | edit source]", "[编辑]"])
def test_headings_of_a_wiki_that_was_copied_head_what_is_below(edit: str) -> None:
    text = (
        f"Fair Isle is an island.[1]\nHistory{edit}\nThe Romans did not visit it.[2]\n"
        f"Geography{edit}\nThe island is 4.8 kilometres long.[3]\nClimate data\n"
        "Month\tJan\tFeb\nMaximum\t6.7\t6.5\nMinimum\t3.3\t2.9\n"
    )
    assert keep(text, "Romans") == f"History{edit}\nThe Romans did not visit it.[2]\n"
    assert never_alone(text, "Geography")
    assert keep(text, "4.8") == f"Geography{edit}\nThe island is 4.8 kilometres long.[3]\n"
    assert keep(text, "Maximum") == (
        f"Geography{edit}\nClimate data\nMonth\tJan\tFeb\nMaximum\t6.7\t6.5\n"
    )


def test_double_lines_below_sentences_part_them() -> None:
    text = (
        "The Salt Path\n\nWe had no money.\n==========\n"
        "Les Misérables\n\nHe stole bread.\n==========\n"
    )
    assert "no money" not in keep(text, "bread")
    assert not never_alone(text, "no money")
    titles = "Berth 4\n=======\n\nIt is shut.\n\nBerth 5\n=======\n\nIt is open.\n"
    assert keep(titles, "open") == "Berth 5\n=======\n\nIt is open.\n"


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        (
            "My account\n\nName: Ann Ryel [edit]\nEmail: ann@example.org [edit]\n"
            "Plan: 12 euros a month [edit]\n\nLog out\n",
            "Ann Ryel",
            "Name: Ann Ryel [edit]\n",
        ),
        (
            "- Buy milk [edit]\n- Pay rent by 5 May [edit]\n- Call Bob [edit]\n",
            "Pay rent",
            "- Pay rent by 5 May [edit]\n",
        ),
        (
            "Budget is too high this year.\n==> Ann will talk to finance by 3 May\n"
            "Hiring: two candidates were seen.\n==> Bob will call both of them\n",
            "finance",
            "==> Ann will talk to finance by 3 May\n",
        ),
    ],
)
def test_what_only_looks_like_a_heading_is_kept_for_itself(
    text: str, part: str, expected: str
) -> None:
    assert around(lay_out(text), text, part).endswith(expected)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_question_in_bold_type_and_its_answer_on_one_line_are_one_piece(end: str) -> None:
    text = (
        "**May I take my bike?** Yes, for 4 euros.\n**Can I change my booking?** No.\n"
        "**When does the office open?** At six. On Sundays only at eight.\n"
    ).replace("\n", end)
    lines = text.splitlines(keepends=True)
    assert keep(text, "4 euros") == lines[0]
    assert keep(text, "No.") == lines[1]
    assert keep(text, "Sundays") == lines[2]
    long = "**Why?** Because. " + "The pier was closed for all of May, and nobody came by. " * 10
    assert keep(f"{long}\n{text}", "nobody came").startswith("**Why?** ")


def test_a_definition_goes_on_in_indented_paragraphs() -> None:
    draught = "Draught\n\n:   How deep a ship lies.\n\n    It is measured at both ends.\n\n"
    both = "Ferry\nBoat\n: Both are ships.\n\n"
    text = f"# Words\n\n{draught}{both}Nothing else is defined.\n"
    assert keep(text, "both ends") == f"# Words\n\n{draught}"
    assert keep(text, "Both are") == f"# Words\n\n{both}"
    assert keep(text, "Nothing") == "# Words\n\nNothing else is defined.\n"


FILING = """<PAGE>   14

ITEM 3.  LEGAL PROCEEDINGS

     The Company is a party to various claims. None of them is material to what it
owns, or to what it earns.

ITEM 4.  SUBMISSION OF MATTERS TO A VOTE OF SECURITY HOLDERS

     None.

                                     PART II

ITEM 5.  MARKET FOR COMMON EQUITY

     The common stock is not listed on any exchange.

                                      -14-
<PAGE>   15
     The auditors are Hale & Orsen.
"""


def test_one_word_below_the_heading_of_a_filing_is_its_own() -> None:
    assert keep(FILING, "None.\n") == (
        "ITEM 4.  SUBMISSION OF MATTERS TO A VOTE OF SECURITY HOLDERS\n\n     None.\n\n"
    )
    assert "ITEM 5" in keep(FILING, "auditors")
    assert never_alone(FILING, "PAGE")
    assert never_alone(FILING, "-14-")


def test_the_head_of_a_page_parts_no_list() -> None:
    head = "RFC 9999                    Ferry Protocol                      May 2025\n\n\n"
    foot = "Torv                         Standards Track                    [Page 7]\n\n"
    text = (
        f"{head}4.2.  Errors\n\n   A server closes with ERROR if:\n\n   o  the ticket failed;\n\n"
        f"   o  the ticket was used before; or\n\n\n\n{foot}{head}   o  the ramp is closed.\n\n"
        "5.  Security Considerations\n\n   Tickets are not encrypted.\n"
    )
    made = keep(text, "ramp is")
    assert "4.2.  Errors\n\n   A server closes with ERROR if:\n" in made
    assert "Ferry Protocol" not in made
    assert "Ferry Protocol" not in keep(text, "encrypted")


def test_items_of_a_filing_head_a_single_word() -> None:
    text = (
        "Item 1B. Unresolved Staff Comments.\n\nNone.\n\nItem 2. Properties.\n\n"
        "We own two piers. We do not own the ramp.\n\nItem 3. Legal Proceedings.\n\n"
        "Not applicable.\n"
    )
    assert keep(text, "None") == "Item 1B. Unresolved Staff Comments.\n\nNone.\n\n"
    assert keep(text, "Not app") == "Item 3. Legal Proceedings.\n\nNot applicable.\n"


def test_a_title_between_double_lines_is_a_heading() -> None:
    line = "=" * 60 + "\n"
    text = (
        f"News\nNo. 14, May 2025\n{line}\nWelcome. It rains.\n\n{line}RAMP CLOSED\n{line}\n"
        f"Nobody may use it. It is not safe.\n\n{line}NEW BOAT\n{line}\nIt has no bar. It runs.\n"
    )
    assert keep(text, "Nobody") == f"{line}RAMP CLOSED\n{line}\nNobody may use it. "
    assert keep(text, "no bar").startswith(f"{line}NEW BOAT\n{line}\n")


def test_a_question_in_bold_type_ends_the_answer_to_one_on_a_line_of_its_own() -> None:
    text = "**How do I claim?**\n\n1. Fill in the form.\n2. Send it.\n\n**Can I cancel?** No.\n"
    assert keep(text, "No.") == "**Can I cancel?** No.\n"
    assert "Can I cancel" not in keep(text, "Send it")


@pytest.mark.parametrize("label", ["Passage {}:", "Document {}:", "Source ({})", "Text [{}]"])
def test_a_label_right_below_text_begins_another_document(label: str) -> None:
    first, second = label.format(1), label.format(2)
    text = (
        f"{first}\nAnn sells tea in Ryel.\nShe opened in May.\n{second}\nBob sells bread there.\n"
    )
    said = "Bob sells bread there.\n"
    assert keep(text, "Bob") == f"{second}\n{said}"
    assert keep(text, "Ann") == f"{first}\nAnn sells tea in Ryel.\n"
    assert never_alone(text, second)


def test_a_single_line_like_a_label_is_none() -> None:
    text = "See below what is on it.\nPage 3:\nBob sells bread there.\nIt is good.\n"
    assert keep(text, "Bob") == "Bob sells bread there.\n"


BULLETINS = "".join(
    f"Document {n}:\nSECURITY BULLETIN\nSUMMARY\nA message that was sent by {who} could stop the "
    f"queue manager for a while, if nobody restarts it soon enough.\nAFFECTED PRODUCTS\n"
    f"Manager {n}.0 Long Term\nREMEDIATION/FIXES\nUpgrade the manager to {n}.2 from the "
    f"page of fixes that is at https://fixes.example.com/{n}, and restart it.\n"
    for n, who in enumerate(("Ann", "Bob", "Cy"), 1)
)


def test_titles_in_capitals_without_blank_lines_head_what_is_below() -> None:
    assert keep(BULLETINS, "Manager 2.0") == (
        "Document 2:\nAFFECTED PRODUCTS\nManager 2.0 Long Term\n"
    )
    assert keep(BULLETINS, "Upgrade the manager to 3.2").startswith(
        "Document 3:\nREMEDIATION/FIXES\nUpgrade the manager to 3.2"
    )
    assert never_alone(BULLETINS, "SUMMARY")


def test_values_in_capitals_head_nothing() -> None:
    text = "Status of the order\nOPEN\nOwner of it\nANN\nCity of the owner\nROME\nthe end\n"
    assert "ANN" not in keep(text, "City of the owner")


@pytest.mark.parametrize(
    "versions",
    [
        ("version 1.34 - Ann Ryel, 2021-02-13", "version 1.33 - Bob, 2021-01-07", "version 1.32"),
        ("2.1.0 (2024-03-02)", "2.0.1 (2024-02-01)", "2.0.0 (2024-01-01)"),
        ("v1.2.1 / 2019-05-01", "v1.2.0 / 2019-04-01", "v1.1.9 / 2019-03-01"),
        ("Changes in tide 2.6.1:", "Changes in tide 2.6:", "Changes in tide 2.5:"),
    ],
)
def test_a_version_heads_all_that_is_new_in_it(versions: tuple[str, ...]) -> None:
    text = "".join(
        f"{version}\n\n* Fix the pipe of berth {n}\n\nIt is described in the manual of {n}.\n\n"
        f"* Drop the crane of berth {n}\n\n"
        for n, version in enumerate(versions)
    )
    for n, version in enumerate(versions):
        crane = f"* Drop the crane of berth {n}\n\n"
        assert keep(text, f"Drop the crane of berth {n}").strip() == f"{version}\n\n{crane}".strip()
        assert never_alone(text, version)


def test_captions_name_no_version() -> None:
    text = "".join(f"Figure 2.{n}: Tea in Ryel\n\nIt is drunk by {n} of us.\n\n" for n in range(4))
    assert keep(text, "by 3 of us") == "It is drunk by 3 of us.\n\n"


@pytest.mark.parametrize("rule", ["---", "* * *", "=" * 60, "─" * 40])
def test_a_rule_between_paragraphs_is_never_kept(rule: str) -> None:
    text = f"Ann sells tea in Ryel.\n\n{rule}\nBob sells bread there.\n\n{rule}\n\nCy sells salt.\n"
    assert never_alone(text, rule)
    assert keep(text, "Bob").strip() == "Bob sells bread there."


def test_a_wide_rule_ends_what_a_numbered_heading_heads() -> None:
    text = (
        "1. New in tide\n\na. It is fast.\n\nb. It is green.\n\n2. New in berth\n\n"
        f"a. It is small.\n\nb. It is blue.\n\n{'-' * 70}\nWhat follows was new in May.\n\n"
        "1. New in tide\n\n"
        "a. It was slow.\n\nb. It was red.\n"
    )
    assert keep(text, "new in May") == "What follows was new in May.\n\n"


def test_terms_right_above_what_they_mean_head_it() -> None:
    text = (
        "APR\nThe rate of a year. Does not include late fees.\n\nEscrow\n"
        "Money held by a third party.\n\n"
        "Lien\nA legal claim on property. The court may lift one.\n"
    )
    assert keep(text, "third party") == "Escrow\nMoney held by a third party.\n\n"
    assert keep(text, "The court") == "Lien\nThe court may lift one.\n"
    assert never_alone(text, "APR")


def test_two_versions_head_what_is_new_in_them() -> None:
    text = (
        "Release notes 4.2.0 (2025-06-11)\n\nBreaking changes\n  * Paths are refused.\n"
        "  * So is 3.8.\n"
        "\nRelease notes 4.1.2 (2025-05-02)\n\nBug fixes\n  * A leak in the parser\n"
    )
    assert keep(text, "leak").startswith("Release notes 4.1.2 (2025-05-02)\n\nBug fixes\n")
    assert keep(text, "Paths").startswith("Release notes 4.2.0 (2025-06-11)\n\nBreaking changes\n")


def test_a_caption_keeps_what_it_is_of() -> None:
    for label in ("Figure 1.", "Table 2:", "Fig. S3 |", "Abbildung 4:", "图 5："):
        text = (
            f"It is so.\n\n{label} What we saw. Left: by day. The line is the mean.\n\nIt rains.\n"
        )
        assert keep(text, "The line") == f"{label} What we saw. The line is the mean.\n\n"
        assert keep(text, "rains") == "It rains.\n"


def test_an_answer_among_minutes_keeps_the_question() -> None:
    text = (
        "## Notes\n\nIt rained all day long.\n\nWe met at noon.\n\nAnn: is it p95?\nBob: p99.\n"
        "It is.\n"
    )
    assert keep(text, "p99") == "## Notes\n\nAnn: is it p95?\nBob: p99.\n"
