"""Items, lines and answers of running text come with what they hang on, however it is written."""

from __future__ import annotations

import pytest

from specpc.structure import lay_out
from tests.structure.kept import around, keep, never_alone, pieces


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        # Bullets that are as far indented as the clause that leads to them.
        (
            "3.1 It is so.\n\n3.2 The following are excluded:\n\n- fraud; and\n- theft.\n",
            "theft",
            "3.2 The following are excluded:\n\n- theft.\n",
        ),
        (
            "(1) No fee is due.\n\n(2) This does not hold for—\n\n(a) boats, or\n(b) cars.\n",
            "cars",
            "(2) This does not hold for—\n\n(b) cars.\n",
        ),
        (
            "（一）租金为5,800元。\n（二）下列费用不包括在内：\n1、水费；\n2、电费。\n",
            "电费",
            "（二）下列费用不包括在内：\n2、电费。\n",
        ),
        # What a line says of a day.
        (
            "2026-11-28: The Tern leaked. A pump was lent.\n2026-11-29: All is well. Ben slept.\n",
            "pump",
            "2026-11-28: A pump was lent.\n",
        ),
        (
            "Monday: No trip is planned.\nTuesday: We row. Bring a coat.\n",
            "coat",
            "Tuesday: Bring a coat.\n",
        ),
        (
            "- [3 May] The crane was sold. Ann signed.\n- [4 May] It rained. Ben slept.\n",
            "slept",
            "- [4 May] Ben slept.\n",
        ),
        # Sections without blank lines between them, below headings in capitals.
        (
            "1 AIMS\nWe look at wind. It blows.\n2 METHODS\n2.1 Data\nFive moorings were used.\n"
            "2.2 Model\nThe model is linear.\n3 RESULTS\nThere are none.\n",
            "linear",
            "2 METHODS\n2.2 Model\nThe model is linear.\n",
        ),
        # What holds where the list does not.
        (
            "The deposit is not paid back:\na) if you leave early;\nb) if you do not come.\n"
            "In all other cases, it is, up to 80%.\n",
            "80%",
            "The deposit is not paid back:\nIn all other cases, it is, up to 80%.\n",
        ),
        (
            "The deposit is not paid back:\na) if you leave early;\nb) if you do not come.\n"
            "In all other cases, it is, up to 80%.\n",
            "early",
            "The deposit is not paid back:\na) if you leave early;\n",
        ),
        # What goes on below a list, after a blank line.
        (
            "2.2 Overdue amounts bear interest at the lesser of\r\n\r\n    (a) 1.5%; and\r\n\r\n"
            "    (b) the maximum,\r\n\r\ncalculated from the due date.\r\n\r\n2.3 It ends.\r\n",
            "the maximum",
            "2.2 Overdue amounts bear interest at the lesser of\r\n\r\n"
            "    (b) the maximum,\r\n\r\ncalculated from the due date.\r\n\r\n",
        ),
        (
            "1. It is liable if:\n\n    (a) it slept\n\n        (i) at night; or\n\n"
            "        (ii) by day;\n\nprovided that it was paid.\n\n2. It ends.\n",
            "by day",
            "1. It is liable if:\n\n    (a) it slept\n\n        (ii) by day;\n\n"
            "provided that it was paid.\n\n",
        ),
        # Choices, with what asks for them.
        (
            "**1.** Which one is false?\n\n- [ ] It is round.\n- [x] It is flat.\n",
            "flat",
            "**1.** Which one is false?\n\n- [x] It is flat.\n",
        ),
        # The lines of a form.
        (
            "It is due.\n\nBill to:\nNorden AG\nKiel\nShip to:\nTerminal 2\n\nEnd.\n",
            "Terminal",
            "Ship to:\nTerminal 2\n\n",
        ),
        (
            "MEDICATIONS:\n  Aspirin 75 mg\n  Metformin\n\nNone.\n",
            "Metformin",
            "MEDICATIONS:\n  Metformin\n\n",
        ),
        (
            "It is due.\n\nNorden AG\nKaistraße 14\nVAT ID: DE811234567\n",
            "VAT",
            "Norden AG\nVAT ID: DE811234567\n",
        ),
    ],
)  # fmt: skip
def test_items_and_lines_bring_what_leads_to_them(text: str, part: str, expected: str) -> None:
    assert keep(text, part) == expected


@pytest.mark.parametrize("mark", [*"●○■►▸➢✓✗→–—◆»·⁃\uf0b7", "o ", "§ ", "ü\t"])
def test_all_bullets_are_items(mark: str) -> None:
    text = f"Do not bring:\n{mark} knives\n{mark} liquids\n\nIt leaves at five. It is late.\n"
    assert keep(text, "liquids") == f"Do not bring:\n{mark} liquids\n\n"
    assert never_alone(text, "Do not bring")


def test_what_a_tool_prints_in_a_list_has_what_leads_to_it() -> None:
    text = "".join(f"✓ step {n} of the run\n" for n in range(8)) + (
        "✗ Gas turned off: error\n\nFailed:\n- a.py\n- b.py\n\nDone.\n"
    )
    assert lay_out(text).kind == "output"
    assert keep(text, "b.py") == "Failed:\n- a.py\n- b.py\n\n"
    assert keep(text, "Done") == "Done.\n"


QUIZ = (
    "1. Which is NOT a prime number?\nA) 2\nB) 9\nAnswer: B\n\n"
    "2. What is the capital?\na. Sydney\nb. Perth\nCorrect answer: a\n\n"
    "3. True or false: it is flat.\n\n**Answer:** False.\n"
)


def test_an_answer_belongs_to_the_question_above_it() -> None:
    assert keep(QUIZ, "Answer: B") == QUIZ.partition("\n\n")[0] + "\n\n"
    assert keep(QUIZ, "Perth") == "2. What is the capital?\nb. Perth\n"
    assert keep(QUIZ, "False.") == "3. True or false: it is flat.\n\n**Answer:** False.\n"
    assert keep(QUIZ, "flat") == "3. True or false: it is flat.\n\n"


ENTRIES = (
    "It was measured. It is so.\n\n"
    "Adams, A. M., and Fenton, M. B. 2012. Do you hear\nwhat I hear? Methods Ecol. Evol.\n3, 992.\n"
    "Jones, K. E. 2017. A review of indices. Ecol.\n54:112.\n"
    "Smith, P., et al. 2014. Bats of Norway. Fauna 34.\n\n"
    "[1] D. E. Knuth, The Art of Programming, 3rd ed. Reading:\n    Addison-Wesley, 1997.\n"
    "[2] L. Lamport, Time. Commun. ACM, 1978.\n"
)


def test_entries_of_a_bibliography_are_whole() -> None:
    said = pieces(lay_out(ENTRIES), ENTRIES)
    assert said[2].startswith("Adams")
    assert said[2].endswith("3, 992.\n")
    assert said[3].endswith("54:112.\n")
    assert said[5].endswith("1997.\n")
    assert len(said) == 7


def test_sources_with_numbers_are_texts() -> None:
    text = (
        "[1] The port grew. It was sold in May. Nobody knew.\n"
        "[2] The ramp is closed. All opens in July.\n"
    )
    assert keep(text, "Nobody") == "[1] Nobody knew.\n"
    assert keep(text, "All opens") == "[2] All opens in July.\n"


def test_a_list_without_a_title_has_none() -> None:
    text = "It is a cake.\n\n225g butter\n4 eggs\n85g sugar\n\nIt is good.\n"
    assert keep(text, "4 eggs") == "4 eggs\n"
    text = "He left.\nAna stayed.\nThey met again.\n\nIt was late.\n"
    assert keep(text, "Ana") == "Ana stayed.\n"


def test_bullets_of_word_processors_nest() -> None:
    text = (
        "Ziele\n•\tUmzug bis 30.06.\n•\tkein Ausfall\no\tnicht das Archiv\no\tnicht Telefonie\n\n"
        "Risiken\n1.\tLieferverzug\na.\tFrau Lange fragen\n2.\tPersonal\n"
    )
    assert keep(text, "Telefonie") == "Ziele\n•\tkein Ausfall\no\tnicht Telefonie\n\n"
    assert keep(text, "Lange") == "Risiken\n1.\tLieferverzug\na.\tFrau Lange fragen\n"
    assert keep(text, "Personal") == "Risiken\n2.\tPersonal\n"
    mixed = "Bring:\n● passport\n○ visa\n✓ keys\n\nIt is late. Go.\n"
    for one in ("● passport", "○ visa", "✓ keys"):
        assert one in keep(mixed, one)
        assert keep(mixed, one).startswith("Bring:\n")


def test_a_short_item_titles_the_text_right_below_it() -> None:
    text = "1) Budget\nIl n'est pas adopté. Il manque 12 €.\n\n2) Divers\nNéant.\n"
    assert keep(text, "Néant") == "2) Divers\nNéant.\n"
    assert keep(text, "12 €") == "1) Budget\nIl manque 12 €.\n\n"


def test_lines_bring_those_they_are_indented_below() -> None:
    text = (
        "KNOWN ISSUES\n ! Printing does not work\n   Export to PDF first\n ! Search is slow\n\n"
        "It is so. That is all.\n"
    )
    assert keep(text, "Export") == (
        "KNOWN ISSUES\n ! Printing does not work\n   Export to PDF first\n"
    )
    assert keep(text, "Search") == "KNOWN ISSUES\n ! Search is slow\n\n"


def test_what_goes_on_below_each_of_many_lists_belongs_to_one() -> None:
    text = "1. It holds for\n" + "    a) boats,\n    b) cars,\n  unless they are new.\n" * 40
    layout = lay_out(text)
    assert sum(map(len, layout.needs.values())) < 10 * len(layout)


CLAUSES = """\
1. DEFINITIONS
1.1 In this Agreement:
(a) "Berth" means berth 4;
(b) "Vessel" means any ship that
(i) is longer than 20 metres; and
(ii) carries goods,
but not a tug; and
(c) "Fee" has the meaning in clause 3.

2. USE
2.1 The User may use the Berth only if:
(a) it has paid the Fee; and
(b) the Vessel is insured.
2.2 The User shall not, without the written consent of the Authority:
(a) store dangerous goods;
(b) let others use the Berth, except
(i) its affiliates; or
(ii) in an emergency.
2.3 The Authority may not close the Berth under this Agreement while
(a) a Vessel lies there; or
(b) a dispute is open.

3. FEE
3.1 The Fee is NOK 4,000 a day.
"""


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (
            "carries goods",
            '1. DEFINITIONS\n1.1 In this Agreement:\n(b) "Vessel" means any ship that\n'
            "(ii) carries goods,\nbut not a tug; and\n",
        ),
        ("the meaning", '1. DEFINITIONS\n1.1 In this Agreement:\n(c) "Fee" has the meaning in '),
        (
            "insured",
            "2. USE\n2.1 The User may use the Berth only if:\n(b) the Vessel is insured.\n",
        ),
        (
            "dangerous goods",
            "2. USE\n2.2 The User shall not, without the written consent of the Authority:\n"
            "(a) store dangerous goods;\n",
        ),
        (
            "an emergency",
            "2. USE\n2.2 The User shall not, without the written consent of the Authority:\n"
            "(b) let others use the Berth, except\n(ii) in an emergency.\n",
        ),
        ("4,000", "3. FEE\n3.1 The Fee is NOK 4,000 a day.\n"),
    ],
)
def test_clauses_that_are_not_indented_stand_under_their_own(part: str, expected: str) -> None:
    assert keep(CLAUSES, part).startswith(expected)
    assert keep(CLAUSES.replace("\n", "\r\n"), part).startswith(expected.replace("\n", "\r\n"))


def test_headings_and_halves_of_clauses_are_not_kept_alone() -> None:
    for what in ("2. USE", "3. FEE", "2.3 The Authority", "(b) let others", '(b) "Vessel"'):
        assert never_alone(CLAUSES, what)


def test_a_letter_is_a_number_unless_it_follows_the_one_before_it() -> None:
    listed = "".join(f"({letter}) {letter}-goods;\n" for letter in "abcdefgh")
    text = f"Not stored are:\n{listed}(i) ice;\n(j) jute, other than\n(i) bags;\n(ii) rope.\n"
    assert keep(text, "ice") == "Not stored are:\n(i) ice;\n"
    assert keep(text, "rope") == "Not stored are:\n(j) jute, other than\n(ii) rope.\n"


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        # The days of a calendar; parts of a report; a title and the days it runs.
        (
            "Monday, 13 May\n09:00  Stand-up\n14:00  Board\nTuesday, 14 May\nall day  Audit\n",
            "Audit",
            "Tuesday, 14 May\nall day  Audit\n",
        ),
        (
            "Blood count\nHaemoglobin 11.2 g/dL LOW\nPlatelets 250\nLipids\nHDL 1.2 mmol/L\n",
            "HDL",
            "Lipids\nHDL 1.2 mmol/L\n",
        ),
        (
            "Line 12  Harbour - Station\nMonday to Friday\nHarbour  06:10  06:40\n"
            "Bridge  06:21  06:51\n",
            "Bridge",
            "Line 12  Harbour - Station\nMonday to Friday\nBridge  06:21  06:51\n",
        ),
        # Where and when, above what was done there.
        (
            "Harbour Authority Trondheim                              2019 - present\n"
            "Head of Construction\n- Led the extension of Berth 4\n- Cut delays\n",
            "Cut",
            "Harbour Authority Trondheim                              2019 - present\n"
            "Head of Construction\n- Cut delays\n",
        ),
        # Short values are no sentences, though they end like them.
        (
            "Decisions\nD1: Work on berth 4 stops.\nD2: Fees rise by 4%.\n",
            "Fees",
            "Decisions\nD2: Fees rise by 4%.\n",
        ),
    ],
)
def test_a_line_stands_under_the_last_label_above_it(text: str, part: str, expected: str) -> None:
    assert keep(text, part) == expected
    assert keep(f"{text}\nThat was all there is to say.\n", part).strip() == expected.strip()


def test_words_before_a_colon_in_a_sentence_are_no_name() -> None:
    text = (
        "# Changes\n\n"
        "- A profile may name an adapter: additions that only the question passes. One ships. One "
        "was trained on questions.\n"
        "- Redis cache: it is warm. Somebody filled it at 9.\n"
    )
    layout = lay_out(text)
    assert (
        around(layout, text, "One was trained") == "# Changes\n\n- One was trained on questions.\n"
    )
    assert around(layout, text, "at 9") == "# Changes\n\n- Redis cache: Somebody filled it at 9.\n"


def test_a_law_in_japanese_has_items_of_three_levels() -> None:
    text = (
        "第三条\u3000乙は、次の場合を除き、料金を返還しない。\n一\u3000欠航\n二\u3000次のいずれか\n"
        "イ\u3000台風\nロ\u3000地震\n２\u3000前項は、回数券には適用しない。\n"
        "第四条\u3000この限りでない。\n"
    )
    lines = text.splitlines(keepends=True)
    assert keep(text, "地震") == lines[0] + lines[2] + lines[4]
    assert keep(text, "回数券") == lines[0] + lines[5]
    assert keep(text, "この限り") == lines[6]


@pytest.mark.parametrize("letters", ["абв", "abc"])
def test_items_with_letters_of_any_script_hang_on_what_leads_to_them(letters: str) -> None:
    text = (
        "2. Договор может быть расторгнут, если:\n"
        f"{letters[0]}) оплата не поступила;\n{letters[1]}) судно не вышло, кроме шторма;\n"
        f"{letters[2]}) стороны договорились.\n\n3. Споры решает суд.\n"
    )
    lines = text.splitlines(keepends=True)
    assert keep(text, "кроме шторма") == lines[0] + lines[2]
    assert keep(text, "договорились") == lines[0] + lines[3] + "\n"


def test_a_colon_leads_to_the_paragraph_below_it() -> None:
    text = (
        "3. The judge held the notice valid. He said:\n\n“I do not accept that he knew.”\n\n"
        "4. I agree.\n\nThe Board was told:\n\nThe pier is shut.\n\nIt was not.\n"
    )
    assert keep(text, "do not accept").startswith("3. The judge held the notice valid.")
    assert keep(text, "pier is shut") == "The Board was told:\n\nThe pier is shut.\n\n"
    assert keep(text, "judge held").startswith("3. The judge held")
    assert never_alone(text, "The Board")


def test_a_label_with_thousands_is_like_one_without() -> None:
    text = (
        "Common (up to 1 in 10 people)\ndizziness\ndry cough\n"
        "Rare (up to 1 in 1,000 people)\nliver inflammation\n"
    )
    assert keep(text, "liver") == "Rare (up to 1 in 1,000 people)\nliver inflammation\n"


def test_a_line_above_a_new_list_belongs_to_that() -> None:
    text = (
        "berth /bɜːθ/ noun\n1. a place at a wharf.\n2. a bunk on a ship.\n"
        "berth verb [with object]\n1. moor a ship.\n2. give a bed to someone.\n"
    )
    assert keep(text, "moor") == "berth verb [with object]\n1. moor a ship.\n"
    assert keep(text, "wharf") == "berth /bɜːθ/ noun\n1. a place at a wharf.\n"
    text = "packages:\n- curl\n- git\ndev packages:\n- gdb\n- perf\n"
    assert keep(text, "curl") == "packages:\n- curl\n"
    assert keep(text, "gdb") == "dev packages:\n- gdb\n"


@pytest.mark.parametrize(
    ("lead", "exception"),
    [
        ("The fee is due if:\n", "unless one of these holds:\n"),
        ("Die Gebühr entfällt für:\n", "es sei denn, eines davon gilt:\n"),
        ("2. The fee is due if:\n", "unless one of these holds:\n"),
    ],
)
def test_what_goes_on_with_a_list_may_lead_to_its_own(lead: str, exception: str) -> None:
    above = "1. It holds.\n" if lead[0] == "2" else ""
    text = (
        f"{above}{lead}- the boat is large\n- the boat is old\n{exception}"
        "- it is a rescue boat\n- it is empty\n"
    )
    assert keep(text, "large") == f"{lead}- the boat is large\n{exception}"
    assert keep(text, "rescue") == f"{lead}{exception}- it is a rescue boat\n"


@pytest.mark.parametrize(
    ("text", "choice", "kept"),
    [
        (
            "問1 幕府を開いた人物は誰か。一つ選びなさい。\nア 足利尊氏\nイ 源頼朝\n\n"
            "問2 金閣を建てたのは誰か。\nア 足利義満\nイ 足利義政\n\n問3 年を答えなさい。\n",
            "源頼朝",
            "問1 幕府を開いた人物は誰か。一つ選びなさい。\nイ 源頼朝\n\n",
        ),
        (
            "一、选择题\n\n1．不属于山东省的是\nA．青岛\nB．徐州\n\n2．最长的河流是\nA．黄河\nB．长江\n\n"
            "二、填空题\n\n3．光速约为\n",
            "黄河",
            "一、选择题\n\n2．最长的河流是\nA．黄河\n",
        ),
    ],
)
def test_choices_come_with_their_question(text: str, choice: str, kept: str) -> None:
    assert keep(text, choice) == kept


def test_rows_with_shortened_words_are_not_cut() -> None:
    text = (
        "Pos. Bezeichnung Menge Gesamt\n1 Schlauch DN 50 12 m 50,40 €\n2 Kupplung 4 Stk 47,60 €\n"
        "zzgl. 19 % USt. 50,92 €\nGesamtbetrag 318,92 €\n"
    )
    assert keep(text, "50,92") == "Pos. Bezeichnung Menge Gesamt\nzzgl. 19 % USt. 50,92 €\n"


def test_a_heading_among_rows_may_have_a_comma() -> None:
    text = (
        "Montag bis Freitag\nWyk ab        06:15   08:30\nDagebüll an   07:05   09:20\n"
        "Samstag, Sonntag und Feiertage\nWyk ab        08:30   11:00\nDagebüll an   09:25   11:50\n"
    )
    assert keep(text, "09:25") == ("Samstag, Sonntag und Feiertage\nDagebüll an   09:25   11:50\n")


def test_what_an_item_quotes_below_it_comes_with_what_leads_to_it() -> None:
    text = (
        "3. I would reject this ground. As the judge said at [31]:\n"
        '"The clause does not forbid assignment."\n4. That reading is plainly right.\n'
    )
    assert "As the judge said at [31]:\n" in keep(text, "does not forbid")


def test_choices_on_a_line_come_with_the_question_of_their_item() -> None:
    text = (
        "1. Which mineral is hardest?\n   (A) quartz   (B) topaz   (C) diamond\n"
        "2. Which is no metal?\n   (A) iron   (B) sulphur   (C) zinc\n"
    )
    assert keep(text, "sulphur") == text.partition("diamond\n")[2]


def test_bullets_of_japanese_need_no_space() -> None:
    text = (
        "不具合修正\n・画面が更新されない問題を修正しました。\n・日付を直しました。\n\n"
        "既知の問題\n・iOS 15では通知が届きません。\n■未対応\n"
    )
    assert keep(text, "届きません") == "既知の問題\n・iOS 15では通知が届きません。\n"
    assert keep(text, "日付") == "不具合修正\n・日付を直しました。\n\n"


def test_an_amount_comes_with_the_line_that_names_it() -> None:
    text = "Order placed\n14 May 2025\nTotal\n£61.98\nWeight\n0.9 kg\nDispatch to\nEdda Hallgrim\n"
    assert "Total\n£61.98\n" in keep(text, "61.98")
    assert "Weight\n0.9 kg\n" in keep(text, "0.9")


def test_an_exception_below_a_list_comes_with_its_items() -> None:
    text = (
        "We do not pay for:\n- treatment that was planned\n- diving below 30 metres\n\n"
        "unless you have bought the Plus package.\n\nWe answer within a week. Call us.\n"
    )
    lead, end = "We do not pay for:\n", "unless you have bought the Plus package.\n\n"
    assert keep(text, "diving") == f"{lead}- diving below 30 metres\n\n{end}"
    assert keep(text, "Plus") == lead + end
    text = (
        '1.1 "Affiliate" means any entity that:\n(a) controls a party; or\n'
        "(b) is controlled by one,\nbut does not include any company of an investor.\n\n"
        '1.2 "Fee" means 12 euros.\n'
    )
    assert "but does not include" in keep(text, "controls a")


def test_a_title_of_items_is_not_kept_for_itself() -> None:
    text = (
        "4.1 Invoices\n4.1.1 They are sent monthly.\n4.1.2 They are paid within a week.\n"
        "4.2 Taxes\n4.2.1 All fees are without tax.\n4.2.2 Nothing is withheld.\n"
    )
    assert never_alone(text, "Taxes")
    assert never_alone("- Login\n  - It is slow.\n- Export\n  - It works.\n", "Export")
    law = "(b) Permits.—\n  (1) One is needed.\n  (2) It is $40.\n(c) No.\n"
    assert never_alone(law, "Permits")
    half = "(1) Nein.\n(2) Er kann kündigen, wenn der Mieter\n1. nicht zahlt,\n2. stört.\n"
    assert never_alone(half, "wenn der")
    said = "1. The replica was behind\n   - by 40 minutes\n2. We promoted it\n   - at six\n"
    assert not never_alone("- Ask Marit to sign it\n  - her key is here\n- Wait\n", "Marit")
    assert keep(said, "by 40") == "1. The replica was behind\n   - by 40 minutes\n"


def test_a_title_at_the_beginning_of_a_clause_comes_with_it() -> None:
    text = (
        "Section 3.1 Organization. The Company is duly organized under the laws of Delaware.\n\n"
        "Section 3.2 Exceptions. The Purchaser is not indemnified for any loss that:\n\n"
        "(i) was known;\n\n(ii) is below $50,000.\n\nSection 3.3 Notices. They come late.\n"
    )
    assert never_alone(text, "Section 3.2")
    assert keep(text, "$50,000").startswith("Section 3.2 Exceptions. The Purchaser is not ")


def test_exceptions_in_chinese_come_with_the_items() -> None:
    text = (
        "（一）有下列情形的，甲方可以解除合同：\n1. 未经同意转租的；\n2. 拖欠租金的。\n"
        "但乙方已经改正的除外。\n\n（二）甲方不承担：\n1. 水费；\n2. 电费。\n"
    )
    assert "但乙方" in keep(text, "转租")
    assert "但乙方" not in keep(text, "水费")


def test_a_question_that_is_an_item_is_one_piece_with_the_answer_below_it() -> None:
    text = "1. **May I smoke?**\n   No.\n\n2. **Is it far?**\n   Yes.\n   It takes an hour.\n"
    assert keep(text, "No.") == "1. **May I smoke?**\n   No.\n\n"
    assert keep(text, "an hour") == "2. **Is it far?**\n   Yes.\n   It takes an hour.\n"


OPTIONS = """\
* `umask` Mode mask for files.
  Defaults to `0o22`.
* `dmode`, `fmode` <number> Least modes of files.
  Defaults to `0o777`.
* `tide` is read.
  Ann wrote it.
"""


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_what_an_item_says_of_code_comes_with_the_code(ends: str) -> None:
    text = OPTIONS.replace("\n", ends)
    assert keep(text, "0o22").split() == ["*", "`umask`", "Defaults", "to", "`0o22`."]
    assert keep(text, "0o777").split()[:3] == ["*", "`dmode`,", "`fmode`"]
    assert keep(text, "Least modes").startswith("* `dmode`, `fmode` <number> Least modes")


OUTLINE = """\
GNU tide NEWS                                    -*- outline -*-

* Noteworthy changes in release 3.8 (2022-09-02) [stable]

** Changes in behavior

  The -P option is now based on another library instead of the older one,
  thanks to code that was contributed by Ann Ryel.

** Bug fixes

  The -s option no longer hides what a harbour says of its tides when
  nobody asks.

* Noteworthy changes in release 3.7 (2021-08-14) [stable]

** Bug fixes

  Reading two harbours at once no longer ends with a crash of the clock.
"""


def test_headings_marked_by_asterisks_are_kept_for_nothing_else() -> None:
    assert keep(OUTLINE, "of the clock") == (
        "* Noteworthy changes in release 3.7 (2021-08-14) [stable]\n\n** Bug fixes\n\n"
        "  Reading two harbours at once no longer ends with a crash of the clock.\n"
    )
    assert "instead of the older one,\n  thanks to code" in keep(OUTLINE, "older one")
    assert never_alone(OUTLINE, "Noteworthy")
    assert never_alone(OUTLINE, "Bug fixes")


def test_items_marked_by_asterisks_say_something_themselves() -> None:
    text = "* The clock was mended.\n** Ann did it.\n** It took a day.\n* So was the crane.\n"
    assert not never_alone(text, "was mended")


def test_items_after_the_alphabet_have_two_letters() -> None:
    text = "".join(f"{n}. The tide of berth {n} is {k} high.\n\n" for k, n in enumerate("xyz"))
    text += "".join(
        f"{n}. The tide of berth {n} is low. It is {k}.\n\n" for k, n in enumerate(("aa", "bb"))
    )
    assert keep(text, "It is 1").startswith("bb. ")


def test_the_second_of_two_parties_comes_with_the_first() -> None:
    text = (
        "BETWEEN:\n\nRYEL LIMITED, of 1 Quay Street\n\n- and -\n\nTERN PLC, of 40 Auk Road\n\n"
        "(together the Parties)\n"
    )
    assert keep(text, "TERN PLC").startswith(text[: text.index("(together")].rstrip())
    assert "TERN" not in keep(text, "RYEL LIMITED")


def test_an_example_in_quotes_leads_to_no_other_sense() -> None:
    text = (
        'harbour\n\n1. a place where ships moor.\n"they sailed into Ryel harbour"\n\n'
        "2. a place of refuge.\n"
    )
    assert keep(text, "refuge") == "2. a place of refuge.\n"
    assert "1. a place where ships moor." in keep(text, "sailed")


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_what_is_said_of_something_for_sale_comes_with_it(ends: str) -> None:
    text = (
        "FOR SALE\n\nPIANO, upright, Hall & Sons. Good condition. £250 ono.\n\n"
        "BIKE, gents, 21 gears. Not working. £20.\n"
    ).replace("\n", ends)
    assert keep(text, "Not working") == (
        f"FOR SALE{ends}{ends}BIKE, gents, 21 gears. Not working. "
    )


def test_a_title_may_be_what_is_asked_for() -> None:
    text = (
        "About us\n\nRyel has moved cargo since 1804.\n\nWhat you'll do\n\nPlan the berths\n"
        "Watch the site\n\nWhat we're looking for\n\nFive years at sea\nNo driving licence\n\n"
    )
    assert keep(text, "licence").startswith("What we're looking for\n\n")


def test_a_proviso_of_a_wrapped_item_goes_on_with_it() -> None:
    text = (
        "1. This is between the town and you.\n"
        "2. The town grants you a license to use, copy and pass on the timetable,\n"
        "alone or with others, in print and on the web, for as long as you like,\n"
        "provided, however, that you name the town on each page of it.\n"
        "3. Nothing is promised.\n"
    )
    assert "grants you a license" in keep(text, "provided, however")
    assert "provided, however" in keep(text, "grants you")


def test_a_wrapped_item_goes_on_behind_a_colon() -> None:
    text = (
        "News:\n\n- The pier is open.\n\n- The crew is new, and for all of May it always goes to\n"
        "the quay on foot.  You ask them for a ticket to Orrisay:\nthis costs nothing.\n"
    )
    assert "nothing" not in keep(text, "pier")


def test_an_ellipsis_begins_no_item() -> None:
    text = "... and then the boat left. It rained.\n\nThe next day it came back.\n"
    assert keep(text, "boat left") == "... and then the boat left. "
    assert keep(". Ask Marit.\n", "Marit") == ". Ask Marit.\n"


def test_what_leads_to_code_behind_a_label_comes_with_it() -> None:
    code = "    nox -f tests.py\n    nox -f others.py\n"
    assert keep(f"# Tests\n\nExample usage:: run these:\n\n{code}", "tests.py").count("Example")
    lead = "    An example: with it in the folder, run:\n\n"
    text = f"# Tests\n\n* `npm test`\n\n{lead}    ```bash\n{code}    ```\n"
    assert "An example" in keep(text, "tests.py")


def test_articles_of_laws_in_chinese_and_korean_are_no_part_of_the_one_above() -> None:
    text = (
        "第三章 合同的解除\n\n第十八条 有下列情形之一的，不得解除合同：\n（一）患病的；\n"
        "（二）在孕期的。\n\n"
        "第十九条 任何一方可以解除合同。但是，在试用期内除外。\n当事人应当提前通知。\n\n"
        "第二十条 本章不适用于学生。\n"
    )
    lines = text.splitlines(keepends=True)
    assert keep(text, "在孕期") == "".join([lines[0], lines[1], lines[2], lines[4], lines[5]])
    assert keep(text, "学生") == "".join([*lines[:2], lines[-1]])
    assert keep(text, "提前通知") == "".join([*lines[:2], *lines[6:9]])
    text = (
        "제1조(목적) 이 약관은 권리를 정한다.\n\n제2조(해지) ① 회원은 해지할 수 있다.\n"
        "② 다음의 경우에는 환불하지 않는다.\n1. 사용한 상품\n2. 주문 상품\n\n"
        "제3조(준거법) 대한민국 법률에 따른다.\n"
    )
    lines = text.splitlines(keepends=True)
    assert keep(text, "주문 상품") == "".join([lines[2], lines[3], lines[5], lines[6]])
    assert keep(text, "법률에 따른다") == lines[-1]


def test_wide_numbers_are_items_below_japanese_paragraphs() -> None:
    text = (
        "第5条（解除）\n１　甲は、乙が次の各号に該当する場合、解除できる。\n"
        "（１）支払いを怠ったとき\n（２）破産したとき\n"
        "２　前項は、乙が是正した場合は、この限りでない。\n"
        "３　乙は、次の場合を除き、解約できない。\n　一　天災\n　二　法令の改正\n"
    )
    lines = text.splitlines(keepends=True)
    assert keep(text, "破産") == "".join([lines[0], lines[1], lines[3]])
    assert keep(text, "是正") == lines[0] + lines[4]
    assert keep(text, "改正") == "".join([lines[0], lines[5], lines[7]])


def test_a_sentence_between_numbered_items_leads_to_none() -> None:
    text = (
        "Section 25. Returns\n\n1. The buyer may return goods.\n2. There is no such right if:\n"
        "a) they were used;\nb) labels are lost.\nGoods of the list are kept.\n"
        "3. The fee is due.\n\n"
        "Section 26. Time\n\n1. It is noon.\n"
    )
    assert keep(text, "fee is due") == "Section 25. Returns\n\n3. The fee is due.\n\n"


def test_what_was_decided_on_a_point_keeps_it() -> None:
    text = (
        "2.1 Cycle store. R. Lund reported that it was refused.\n"
        "2.2 Lift. The motor is not there.\n"
        "ACTION: S. Adeyemi to write by 30 May.\n2.3 Roof. It leaks.\nDecision: none.\n\n"
        "We met at ten.\n"
    )
    assert keep(text, "Adeyemi").startswith("2.2 Lift. ")
    assert keep(text, "none").startswith("2.3 Roof. ")
    assert (
        keep(text, "it was refused") == "2.1 Cycle store. R. Lund reported that it was refused.\n"
    )
    assert keep(text, "ten") == "We met at ten.\n"


POLICY = (
    "1. What We Collect: A. We collect names and the addresses of all who write to us. For example,"
    " we ask for both when you register, and when you take part in a draw of ours, as hundreds do"
    " every year on the day of the port, when the harbour master opens the quays to all who come"
    " and lets children steer the tug.\n\n"
    "B. We keep logs. They are kept for 90 days. We share all of it in the same ways.\n\n"
    "2. How We Use It: A. We use it to write to you when something new is to be had from us or from"
    " those who work with us. You can opt out at any time, here or by writing to the office in the"
    " port of Velmar, which answers within two weeks, or four in summer, when few of those who"
    " work there are in town and ships come in all day and for half of the night.\n\n"
    "B. We may sell it. Buyers are told how it may be used.\n\n"
    "3. Security. Nothing is sold to banks.\n\n"
    "4. Children. None may register.\n"
)


@pytest.mark.parametrize(
    ("part", "expected", "other"),
    [
        # A number that is not the first goes on with those of which a letter is one.
        ("Nothing is sold", "3. Security. Nothing is sold to banks.", "Buyers"),
        ("None may", "4. Children. None may register.", "Security"),
        # What is in an item comes with what it begins with, not with what it ends in.
        ("Buyers", "2. How We Use It: A. ", "opt out"),
        ("90 days", "1. What We Collect: A. ", "For example"),
    ],
)
def test_numbers_go_on_though_letters_began_in_the_line(
    part: str, expected: str, other: str
) -> None:
    kept = keep(POLICY, part)
    assert expected in kept
    assert other not in kept


def test_numbers_in_a_line_begin_a_list_that_goes_on_below() -> None:
    text = (
        "(a) In general.--(1) The port pays the fee. It may be late.\n\n"
        "    It has no other duty.\n\n"
        "(2) The ship pays the tow.\n(3) The state pays the rest.\n\n(b) It ends in May.\n"
    )
    assert "(a) In general" in keep(text, "the rest")
    assert "(a)" not in keep(text, "in May")


def test_numbers_of_items_in_others_may_go_on_in_the_next() -> None:
    text = (
        "A. Budget. It was approved.\n1. Berlin keeps its lease.\n2. Lyon closes in June.\n"
        "B. Hiring. None until August.\n3. Temps leave in May.\n4. A report comes in July.\n"
    )
    assert keep(text, "Temps") == "B. Hiring. None until August.\n3. Temps leave in May.\n"
