"""Questions come with their answers, examples for a model are whole or gone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.structure.talk.examples import lay_out_examples, lay_out_questions
from specpc.text.query import find_query
from tests.structure.kept import choices, fitted, keep, kept, pieces, units

FEWSHOT = """\
Classify each review.

Review: The queue was endless.
Sentiment: negative

Review: Great crew, smooth crossing!
Sentiment: positive

Review: We left at nine.
Sentiment: neutral

Review: The cabin smelled of diesel, but the staff gave us another one.
Sentiment:"""
PAIRS = [
    ("Can I take my dog on board?", "Yes, on a leash."),
    ("Can I take my car on the night boat?", "No."),
    ("Is there food on board?", "There is a bar. It opens at six."),
    ("Are children free?", "Under six, yes."),
]
FORMS = [
    ("{}\n\n{}\n\n", "FAQ\n\n"),
    ("{}\n{}\n\n", "Frequently asked questions\n\n"),
    ("{}\n{}\n", ""),
    ("1. {}\n{}\n\n", ""),
    ("Q: {}\nA: {}\n\n", "From the passengers' evening\n\n"),
    ("Q: {}\nA: {}\n", ""),
    ("Question 1: {}\nAnswer: {}\n\n", ""),
    ("Frage: {}\nAntwort: {}\n\n", ""),
    ("Q. {}\nA. {}\n", ""),
]


@pytest.mark.parametrize(("form", "before"), FORMS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_question_has_its_answer(form: str, before: str, line_end: str) -> None:
    stanzas = [form.format(*pair).replace("\n", line_end) for pair in PAIRS]
    text = before.replace("\n", line_end) + "".join(stanzas)
    layout = lay_out(text)
    assert layout.kind == "examples"
    assert [pieces(layout, text)[n] for n in units(layout)][-4:] == stanzas


def test_a_long_answer_is_cut_below_its_question() -> None:
    long = "We sail at noon. " * 40 + "The pier is closed in March. " + "We rest on Sunday. " * 9
    text = "".join(f"{q}\n\n{a}\n\n" for q, a in [*PAIRS, ("When is the pier closed?", long)])
    layout = lay_out(text)
    unit = next(n for n, part in enumerate(pieces(layout, text)) if "in March" in part)
    told = kept(layout, text, [unit]).rstrip()
    assert told == "When is the pier closed?\n\nThe pier is closed in March."


def test_examples_are_whole_and_the_open_one_is_the_question() -> None:
    query = find_query(FEWSHOT, None)
    assert query.text == FEWSHOT[FEWSHOT.index("Review: The cabin") :]
    text = FEWSHOT[: query.tail_start]
    layout = lay_out(text)
    told = [pieces(layout, text)[n] for n in units(layout)]
    assert told[0] == "Classify each review.\n\n"
    assert told[1:] == [f"{stanza}\n\n" for stanza in text.strip().split("\n\n")[1:]]
    assert pieces(lay_out(FEWSHOT), FEWSHOT)[-1] == query.text


@pytest.mark.parametrize(
    "text",
    [
        "Input: a\nOutput: b\nInput: c\nOutput: d\nInput: e\nOutput:",
        "English: a b\nGerman: c d\n\nEnglish: e f\nGerman: g h\n\nEnglish: e\n\nGerman:",
        "###\nText: a\nLabel: b\n###\nText: c\nLabel: d\n###\nText: e\nLabel:",
    ],
)
def test_open_examples(text: str) -> None:
    tail = find_query(text, None).text
    assert tail.endswith(text.rpartition("\n")[2])
    assert "e" in tail
    assert text.count(tail) == 1
    assert "d" not in tail.partition("\n")[0]


@pytest.mark.parametrize(
    "text",
    ["The end is near:", "Sentiment:\n\nIt is good.", "Ana: hi\nBob: yes\nCleo:", "a:", ""],
)
def test_no_open_example(text: str) -> None:
    assert find_query(text, None).tail_start == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ana: Can you look?\nBob: At what?\nAna: At this.\nBob: I will.\n" * 3,
        "user: How are you?\nassistant: Fine.\n" * 4,
        "Why? Because. How? So.\n" * 9,
        "Where is he?\n",
        "# FAQ\n\n**May I?**\n\nYes.\n\n**Must I?**\n\nNo.\n\n**Can I?**\n\nNo.\n",
        "Question: a\nThought 1: b\nAction 1: c\nObservation 1: d\nThought 2: e\nAnswer: f\n" * 4,
        "",
    ],
)
def test_what_is_none_is_left_to_others(text: str) -> None:
    assert lay_out_examples(text) is None
    assert lay_out_questions(text) is None


@given(
    st.lists(st.sampled_from(PAIRS), min_size=4, max_size=9, unique=True),
    st.sampled_from(FORMS),
    st.floats(0.1, 0.9),
    st.data(),
)
def test_never_a_question_alone(
    pairs: list[tuple[str, str]], form: tuple[str, str], ratio: float, data: st.DataObject
) -> None:
    text = form[1] + "".join(form[0].format(*pair) for pair in pairs)
    layout = lay_out(text)
    result = kept(layout, text, data.draw(choices(layout)))
    assert all((q in result) == (a in result) for q, a in pairs)
    fitted(layout, text, ratio, 0)


def test_an_answer_that_is_cut_keeps_its_label() -> None:
    said = "By post until the 15th. An e-mail is not enough. " + "We write back within a week. " * 3
    pairs = [("Question: How do I leave?", said), ("Question: Who asks?", said.upper())] * 2
    text = "\n".join(f"{question}\nAnswer: {answer}\n" for question, answer in pairs)
    layout = lay_out(text)
    unit = next(n for n in units(layout) if n in layout.finer)
    parts = layout.finer[unit](pieces(layout, text)[unit])
    assert pieces(parts, pieces(layout, text)[unit])[0] == "Question: How do I leave?\nAnswer: "


def test_names_of_devices_are_no_labels() -> None:
    text = "eth0: up\n    inet 10.0.0.2\n\nlo: up\n    inet 127.0.0.1\n\n" * 4
    assert lay_out_examples(text) is None


def test_examples_keep_their_numbers_and_what_is_asked_at_the_end() -> None:
    shots = [f"Example {n}\nInput: boat {n}\nOutput: ship {n}\n\n" for n in range(1, 4)]
    text = f"Answer it.\n\n{''.join(shots)}Now you:\nInput: car\nOutput:\n"
    layout = lay_out(text)
    assert layout.kind == "examples"
    assert pieces(layout, text) == ["Answer it.\n\n", *shots, "Now you:\n", "Input: car\nOutput:\n"]


def test_errors_are_no_labels() -> None:
    frame = "    at Object.<anonymous> (/app/server.js:12:9)\n    at node:internal/main:23:47 {\n"
    thrown = f"TypeError: cannot read 'id'\n{frame}  code: 'ERR_X'\n}}\n\n"
    assert lay_out_examples(3 * thrown) is None


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "pair",
    [
        "Question: Who owns berth 7?\nAnswer: I do not know.\n",
        "Q: Is the harbour closed?\nA: Not today. It closes on Sundays only,\nand in May.\n",
        "**Input:** Where do I pay?\n\n**Output:** billing\n",
        "Frage: Wem gehört Platz 7?\nAntwort: Das weiß ich nicht.\n",
    ],
)
def test_one_question_in_tags_keeps_its_answer(pair: str, line_end: str) -> None:
    shots = f"<example>\n{pair}</example>\n" * 2
    text = (
        f"Answer from the list. Say so if you cannot.\n\n<examples>\n{shots}</examples>\n\nWho?\n"
    )
    text = text.replace("\n", line_end)
    layout = lay_out(text)
    question, *_, answer = pair.splitlines()
    own = pieces(layout, text)
    for unit in units(layout):
        if question in own[unit] or answer in own[unit]:
            result = kept(layout, text, [unit])
            assert question in result
            assert answer in result


def test_one_question_says_what_it_is_by_its_label() -> None:
    assert lay_out_examples("Question: Who?\nAnswer: I do not know.\n") is not None
    assert lay_out_examples("Input: boat\nOutput: ship\n\nInput: car\nOutput:\n") is not None
    assert lay_out_examples("Title: Fees\nQuestion: Who?\nStatus: open\n") is None
    assert lay_out_examples("Ana: Who?\nBob: I do not know.\n") is None
    assert (
        lay_out_examples("Question: Who?\n" + "It went on. " * 40 + "\nAnswer: No.\n") is not None
    )


def test_the_title_of_questions_comes_with_each() -> None:
    text = "HELP CENTER\n\nQ: May I smoke?\nA: No.\n\nQ: Is there food?\nA: There is a bar.\n"
    layout = lay_out(text)
    own = pieces(layout, text)
    assert [own[unit][:8] for unit in units(layout)] == ["Q: May I", "Q: Is th"]
    assert kept(layout, text, units(layout)[:1]) == "HELP CENTER\n\nQ: May I smoke?\nA: No.\n\n"


def test_questions_in_tags_stay_in_them() -> None:
    closed = "No, it was closed in May, and nobody knows when it opens again."
    pairs = [f"Q: Is {n} open?\nA: {closed}\n\n" for n in "abcdef"]
    text = (
        '<documents>\n<document index="1">\n<source>faq.md</source>\n<document_content>\n'
        f"{''.join(pairs)}</document_content>\n</document>\n</documents>\n\nIs b open?\n"
    )
    layout = lay_out(text)
    own = pieces(layout, text)
    made = kept(layout, text, [next(unit for unit in units(layout) if own[unit] == pairs[1])])
    assert made.startswith('<documents>\n<document index="1">\n<source>faq.md</source>\n')
    assert made.endswith("</document_content>\n</document>\n</documents>\n\n")
    assert "Is c" not in made


SECTIONS = [
    ("Shipping\n\n", "Returns\n\n"),
    ("1. Shipping\n\n", "2. Returns\n\n"),
    ("## Shipping\n\n", "## Returns\n\n"),
    ("**Shipping**\n\n", "**Returns**\n\n"),
]


LABELLED = ["Q: {}\nA: {}\n\n", "Question: {}\n\nAnswer: {}\n\n"]


@pytest.mark.parametrize(
    ("heads", "form"),
    [
        *((heads, form) for heads in SECTIONS for form in LABELLED),
        (SECTIONS[0], "{}\n{}\n\n"),
        (SECTIONS[1], "{}\n{}\n\n"),
        (("SHIPPING\n", "RETURNS\n"), "{}\n{}\n\n"),
    ],
)
def test_questions_keep_the_heading_they_stand_under(heads: tuple[str, str], form: str) -> None:
    own = [form.format(*pair) for pair in PAIRS]
    text = f"Frequently Asked Questions\n\n{heads[0]}{own[0]}{own[1]}{heads[1]}{own[2]}{own[3]}"
    assert keep(text, "my dog") == f"Frequently Asked Questions\n\n{heads[0]}{own[0]}"
    assert keep(text, "my car") == f"Frequently Asked Questions\n\n{heads[0]}{own[1]}"
    assert keep(text, "food") == f"Frequently Asked Questions\n\n{heads[1]}{own[2]}"
    assert keep(text, "Under six") == f"Frequently Asked Questions\n\n{heads[1]}{own[3]}"


def test_what_names_an_example_above_it_is_no_end_of_the_one_before() -> None:
    own = [f"Result {n} of 3\nTitle: Boat {n}\nSnippet: It has {n} bars.\n\n" for n in (1, 2, 3)]
    text = "Here is what was found:\n\n" + "".join(own)
    assert keep(text, "2 bars") == own[1]


def test_a_section_below_the_last_answer_is_no_part_of_it() -> None:
    text = (
        "MINUTES\n\n3. Report\nAnn presented the accounts.\nQ: Will the charge rise?\n"
        "A: Yes, in May.\n\n4. Officers\nThose were elected:\nChair: Ann Lund\nCashier: Bob Oz\n\n"
    )
    assert keep(text, "Yes, in May").endswith("Q: Will the charge rise?\nA: Yes, in May.\n\n")
    assert "Yes, in May" not in keep(text, "Bob Oz")
