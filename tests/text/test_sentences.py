"""Sentences end where a reader of the language would say so."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpc.text import sentences
from specpc.text.sentences import sentence_ends
from specpc.text.units import segment

# One sentence an item; "|" is where the next begins.
SENTENCES = {
    "Chinese": "他来了。|她走了！|价格是3.5元。|“你好吗？”",
    "Japanese": "今日は晴れです。|明日は3.5度です。|行きますか？",
    "Korean": "그는 왔다. |그녀는 3.5 킬로를 걸었다. |왜?",
    "Arabic": "ذهب أحمد إلى البيت. |هل رأيته؟ |نعم، السعر 3.5 دينار.",
    "Urdu": "وہ گیا۔ |وہ آئی۔ |کیا ہوا؟",
    "Hebrew": "הוא בא. |היא שילמה 3.5 שקל. |למה?",
    "Hindi": "राम घर गया। |डॉ. शर्मा आए। |क्या हुआ? |मूल्य 3.5 रुपये है।",
    "Marathi": "तो गेला. |ती आली. |किंमत 3.5 रुपये आहे.",
    "Bengali": "সে গেল। |সে এল। |কেন?",
    "Khmer": "គាត់មក។ |គាត់ទៅ។",
    "Burmese": "ကျွန်တော်သွားမယ်။ |သူလာမယ်။",
    "Amharic": "ሰላም ነው። |እንዴት ነህ።",
    "Armenian": "Նա եկավ։ |Նա գնաց։",
    "Greek": "Ήρθε ο κ. Παπαδόπουλος. |Πού είναι; |Έφυγε.",
    "Russian": "Он жил на ул. Ленина в г. Москве. |А. С. Пушкин уехал. |Это стоит 3.5 тысячи.",
    "Ukrainian": "Він жив на вул. Шевченка в м. Києві. |Потім поїхав.",
    "German": "Dr. Müller kam am 3. Mai mit dem Zug, z. B. um die Zeit zu nutzen. |Er ist bzw. war "
    "das erste Mal da. |Das kostet 3,5 Mio. Euro, und nicht mehr.",
    "French": "M. Dupont est arrivé par le train de la ville. |Les autres, p. ex. Mme Durand, ont "
    "pris une voiture. |Elle est dans la rue, et il ne va pas au bureau.",
    "Spanish": "El Sr. López llegó con la mujer de los otros. |La Sra. Ruiz salió por la puerta y "
    "no volvió. |Cuesta 3.5 euros para el grupo.",
    "Polish": "Był np. w Krakowie przy ul. Długiej i nie jest już na miejscu. |Wrócił do domu, "
    "gdzie się urodził, oraz przez las.",
    "English": "J. Smith came. |Dr. Ho paid $3.50 to Mrs. Roe. |See fig. 4 vs. the rest. |Why?",
}  # fmt: skip


def cut(text: str) -> list[str]:
    return [text[a:b] for a, b in pairwise(segment(text, "sentence"))]


@pytest.mark.parametrize("language", SENTENCES)
def test_sentences_of_many_languages(language: str) -> None:
    expected = SENTENCES[language].split("|")
    assert cut("".join(expected)) == expected


def test_no_sentence_ends_with_a_comma() -> None:
    lines = [
        '[pid 41823] write(2, "cannot read the fares\\n", 22) = 22\n',
        'connect(4, {sin_port=htons(5432), sin_addr=inet_addr("127.0.0.1")}, 16) = -1 EPERM\n',
    ]
    assert cut("".join(lines)) == lines
    assert cut('He cried "Stop!", and it stopped.') == ['He cried "Stop!", and it stopped.']


def test_thai_is_cut_at_pauses_that_are_some_way_apart() -> None:
    clause = "ประเทศไทยเป็นประเทศที่ตั้งอยู่ในเอเชียตะวันออกเฉียงใต้ "
    short = "มีเมืองหลวงคือกรุงเทพมหานคร "
    text = (clause + short) * 4
    pieces = cut(text)
    assert len(pieces) == 4
    assert all(piece.endswith(" ") or piece == pieces[-1] for piece in pieces)


def test_each_paragraph_is_read_in_its_own_script() -> None:
    parts = [SENTENCES[name].replace("|", "") for name in ("Russian", "Hindi", "English", "Greek")]
    expected = [cut(part) for part in parts]
    assert [one.rstrip() for one in cut("\n\n".join(parts))] == [
        sentence.rstrip() for pieces in expected for sentence in pieces
    ]


def test_lines_wrapped_in_other_languages_go_on() -> None:
    text = "Это предложение достаточно длинное, чтобы почта разбила его на две\nстроки. Конец.\n"
    assert cut(text) == [text[: text.index("Конец")], "Конец.\n"]


def test_foreign_words_do_not_make_a_text_foreign() -> None:
    text = "The film Die Hard is on. Mr. De La Rue of the Los Angeles Times said it. It was ok."
    assert len(cut(text)) == 3


# What looks like an end and is none: of abbreviations, numbers, lists within a sentence, remarks.
UNDIVIDED = (
    "Fees are due unless (i) a party objects, (ii) it does so in time, and (iii) no one agrees.",
    "Present were Cllr. J. Hobbs, Cllr. O'Neill and Dña. Ana Gil.",
    "Add 1 tsp. salt, ½ tbsp. sugar and bake for 45 mins. until done.",
    "See para. 3 of Schedule 4 and cl. 12, or ring Mon.-Fri. 9 a.m. to 5 p.m.",
    "It was signed in Dec. 2023 and again on the 31. Dez. 2024.",
    "No difference was found for Myotis spp. (p = 0.62) by Adams et al. (2012) then.",
    "Both follow from Eq. (2) and from Figs. (1) and (3) of Sec. 4.",
    "Call if the temp. > 101 F or the wt. ≥ 90 kg on any day.",
    "Under Fed. R. Civ. P. 12(b)(6) the claim of Acme v. Bolt, 12 F. Supp. 2d 40, fails.",
    "Die Fa. Braun haftet für den Inhalt nicht.",
    "How satisfied are you with the crew of the night boat? (1-5)",
)


@pytest.mark.parametrize("text", UNDIVIDED)
def test_what_only_looks_like_an_end_is_none(text: str) -> None:
    assert cut(f"{text} It is so. {text}") == [f"{text} ", "It is so. ", text]


def test_dots_to_write_on_are_no_end() -> None:
    assert len(cut("Signed ........................ (Chair)  Date ..............")) == 1


def test_sentences_begin_with_small_letters_where_all_do() -> None:
    assert len(cut("i went home. then i slept. it was late. no dinner.")) == 4
    text = "We left. The pH fell to 4 on the N. side. eGFR was not reported. "
    said = "The fee is 84 kroner approx. per month. A lease at 7 kr. without notice was refused. "
    assert len(cut(text + said)) == 5


def test_what_ends_a_sentence_still_does() -> None:
    text = "They paid Delmar Ltd. The hum is 50 Hz. Then it stops. (It was late.) (a) One. (b) Two."
    assert cut(text) == [
        "They paid Delmar Ltd. ", "The hum is 50 Hz. ", "Then it stops. ", "(It was late.) ",
        "(a) One. ", "(b) Two.",
    ]  # fmt: skip


ALPHABET = "aA.!? \n3é字ひก ກকдІ।។؟a\u0301"


@given(st.text(st.sampled_from(ALPHABET)) | st.text())
def test_ends_are_offsets_of_the_text(text: str) -> None:
    assert all(0 < end <= len(text) for end in sentence_ends(text))
    assert segment(text, "sentence")[-1] == len(text)


def test_a_number_ends_a_german_sentence_before_a_word_that_begins_one() -> None:
    text = "Das ist im Zimmer 12. Das Bad ist nicht dort, und die Küche ist auch auf der 3. Etage. "
    ends = sorted(sentence_ends(text))
    assert [text[a:b] for a, b in pairwise([0, *ends])] == [text[:22], text[22:]]


@pytest.mark.parametrize(
    "part", ["` ", "\u201cIt is so.\n", "<!--", "它是这样的。", "It is so. ", "a"]
)
def test_the_library_is_given_bounded_stretches_and_each_once(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_to = list[int]()

    def record(language: str, text: str) -> list[dict[str, object]]:
        given_to.append(len(text))
        return get_sentence_boundaries(language, text)

    get_sentence_boundaries = sentences.get_sentence_boundaries
    monkeypatch.setattr(sentences, "get_sentence_boundaries", record)
    size = 40_000
    sentence_ends((part * size)[:size])
    assert max(given_to) < size / 5
    assert sum(given_to) < 1.5 * size


@pytest.mark.parametrize("name", SENTENCES)
def test_long_paragraphs_end_sentences_as_short_ones_do(name: str) -> None:
    paragraph = SENTENCES[name].replace("|", "")
    between = " " if " " in paragraph else ""
    text = between.join([paragraph] * (12_000 // len(paragraph)))
    step = len(paragraph + between)
    one = {end + between.isspace() * (end == len(paragraph)) for end in sentence_ends(paragraph)}
    expected = {n * step + end for n in range(text.count(paragraph)) for end in one}
    assert sentence_ends(text) == {min(end, len(text)) for end in expected}


@pytest.mark.parametrize(
    "text",
    [
        "Tra il sig. Paolo Rossi e la ditta Neri non si conviene altro.",
        "El contrato lo firma el sr. Díaz en nombre de la empresa.",
        "Не подлежат обмену товары из перечня, утв. Постановлением Правительства.",
        "Схема показана на рис. 2 и описана в разд. 5 на стр. 14.",
        "«Ты придёшь?» — спросил он тихо.",
        "قال د. أحمد إن العقد باطل.",
    ],
)
def test_no_sentence_ends_before_a_name_in_other_languages(text: str) -> None:
    assert sentence_ends(text) == {len(text)}


@pytest.mark.parametrize("blank", ["\xa0", "\x85", "\u2003", "\u2028", "\u3000", " \n\xa0"])
@pytest.mark.parametrize("start", ["Take plan A", "Возьми план Б", "Plan A", "取 A"])
def test_a_blank_before_a_full_stop_ends_nothing_else(start: str, blank: str) -> None:
    text = f"{start}{blank}. Then go. "
    assert len(text) in sentence_ends(text)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("The ship M.S. Asta was sold.", "C.S. Lewis and J.R.R. Tolkien wrote of it."),
        ("It was built in the U.S.", "The price is not known."),
        ("They left at 5 p.m. Monday.", "It opens at 9 a.m."),
        ("We meet at 9 a.m.", "Nobody is late."),
        ("The pier belongs to the town.[^1]", "It was built in 1903.[2][3]"),
        ("The rate is $$r = \\frac{1}{2}. $$ a day.", "It is not fixed."),
    ],
)
def test_initials_notes_and_formulas_end_no_sentence_and_hide_no_end(
    first: str, second: str
) -> None:
    text = f"{first} {second}"
    assert [text[a:b].strip() for a, b in pairwise(segment(text, "sentence"))] == [first, second]


def test_a_sentence_ends_behind_the_sign_of_a_note() -> None:
    text = "The court awarded no damages.² That view fell.³ It cost 40 m².\n"
    assert sentence_ends(text) == {text.index("That"), text.index("It cost"), len(text)}
