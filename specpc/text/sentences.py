"""Where sentences end, in the script and language they are written in.

The rules are those of the sentencex library, which has to be told the language. Scripts are told
apart line by line, languages of the Latin script by the function words of the whole text; what
is not clearly another language is read as English.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

import regex
from sentencex import get_sentence_boundaries

from specpc.text.patterns import lazy_re, lazy_regex
from specpc.text.scripts import UNSPACED_SCRIPTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_ENGLISH: Final = "en"
_STRETCH: Final = 2000
# Where a stretch is cut, marks that open may not be closed yet.
_UNSURE: Final = 400
# The library panics at such a blank between an initial and a full stop. (What is rare comes first:
# most blanks are before no full stop.)
_BLANK_BEFORE_STOP: Final = lazy_regex(r"[^\S\x00-\x7f](?=\.)(?<=\p{L}\s*)")
# A line is taken for what most of the runs of letters at its beginning are.
_LOOKED_AT: Final = 200
_SCRIPTS: Final = {
    "ru": r"\p{Cyrillic}", "el": r"\p{Greek}", "ar": r"\p{Arabic}", "he": r"\p{Hebrew}",
    "hi": r"\p{Devanagari}", "bn": r"\p{Bengali}", "pa": r"\p{Gurmukhi}", "gu": r"\p{Gujarati}",
    "ta": r"\p{Tamil}", "te": r"\p{Telugu}", "kn": r"\p{Kannada}", "ml": r"\p{Malayalam}",
    "th": r"[\p{Thai}\p{Lao}]", "km": r"\p{Khmer}", "my": r"\p{Myanmar}", "am": r"\p{Ethiopic}",
    "hy": r"\p{Armenian}", "ko": r"\p{Hangul}", "ja": r"[\p{Hiragana}\p{Katakana}]",
    "zh": r"\p{Han}",
}  # fmt: skip
_SCRIPT: Final = lazy_regex(
    "|".join(f"(?P<{language}>{letters}+)" for language, letters in _SCRIPTS.items())
    + r"|(?P<latin>\p{Latin}+)"
)
_LINES: Final = lazy_re(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")
_NOT_RUSSIAN: Final = lazy_re(r"[іїєґ]", re.IGNORECASE)

# Words that are frequent in one language and rare in the others.
_FUNCTION_WORDS: Final = {
    _ENGLISH: "the of and to is that was for with as are this by be have not which",
    "de": "der die das und ist von den nicht mit dem auf sich eine auch wurde als zu wird",
    "fr": "le les et des est une dans pour qui du pas sur par il au aux cette ont",
    "es": "el los las y del una por con para su como más pero fue sus este ser",
    "pt": "o os das do da uma não com em mais dos ao foi são pelo pela ser",
    "it": "il che di della una per non sono con gli nel dei alla più anche del",
    "nl": "de het een van en niet met zijn dat voor op te aan werd ook bij wordt",
    "pl": "się nie jest na do oraz przez był jako od dla jego po że które są",
    "cs": "se na je že byl jako jeho pro by které od jsou ve podle nebo však",
    "sv": "och att det som är på av för den inte med ett har till var från",
    "da": "og at det er på af den til som ikke med et har var fra blev",
    "fi": "ja on oli että ei se hän myös sekä mutta jossa joka ovat kuin ollut",
    "tr": "ve bir bu için ile olarak olan de da çok daha gibi sonra kadar en",
}
_BY_WORD: Final[dict[str, list[str]]] = {}
for _language, _words in _FUNCTION_WORDS.items():
    for _word in _words.split():
        _BY_WORD.setdefault(_word, []).append(_language)
_WORD: Final = lazy_re(r"[^\W\d_]+")
_SAMPLE: Final = 20_000
_FEWEST_WORDS: Final = 5

# For these the library takes long at each mark.
_SLOW: Final = frozenset({"da", "it"})
_TOKEN: Final = lazy_regex(r"\S+")
_MARK: Final = lazy_re(r"[.!?]")
_CLOSING: Final = ")]}\"'”’»*_`"
_ENDING: Final = frozenset(".!?…:;")

# A month, and no abbreviation of one.
_MAY: Final = lazy_regex(r"\b(?:in|of|by|until|since|from|to|\d) May\.\s++(?=\p{Lu})")
# "M. Dupont", "J. Смит": an initial ends no sentence, in no language.
_INITIAL: Final = lazy_regex(r"(?<![\p{L}\d]|\p{L}\.)(?:\p{Lu}|MM|[\u0621-\u064a])\.\s\Z")
# "am 3. Mai": a number and a full stop are an ordinal number.
_ORDINAL: Final = lazy_regex(r"(?<![\w.,=/])\d{1,2}\.\s\Z")
_ORDINALS: Final = frozenset({"de", "da", "cs", "fi", "pl", "sv"})
# Where sentences end with a danda, a full stop ends an abbreviation.
_DANDA: Final = lazy_re("[\u0964\u0965]")
_WITH_DANDA: Final = frozenset({"hi", "bn", "pa"})
_FULL_STOP: Final = lazy_regex(r"\.\s*\Z")
# Marks that sentencex does not know: Khmer, Tibetan.
_OTHER_MARKS: Final = lazy_re("[\u17d4\u17d5\u0f0d\u0f0e]+\\s*")
# Thai and Lao have no mark; a space ends a clause or sentence.
_PAUSE: Final = lazy_regex(r"(?<=[\p{Thai}\p{Lao}])\s+(?=[\p{Thai}\p{Lao}])")
_SHORTEST_CLAUSE: Final = 60


_SIGNS: Final = "¹²³⁴⁵⁶⁷⁸⁹⁰"
# The sign of a note on what is said: "It was sold.[^1] Nobody paid.[2]", "... no damages.² That".
_NOTED: Final = lazy_regex(
    rf"(?<=[.!?][\"”’)]?)(?:(?:\[\^?[\w-]{{1,20}}+\]){{1,4}}+|[{_SIGNS}]{{1,3}}+)"
    r"[^\S\r\n]{1,9}+(?=[\"“‘(]?\p{Lu})"
)
# "C.S. Lewis", "the M.S. Asta", "at 5 p.m. Monday"; after "the U.S." a sentence may begin, if it
# does with such a word.
_DOTTED: Final = lazy_regex(r"(?:(?<![\p{L}\d.])(?:\p{Lu}\.){2,5}+|\d[ \u00a0]?[ap]\.m\.)\s++\Z")
_BEGINNING: Final = (
    "a after all also although an and another as at before both but by each every few for"
    " from he her here his how however i if in it its many most my nevertheless no nobody none"
    " not now of on once one only or our she since so some such than that the their then there"
    " these they this those thus to today under until we what when where while who why with"
    " yet you your"
)
_BEGINNERS: Final = frozenset(_BEGINNING.split())
# What is never cut: images and links, code, emphasis, formulas, tags.
_INLINE: Final = lazy_regex(
    r"!?\[[^][\r\n]{0,300}+\]\([^()\r\n]{0,500}+\)|`[^`\r\n]{1,200}+`"
    r"|\*\*[^*\r\n]{1,300}+\*\*|__[^_\r\n]{1,300}+__|\$\$[^$\r\n]{1,300}+\$\$"
    r"|\$[^\s$][^$\r\n]{0,200}+\$(?!\d)"
    r"|</?[a-zA-Z][^<>\r\n]{0,300}+>"
)
# Scripts in which a sentence may follow another without a space between.
_UNSPACED: Final = lazy_regex(rf"[{UNSPACED_SCRIPTS}\p{{Tibetan}}\u3000-\u303f\uff00-\uffef]")
_SPACE: Final = lazy_regex(r"\s*+")
# What no sentence begins with, and what ends none if a small letter follows.
_GOES_ON: Final = frozenset(")]}»”.,;:!?%")
_LOOKED_BACK: Final = 24
# So many sentences begin with a capital letter for each that seems to begin with a small one,
# where none does.
_SMALL_EACH: Final = 2
_ABBREVIATED: Final = lazy_regex(
    r"(?:^|[\s(\[/])(?:\p{L}|\d+\p{L}?|[\p{L}\d]+(?:\.[\p{L}\d]+)++|approx|art|ca|cf|ch|dept"
    r"|eds?|etc|figs?|incl|max|min|nos?|pp|resp|secs?|spp?|subsp|temp|vols?|vs)\.\s*+\Z",
    regex.IGNORECASE,
)
# What ends no sentence if a number follows, and in names.
_COUNTING: Final = (
    "abs app approx art bd ca cap cf ch chap cl eq eqs fig figs kap max min no nos nr núm pág para"
    " paras p pp reg regs rn sch sched sec secs ss st supp tab tabs tel vgl vol vols wt ziff"
    " абз гл кв п пп разд рис ст стр табл ч"
    " mon tue tues wed thu thurs fri sat sun jan févr feb mar märz apr avr jun juil jul aug sep"
    " sept okt oct nov dez déc dec dic"
)
_COUNTS: Final = frozenset(_COUNTING.split())
_PARTS_WORDS: Final = lazy_re(r"[\s(\[/–-]")
# Before a name: "Cllr. Hobbs", "Dña. Ana"; not "Ltd." nor "50 Hz.".
_TITLE: Final = lazy_regex(
    r"(?<![\p{L}\d-]|\d\s)(?!Ltd)(?:\p{Lu}[bcdfghj-np-tv-xz]{1,4}+"
    r"|утв|им|ул|просп|обл|проф|акад|ред|см|ср"
    r"|Fed|Civ|Crim|Bankr|Fa|Sra|Dra|Dña|Mme|Mlle|Prof|Revd?|Hon|Gov|Sen|Rep|Gen|Col|Capt|Maj|Supt|Insp|Ing|Dipl"
    r"|sig|dott|avv|ing|geom|prof|sra?|dra?|srta)\.\s++\Z"
)
# With its full stop, and what may stand before it.
_LONGEST_TITLE: Final = 10
# What is counted, before more about it: "2 tbsp. sugar", "84 kr. per month".
_COUNTED: Final = lazy_regex(r"(?:^|[\s(])[\d½¼¾⅓⅔][\d.,/½¼¾-]*+[ \u00a0-]?\p{L}{1,5}\.\s++\Z")
# A line to write on, or that leads to a page.
_LEADER: Final = lazy_regex(r"\.{5}\s*+\Z")
# A small letter that begins a word: not "eBay".
_SMALL: Final = lazy_regex(r"\p{Ll}++(?!\p{Lu})")
_REMARK: Final = lazy_regex(r"\((?!(?:[ivxl]{1,5}|\p{L}|\d{1,2})\))[\p{Ll}\d]")
# "How was it? (1-5)".
_CLOSED_REMARK: Final = lazy_regex(_REMARK.pattern + r"[^().!?\r\n]{0,60}+\)")
_REMARKED: Final = lazy_regex(rf"(?<=[?!]\s){_CLOSED_REMARK.pattern}\s++(?=\p{{Lu}})")
# "Call if temp. > 101 F.", "«Придёшь?» — спросил он.".
_BETWEEN: Final = lazy_regex(r"[>=≥≤≈±×÷]|<[ =\d]|[—–][ \u00a0]?\p{Ll}")
_INITIALS: Final = lazy_regex(r"(?<!\p{L})(?:\p{Lu}\.-\p{Lu}|Hrn)\.\s++\Z")
_DAY: Final = lazy_regex(
    r"(?<![\w.,])\d{1,2}\.\s"
    r"(?:Jan|Feb|M[aä]r|Apr|Ma[ijy]|Jun|Jul|Aug|Sep|O[ck]t|Nov|De[czs])\p{L}{0,6}+\b"
)
# What is said goes on: 「…。」と聞かれた.
_QUOTED: Final = lazy_regex(r"[」』]\p{Hiragana}")
# A row of columns: wide gaps that follow no mark.
_COLUMN: Final = lazy_regex(r"[^\s.!?:;](?: {2,}|\t)(?=\S)")
_FEWEST_COLUMNS: Final = 2


def sentence_ends(text: str) -> set[int]:
    """Offsets where sentences end, white space after them included.

    Where words are parted by spaces, a sentence ends only before white space; it never ends inside
    an image, a link, code, emphasis, a formula, a tag or a row of columns.
    """
    found = {
        start + end
        for start, stop, language in _runs(text)
        for end in _ends(text[start:stop], language)
    }
    found |= {match.end() for sign in (_NOTED, _REMARKED) for match in sign.finditer(text)}
    ends = sorted(_between_words(text, found))
    ends = _outside(text, ends, _INLINE.finditer(text))
    rows = (m for m in _LINES.finditer(text) if _is_row(m.group()))
    return set(_outside(text, ends, rows))


def _between_words(text: str, ends: set[int]) -> set[int]:
    """Those that part words and come before what can begin a sentence, after the white space."""
    found: set[int] = set()
    spaced: list[int] = []
    end = 0
    for before in sorted(ends):
        if before <= end:  # in white space that was passed already
            continue
        space = _SPACE.match(text, before)
        end = space.end() if space else before
        if end == len(text):
            found.add(end)
        elif end == before and not text[end - 1].isspace():
            unspaced = _UNSPACED.match(text[end - 1]) or _UNSPACED.match(text[end])
            if unspaced and not _QUOTED.match(text, end - 1):
                found.add(end)
        elif text[end] not in _GOES_ON and not _is_abbreviated(text, end):
            spaced.append(end)
    return found | _with_capitals(text, spaced)


def _with_capitals(text: str, ends: Sequence[int]) -> set[int]:
    """The ends without those before a small letter, where nearly all are before a capital one."""
    small = {end for end in ends if _SMALL.match(text, end)}
    capitals = sum(text[end].isupper() for end in ends)
    return set(ends) - small if _SMALL_EACH * len(small) <= capitals else set(ends)


def _is_abbreviated(text: str, end: int) -> bool:
    """Whether no sentence ends there, by what is before it and the character after."""
    before = text[max(0, end - _LOOKED_BACK) : end]
    said = before.rstrip()
    after = before[len(said) :]
    said = said.rstrip(_SIGNS)
    inside = said[-1:].isalnum() and not _UNSPACED.match(said[-1])
    on_line = not {*after} & {"\r", "\n"}
    # Before the numbers of what is listed in it: "if (i) ...".
    if on_line and (inside or said[-1:] == "," or _BETWEEN.match(text, end)):
        return True
    if said[-1:] != ".":
        return on_line and _CLOSED_REMARK.match(text, end) is not None
    following = text[end]
    counted = following.isdigit() or (following == "(" and text[end + 1 : end + 2].isdigit())
    if _REMARK.match(text, end) or (
        counted and _PARTS_WORDS.split(said[:-1])[-1].casefold() in _COUNTS
    ):
        return True
    # Patterns take long to say no: each is asked only where what it cannot do without is there.
    going_on: list[regex.Pattern[str]] = []
    if "-" in said or said.endswith("Hrn."):
        going_on.append(_INITIALS)
    if said.endswith("....."):
        going_on.append(_LEADER)
    if following.islower():
        going_on += _ABBREVIATED, _COUNTED
    if any(pattern.search(before) for pattern in going_on):
        return True
    return following.isupper() and (
        _TITLE.search(before[-_LONGEST_TITLE - len(after) :]) is not None
        or _is_named(text, end, said, before)
    )


def _is_named(text: str, end: int, said: str, before: str) -> bool:
    """Whether a name goes on there, or a date."""
    first = max(0, end - 4)
    if any(map(str.isdigit, text[first:end])):
        dated = _DAY.search(text, first, end + 10)
        if dated is not None and dated.start() < end:
            return True
    last = said[-2:-1]
    dotted = (last.isupper() or last == "m") and _DOTTED.search(before) is not None
    word = _WORD.match(text, end) if dotted else None
    return word is not None and word.group().casefold() not in _BEGINNERS


def _is_row(line: str) -> bool:
    return ("  " in line or "\t" in line) and len(_COLUMN.findall(line)) >= _FEWEST_COLUMNS


def _outside(
    text: str, ends: Sequence[int], spans: Iterable[re.Match[str] | regex.Match[str]]
) -> list[int]:
    """The ascending ends that are not inside spans; what ends with one, ends after it."""
    outside: list[int] = []
    place = 0
    for match in spans:
        low, high = match.span()
        while place < len(ends) and ends[place] <= low:
            outside.append(ends[place])
            place += 1
        last = -1
        while place < len(ends) and ends[place] < high:
            last = ends[place]
            place += 1
        if last >= 0 and not any(map(str.isalnum, text[last:high])):
            space = _SPACE.match(text, high)
            end = space.end() if space else high
            if not text[end : end + 1].islower():
                outside.append(end)
    return [*outside, *ends[place:]]


def _runs(text: str) -> Iterator[tuple[int, int, str]]:
    """Stretches of whole lines in one language, which tile the text."""
    latin = _latin_language(text)
    if text.isascii():
        yield 0, len(text), latin
        return
    start, language = 0, ""
    for match in _LINES.finditer(text):
        found = _language_of_line(text, match.start(), match.end(), latin)
        if found and language and found != language:
            yield start, match.start(), language
            start = match.start()
        language = found or language
    yield start, len(text), language or latin


def _language_of_line(text: str, start: int, end: int, latin: str) -> str:
    """The language of a line, or of the Latin script; nothing if there are no letters."""
    line = text[start : min(end, start + _LOOKED_AT)]
    counts: Counter[str] = Counter()
    for match in _SCRIPT.finditer(line):
        counts[match.lastgroup or ""] += match.end() - match.start()
    if not counts:
        return ""
    script = max(counts, key=lambda name: counts[name])
    if script == "latin":
        return latin
    if script == "zh" and "ja" in counts:
        return "ja"
    return "uk" if script == "ru" and _NOT_RUSSIAN.search(line) else script


def _latin_language(text: str) -> str:
    """The language of what is in the Latin script: of clearly the most function words."""
    words = Counter(_WORD.findall(text[:_SAMPLE].lower()))
    found = dict.fromkeys(_FUNCTION_WORDS, 0)
    for word in words.keys() & _BY_WORD.keys():
        for language in _BY_WORD[word]:
            found[language] += words[word]
    best = max(_FUNCTION_WORDS, key=lambda language: found[language])
    clear = found[best] >= _FEWEST_WORDS and found[best] > 2 * found[_ENGLISH]
    return best if clear else _ENGLISH


def _boundaries(text: str, language: str) -> Iterator[int]:
    """Where sentences end for the library, which takes the square of a paragraph's length.

    It is given bounded stretches, each from where the last sentence ends that is sure to.
    """
    start = 0
    while start < len(text):
        stop = start + _STRETCH
        part = text[start:stop]
        if language in _SLOW:
            part = _TOKEN.sub(_without_marks, part)
        found = get_sentence_boundaries(language, _BLANK_BEFORE_STOP.sub(" ", part))
        sure = stop - _UNSURE if stop < len(text) else len(text)
        ends = [end for one in found if (end := start + int(one["end_index"])) <= sure]
        yield from ends
        start = ends[-1] if ends else sure


def _without_marks(token: regex.Match[str]) -> str:
    """A word without the marks in it (``a.b.c``), after which no sentence can end."""
    said = token.group()
    ends = said.rstrip(_CLOSING)[-1:] in _ENDING
    return said if ends else _MARK.sub("x", said)


def _ends(text: str, language: str) -> set[int]:
    ends = set(_boundaries(text, language))
    if language == _ENGLISH:
        return ends | {match.end() for match in _MAY.finditer(text)}
    not_ends = [_INITIAL, *([_ORDINAL] if language in _ORDINALS else [])]
    if language in _WITH_DANDA:
        stops = {end for end in ends if _is_after(_FULL_STOP, text, end)}
        not_ends += [_FULL_STOP] if len(_DANDA.findall(text)) >= len(stops) else []
    for pattern in not_ends:
        ends = {
            end
            for end in ends
            if end == len(text)
            or not _is_after(pattern, text, end)
            or (pattern is _ORDINAL and _begins(text, end, language))
        }
    ends |= {match.end() for match in _OTHER_MARKS.finditer(text)}
    return ends | _clauses(text, ends) if language == "th" else ends


def _is_after(pattern: regex.Pattern[str], text: str, end: int) -> bool:
    return pattern.search(text[max(0, end - 10) : end]) is not None


def _begins(text: str, end: int, language: str) -> bool:
    """Whether a function word with a capital letter follows: "Zimmer 12. Das Bad ..."."""
    word = _WORD.match(text, end)
    known = word is not None and language in _BY_WORD.get(word.group().lower(), ())
    return known and text[end].isupper()


def _clauses(text: str, ends: set[int]) -> set[int]:
    """Pauses in text without sentence marks, some way apart from each other and from those."""
    found: set[int] = set()
    last, marks = 0, sorted(ends, reverse=True)
    for match in _PAUSE.finditer(text):
        while marks and marks[-1] <= match.start():
            last = marks.pop()
        if match.end() - last >= _SHORTEST_CLAUSE:
            found.add(match.end())
            last = match.end()
    return found
