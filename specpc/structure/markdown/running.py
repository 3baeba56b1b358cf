"""Lines of running text that head others: bold ones, questions, terms; and notes to it.

A line in bold type heads what is below it like a heading. A question and its answer belong
together, and so do a term and what ``:`` defines it as.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import regex

from specpc.structure.markdown.labels import RunningLine, document_labels, is_alone, is_task
from specpc.structure.markdown.notes import LINK, NOTE
from specpc.structure.parts.lines import OWN_LINE, one_piece
from specpc.structure.parts.lists import ITEM
from specpc.structure.parts.sections import SectionPart
from specpc.text.patterns import lazy_regex
from specpc.text.units import is_open

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from specpc.text.layout import Layout

# Levels below those of headings.
_BOLD: Final = 7
_QUESTION: Final = 8
_TERM: Final = 9
# "9. TERMINATION", "CHAPTER IV", "== History ==", alone between blank lines; "Document 3:".
_DOCUMENT: Final = 1
_PLAIN: Final = 3
_PLAIN_HEADING: Final = lazy_regex(
    r"[ \t]*+(?:(?!\w{1,5}+\s*+\Z)[\p{Lu}\d][\p{Lu}\d\p{P}\p{Zs}]{3,80}+"
    r"|={1,6}+[^=\r\n]{1,80}+={1,6}+)(?<![.,;!?]\s*+)\s*+"
    r"|[ \t]*+(?:(?i:chapter|section|article|part|item|note|appendix|annex|schedule|chapitre|titre"
    r"|annexe|kapitel|abschnitt|artikel|anlage|anhang|cap[ií]tulo|secci[oó]n|art[ií]culo)[ \t]++"
    r"|§{1,2}[ \t]*+)[\dIVXLC]{1,6}[a-zA-Z]?[.:]?(?:[ \t][^\r\n.?!]{0,80}+(?<![,;]\s*+))?\s*+"
)
# "4. Inability to Comply", and below it a row of dashes, which Markdown reads as an item.
_UNDERLINE: Final = lazy_regex(r"[ \t]*+(?:-{3,}+|={3,}+|~{3,}+)\s*+")
_UNDERLINED: Final = lazy_regex(
    r"[ \t]*+[^\r\n]{1,100}+(?<![.,;])(?:\r\n|\n|\r)" + _UNDERLINE.pattern
)
_UNDERLINED_LEVEL: Final = 2
# A line of capitals; so far in the middle, of a few, too: who speaks in a screenplay.
_CAPITALS: Final = lazy_regex(
    r"(?:[ \t]{8,}+|[ \t]*+(?!\w{1,3}+\s*+\Z))(?:\d{1,2}[ \t]++)?+"
    r"\p{Lu}[\p{Lu}\p{P}\p{Zs}]{2,60}+(?<![.,;!?]\s*+)\s*+"
)
# "1.1.  Terminology", as RFCs and contracts have it.
_NUMBERED: Final = lazy_regex(
    r"(?P<number>\d{1,2}(?:\.\d{1,2}){0,3}+\.?)[ \t]++\p{Lu}[^\r\n.:;,!?]{2,70}+\s*+"
)
# "Section 12. Exemptions.", "§ 2 Mietzeit", "Article 2 – Essai", "STEP 4", "第二条 租金": where
# several stand at the beginning of paragraphs, with or without a blank line below.
_TITLED: Final = lazy_regex(
    r"[ \t]*+(?:(?i:chapter|section|article|art\.|part|item|clause|step|annex|appendix|schedule"
    r"|chapitre|titre|annexe|étape|kapitel|abschnitt|artikel|anlage|anhang|schritt|cap[ií]tulo|secci[oó]n"
    r"|art[ií]culo|cláusula|paso|articolo|capo|artigo|hoofdstuk|rozdział|статья|глава|раздел"
    r"|المادة|الفصل|الباب)[ \t]++(?:\d{1,3}(?:\.\d{1,2}){0,3}+[a-zA-Z]?|[IVXLC]{1,6})"
    r"(?![\w,])|§{1,2}[ \t]*+\d{1,4}[a-z]?\b"
    r"|第[一二三四五六七八九十百零\d]{1,5}+[条條章节節編部]|제[ ]?\d{1,4}[ ]?[조장절편])"
    r"(?:[ \t\u3000]*+[.:：–—)-]{0,2}+[ \t\u3000]*+[^\p{Ll}\s(][^\r\n.!?。；;：]{0,70}+[.]?)?+"
    r"[ \t.:]*+(?<![,;]\s*+)(?:\r\n|\n|\r|\Z)\s*+"
)
# "History[edit]", as pages of a wiki are copied, or the second on a line of its own.
_EDIT: Final = lazy_regex(
    r"[ \t]*+\[ ?(?:edit|bearbeiten|modifier|editar|modifica|bewerken|править|編集|编辑|編輯|تعديل"
    r"|संपादित करें)(?: ?\| ?[^\[\]\r\n]{1,40}+)?+ ?\][ \t]*+(?>\r\n|\n|\r|\Z)\s*+",
    regex.IGNORECASE,
)
_EDITED: Final = lazy_regex(
    rf"[^\r\n\[\]]{{1,100}}+(?:\r\n|\n|\r)?+{_EDIT.pattern}", regex.IGNORECASE
)
# "Name: Ann [edit]", "It was so. [edit]".
_SAID: Final = lazy_regex(r"[^\[\]:：]{1,60}+[:：]\s*+\S|[^\[\]]*[.!?。][ ]?\[")
# "8. Termination.", alone above text: of a row of such lines, which may be items if they are few.
_CLAUSE: Final = lazy_regex(
    r"[ \t]{0,3}+(?P<number>\d{1,2})[.)][ \t]++\p{Lu}[^\r\n.:;,!?]{2,70}+\.?\s*+"
)
_NUMBERED_BELOW: Final = lazy_regex(r"\s*+(?:\d{1,2}[.)]|[-*+•])[ \t]")
_FEWEST_CLAUSES: Final = 3
_CLAUSE_SHARE: Final = 0.7
# A short line of words that stands alone.
_WORDS_ALONE: Final = lazy_regex(
    r"[ \t]*+(?:\p{Lu}|\d{1,2}[ \t]++\p{Lu})"
    r"(?:[^\s.,:;!?。：；！？|=<>{}]++[ \t]?(?:[,–—-][ \t])?+){1,8}+(?<![,–—&+-]\s?+)\s*+"
)
# "What we are looking for", which ends as no sentence does.
_ASKS_WHAT: Final = lazy_regex(r"\s*+(?:what|who|where|how|why|when|which)\b", regex.IGNORECASE)
_NUMBER_ALONE: Final = lazy_regex(r"[ \t\f]*+\d{1,2}(?:\.\d{1,2}){0,3}+\.?\s*+")
# "Holt            Standards Track            [Page 3]"
_PAGE_FOOT: Final = lazy_regex(r"[^\r\n\[]{0,100}+\[Page \d{1,4}\]\s*+")
_NUMBER_LINE: Final = lazy_regex(
    r"[ \t\f]*+(?P<number>\d{1,2}(?:\.\d{1,2}){0,3}+)\.?[ \t]*+[\r\n]\s*+\S"
)
_TITLE_LEVEL: Final = 6
_TITLE_SHARE: Final = 0.55
_LONGEST_WORDS: Final = 60
_SENTENCE: Final = lazy_regex(r"[.!?。！？:：][\"'”’»)\]]{0,3}\s*+\Z")
_DEEPEST: Final = 3
_UNNUMBERED: Final = 9
# "version 1.34 - Ann Ryel, 2021-02-13", "Changes in 2.0:", alone above what is new in it.
_VERSION: Final = lazy_regex(
    r"[ \t\f]*+(?P<word>(?i:changes|noteworthy|new|released?|version|what['’]s)[ \t]"
    r"|\p{L}[\w.+-]{1,30}+[ \t](?=[^\r\n]*\b(?:19|20)\d\d\b)"
    r"|v(?=\d)|(?=\d[^\r\n]*\b(?:19|20)\d\d-\d\d))"
    r"(?:\p{L}[\w.'’+-]{0,30}+[ \t]){0,4}+v?\d++(?:\.\d++){1,3}+[\w.+~-]*+"
    r"(?:[ \t]*+[-–—(/:,\[@][^\r\n]{0,80}+)?+(?<![.;!?])[ \t]*+(?:\r\n|\n|\r|\Z)\s*+"
)
_FEWEST_VERSIONS: Final = 3
_SURELY_VERSIONS: Final = frozenset(("changes", "release", "released", "version", "v", "what's"))
# A term above what it means, in a list of such.
_TERM_LINE: Final = lazy_regex(r"[ \t]*+\p{Lu}[^\r\n.:;,!?|=<>{}]{1,38}+\s*+")
_FEWEST_TERMS: Final = 3
_SHARE_OF_TERMS: Final = 0.6
_SHORTEST_MEANING: Final = 20
_FEWEST_LOOSE: Final = 3
# Between blank lines or above text: it only parts. So wide a one ends what has a plain heading.
_RULE: Final = lazy_regex(
    r"[ \t]*+(?P<mark>[-=*_~—–─━═])(?:[ \t]?(?P=mark)){2,}+[ \t]*+(?:\r\n|\n|\r|\Z)\s*+"
)
_WIDE: Final = 40
_TITLE: Final = lazy_regex(r"[^\r\n]{1,100}+(?<![.,;:!?。！？][\"'”’)]?[ \t]*+)(?:\r\n|\n|\r)")
# In the middle of its line.
_PAGE_TAG: Final = "<PAGE>"  # in old filings
_PAGE_NUMBER: Final = lazy_regex(
    r"[ \t]{8,}+[-–—]?[ ]?(?:[A-Z]-)?\d{1,4}[ ]?[-–—]?\s*+|<PAGE>[ \t]*+\d{0,4}\s*+"
    r"|</(?i:table)>\s*+"
)
# "12", "Page 3 of 12", "Seite 3/12"
_PAGE_WORD: Final = r"(?i:page|seite|blatt|sheet|p[aá]gina|p\.|s\.)[ ]?"
_PAGE_OF: Final = r"(?P<number>\d{1,4})(?:[ ]?(?:of|von|de|di|sur|/)[ ]?\d{1,4})?+"
_PAGE: Final = lazy_regex(rf"[ \t\f]*+[-–—]?[ ]?(?:{_PAGE_WORD})?+{_PAGE_OF}[ ]?[-–—]?\s*+")
# What stands at the head or foot of each page, with its number.
_PAGE_HEAD: Final = lazy_regex(
    rf"[ \t\f]*+(?:(?:{_PAGE_WORD})?+{_PAGE_OF}[ \t]{{3,}}+(?P<said>\S[^\r\n]{{3,80}}?)"
    rf"|(?P<said>\S[^\r\n]{{3,80}}?)"
    rf"(?:[ \t]{{3,}}+(?:{_PAGE_WORD})?+|[ \t][-–—|·•,]?[ \t]*+{_PAGE_WORD}){_PAGE_OF})\s*+"
)
_LINE: Final = lazy_regex(r"[^\r\n]*+(?:\r\n|\n|\r|\Z)")
_BOLD_LINE: Final = lazy_regex(
    r"[ ]{0,3}(?P<mark>\*\*|__)(?![\s*_])(?P<said>[^*_\r\n]{1,150}+)(?P=mark)[:：]?\s*+"
)
# "**May I smoke?** No."
_RUN_IN: Final = lazy_regex(
    r"[ ]{0,3}(?P<mark>\*\*|__)(?![\s*_])[^*_\r\n]{1,150}+(?<=[?？؟][\"”»)]?)(?P=mark)[ \t]++(?=\S)"
)
_HEADS: Final = lazy_regex(r"[^:：.!。]*+[:：]?")
_QUESTION_LINE: Final = lazy_regex(
    r"(?![ \t]*+[-*+•>|\"“„«—–'(\[<])[^\r\n.?？؟]{3,200}+(?:[.?](?=\S)[^\r\n.?？؟]*+)*+[?？؟]\s*+"
)
_MARKED_QUESTION: Final = lazy_regex(r"[?？؟][*_\"”»)]{0,3}\s*+\Z")
# "==> Caveats", as Homebrew and the like head what they print.
_ARROW: Final = lazy_regex(r"={2,4}> \S[^\r\n]{0,120}+\s*+")
_ARROWS: Final = lazy_regex(r"\s*+={2,4}> \S")
_DEEPER: Final = lazy_regex(r"(?:[ ]{2}|\t)\s*+\S")
_DEFINES: Final = lazy_regex(r"[ ]{0,3}:[ \t]++\S")
_IMAGES: Final = lazy_regex(
    r"(?:\s*+\[?!\[[^\]\r\n]*+\](?:\([^()\r\n]*+\)|\[[^\]\r\n]*+\])(?:\]\([^()\r\n]*+\))?)++\s*+"
)
_FEWEST: Final = 2
_SHARE: Final = 0.3


@dataclass(frozen=True)
class _Heads:
    """Where lines start that head others without a mark of it.

    Attributes:
        levels: their levels.
        labels: where labels of documents end, or ``None`` of a line that is of none any more.
    """

    levels: Mapping[int, int]
    labels: Mapping[int, int | None]


def split_running(text: str, parts: Iterable[SectionPart]) -> Iterator[SectionPart]:
    """The parts of a text, with running text parted by what heads some of it."""
    parts = list(parts)
    lines = {part.start: _lines(text, part) for part in parts if _is_running(part)}
    lines = _without_page_heads(text, lines)
    told = [line for own in lines.values() for line in own if line.first]
    asking = sum(_QUESTION_LINE.fullmatch(text, one.start, one.end) is not None for one in told)
    asks = asking >= max(_FEWEST, _SHARE * len(told))
    shown = [line for own in lines.values() for line in own if not line.hidden]
    named = {label.start: label.end for label in document_labels(text, shown)}
    titles = _Heads(_titles(text, parts, lines), named)
    for part, below in zip(parts, [*parts[1:], None], strict=True):
        if _is_running(part):
            above = below is not None and below.lay_out is not None
            own = lines[part.start]
            yield from _split(text, part, own, titles, asks=asks, above_data=above)
        else:
            said = text[part.start : part.end].rstrip("# \t\r\n") if part.level else ""
            asked = replace(part, asks=True) if _MARKED_QUESTION.search(said) else part
            ends_label = named and not part.level and is_task(text, part.start)
            yield replace(asked, closes=_DOCUMENT) if ends_label else asked


def _without_page_heads(
    text: str, lines: dict[int, list[RunningLine]]
) -> dict[int, list[RunningLine]]:
    """The lines, hidden those that are the same on several pages but for the number.

    Or are nothing but the numbers of pages, one higher than the last.
    """
    found = {
        (start, place): match["said"]
        for start, own in lines.items()
        for place, line in enumerate(own)
        if line.first and (match := _PAGE_HEAD.fullmatch(text, line.start, line.end))
    }
    alone = [
        (start, place, int(page["number"]))
        for start, own in lines.items()
        for place, line in enumerate(own)
        if line.first
        and (place + 1 == len(own) or own[place + 1].first)
        and (page := _PAGE.fullmatch(text, line.start, line.end))
    ]
    for pair in pairwise(alone):
        if pair[1][2] - pair[0][2] == 1:
            for start, place, _ in pair:
                lines[start][place] = lines[start][place]._replace(hidden=True)
    _hide_feet(text, lines)
    counts = Counter(found.values())
    for (start, place), said in found.items():
        lines[start][place] = lines[start][place]._replace(hidden=counts[said] > 1)
    return lines


def _hide_feet(text: str, lines: dict[int, list[RunningLine]]) -> None:
    """Hide lines with the number of a page, and what stands at the head of several below them."""
    below: list[tuple[int, int, str]] = []
    for start, own in lines.items():
        foot = False
        for place, line in enumerate(own):
            alone = line.first and (place + 1 == len(own) or own[place + 1].first)
            said = text[line.start : line.end]
            if alone and (foot or said.lstrip(" \t\r\n").startswith("\f")):
                below.append((start, place, said.strip()))
            foot = alone and _PAGE_FOOT.fullmatch(said) is not None
            if foot:
                own[place] = line._replace(hidden=True)
    first = min(lines, default=0)
    counts = Counter(said for *_, said in below)
    if below and lines[first][0].first:
        below.append((first, 0, text[lines[first][0].start : lines[first][0].end].strip()))
        counts[below[-1][2]] += 1
    for start, place, said in below:
        if counts[said] > 1:
            lines[start][place] = lines[start][place]._replace(hidden=True)


def _titles(
    text: str, parts: Sequence[SectionPart], lines: Mapping[int, Sequence[RunningLine]]
) -> dict[int, int]:
    """Where lines start that head others without a mark of it, and their levels."""
    titled, alone, numbered, told = list[int](), list[int](), dict[int, int](), 0
    underlined, titled_by_edit = list[int](), list[int]()
    parted = 0  # of those alone, how many have a blank line below
    capitals, closed = 0, list[int]()  # lines in capitals, and those of them right above others
    loose, told_below = list[int](), 0  # those without a blank line above; above how much text
    for part, following in zip(parts, [*parts[1:], None], strict=True):
        own = lines.get(part.start, ())
        for place, line in enumerate(own):
            told += line.first
            said = text[line.start : line.end]
            after = own[place + 1] if place + 1 < len(own) else None
            # What is data says something.
            heads = after is not None or (following is not None and following.lay_out is not None)
            if line.hidden or not heads:
                continue
            if _is_edited(said, text, after):
                titled_by_edit.append(line.start)
                continue
            if not line.first:  # in a text without blank lines
                below = text[after.start : after.end] if after is not None else ""
                if _CAPITALS.fullmatch(said) and below and not _CAPITALS.fullmatch(below):
                    loose.append(line.start)
                    told_below += len(below) > _LONGEST_WORDS
                above = text[own[place - 1].start : own[place - 1].end]
                ended = (
                    _SENTENCE.search(above) or own[place - 1].start in titled or said[0] in "第제"
                )
                titled += [line.start] * bool(ended and _TITLED.fullmatch(said))
                continue
            below = text[after.start : after.end] if after is not None else ""
            if _CAPITALS.fullmatch(said):
                capitals += 1
                right_above = after is not None and not after.first
                closed += [line.start] * (right_above and not _CAPITALS.fullmatch(below))
            if number := _NUMBER_LINE.match(said):
                numbered[line.start] = _PLAIN + min(number["number"].count("."), _DEEPEST)
            elif _UNDERLINED.fullmatch(said):
                underlined.append(line.start)
            elif _TITLED.fullmatch(said):
                titled += [] if below.lstrip()[:1].islower() else [line.start]
            elif (
                (after is None or _heads_text(text, own, place))
                and len(said) <= _LONGEST_WORDS
                and _WORDS_ALONE.fullmatch(said)
                and (not is_open(said) or _ASKS_WHAT.match(said))
            ):
                alone.append(line.start)
                parted += after is None or after.first
    titled = titled if len(titled) >= _FEWEST else []
    alone = alone if len(alone) >= _FEWEST and parted <= _TITLE_SHARE * told else []
    numbered = numbered if len(numbered) >= _FEWEST else {}
    closed = closed if capitals >= _FEWEST else []
    loose = loose if len(loose) >= _FEWEST_LOOSE and 2 * told_below >= len(loose) else []
    versions = _versions(text, lines)
    plain = dict.fromkeys(
        [*closed, *loose, *titled, *titled_by_edit, *versions, *_clauses(text, lines)], _PLAIN
    )
    return {
        **dict.fromkeys([*alone, *_terms(text, lines)], _TITLE_LEVEL),
        **plain,
        **numbered,
        **dict.fromkeys(underlined, _UNDERLINED_LEVEL),
    }


def _versions(text: str, lines: Mapping[int, Sequence[RunningLine]]) -> list[int]:
    """Where lines start that name a version, alone above what is new in it."""
    found = [
        (line.start, version["word"].strip().casefold())
        for own in lines.values()
        for line, after in zip(own, [*own[1:], None], strict=False)
        if line.first
        and not line.hidden
        and (line.end < len(text) if after is None else after.first)
        if (version := _VERSION.fullmatch(text, line.start, line.end))
    ]
    counts = Counter(word for _, word in found)
    return [
        start
        for start, word in found
        if counts[word] >= (_FEWEST if word in _SURELY_VERSIONS else _FEWEST_VERSIONS)
    ]


def _terms(text: str, lines: Mapping[int, Sequence[RunningLine]]) -> list[int]:
    """Where short lines start right above a sentence, if most paragraphs are made so."""
    found: list[int] = []
    told = 0
    for own in lines.values():
        for line, after, last in zip(own, own[1:], [*own[2:], None], strict=False):
            told += line.first and not line.hidden
            if not line.first or after.first or (last is not None and not last.first):
                continue
            below = text[after.start : after.end].strip()
            means = len(below) >= _SHORTEST_MEANING and below[0].isupper()
            if (
                means
                and _SENTENCE.search(below)
                and _TERM_LINE.fullmatch(text, line.start, line.end)
            ):
                found.append(line.start)
    return found if len(found) >= max(_FEWEST_TERMS, _SHARE_OF_TERMS * told) else []


def _clauses(text: str, lines: Mapping[int, Sequence[RunningLine]]) -> list[int]:
    """Where short lines with numbers start that stand alone above text, most in a row."""
    found: list[tuple[int, int]] = []
    for own in lines.values():
        for place, (line, after) in enumerate(pairwise(own)):
            if line.hidden or not (line.first and after.first):
                continue
            clause = _CLAUSE.fullmatch(text, line.start, line.end)
            if clause is None or _NUMBERED_BELOW.match(text, after.start):
                continue
            if _says(text, own, place + 1):
                found.append((line.start, int(clause["number"])))
    rows = sum(later == number + 1 for (_, number), (_, later) in pairwise(found))
    enough = rows >= _FEWEST_CLAUSES - 1 and rows >= _CLAUSE_SHARE * (len(found) - 1)
    return [start for start, _ in found] if enough else []


def _heads_text(text: str, own: Sequence[RunningLine], place: int) -> bool:
    """Whether below a line stands running text: after a blank line, or in a long line."""
    after = own[place + 1]
    if after.first:
        return _says(text, own, place + 1)
    below = text[after.start : after.end].lstrip()
    return len(below) > _LONGEST_WORDS and below[:1].isupper()


def _says(text: str, own: Sequence[RunningLine], first: int) -> bool:
    """Whether a paragraph is running text or several lines."""
    said = text[own[first].start : own[first].end]
    several = first + 1 < len(own) and not own[first + 1].first
    return several or _SENTENCE.search(said) is not None or len(said) > _LONGEST_WORDS


def _is_edited(said: str, text: str, after: RunningLine | None) -> bool:
    """Whether a line is a heading that may be edited; what is in a list of such is none."""
    if _EDITED.fullmatch(said) is None or ITEM.match(said) or _SAID.match(said):
        return False
    if after is None or after.first or " [" not in said:
        return True
    return _EDITED.fullmatch(text, after.start, after.end) is None


def _is_running(part: SectionPart) -> bool:
    return not part.level and part.lay_out is None and not part.hidden


def _lines(text: str, part: SectionPart) -> list[RunningLine]:
    found: list[RunningLine] = []
    blank = True
    for match in _LINE.finditer(text, part.start, part.end):
        start, end = match.span()
        if start == end:
            continue
        if match.group().isspace():
            if found:
                found[-1] = found[-1]._replace(end=end)
            blank = True
            continue
        new_page = match.group().startswith(("\f", _PAGE_TAG))
        # "ARTICLE 13", and below it what that is about; "2.1", and what is numbered so.
        if found and (
            _numbers(text, found[-1], end)
            if blank
            else _EDIT.fullmatch(text, start, end)
            or (
                found[-1].first
                and (
                    _UNDERLINE.fullmatch(text, start, end)
                    or _heads(text, found[-1].start, found[-1].end, end)
                )
            )
        ):
            found[-1] = found[-1]._replace(end=end)
            blank = False
            continue
        found.append(RunningLine(start if found else part.start, end, blank or new_page))
        blank = match.group().startswith(_PAGE_TAG)
    return found


def _numbers(text: str, number: RunningLine, end: int) -> bool:
    """Whether a line has nothing but the number of a section, of which the next is the title."""
    title = text[number.end : end]
    alone = number.first and _NUMBER_ALONE.fullmatch(text, number.start, number.end)
    return bool(alone and len(title) <= _LONGEST_WORDS and _WORDS_ALONE.fullmatch(title))


def _heads(text: str, start: int, middle: int, end: int) -> bool:
    """Whether each of two lines looks like a heading."""
    both = (text[start:middle], text[middle:end])
    return all(_PLAIN_HEADING.fullmatch(line) is not None for line in both)


def _split(
    text: str,
    part: SectionPart,
    lines: list[RunningLine],
    titles: _Heads,
    *,
    asks: bool,
    above_data: bool,
) -> Iterator[SectionPart]:
    start, closes, defined = part.start, 0, False
    waiting = list(reversed(lines))
    while waiting:
        line = waiting.pop()
        if _is_one_of_terms(text, line, waiting):
            line = line._replace(end=waiting.pop().end)
        after = waiting[-1] if waiting else None
        own = _head(text, line, after, titles, asks=asks)
        own = own or (_above_data(text, line) if after is None and above_data else None)
        ends = 0
        if own is None and line.start in titles.labels:
            ends = _DOCUMENT
        elif own is None and defined and line.first and not _defines(text, line):
            ends = _TERM
        if (own is not None or ends) and start < line.start:
            yield SectionPart(start, line.start, closes=closes)
        if own is not None:
            if NOTE.match(text, own.start):  # a note goes on to the next blank line
                while waiting and not (waiting[-1].first or _is_note(text, waiting[-1])):
                    own = replace(own, end=waiting.pop().end)
            alone = own.level == _DOCUMENT and is_alone(text[own.start : own.end])
            if alone and _is_title(text, waiting):
                # A title says more than the number of the document, in fewer tokens than both.
                yield SectionPart(own.start, own.end, closes=_DOCUMENT, apart=True, hidden=True)
                title = waiting.pop()
                own = SectionPart(title.start, title.end, _DOCUMENT)
            yield own
            start, closes, defined = own.end, 0, own.level == _TERM
        elif ends:
            start, closes, defined = line.start, ends, False
    if start < part.end:
        yield SectionPart(start, part.end, closes=closes)


def _defines(text: str, line: RunningLine) -> bool:
    """Whether a line says what a term above is, or goes on with that, indented."""
    return (
        _DEFINES.match(text, line.start) is not None or _DEEPER.match(text, line.start) is not None
    )


def _is_one_of_terms(text: str, line: RunningLine, waiting: Sequence[RunningLine]) -> bool:
    """Whether a line is a term right above another, of which both are defined as the same."""
    if len(waiting) < 2 or not line.first or waiting[-1].first or waiting[-2].first:
        return False
    defined = _DEFINES.match(text, waiting[-2].start) is not None
    return defined and not any(_DEFINES.match(text, one.start) for one in (line, waiting[-1]))


def _is_title(text: str, waiting: Sequence[RunningLine]) -> bool:
    """Whether the next line names a document, in which others follow it."""
    if len(waiting) < 2 or waiting[-1].first or waiting[-2].first:
        return False
    start, end = waiting[-1].start, waiting[-1].end
    if _CAPITALS.fullmatch(text, start, end):  # as other headings of its are
        return False
    return _TITLE.fullmatch(text, start, end) is not None


def _is_note(text: str, line: RunningLine) -> bool:
    return bool(NOTE.match(text, line.start) or LINK.fullmatch(text, line.start, line.end))


def _head(
    text: str, line: RunningLine, after: RunningLine | None, titles: _Heads, *, asks: bool
) -> SectionPart | None:
    """What a line begins with that heads what follows, or says nothing; ``None`` if it has none."""
    label = titles.labels.get(line.start)
    if label is not None:
        return SectionPart(line.start, label, _DOCUMENT)
    own = _special(text, line, after, titles, asks=asks)
    if own is not None and line.start in titles.labels:
        own = replace(own, closes=_DOCUMENT)
    if own is None and (asked := _RUN_IN.match(text, line.start, line.end)):
        # "**May I smoke?** No.": the answer is what is behind it, up to the next heading.
        return SectionPart(line.start, asked.end(), _BOLD, asks=True)
    return own


def _above_data(text: str, line: RunningLine) -> SectionPart | None:
    """A line that heads data below it, if it looks like a heading."""
    said = text[line.start : line.end].rstrip().splitlines()
    if not line.first or not all(map(_PLAIN_HEADING.fullmatch, said)):
        return None
    return SectionPart(line.start, line.end, _PLAIN)


def _special(
    text: str, line: RunningLine, after: RunningLine | None, titles: _Heads, *, asks: bool
) -> SectionPart | None:
    """A line that heads what follows, or is a note; ``None`` if it is as any other."""
    said = text[line.start : line.end]
    if NOTE.match(said):
        return SectionPart(line.start, line.end, closes=_BOLD, apart=True, lay_out=_whole)
    if LINK.fullmatch(said):
        return SectionPart(line.start, line.end, apart=True, hidden=True)
    alone = line.first and (after is None or after.first)
    if line.hidden or (alone and _PAGE_NUMBER.fullmatch(said)):
        return SectionPart(line.start, line.end, apart=True, hidden=True)
    if line.first and (rule := _RULE.fullmatch(said)):
        wide = len(rule.group().strip()) >= _WIDE
        return SectionPart(line.start, line.end, closes=_PLAIN * wide, hidden=True)
    if _IMAGES.fullmatch(said):
        indent = len(said) - len(said.lstrip())
        return SectionPart(line.start, line.end, lay_out=_whole, indent=indent)
    found = _heading(text, line, after, asks=asks) if after is not None else None
    level = titles.levels.get(line.start, 0) if found is None else 0
    return SectionPart(line.start, line.end, level) if level else found


def _heading(text: str, line: RunningLine, after: RunningLine, *, asks: bool) -> SectionPart | None:
    """A line that heads the next one and what follows that."""
    said = text[line.start : line.end]
    if level := _unmarked_level(said, text, line, after):
        return SectionPart(line.start, line.end, level)
    if line.first and is_alone(said):
        return SectionPart(line.start, line.end, _DOCUMENT)
    if _DEFINES.match(text, after.start) and not _DEFINES.match(said):
        return SectionPart(line.start, line.end, _TERM, asks=True)
    bold = _BOLD_LINE.fullmatch(said) if line.first else None
    question = bold is not None and _MARKED_QUESTION.search(bold["said"]) is not None
    if bold and (question or _HEADS.fullmatch(bold["said"])):
        return SectionPart(line.start, line.end, _BOLD, asks=question)
    if line.first and asks and _QUESTION_LINE.fullmatch(said):
        return SectionPart(line.start, line.end, _QUESTION, asks=True)
    return None


def _unmarked_level(said: str, text: str, line: RunningLine, after: RunningLine) -> int:
    """The level of a heading that Markdown does not mark, 0 of what is none."""
    if _ARROW.fullmatch(said) and _ARROWS.match(text):
        return 0 if _ARROW.match(text, after.start) else _PLAIN
    return _plain_level(said, text, after) if line.first and after.first else 0


def _plain_level(said: str, text: str, after: RunningLine) -> int:
    """The level of a heading without marks, 0 of what is none: an item that another follows."""
    if all(map(_PLAIN_HEADING.fullmatch, said.rstrip().splitlines())):
        return _PLAIN
    found, below = _NUMBERED.fullmatch(said), _NUMBERED.match(text, after.start)
    depth = _depth(found)
    heads = found is not None and not is_open(said) and _depth(below) > depth
    return _PLAIN + min(depth, _DEEPEST) if heads else 0


def _depth(number: regex.Match[str] | None) -> int:
    """How many numbers the heading of a section has, as many as can be without one."""
    return number["number"].strip(".").count(".") if number else _UNNUMBERED


def _whole(text: str) -> Layout:
    return one_piece(len(text), "note", OWN_LINE)
