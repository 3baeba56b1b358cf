"""Units tile the text, and are what a reader would call them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpc.text.units import clause_bounds, grapheme_ends, safe_cuts, segment
from tests.pipeline.test_properties import texts


def cut(text: str, unit: str) -> list[str]:
    return [text[a:b] for a, b in pairwise(segment(text, unit))]


@given(st.one_of(texts, st.text()), st.sampled_from(["sentence", "line", "paragraph"]))
def test_units_tile_the_text(text: str, unit: str) -> None:
    bounds = segment(text, unit)
    assert bounds[0] == 0
    assert bounds[-1] == len(text)
    assert all(a < b for a, b in pairwise(bounds)) or not text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr. Ho paid $3.50. He left.", ["Dr. Ho paid $3.50. ", "He left."]),
        ("It was 4.2 percent (see Fig. 3). Next.", ["It was 4.2 percent (see Fig. 3). ", "Next."]),
        ("# Title\n\nFirst. Second.", ["# Title\n\n", "First. ", "Second."]),
        ("- one\n- two\n  - three\n", ["- one\n", "- two\n", "  - three\n"]),
        ("他来了。她走了！好", ["他来了。", "她走了！", "好"]),
        ("a | 1\r\nb | 2\r\n", ["a | 1\r\n", "b | 2\r\n"]),
        ("\n\nIndented:\n    code()\n", ["\n\nIndented:\n", "    code()\n"]),
        ("Article 3. No fires. Go.", ["Article 3. No fires. ", "Go."]),
        ("Take approx. 3.5 mg. In 1974. 1 ran.", ["Take approx. 3.5 mg. ", "In 1974. ", "1 ran."]),
        ("Prof. J.-P. Dupont left. He won.", ["Prof. J.-P. Dupont left. ", "He won."]),
        ("Due on 1. April. Pay.", ["Due on 1. April. ", "Pay."]),
        ("「雨ですか。」と聞かれた。「はい。」", ["「雨ですか。」と聞かれた。", "「はい。」"]),
    ],
)  # fmt: skip
def test_sentences(text: str, expected: list[str]) -> None:
    assert cut(text, "sentence") == expected


def test_a_number_belongs_to_what_it_numbers() -> None:
    text = "5. Conveying. Done.\n- 2.1. Fees. IV. Terms apply. (a) One. Plan B. It worked. 7. "
    assert cut(text, "sentence") == [
        "5. Conveying. ", "Done.\n", "- 2.1. Fees. ", "IV. Terms apply. ", "(a) One. ", "Plan B. ",
        "It worked. ", "7. ",
    ]  # fmt: skip


def test_wrapped_prose_is_not_cut_at_line_ends() -> None:
    text = "This sentence is long enough to have been wrapped by the mailer\nof its author. Next.\n"
    assert cut(text, "sentence") == [text[: text.index("Next")], "Next.\n"]


def test_a_wrapped_line_may_go_on_with_a_name_or_a_quotation() -> None:
    text = (
        "You may convey the work under the terms of sections 4 and 5, provided\n"
        "that you convey what it was made from, and all of the Corresponding\n"
        "Source, which is made available for that purpose in source form.  A\n"
        '"Major Component", in this context, means an essential component of\n'
        "the system.\nThe other terms apply.\n"
    )
    first, second = text.index('A\n"Major'), text.index("The other")
    assert cut(text, "sentence") == [text[:first], text[first:second], text[second:]]


@pytest.mark.parametrize(
    "sentence",
    [
        "One such defect of it is to not be\nable to use a certain precision.\n",
        "Since the fee is only accurate\nto two places, you would want to say:\n",
        "Please send reports to the list\n<http://port.example/list> or to the\nauthor.\n",
        "There were by the end of it\nsix, which is\nall there ever were.\n",
        'He said to all of them\nthat "it is so."\n',
        "HTTP is the protocol that\nis used by all of them.\n",
        "Das ist ein Satz, der über die\nGrenze geht, und dann\nweiter bis ans Ende.\n",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_short_line_goes_on_where_a_sentence_does(sentence: str, end: str) -> None:
    made = [text.replace("\n", end) for text in (sentence, "So it is.\n")]
    assert cut("".join(made), "sentence") == made


def test_among_wrapped_lines_a_short_one_goes_on_with_a_small_word() -> None:
    text = (
        "If you are interested in the latest version of all that, have a look at\n"
        "the depot (<http://port.example/browse/antlr>) of it. there are\n"
        "archives.\n"
    )
    assert "there are\narchives.\n" in cut(text, "sentence")[-1]


@pytest.mark.parametrize(
    "text",
    [
        "milk and eggs\nbread of today\nbutter.\n",
        "Show what there is\nlist all of it\n",
        "To build it do the following\nmkdir build\ncd build\ncmake ..\n",
        "Then commit all your changes\ngit add .\n",
        "Für den Einkauf am Samstag\nfrisches Brot\nrote Äpfel\nkalte Milch usw.\n",
        "I think we should go now\nok\nsure, see you there\nwhy not?\n",
        "Settings for the new server\nname: foo\nhost: bar\nports:\n",
        "Set these in your shell\nexport A=b\nexport C=d.\n",
        "Here is how to do it\nimport foo\nfor x in y:\n",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lists_of_lines_are_cut_at_line_ends(text: str, end: str) -> None:
    assert len(cut(text.replace("\n", end), "sentence")) == len(text.splitlines())


def test_a_list_below_a_wrapped_line_is_cut_at_line_ends() -> None:
    above = (
        "The following commands can be used in order to change the state of the\n"
        "machine from one to another\n"
    )
    made = cut(above + "start\nstop\nrestart\nstatus\n", "sentence")
    assert made[-3:] == ["stop\n", "restart\n", "status\n"]


def test_wrapped_capitals_are_not_cut_at_line_ends() -> None:
    text = (
        "IN NO EVENT SHALL THE PORT BE LIABLE FOR ANY DIRECT, INDIRECT OR\n"
        "CONSEQUENTIAL DAMAGES HOWEVER CAUSED, EVEN IF IT WAS TOLD OF THEM.\n"
    )
    assert cut(text, "sentence") == [text]


def test_a_wrapped_line_may_go_on_with_a_number() -> None:
    text = (
        "We may not be able to insure it. The policy ends on 31 December\n2024, and no other is.\n"
    )
    assert cut(text, "sentence") == [text[:33], text[33:]]


def test_a_short_paragraph_is_wrapped_as_wide_as_the_others() -> None:
    wide = (
        "The ground floor was open all year, and so was the room for children, as it had\nbeen.\n\n"
    )
    text = (
        "The evening opening drew 74 people on average and will be kept. The early\n"
        "Saturday is not.\n"
    )
    assert cut(wide + text, "sentence") == [wide, text[: text.index("The early")], text[64:]]
    # Nothing tells that these are.
    assert len(cut(text, "sentence")) == 3


def test_columns_of_a_page_are_narrow_and_hyphenated() -> None:
    text = (
        "We compare three low-cost recorders with a refer-\n"
        "ence system at 24 sites. Rates differed by\n"
        "up to 38%, but not below 40 kHz (Adams et al.\n"
        "2012). We recommend against pooling data\n"
        "unless they are calibrated.\n\n"
        "It has become the stan-\ndard method.\n"
    )
    first, second = text.index("Rates"), text.index("We recommend")
    third = text.index("It has")
    assert cut(text, "sentence") == [
        text[:first], text[first:second], text[second:third], text[third:],
    ]  # fmt: skip


def test_short_lines_that_are_no_column_are_lines() -> None:
    text = (
        "225g butter, softened\n225g caster sugar\nfinely grated zest of 1 lemon\n"
        "4 eggs and the whites of two\n85g self-raising flour\n"
    )
    assert cut(text, "sentence") == text.splitlines(keepends=True)
    verse = "kcal 399\nfat 21g\nsaturates 13g\ncarbs 50g\nsugars 33g\n"
    assert cut(verse, "sentence") == verse.splitlines(keepends=True)


def test_numbers_stand_between_the_words_of_wrapped_prose() -> None:
    text = (
        "It is less. Room hire was about 3,000 lower than planned because the\n"
        "meeting room could not be let.\n"
    )
    assert cut(text, "sentence") == [text[:12], text[12:]]


def test_what_says_more_of_a_word_is_no_clause_of_its_own() -> None:
    text = "With the approval of the board, which was given in May, the Skua shall not berth there."
    bounds = clause_bounds(text)
    assert text[: bounds[1]] == "With the approval of the board, which was given in May, "


def test_clauses_are_joined_by_words_too() -> None:
    text = "The board decided on 4 March (two abstained) that it is dredged unless the wreck stays."
    bounds = clause_bounds(text, joined=True)
    assert clause_bounds(text) == [0, len(text)]
    assert [text[start:end] for start, end in pairwise(bounds)] == [
        "The board decided on 4 March ",
        "(two abstained) ",
        "that it is dredged ",
        "unless the wreck stays.",
    ]


def test_lines_with_room_left_are_items() -> None:
    names = (
        "Halvard Strand and the men of the pilot boat station at Orrisay\n"
        "Edda Hallgrim of the legal office and all of the harbour board\n"
        "Tove Ness\n"
    )
    assert len(cut(names, "sentence")) == 3
    mixed = (
        "the following people of the Authority were asked for the details\n"
        "of the contract, and came to the meeting or sent word about that\n"
        "Edda Hallgrim of the legal office with all of the board\n"
        "Tove Ness\n"
    )
    assert cut(mixed, "sentence")[-1] == "Tove Ness\n"
    table = "Total assets 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26\nnet of tax 3 4 5\n"
    assert len(cut(table, "sentence")) == 2


def test_wrapped_items_and_code() -> None:
    item = (
        "- an item of a list that was wrapped, as Markdown files often are,\n  and goes on here.\n"
    )
    assert cut(item + "- next\n", "sentence") == [item, "- next\n"]
    code = "    result = compute_something_long(first_argument, second)\n    return result\n"
    assert len(cut(code, "sentence")) == 2


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_paragraphs_end_at_blank_lines_whatever_ends_a_line(end: str) -> None:
    paragraphs = ["A one.\nA two.\n\n", "B one.\nB two.\n \t\n\n", "C one.\nC two.\n"]
    text = "".join(paragraphs).replace("\n", end)
    assert cut(text, "paragraph") == [one.replace("\n", end) for one in paragraphs]


def test_paragraphs_and_lines() -> None:
    text = "a\nb\r\n\r\n \nc\rd"
    assert cut(text, "paragraph") == ["a\nb\r\n\r\n \n", "c\rd"]
    assert cut(text, "line") == ["a\n", "b\r\n\r\n \n", "c\r", "d"]


def test_long_units_are_cut_at_the_best_place() -> None:
    clause = "the party of the first part shall deliver the goods; "
    units = cut(clause * 60, "sentence")
    assert len(units) > 1
    assert all(len(unit) <= 1000 and unit.endswith("; ") for unit in units)


def test_words_and_characters_stay_whole() -> None:
    text = "don't 1,234.56 cafe\u0301 👩‍👩‍👧 日本 a\r\nb"
    starts = sorted(safe_cuts(text))
    pieces = [text[a:b] for a, b in pairwise([*starts, len(text)]) if a < b]
    assert pieces == [
        "don't", " ", "1,234.56", " ", "cafe\u0301", " ", "👩‍👩‍👧", " ",
        "日", "本", " ", "a", "\r\n", "b",
    ]  # fmt: skip


def test_a_line_with_an_open_end_goes_on() -> None:
    text = "Now we can test bunches of dates by just adding them to\nF<t/01.t> [7] or so. Next.\n"
    assert segment(text, "sentence")[1] == text.index("Next.")
    text = "Now we can test bunches of dates by just adding them to\n\nNext.\n"
    assert segment(text, "sentence")[1] == text.index("Next.")


def test_wrapped_prose_goes_on_after_a_semicolon() -> None:
    text = (
        "Terms may be stated in the form of a separately written licence, or as they\n"
        "are stated in others, or may be stated as exceptions;\n"
        "the above requirements apply either way.\n\n"
        "The next paragraph is as wide as the one above it, and it says just as much;\n"
        "but it goes on, too.\n"
    )
    assert [text[low:high] for low, high in pairwise(segment(text, "sentence"))] == [
        text[: text.index("The next")],
        text[text.index("The next") :],
    ]
    items = (
        "The clerk has to keep accounts of all the money that is received from\n"
        "the county and others;\n"
        "to send them each year to the auditors of the whole county;\n"
        "to pay what is due.\n"
    )
    assert len(segment(items, "sentence")) == 4


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_line_that_ends_with_a_backslash_goes_on(end: str) -> None:
    command = "docker run -d \\\n  --name mail \\\n  r.example/mail:1.4\n"
    text = f"Run this on web1.\n\n{command}docker stop mail\n\nNever on web2.\n".replace("\n", end)
    bounds = segment(text, "sentence")
    assert command.replace("\n", end) in [text[a:b] for a, b in pairwise(bounds)]
    # As Markdown has it, it parts two lines.
    parted = f"Pier 4\\{end}Lerwick{end}"
    assert len(segment(parted, "sentence")) == 3


@given(st.text("ab\u0301\u200d👩🏽🇫🇷คำ가각\u1100\u0915\u094d\u0937", min_size=2, max_size=12))
def test_no_cut_of_a_long_unit_parts_a_grapheme(part: str) -> None:
    text = f"a{part}" * (3000 // len(part))
    assert set(segment(text, "sentence")) <= {0, *grapheme_ends(text)}


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_entries_in_two_columns_are_whole(line_break: str) -> None:
    entries = [
        " Dana L. How\t\tOriginal DES implementation,\n",
        " Colin Plumb\t\tOriginal MD5. It was new.\n",
        " J.H.M. Dassen\t\tOriginal port of blowfish to GNU lsh, later\n"
        " \t\t\tsplit off into Nettle. (This blowfish\n \t\t\twas replaced later).\n",
    ]
    text = "".join(["These have written it. Others helped.\n\n", *entries])
    text = text.replace("\n", line_break)
    whole = [entry.replace("\n", line_break) for entry in entries]
    assert cut(text, "sentence")[2:] == whole
    assert len(cut("Ann\tIt is. It was.\nBob\tHe is. He was.\n", "sentence")) == 4


def test_columns_far_apart_are_one_line() -> None:
    lines = [f"field{n}".ljust(2000) + f"value{n}".ljust(1000) + "\n" for n in range(4)]
    assert cut("".join(lines), "sentence") == lines
    assert cut("".join(lines), "line") == lines
    words = "many words and many more " * 100
    assert len(cut(words, "sentence")) > 1


def test_a_line_goes_on_where_a_bracket_is_open() -> None:
    text = (
        "HARLOW, May 12, 2025 -- Velmar Holdings, Inc., of Harlow (NASDAQ:\n"
        "VLMR) today reported a loss. Nobody had expected it.\n"
    )
    assert cut(text, "sentence")[0].endswith("reported a loss. ")


def test_a_full_line_with_symbols_for_words_goes_on() -> None:
    said = (
        "In locales using UTF-8 encoding, the regular expression U+2E no\n"
        "longer sometimes fails to match Unicode characters U+D400 through\n"
        "U+D7FF (some Hangul Syllables, and Hangul Jamo Extended-B) and\n"
        "Unicode characters U+108000 through U+10FFFF.\n"
    )
    assert segment(said, "sentence") == [0, len(said)]


def test_a_number_of_two_letters_is_no_sentence() -> None:
    said = "aa. It is high.\nbb. It is low."
    assert [said[a:b] for a, b in pairwise(segment(said, "sentence"))] == [
        "aa. It is high.\n",
        "bb. It is low.",
    ]
