"""Where somebody begins to speak: the styles of chats, meetings, interviews and agents' logs."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.lines import line_pattern, lines
from specpc.text.patterns import lazy_re, lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import regex

_FEWEST_TURNS: Final = 4
_TURNS_EACH: Final = 2
_MOST_BY_ONE: Final = 0.8
_TURN_LINES: Final = 0.2
_ONCE_LINES: Final = 0.5
_CAPITAL_LINES: Final = 0.1
_ALL_LINES: Final = 0.9
_LATEST_LINE: Final = 5
_MOST_UNFENCED: Final = 0.8
_MOST_WORDS: Final = 5
_LONGEST_SESSION: Final = 80
# With a time or a rule, less is needed to tell that somebody speaks; below most such heads
# something is said.
_FEWEST_TIMED: Final = 3
_SAYING: Final = 0.6
_MOSTLY_PERSONS: Final = 0.8
_FEWEST_STANZAS: Final = 2
_FEWEST_FIELDS: Final = 3
_SAME_FIRST: Final = 0.6

_SPACE: Final = r"[ \u00a0\u202f]"
_AM: Final = rf"(?:{_SPACE}?[APap]\.?[Mm]\.?)?"
_TIME: Final = (
    r"\u200e?[\[(]?(?:\d[\d./-]*,? |\d{4}-\d\d-\d\d[T ])?\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?Z?"
    rf"{_AM}[\])]?[ \t]*(?:[-–—][ \t])?"
)
_NAME: Final = r"(?P<name>[^\W_\d][\w.'’&/ -]{0,39})(?: ?\([^()\r\n]{1,60}\)){0,2}"
_MARK: Final = r"(?:\*\*|__)"
_ROLES: Final = (
    r"user|assistant|system|developer|tool|function|human|ai|bot|model|agent|environment"
    r"|customer|question|thought|action|observation|answer|q|a"
)

_MONTH: Final = r"(?:Jan|Feb|M[aä]r|Apr|Ma[iy]|Jun|Jul|Aug|Sep|O[ck]t|Nov|De[cz])[a-z]{0,6}\.?"
_DAY: Final = (
    r"(?:today|yesterday|heute|gestern|hier|aujourd['’]hui|hoy|ayer"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|tue|wed|thu|fri|sat|sun)"
    r"|(?:mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|mié|jue|vie|sáb|dom)"
    r"|\d{1,4}[./-](?:\d{1,2}|[A-Za-z]{3})[./-]\d{2,4}|\d{1,2}[./]\d{1,2}\.?"
    rf"|\d{{1,2}}\.?{_SPACE}{_MONTH}(?:{_SPACE}\d{{4}})?"
    rf"|{_MONTH}{_SPACE}\d{{1,2}}(?:st|nd|rd|th)?(?:,?{_SPACE}\d{{4}})?)"
)
_WHEN: Final = (
    rf"[\[(]?(?i:(?:{_DAY}[,.]?(?:{_SPACE}|T)(?:(?:at|um|à|a las){_SPACE})?){{0,3}})"
    rf"\d{{1,2}}[:h]\d\d(?::\d\d)?(?:[.,]\d+)?{_AM}(?:{_SPACE}(?:Uhr|UTC|GMT))?[\])]?"
)
# "Berg, Anna" is one, too.
_NICK: Final = (
    r"(?P<name>[@+]?\w[\w.'’&/#|~+ -]{0,39}?(?:, \p{Lu}[\w.'’ -]{0,30}?)?)"
    r"(?: ?\([^()\r\n]{1,60}\))?"
)
_BOLD: Final = r"(?:\*\*|__|\#{1,6} )?"
_NEW_LINE: Final = r"(?:\r\n|\n|\r)"
_LINE_END: Final = r"[ \t]*(?=[\r\n]|\Z)"

# "10:40 (internal note)", "10:40 · edited".
_TIMED_END: Final = (
    r"(?:[ \t]*+(?:[(\[][^()\[\]\r\n]{1,30}+[)\]]"
    rf"|[·•|][ \t]*+(?i:internal|public|private|edited)[ \w]{{0,20}}+))?+{_LINE_END}"
)

_STYLES: Final = tuple(
    lazy_regex(style)
    for style in (
        # Ann: ..., [12:03] Ann: ..., **Ann:** ..., ### User:
        rf"(?:{_TIME})?{_BOLD}{_NAME}{_MARK}?(?::{_MARK}?(?=\s|\Z)|：)[^\S\r\n]*",
        # [user] ..., [assistant tool call] ...
        rf"(?:{_TIME})?\[{_NAME}\]:?(?=\s|\Z)[^\S\r\n]*",
        # [12:03] <ann> ..., 12:03 ann | ...
        rf"{_TIME}(?:<[ @+%~&]?(?P<name>[^<>\r\n]{{1,40}})>(?=\s|\Z)"
        r"|(?P<name>[^\s<>|│]{1,40})[ \t]*[|│])[^\S\r\n]*",
        r"<[ @+]?(?P<name>[^\s<>/]{1,40})>(?=[ \t]+[^\s<])(?![^\r\n]*</)[^\S\r\n]*",
        # 00:12:04 From Ann to Everyone : ...
        rf"{_TIME}From[ \t]++(?P<name>[^:\r\n]{{1,60}}?)(?:[ \t]+to[ \t][^:\r\n]{{1,80}}?)?[ \t]*:"
        r"(?=\s)[^\S\r\n]*",
    )
)
_BANNER: Final = lazy_regex(
    # === USER ===, <|im_start|>user
    r"(?:[=-]{2,}+ ?|<\|(?:im_start|start_header_id)\|>|\u25b6 ?)"
    rf"(?P<name>(?i:{_ROLES})\b[\w ]{{0,20}}?)(?: ?[=-]{{2,}}+|<\|end_header_id\|>)?{_LINE_END}"
)
_CAPITALS: Final = (
    lazy_regex(
        # THE COURT: ..., Q. ..., with line numbers or not
        r"[ \t]*+(?:\d{1,2}[ \t]++)?(?P<name>[QA](?=[.:][ \t]|[ \t]{2})"
        r"|[A-Z][A-Z.'’-]*+(?: [A-Z][A-Z.'’-]*+){0,4})"
        r"(?::(?=\s)|(?<=\b[QA])(?:\.(?=\s)|(?=[ \t]{2})))[ \t]*",
    ),
)
# MAUD. ..., CAPTAIN ROE (rising). ..., HÉLÈNE, à part. – ..., of plays
_PLAY: Final = lazy_regex(
    r"[ \t]*+(?P<name>(?:(?:MRS?|DR|ST|MME)\. |A )?+\p{Lu}[\p{Lu}'’-]++(?: [\p{Lu}\d'’-]++){0,4}+)"
    r"(?:,? ?\([^()\r\n]{1,60}+\)|, [^\r\n.:]{1,60}+)?+\."
    r"(?:[ \t]++(?:[–—-][ \t]++)?(?=\S)|[ \t]*+(?=[\r\n]))"
)
# What may head some of a text; of a play, acts and scenes do.
_ALONE: Final = lazy_regex(r"[ \t]*+\p{Lu}[\p{Lu}\d &’'-]{2,60}+[ \t]*+(?:[\r\n]|\Z)")
_ACT: Final = lazy_regex(
    r"[ \t]*+(?:ACT|SCENE|PROLOGUE|EPILOGUE|AKT|AUFZUG|SZENE|ACTE|SCÈNE|ACTO|ESCENA|ATTO|SCENA"
    r"|CURTAIN|VORHANG|RIDEAU|FIN|FINIS|THE END)\b"
)
# Heads on a line of their own: [14-Jun-25 18:20] ana; Ana  10:12 AM; Ana, [14.06.2025 18:20];
# 00:01:22 Ana; the name and below it the time.
_TIMED: Final = tuple(
    lazy_regex(style)
    for style in (
        rf"\u200e?{_WHEN}:?[ \t]++(?:[-–—|][ \t]++)?{_BOLD}{_NICK}{_MARK}?:?{_LINE_END}",
        rf"{_BOLD}{_NICK}(?::[\w+-]+:)?{_MARK}?(?:,?[ \t]++(?:APP[ \t]++)?(?:[-–—·•|@»][ \t]*+)?"
        rf"(?={_SPACE}*+[\[(\w])|[ \t]*+(?=[\[(])){_SPACE}*+{_WHEN}:?{_TIMED_END}",
        rf"{_BOLD}{_NICK}{_MARK}?[ \t]*+(?:\r\n|\n|\r)[—–· \t]*+(?::[\w+-]{{1,40}}:[ \t]*+)?"
        rf"{_WHEN}{_TIMED_END}",
        # Of tickets: Ana added a comment - 12/Jan/24 10:12 AM
        rf"{_BOLD}{_NICK}{_MARK}? (?:added a comment|commented|wrote|replied|said)"
        rf"(?:,? (?:on|at))?[ \t]*+(?:[-–—·:][ \t]*+)?{_WHEN}:?{_TIMED_END}",
        # A role below some names: Ana, [MOD], — Today at 10:12 AM.
        rf"{_BOLD}{_NICK}{_MARK}?[ \t]*+"
        rf"(?:{_NEW_LINE}\[[^\]\r\n]{{1,20}}\][ \t]*+{_NEW_LINE}[ \t]*+)?[—–·][ \t]*+"
        rf"{_WHEN}{_TIMED_END}",
    )
)
_BELOW_NAME: Final = _TIMED[2]
# Of a forum: below the name, between blank lines, the rank and how much one wrote, then the time.
_CARD: Final = lazy_regex(
    rf"(?<![^\r\n](?:\r\n|\n|\r)){_BOLD}{_NICK}{_MARK}?[ \t]*+(?:\r\n|\n|\r)"
    rf"(?:[^\r\n]{{1,40}}+(?:\r\n|\n|\r)){{1,4}}?"
    rf"(?:[^\r\n\d\[(]{{0,20}}?|[^\r\n»]{{1,60}}+»[ ]){_WHEN}{_LINE_END}"
)
_TALLEST_CARD: Final = 6
_NAMED: Final = 0.75
# A name above each paragraph, or most, and nothing else that tells: who speaks comes back.
_ABOVE: Final = lazy_regex(
    r"[ \t]*+(?P<name>\p{Lu}[\w.'’-]*+(?: [\p{Lu}\d][\w.'’-]*+){0,3}+)[ \t]*+(?:\r\n|\n|\r)"
    r"(?=[ \t]*+[^\s])"
)
_ONLY_TIME: Final = lazy_regex(rf"[ \t]*+{_WHEN}{_LINE_END}")
_BREAK: Final = lazy_re(r"\r\n|\n|\r")
_CLOCK: Final = lazy_regex(r"\d[:h]\d\d")
_PERSON: Final = lazy_regex(r"\D++(?:(?<=[ ])\d{1,2})?")  # "Speaker 3" is one
_BEGINS_TIMED: Final = lazy_regex(_TIME)
_ROLE: Final = lazy_re(rf"(?:{_ROLES})\b")
# Fields of documents, and remarks: what stands before the colon says nothing.
_NO_SPEAKER: Final = lazy_re(
    r"title|text|content|abstract|passage|document|source|url|https?|date|authors?|summary"
    r"|keywords|notes?|warning|examples?|info|error|debug|trace|fatal|critical|subject|from|to|cc"
    r"|sent|id|name|type|description|version|file|line|step|section|article|chapter|figure|table"
    r"|input|output|context|traceback|detail|hint"
    r"|beschluss|abstimmung|ja|nein|enthaltung|decision|resolution|votes?|décision|acuerdo|votación"
    r"|heard|resolved|decided|present|absent|apologies|attendees|anwesend|abwesend|entschuldigt"
    r"|beschlossen|présents|absents|excusés|décidé|presentes|ausentes|acordaron|дата|слушали|решили"
    r"|постановили|выступили|голосовали|присутствовали|отсутствовал[аи]?"
    r"|depart(?:s|ure)?|arriv(?:e|es|al)|check-?(?:in|out)|boarding|opens|closes|starts?|ends?"
    r"|abfahrt|ankunft|abflug|départ|arrivée|salida|llegada|partenza|arrivo|partida|chegada"
    r"|chunk|snippet|excerpt|node|metadata|(?:[a-z]+[ _-]){0,2}(?:id|no\.?|number|score|url|path"
    r"|title|file ?name|similarity)"
)
# How many thought what of what was said above.
_REACTION: Final = lazy_re(r":[\w+-]{1,40}:|[\U0001f300-\U0001faff\u2600-\u27bf]")
# The date or number of a session, alone on its line before a turn.
_SESSION: Final = lazy_re(
    r"[^\w\r\n]*(?:(?:session|conversation|day|date|task|part|round|chat|call|meeting|on|at|of"
    r"|log|opened|changed|a\.?m|p\.?m|(?:mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?"
    r"|(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]*|\d+(?:st|nd|rd|th)?)"
    r"(?:[^\w\r\n]+|$))+",
    re.IGNORECASE,
)
_HEADING: Final = line_pattern(r"^#{1,6} \S")
_CODE_BELOW: Final = lazy_regex(r"[^\S\r\n]*+[\r\n]\s{0,9}+(?:```|~~~|[$>] )")
_FENCE: Final = line_pattern(r"^[ \t>*+-]*+(?P<mark>`{3,}+|~{3,}+)(?P<info>[^\r\n]*)")


@dataclass(frozen=True)
class Turn:
    """What one says, or a remark between that has a time and no speaker.

    Attributes:
        start: first character, with the date of the session above it.
        head: where the speaker's line begins.
        said: one past the speaker's name.
        end: one past the last character, blank lines included.
    """

    start: int
    head: int
    said: int
    end: int


def find_turns(text: str) -> list[Turn]:
    """The turns of a text in the style that most of them have; lines in fences are none."""
    spans = lines(text)
    turns = _best_turns(text, spans)
    if fences := [(opening.start(), closing.end()) for opening, closing in _closed_fences(text)]:
        free = [span for span in spans if not _is_in(fences, span[0])]
        outside = _best_turns(text, free)
        # Where one is left open, all between that and the next is not really in a fence; where the
        # first turn is in one, that is around a chat.
        around = bool(turns) and _is_in(fences, turns[0].head)
        if around or len(outside) >= _MOST_UNFENCED * len(turns):
            return outside
    return turns


def stray_fences(text: str, turns: Sequence[Turn]) -> list[tuple[int, int]]:
    """The lines of fences that open in one turn and close in another: whole lines, in order."""
    starts = [turn.start for turn in turns]
    found: list[tuple[int, int]] = []
    for pair in _closed_fences(text):
        first, last = (bisect_right(starts, line.start()) for line in pair)
        if first != last:
            found += [line.span() for line in pair]
    return [(start, _line_end(text, end)) for start, end in found]


def _line_end(text: str, position: int) -> int:
    """Where the next line begins."""
    line_break = _BREAK.search(text, position)
    return line_break.end() if line_break is not None else len(text)


def _best_turns(text: str, spans: Sequence[tuple[int, int]]) -> list[Turn]:
    ways = [_turns(text, spans, style) for style in _STYLES]
    banners = {n: one for n, span in enumerate(spans) if (one := _BANNER.match(text, *span))}
    if len(banners) >= _FEWEST_TIMED:
        ways.append(_with_dates(text, spans, banners))
    # Words in capitals are fields of records as well.
    capitals = [_turns(text, spans, style) for style in _CAPITALS]
    capitals.append(_played(text, spans))
    ways += [turns for turns in capitals if len(turns) >= _CAPITAL_LINES * len(spans)]
    ways.append(_named_above(text, spans))
    cards = _timed_turns(text, spans, _clocks(text, spans, range(2, _TALLEST_CARD)), _CARD)
    return cards or max([*ways, _best_timed(text, spans)], key=len)


def _named_above(text: str, spans: Sequence[tuple[int, int]]) -> list[Turn]:
    """The turns of a text in which a name of a few stands above each paragraph."""
    begins = [n for n, (start, _) in enumerate(spans) if not n or _ends_block(text, spans[n - 1])]
    found = {n: match for n in begins if (match := _ABOVE.match(text, spans[n][0]))}
    names = Counter(match["name"].casefold() for match in found.values())
    back = [count for name, count in names.items() if count > 1 and _speaks(name)]
    enough = sum(back) >= max(_FEWEST_TURNS, _SAYING * len(begins))
    alone = len(found) >= _NAMED * len(begins)
    return _with_dates(text, spans, found) if enough and alone and len(back) > 1 else []


def _ends_block(text: str, span: tuple[int, int]) -> bool:
    return len(_BREAK.findall(text, *span)) > 1


def _played(text: str, spans: Sequence[tuple[int, int]]) -> list[Turn]:
    """The turns of a play; none where what stands below headings is no act."""
    turns = _turns(text, spans, _PLAY, once=True)
    within = [span for span in spans if turns and turns[0].start < span[0] < turns[-1].start]
    heads = (span for span in within if _ALONE.match(text, *span))
    return [] if any(not _ACT.match(text, *span) for span in heads) else turns


def find_timed_turns(text: str) -> list[Turn]:
    """The turns of a text with heads on lines of their own, which begin with it."""
    turns = _best_timed(text, lines(text)) if _CLOCK.search(text) else []
    if not turns or text[: turns[0].start].strip():
        return []
    # Lines with a name and nothing said may be turns of a style that has both on one line.
    return turns if len(find_turns(text)) <= len(turns) else []


def first_timed(text: str, spans: Sequence[tuple[int, int]]) -> int | None:
    """The number of the line of a head of its own from which on turns may follow one another.

    Below it stand no headings, which would be parts of what was said last.
    """
    if not _CLOCK.search(text):
        return None
    timed = _clocks(text, spans, range(3))
    found = [one for style in _TIMED if (one := _timed_heads(text, spans, timed, style))]
    if not found or len(best := max(found, key=len)) < _FEWEST_TIMED:
        return None
    first = min(best)
    # A log begins its lines with a time, too.
    persons = sum(_PERSON.fullmatch(match["name"]) is not None for match in best.values())
    headed = _HEADING.search(text, spans[first][1]) is not None
    return None if headed or persons < _MOSTLY_PERSONS * len(best) else first


def _best_timed(text: str, spans: Sequence[tuple[int, int]]) -> list[Turn]:
    timed = _clocks(text, spans, range(3))
    return max((_timed_turns(text, spans, timed, style) for style in _TIMED), key=len)


def _clocks(text: str, spans: Sequence[tuple[int, int]], above: range) -> list[int]:
    """Numbers of the lines that stand so far above one with a time."""
    clocks = {
        bisect_right(spans, (match.start(), len(text))) - 1 for match in _CLOCK.finditer(text)
    }
    return sorted({clock - up for clock in clocks for up in above if clock >= up})


def _closed_fences(text: str) -> Iterator[tuple[regex.Match[str], regex.Match[str]]]:
    """The first and the last line of code fences that end before the text does."""
    if "```" not in text and "~~~" not in text:
        return
    opened: regex.Match[str] | None = None
    for match in _FENCE.finditer(text):
        if opened is None:
            opened = match
        elif match["mark"].startswith(opened["mark"]) and not match["info"].strip():
            yield opened, match
            opened = None


def _is_in(ranges: Sequence[tuple[int, int]], position: int) -> bool:
    """Whether a position is in one of the ascending ranges."""
    place = bisect_right(ranges, position, key=lambda one: one[0])
    return place > 0 and position < ranges[place - 1][1]


def _timed_turns(
    text: str,
    spans: Sequence[tuple[int, int]],
    timed: Sequence[int],
    style: regex.Pattern[str],
) -> list[Turn]:
    """The turns of a text with heads on lines of their own, and none if it is no transcript.

    The head is, or begins with, one of the ``timed`` lines.
    """
    return _with_dates(text, spans, _timed_heads(text, spans, timed, style))


def _timed_heads(
    text: str,
    spans: Sequence[tuple[int, int]],
    timed: Sequence[int],
    style: regex.Pattern[str],
) -> dict[int, regex.Match[str]]:
    """Heads by the lines that they are or begin with; none if too little is said below them."""
    found = {
        n: match
        for n in timed
        if (match := style.match(text, spans[n][0]))
        and _speaks(match["name"].casefold())
        and not _ONLY_TIME.match(text, spans[n][0])  # nobody is called "14 Jan"
    }
    if style is _BELOW_NAME:
        found = _said_between(text, spans, found)
    names = {match["name"].casefold() for match in found.values()}
    persons = sum(_PERSON.fullmatch(name) is not None for name in names)
    # Departures by train or flight number come but once.
    few = len(found) < _FEWEST_TIMED or persons < _MOSTLY_PERSONS * len(names)
    if few and len(names) == len(found):
        return {}
    ends = [*(spans[n][0] for n in found), len(text)][1:]
    said = [text[match.end() : end] for match, end in zip(found.values(), ends, strict=True)]
    enough = sum(not one.isspace() and one != "" for one in said) >= _SAYING * len(found)
    return found if enough else {}


def _said_between(
    text: str, spans: Sequence[tuple[int, int]], found: dict[int, regex.Match[str]]
) -> dict[int, regex.Match[str]]:
    """The heads without those right below another: what is said there, above a later time."""
    kept: dict[int, regex.Match[str]] = {}
    end = -1
    for n, match in found.items():
        between = text[end : spans[n][0]] if end >= 0 else ""
        if end < 0 or between.strip() or len(_BREAK.findall(between)) > 1:
            kept[n] = match
            end = match.end()
    return kept


def _turns(
    text: str, spans: Sequence[tuple[int, int]], style: regex.Pattern[str], *, once: bool = False
) -> list[Turn]:
    """The turns of a text if it is a transcript of this style, and none if not.

    ``once`` says that in this style also those speak who do so once, among others.
    """
    found = {n: match for n, span in enumerate(spans) if (match := style.match(text, *span))}
    names = [" ".join(match["name"].split()) for match in found.values()]
    # "Speaker 1" is somebody; "Thought 1" is one of many by the same.
    ways = [name.casefold() for name in names], _kinds(names)
    stretch = max(found) - min(found) + 1 if found else 0
    spoken = [_by_speakers(keys, names, len(spans), stretch) for keys in ways]
    speaks = max(spoken, key=sum)
    heard = any(speaks)
    if once:
        everyone = heard or _come_back(names, len(spans))
    else:
        everyone = not heard and _is_timed(text, spans, found, names)
    if everyone:
        speaks = [_speaks(name.casefold()) for name in names]
    turns = {n: own for (n, own), spoke in zip(found.items(), speaks, strict=True) if spoke}
    if style is _STYLES[0] and (_are_fields(text, spans, turns) or _lead_to_code(text, turns)):
        return []
    return _with_dates(text, spans, turns | _remarks(text, spans, turns))


def _is_timed(
    text: str,
    spans: Sequence[tuple[int, int]],
    found: dict[int, regex.Match[str]],
    names: Sequence[str],
) -> bool:
    """Whether most lines are turns with a time, by few speakers who come back."""
    timed = sum(_BEGINS_TIMED.match(text, *spans[n]) is not None for n in found)
    return timed == len(found) and _come_back(names, len(spans))


def _come_back(names: Sequence[str], line_count: int) -> bool:
    """Whether most lines are turns, and not all by others."""
    enough = len(names) >= max(_FEWEST_TIMED, _ONCE_LINES * line_count)
    return enough and 1 < len(set(names)) < len(names)


def _are_fields(
    text: str, spans: Sequence[tuple[int, int]], turns: dict[int, regex.Match[str]]
) -> bool:
    """Whether names are those of fields: of several stanzas most begin with the same, none has one
    twice, and some have many."""
    stanzas: list[list[str]] = [[]]
    for n, (start, end) in enumerate(spans):
        if _BEGINS_TIMED.match(text, start, end) or text[start:end].rstrip().endswith("?"):
            return False  # fields do not ask
        if n in turns:
            stanzas[-1].append(turns[n]["name"].casefold())
        if stanzas[-1] and len(_BREAK.findall(text, start, end)) > 1:
            stanzas.append([])
    stanzas = [names for names in stanzas if len(names) > 1]
    if len(stanzas) < _FEWEST_STANZAS or max(map(len, stanzas)) < _FEWEST_FIELDS:
        return False
    _, most = Counter(names[0] for names in stanzas).most_common(1)[0]
    once = all(len({*names}) == len(names) for names in stanzas)
    spoken = any(_ROLE.match(name) for names in stanzas for name in names)
    return once and not spoken and most >= _SAME_FIRST * len(stanzas)


def _lead_to_code(text: str, turns: dict[int, regex.Match[str]]) -> bool:
    """Whether most names stand above code: "Do this:", "Instead of:" in a manual."""
    above = sum(_CODE_BELOW.match(text, match.end()) is not None for match in turns.values())
    named = any(_ROLE.match(match["name"].casefold()) for match in turns.values())
    return 2 * above > len(turns) and not named


def _remarks(
    text: str, spans: Sequence[tuple[int, int]], turns: dict[int, regex.Match[str]]
) -> dict[int, regex.Match[str]]:
    """Lines with a time and no speaker, where turns have a time: somebody joined or left."""
    timed = sum(_BEGINS_TIMED.match(text, *spans[n]) is not None for n in turns)
    if not timed or timed < len(turns):
        return {}
    return {
        n: match
        for n, span in enumerate(spans)
        if n not in turns and (match := _BEGINS_TIMED.match(text, *span))
    }


def _with_dates(
    text: str, spans: Sequence[tuple[int, int]], found: dict[int, regex.Match[str]]
) -> list[Turn]:
    """Turns with the dates of their sessions; none if the first is late in the text."""
    lined = sorted(found)
    if not lined or lined[0] > max(_LATEST_LINE, len(spans) // 3):
        return []
    heads = []
    for n in lined:
        dated = n > 0 and n - 1 not in found and _is_session(text[slice(*spans[n - 1])])
        heads.append((spans[n - dated][0], *found[n].span()))
    ends = [*(start for start, _, _ in heads[1:]), len(text)]
    return [Turn(*head, end) for head, end in zip(heads, ends, strict=True)]


def _kinds(names: Sequence[str]) -> list[str]:
    return [name.casefold().rstrip("0123456789 ") or name.casefold() for name in names]


def _by_speakers(
    keys: Sequence[str], names: Sequence[str], line_count: int, stretch: int
) -> list[bool]:
    """Which names are speakers' names; none if this is no transcript.

    They stand in a ``stretch`` of so many lines.
    """
    counts = Counter(key for key, kind in zip(keys, _kinds(names), strict=True) if _speaks(kind))
    # "TOP 1", "TOP 2", "TOP 3" are what is spoken of.
    said = {name.casefold() for name in names}
    once = Counter(key for key, name in zip(_kinds([*said]), said, strict=True) if key != name)
    talked = any(count > 1 for key, count in counts.items() if key not in once)
    for key, numbered in once.items():
        if numbered > 1 and numbered == counts[key] and not (talked or _ROLE.match(key)):
            del counts[key]
    known = {key for key, count in counts.items() if count > 1 or _ROLE.match(key)}
    proper = {
        key
        for key, name in zip(keys, names, strict=True)
        if key in counts and all(word[0].isupper() for word in name.split())
    }
    turns = sum(counts[key] for key in known)
    roles = sum(counts[key] for key in known if _ROLE.match(key))
    often = max(_TURN_LINES * line_count if 2 * roles < turns else 0, _FEWEST_TURNS)
    each = max(_TURNS_EACH * len(known), max(counts.values(), default=0) / _MOST_BY_ONE)
    # A chair calls up one after the other.
    called = sum(counts[key] for key in known | proper) >= _ALL_LINES * line_count
    if turns < often or (turns < each and not (called and len(known | proper) > 2)):
        return [False] * len(names)
    if turns >= _ONCE_LINES * stretch or called:  # where lines are turns, so are the others
        known |= proper
    return [key in known for key in keys]


def _speaks(kind: str) -> bool:
    return not _NO_SPEAKER.fullmatch(kind) and len(kind.split()) <= _MOST_WORDS


def _is_session(line: str) -> bool:
    stripped = line.strip()
    return (
        len(stripped) <= _LONGEST_SESSION
        and not _REACTION.match(stripped)
        and any(map(str.isdigit, stripped))
        and _SESSION.fullmatch(stripped) is not None
    )
