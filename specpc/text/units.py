"""Units of text as character spans that tile it: sentences, lines, paragraphs, words."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import lru_cache, partial
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

import regex

from specpc.text.items import item_bounds
from specpc.text.negations import negations
from specpc.text.patterns import lazy_re, lazy_regex
from specpc.text.scripts import UNSPACED_SCRIPTS
from specpc.text.sentences import sentence_ends

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_Line: TypeAlias = tuple[int, int, int]
Bounds = list[int]
"""Ascending character offsets ``[0, ..., len(text)]``: unit ``i`` is ``text[b[i]:b[i + 1]]``."""

# Longer units are cut at the best place inside: a budget must be able to hold a unit, and one
# relevant clause should not have to pay for a page of legal prose.
_LONGEST: Final = {"sentence": 1000, "line": 1000, "paragraph": 4000}
# In a long text of next to nothing but marks, no sentence is shorter than so much.
_LONG: Final = 16_000
_TINY: Final = 5
_SHORTEST: Final = 12

_LINE: Final = lazy_re(r"\r\n|\n|\r")
_PARAGRAPH: Final = lazy_regex(r"(?>\r\n|\n|\r)(?:[ \t]*+(?>\r\n|\n|\r))++")
# A line break inside a sentence, as mail and plain-text files wrap prose: a full line of words,
# then one that goes on with a small letter; or, among such lines, with a word that did not fit.
_WRAPPED: Final = lazy_regex(r"[^\s|.:;!?{}]")
_WORDS: Final = lazy_regex(
    r"(?<![^\W\d_])(?:[^\W\d_]++[^\w=]++){6}+"
    r"|(?<![^\W\d_])(?:[^\W\d_]++[,;'’]*+[ \t]++(?:\d[\d.,:]*+%?+;?+[ \t]++)?+){5}+"
)
# After a semicolon a line may be an item of a list, if many lines of a paragraph end in one.
_PAUSES: Final = lazy_regex(r";\s*+(?=\p{Ll}{2,}+[\s,])")
_FEW: Final = 3
_GOES_ON: Final = lazy_regex(r"[ \t]*(?:[\p{Ll}(]|\d[\d.,:/%-]*+[ \t]++\p{Ll})")
# No sentence ends with one of these.
_OPEN: Final = lazy_regex(
    r"\s(?:an?|and|are|as|at|be|between|by|either|except|for|from|if|in|into|is|its|nor|not|of|on"
    r"|or|per|shall|than|that|the|their|to|under|unless|until|was|were|when|which|with"
    r"|aus|der|die|das|für|mit|und|oder|von|wenn|zu|zwischen|entre|les?|la|des?|et|ou|du|par|pour"
    r"|sans|sur|el|los|las|del|para|por|que|sin)\Z"
)
_LONGEST_OPEN: Final = 10
# Conditions are written in capitals, of which a wide line goes on in the next.
_CAPITALS: Final = lazy_regex(
    r"[^\p{Ll}\r\n]*+(?:\r\n|\n|\r)[ \t]*[\p{Lu}(][^\p{Ll}\r\n]*+(?=[\r\n]|\Z)"
)
_WRAP_FROM: Final = 50
# Columns of a page are narrower: there, most lines of a paragraph go on so.
_NARROW_FROM: Final = 25
_FEWEST_NARROW: Final = 3
_MOSTLY: Final = 0.5
_SOME_WORDS: Final = lazy_regex(r"(?:(?<!\S)[^\s\p{L}]*+\p{L}\S*+\s++){2}\S")
# "refer-" and below it "ence".
_HYPHENATED: Final = lazy_regex(r"\p{Ll}[-\u00ad\u2010]\Z")
# "(NASDAQ:" and below it "VLMR)".
_BRACKET: Final = lazy_regex(r"\([^()\r\n]{0,80}+\s*+\Z")
_BRACKET_ENDS: Final = lazy_regex(r"[ \t]*+[^()\r\n]{1,80}+\)")
# How a line ends that goes on in the next: a command, a rule.
CONTINUED: Final = " \\"
# Code, a role of reStructuredText or an address, which takes the place of some words.
_A_WORD: Final = 8
_SPAN: Final = lazy_regex(r"(?::\w++:)?(?<!`)`++[^`\r\n]++`++|<[^\s<>]++>|\bhttps?://\S++")
# The first line of a sentence, however short, and what only the rest of it begins with.
_BEGINS: Final = lazy_regex(r"[ \t]*+[\"'“‘(¿¡]?\p{Lu}[\p{L}'’-]*+(?:,?[ \t]++[^\s:=|]++){3}")
_SMALL_WORD: Final = lazy_regex(
    r"[ \t]*+(?:\(?\p{Ll}[\p{Ll}'’-]*+[,;.!?]*+(?:[ \t\r\n]|\Z)"
    r"|<(?=[^\s<>]*+>)[^\s<>:@]*+[:@][^\s<>]*+>)"
)
# How it ends, but for a word that is shortened.
_CLOSED: Final = lazy_regex(r"(?<!\b(?:etc|usw))(?<=[\w\"'”’)\]>»%])[.!?…][\"'”’)\]»]*+\Z")
_LONGEST_END: Final = 40
_GAP: Final = lazy_regex(r"[^\s.!?:;](?: {2}|\t)\s*+\S")
_FEWEST_WORDS: Final = 3
_FIRST_WORD: Final = lazy_regex(
    r"[ \t]*+(?![-*+>#|•] |[[\W\d]--[\r\n]]*+(?:[\r\n]|\Z))(\S++)", regex.VERSION1
)
# "Ann Ryel<tab>Port to Windows.", of which several stand below one another, and what goes on in the
# second column.
_TABBED: Final = lazy_regex(
    r"(?<![^\r\n])(?P<indent>[ ]{0,8}+)(?=[^\r\n]{1,120}+(?:[\r\n]|\Z))"
    r"\p{L}[^\r\n\t]{1,40}+\t++\S[^\r\n]*+"
    r"(?:(?:\r\n|\n|\r)(?P=indent)[ ]{0,3}+\t[ \t]*+\S[^\r\n]*+)*+"
)
_FEWEST_TABBED: Final = 3
# The number of a section or an item, which is no sentence: "5. ", "(a) ", "IV. ", "Article 2.1. ".
_NUMBER: Final = lazy_regex(
    r"[ \t]*(?:[-*+>•][ \t]+)?(?:(?:\p{Lu}[\p{L}.]{1,12}|§{1,2})[ \t]+(?=\d))?"
    r"(?:\(?(?:\d{1,2}[A-Z]|\d{1,3}(?:\.\d{1,3})*+|([^\W\d_])\1?+|[IVXLC]{1,6}|[ivxlc]{1,6})[.)]"
    r"|\[\d{1,3}\]|\d{1,3}(?:\.\d{1,3})++)[ \t]+"
)

# Nor is a mark at the beginning of a line: "! ", "... ".
_MARK: Final = lazy_regex(r"[ \t]*+[^\w\s]{1,3}+[ \t]++")


def segment(text: str, unit: str, width: int | None = None) -> Bounds:
    """Cut a text of any script into units; white space belongs to the unit before it.

    The units are ``sentence``, ``line``, ``paragraph`` or ``word``. ``width`` is that at which
    lines are wrapped in what the text is a part of, if it is known (see `wrapped_at`).
    """
    if unit == "word":
        return word_bounds(text)
    if unit == "sentence" and _is_word(text):
        return _shorten(text, [0, len(text)] if text else [0], _LONGEST[unit])
    if unit == "sentence":
        cuts = _sentence_ends(text, width)
    else:
        breaks = _LINE if unit == "line" else _PARAGRAPH
        cuts = {match.end() for match in breaks.finditer(text)}
    bounds = _shorten(text, _absorb_blank(text, cuts), _LONGEST[unit])
    if unit == "sentence" and len(text) >= _LONG and len(bounds) * _TINY > len(text):
        bounds = apart(bounds, _SHORTEST)
    return bounds


def _is_word(text: str) -> bool:
    """Whether there is one word at most, as in many a cell and item: no sentence ends in that."""
    return text.isascii() and len(text.split(None, 1)) <= 1


def apart(bounds: Sequence[int], least: int) -> Bounds:
    """Bounds without those that are less than so much behind the one before; the last stays."""
    kept: list[int] = []
    for bound in bounds:
        if not kept or bound - kept[-1] >= least:
            kept.append(bound)
    if kept and kept[-1] != bounds[-1]:
        kept[-1 if len(kept) > 1 else 1 :] = [bounds[-1]]
    return kept


def _sentence_ends(text: str, width: int | None) -> set[int]:
    """Ends of sentences with their numbers, and of lines that are not wrapped (items, headings)."""
    told = sentence_ends(text)
    ends = _by_entries(text, told | _line_ends(text, told, width))
    return {
        end
        for start, end in pairwise([0, *sorted(ends)])
        if end == len(text)
        or not (_NUMBER.fullmatch(text, start, end) or _MARK.fullmatch(text, start, end))
    }


def _by_entries(text: str, ends: set[int]) -> set[int]:
    """Ends without those inside of entries in two columns, and with those of the entries."""
    entries = [match.span() for match in _TABBED.finditer(text)] if "\t" in text else []
    if len(entries) < _FEWEST_TABBED:
        return ends
    starts = [start for start, _ in entries]

    def is_inside(end: int) -> bool:
        place = bisect_right(starts, end) - 1
        return place >= 0 and entries[place][0] < end <= entries[place][1]

    breaks = (_LINE.match(text, end) for _, end in entries)
    return {end for end in ends if not is_inside(end)} | {one.end() for one in breaks if one}


def _line_ends(text: str, told: set[int], widest: int | None) -> set[int]:
    """Ends of lines that do not go on in the next one, given the ends of sentences.

    Paragraphs of which no line surely does are as wide as the others.
    """
    ends = {end for _, stop, end in _lines(text) if not text.endswith(CONTINUED, 0, stop)}
    blocks = _wrapped(text)
    known = [stop - start for _, own, _ in blocks for start, stop, _ in own]
    widest = max([*known, *([] if widest is None else [widest])], default=None)
    for block, own, is_narrow in blocks:
        width = max(stop - start for start, stop, _ in block) if own else widest
        surely = own.union(line for line in block if own and _goes_on_small(text, line))
        pauses = {line for line in block if own and _PAUSES.match(text, line[1] - 1)}
        own = own.union(pauses if _FEW * len(pauses) <= len(block) + 1 else ())  # noqa: PLW2901
        is_prose = _FEW * len(surely) > len(block)
        for line in block if width is not None else ():
            if (
                line in own
                or line in surely
                or _was_full(text, line, width or 0, narrow=is_narrow, prose=is_prose)
                or (own and line[2] not in told and _is_abbreviated(text, line))
            ):
                ends.discard(line[2])
        ends.difference_update(_inside_sentences(text, block, told, wrapped=bool(own)))
    return ends


def _inside_sentences(
    text: str, block: Sequence[_Line], told: set[int], *, wrapped: bool
) -> Iterator[int]:
    """Ends of lines in a paragraph within what begins and ends as a sentence does.

    Where lines are wrapped, it is enough that it ends so. Of one or two words is the last line at
    most; lists have such, and lines that are indented or in columns.
    """
    lines = list(block)
    if _LINE.search(text, lines[-1][2]) is None:
        lines.append((lines[-1][2], len(text), len(text)))
    going: set[int] = set()
    closed, indent = False, 0  # of the line below: whether what goes on in it ends with a mark
    for start, stop, end in reversed(lines):
        said = text[start:stop].rstrip()
        own = len(said) - len(said.lstrip())
        several = len(said.split(None, _FEWEST_WORDS)) >= _FEWEST_WORDS
        goes_on = _FIRST_WORD if is_open(said) else _SMALL_WORD
        on = closed and several and end not in told and own >= indent
        on = on and _WRAPPED.match(said[-1:]) is not None and bool(goes_on.match(text, end))
        if on:
            going.add(end)
        marked = _CLOSED.search(said[-_LONGEST_END:]) is not None
        marked = marked or (several and said.endswith(":"))
        marked = marked or not told.isdisjoint(range(start + 1, min(stop + 1, len(text))))
        closed, indent = _GAP.search(said) is None and (marked or on), own
    within = False
    for start, stop, end in lines:
        within = end in going and (within or wrapped or bool(_BEGINS.match(text, start, stop)))
        if within:
            yield end


def wrapped_at(text: str) -> int | None:
    """The width of the widest line that goes on in the next one, if there is one."""
    known = (stop - start for _, own, _ in _wrapped(text) for start, stop, _ in own)
    return max(known, default=None)


@lru_cache(maxsize=2)
def _wrapped(text: str) -> list[tuple[list[_Line], set[_Line], bool]]:
    """The lines of each paragraph, those that surely go on, and whether it is a narrow column."""
    blocks = [
        list(block)
        for blank, block in groupby(_lines(text), lambda line: not text[line[0] : line[1]].strip())
        if not blank
    ]
    narrow = [_is_narrow(text, block) for block in blocks]
    in_columns = any(narrow)
    found = []
    for block, is_narrow in zip(blocks, narrow, strict=True):
        alike = is_narrow or (in_columns and len(block) < _FEWEST_NARROW)
        own = {line for line in block if _goes_on(text, line, narrow=alike)}
        found.append((block, own, is_narrow))
    return found


def _is_abbreviated(text: str, line: _Line) -> bool:
    """Whether a line ends with a full stop, and the next one is no item."""
    start, stop, end = line
    ends = text[start:stop].rstrip().endswith(".")
    return ends and bool(_FIRST_WORD.match(text, end)) and not _NUMBER.match(text, end)


def _is_narrow(text: str, block: Sequence[_Line]) -> bool:
    """Whether most lines of a paragraph are short and go on with a small letter in the next."""
    if len(block) < _FEWEST_NARROW or all(stop - start >= _WRAP_FROM for start, stop, _ in block):
        return False
    on = sum(_goes_on(text, line, narrow=True) for line in block)
    return on >= max(_FEWEST_NARROW - 1, _MOSTLY * (len(block) - 1))


def _lines(text: str) -> Iterator[_Line]:
    """Start of each line that a line break follows, start of the break and its end."""
    start = 0
    for match in _LINE.finditer(text):
        yield start, match.start(), match.end()
        start = match.end()


def _goes_on(text: str, line: _Line, *, narrow: bool = False) -> bool:
    """Whether a line is prose that the next one continues: with a small letter, or as it must."""
    said = text[line[0] : line[1]]
    if _HYPHENATED.search(said.rstrip()[-2:]) and _GOES_ON.match(text, line[2]):
        return True
    if len(said) >= _WRAP_FROM and _BRACKET.search(said) and _BRACKET_ENDS.match(text, line[2]):
        return True
    if not _may_go_on(said, narrow=narrow):
        return False
    if is_open(said):
        return bool(_FIRST_WORD.match(text, line[2]))
    return bool(_GOES_ON.match(text, line[2]) or _CAPITALS.match(text, line[0]))


def is_open(said: str) -> bool:
    """Whether something ends with a word that no sentence ends with."""
    return _OPEN.search(said.rstrip()[-_LONGEST_OPEN:]) is not None


def _was_full(
    text: str, line: _Line, width: int, *, narrow: bool = False, prose: bool = False
) -> bool:
    """Whether a line of what may be ``prose`` had no room left for the next one's first word."""
    start, stop, end = line
    word, said = _FIRST_WORD.match(text, end), text[start:stop]
    if _PAUSES.match(text, stop - 1):
        said = said[:-1]
    if word is None or _NUMBER.match(text, end):
        return False
    if not (_may_go_on(said, narrow=narrow) or (prose and _may_be_wrapped(said))):
        return False
    return stop - start + 1 + len(word[1]) > width


def _goes_on_small(text: str, line: _Line) -> bool:
    """Whether a line, be it of symbols for words, goes on with a small letter."""
    return _may_be_wrapped(text[line[0] : line[1]]) and bool(_SMALL_WORD.match(text, line[2]))


def _may_be_wrapped(line: str, *, narrow: bool = False) -> bool:
    long = len(line) >= (_NARROW_FROM if narrow else _WRAP_FROM)
    return long and _WRAPPED.match(line.rstrip()[-1:]) is not None


def _may_go_on(line: str, *, narrow: bool = False) -> bool:
    if not _may_be_wrapped(line, narrow=narrow):
        return False
    if narrow:
        return _SOME_WORDS.search(line) is not None
    said = _SPAN.sub(_as_words, line) if "`" in line or "://" in line or "@" in line else line
    return _WORDS.search(said) is not None


def _as_words(span: regex.Match[str]) -> str:
    return "word " * (1 + len(span[0]) // _A_WORD)


def _absorb_blank(text: str, cuts: Iterable[int]) -> Bounds:
    """Bounds in order, with units of nothing but white space joined to the unit before."""
    bounds = [0]
    begun = len(text) - len(text.lstrip())  # what is before belongs to the first unit
    for cut in sorted({*(_before_indent(text, cut) for cut in cuts), len(text)}):
        if cut <= begun:
            continue
        if len(bounds) > 1 and text[bounds[-1] : cut].isspace():
            bounds[-1] = cut
        elif cut > bounds[-1]:
            bounds.append(cut)
    if bounds[-1] != len(text):  # the text is white space at its end or altogether
        bounds.append(len(text))
    return bounds


def _before_indent(text: str, cut: int) -> int:
    """Move a cut inside white space to the start of its line: indentation leads, not trails."""
    start = cut
    while start > 0 and text[start - 1] in " \t":
        start -= 1
    return start if start > 0 and text[start - 1] in "\r\n" else cut


def _shorten(text: str, bounds: Bounds, longest: int) -> Bounds:
    shortened = [0]
    for start, end in pairwise(bounds):
        # What parts columns is no text that is too long.
        padded = longest < end - start <= _MOST_PADDED * longest
        padded = padded and len(_PADDING.sub(" ", text[start:end])) <= longest
        if not padded and end - start > longest:
            shortened += [start + bound for bound in item_bounds(text[start:end])[1:-1]]
        while not padded and end - shortened[-1] > longest:
            shortened.append(_best_cut(text, shortened[-1], longest))
        if end > start:
            shortened.append(end)
    return shortened


_PADDING: Final = lazy_regex(r"[^\S\r\n]{8,}+|([-=_.*])\1{8,}+")
_MOST_PADDED: Final = 8


# Best first: the end of a line, of a sentence, of a clause, of an item, of a word.
_BREAKS: Final = tuple(
    lazy_regex(ending)
    for ending in (
        r"[\r\n]+",
        r"[.!?؟]\s+|[。！？।۔]\s*|(?<=\p{Ll})[.!?](?=\p{Lu})",
        r"[;:]\s+|[；؛]\s*",
        r",\s+|[，、،]\s*",
        r"\s+",
    )
)


def _best_cut(text: str, start: int, longest: int) -> int:
    """The best place to cut in the second half of ``text[start:start + longest]``."""
    low, high = start + longest // 2, start + longest
    for pattern in _BREAKS:
        ends = [m.end() for m in pattern.finditer(text, low, high) if m.end() < high]
        if ends:
            return ends[-1]
    if _APART.match(text, high - 1):
        return high
    inside = [cut for cut in grapheme_ends(text[start : high + 1]) if cut <= longest]
    return start + inside[-1] if inside else high


# Two characters of which nothing before or after makes one grapheme.
_APART: Final = lazy_regex(r"[\p{GCB=Other}\p{GCB=Control}]{2}", regex.VERSION1)
# To tell which two letters of a flag belong together, "\\X" looks at all of them before.
_ONE_GRAPHEME: Final = (
    r"(?:[\U0001f1e6-\U0001f1ff]{2}[\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}]*+|\X)"
)
_GRAPHEME: Final = lazy_regex(_ONE_GRAPHEME, regex.VERSION1)


def grapheme_ends(text: str) -> Iterator[int]:
    """Offsets where a user-perceived character (Unicode grapheme cluster) ends."""
    if text.isascii() and "\r\n" not in text:  # the only one of two ASCII characters
        return iter(range(1, len(text) + 1))
    return (match.end() for match in _GRAPHEME.finditer(text))


_WORD: Final = lazy_regex(
    rf"(?:[\w\p{{M}}--[{UNSPACED_SCRIPTS}]]|(?<=\d)[.,:](?=\d)|(?<=\p{{L}})['’](?=\p{{L}}))+",
    regex.VERSION1,
)
_LONGEST_WORD: Final = 60


def safe_cuts(text: str) -> set[int]:
    """Offsets where a text may be cut without harm: between graphemes and outside words.

    A run of letters longer than any word (base64, a minified file) may be cut anywhere.
    """
    cuts = {0, *grapheme_ends(text)}
    for match in _WORD.finditer(text):
        if match.end() - match.start() <= _LONGEST_WORD:
            cuts.difference_update(range(match.start() + 1, match.end()))
    return cuts


# What a reader would not want to see in part: a word, "don't", "state-of-the-art", "$1,299.50",
# "51.6%", "10.10.34.12", "from_envvar", "j.doe@example.org", "a>=1.2,<2", a UUID, an address. A
# full stop stays with it.
_WHOLE: Final = (
    rf"[$€£¥#@+~-]?(?:[\w\p{{M}}--[{UNSPACED_SCRIPTS}]]|(?<=\d)[.,:](?=\d)"
    rf"|(?<=[\w\p{{M}}])[-'’.@/&:+\\=~#?%<>!,]{{1,3}}(?=\w))+%?[.!?]?"
)
# In scripts without spaces nothing tells where words end, and single characters make no sense.
_CLAUSE: Final = rf"(?=[\w\p{{M}}]*[{UNSPACED_SCRIPTS}])[\w\p{{M}}]+[、。，．！？]?"
_PIECE: Final = lazy_regex(
    rf"[^\S\r\n]*[\r\n]\s*|\s*{_CLAUSE}|\s*{_WHOLE}|\s*{_ONE_GRAPHEME}", regex.VERSION1
)


# What says more of a word before it is no clause of its own.
_CLAUSE_END: Final = lazy_regex(
    r"(?:[,;:]|[—–])\s++(?!(?:(?:which|who|whom|whose|qui|dont|welche[rsnm]?)\b))|[，；：、]\s*+"
)
# Where no mark parts them, a clause begins with a word that joins it to the one before.
_JOINED: Final = lazy_regex(
    r"(?<!\s)\s++(?=(?:because|that|unless|until|although|whereas|while|provided|weil|dass|sofern|wenn|parce"
    r"|lorsque|puisque)\b|\()|\)\s++"
)
_SHORTEST_CLAUSE: Final = 12
_LONGEST_LABEL: Final = 40
_CLAUSE_BEGINS: Final = lazy_regex(
    r"[;:—–(]|(?:and (?:I|we|you|he|she|it|they|this|that|these|those|there|the)|but|yet|nor|so"
    r"|then|while|whereas|because|since|when|where|whenever|if|unless|until|provided|although|though"
    r"|however|(?:he|she|it|they|we|I|you|there) "
    r"|aber|sondern|doch|während|weil|wenn|falls|obwohl|sofern"
    r"|(?:und|so) dass|denn|mais|car|tandis|parce|lorsque|puisque|quand|si|bien que|pero|sino"
    r"|mientras|porque|cuando|aunque|però|mentre|perché|quando|maar|terwijl|omdat|men|eftersom|но"
    r"|а|если|когда|потому)\b",
    regex.IGNORECASE,
)


def clause_bounds(text: str, *, joined: bool = False) -> Bounds:
    """Cut a sentence after the marks that part its clauses, and where they are ``joined``."""
    bounds = [0]
    ends = [*_CLAUSE_END.finditer(text), *(_JOINED.finditer(text) if joined else ())]
    for match in sorted(ends, key=lambda match: match.end()):
        if match.end() - bounds[-1] >= _SHORTEST_CLAUSE and match.end() < len(text):
            bounds.append(match.end())
    return [*bounds, len(text)]


# What says more of what is before it: "for which she took ibuprofen".
_SAYS_MORE: Final = lazy_regex(
    r"(?:(?:and|or|und|et|y) )?(?:\p{Ll}{1,6} )?(?:which|whom|whose|welche[rnm]?|de[mnr]en"
    r"|lequel|laquelle|lesquels)\b"
)
_INSERTED: Final = lazy_regex(r",\s++(?:\p{Ll}{1,6} )?(?:which|who|whom|whose|welche[rsnm]?)\b")


def _whole_clauses(text: str, *, joined: bool = False) -> Bounds:
    """Bounds of clauses without those that would turn what is said round.

    What a short label is of stays with it ("Ana: 82 euros"), all of a list that a word negates ("no
    chest pain, fever or dizziness"), and what says more of something ("for which she took ...").
    """
    bounds = clause_bounds(text, joined=joined)
    turning = [low for (low, _), _ in negations(text)]
    kept = [0]
    for start, end in pairwise(bounds[:-1]):
        label = text[start:end].rstrip().endswith(":") and end - kept[-1] <= _LONGEST_LABEL
        turned = bisect_right(turning, end - 1) > bisect_left(turning, kept[-1])
        # Behind "the ankle, which was broken," goes on what is said of the ankle.
        turned = turned or _INSERTED.search(text, start, end) is not None
        begins = not turned or _CLAUSE_BEGINS.match(text, end) is not None
        if begins and not label and not _SAYS_MORE.match(text, end):
            kept.append(end)
    return [*kept, len(text)]


# A line break as it is written in a string, of which there are several.
_WRITTEN: Final = lazy_re(r"(?:\\r)?\\n")
_FEWEST_WRITTEN: Final = 2
# "C:\new\notes" has none.
_PATH: Final = lazy_re(r"(?<![A-Za-z])[A-Za-z]:\\\w")


def _written(text: str) -> Bounds:
    """Cut where line breaks are written out, as in a log's line with a trace."""
    ends = [match.end() for match in _WRITTEN.finditer(text)]
    told = len(ends) >= _FEWEST_WRITTEN and not _PATH.search(text)
    return _absorb_blank(text, ends if told else ())


def finer_bounds(text: str, *, prose: bool = True) -> Iterator[Bounds]:
    """The lines of a unit, its sentences, items, clauses: ways to cut it in two or more."""
    ways: list[Callable[[], Bounds]] = [partial(segment, text, "line"), partial(_written, text)]
    ways += [partial(segment, text, "sentence"), partial(item_bounds, text)]
    if prose:
        ways += [partial(_whole_clauses, text), partial(_whole_clauses, text, joined=True)]
    return (bounds for way in ways if len(bounds := way()) > 2)


def word_bounds(text: str) -> Bounds:
    """Cut ``text`` into words, punctuation marks and line breaks.

    The blanks before a word belong to it, so that two kept words are never glued together; a
    line break is a piece of its own with the indentation after it. In scripts written without
    spaces, all between two marks is a piece.
    """
    bounds = [0]
    for match in _PIECE.finditer(text):
        start = match.start()
        # A run of letters longer than any word (base64, a minified file) may be cut anywhere.
        if match.end() - start > _LONGEST_WORD and "://" not in match.group():
            ends = [start + end for end in grapheme_ends(match.group())]
            bounds += ends[_LONGEST_WORD - 1 : -1 : _LONGEST_WORD]
        bounds.append(match.end())
    return _with_names(text, bounds)


# "Edda Hallgrim", "New York Times", "86,000 euros": halves of these are other names and numbers.
_NAME: Final = lazy_regex(r"[ \t]*\p{Lu}[\p{L}\p{M}'’-]*+")
_LONGEST_NAME: Final = 4
_CURRENCIES: Final = frozenset("$€£¥")
_AMOUNT: Final = lazy_regex(r"[ \t]*[$€£¥]?\d[\d.,:]*+")
_COUNTED: Final = lazy_regex(
    r"[ \t]+(?!(?:an?|and|are|as|at|but|by|for|from|in|is|it|of|on|or|than|that|the|then|to|was"
    r"|were|which|who|with)\b)\p{Ll}[\p{L}\p{M}]{0,11}+[.!?]?"
)


def _with_names(text: str, bounds: Bounds) -> Bounds:
    """Bounds without those inside names of several words, and between a number and its unit."""
    kept, words, counts = [0], 0, False
    for start, end in pairwise(bounds):
        # A pattern takes longer to say that it does not match.
        first = text[start:end].lstrip(" \t")[:1]
        name = first.isupper() and _NAME.fullmatch(text, start, end) is not None
        joined = name and 0 < words < _LONGEST_NAME
        if start and (joined or (counts and _COUNTED.fullmatch(text, start, end))):
            kept.pop()
        words = (words if joined else 0) + name
        amount = first.isdigit() or first in _CURRENCIES
        counts = amount and _AMOUNT.fullmatch(text, start, end) is not None
        kept.append(end)
    return kept
