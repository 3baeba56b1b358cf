"""What the pieces of a text tell: names, numbers and words, each once however often it is said."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import regex

from specpc.text.forms import are_rare
from specpc.text.patterns import lazy_regex
from specpc.text.scripts import UNSPACED
from specpc.text.terms import terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from specpc.text.alarms import Alarms
    from specpc.text.layout import Layout

_NUMBER: Final = lazy_regex(r"\d(?:[\d.,:/%\u2013-]*\d)?")
_WORD: Final = lazy_regex(r"\p{L}[\p{L}\p{M}'\u2019-]*")
# Where a sentence begins, and a word that is found only there so often may be a name.
_BEGINS: Final = lazy_regex(r"(?:\A|[.!?\u2026:]['\"\u201d\u2019)\]]*+\s)[^\p{L}\p{N}]*+")
_SELDOM: Final = 2
_LABEL: Final = lazy_regex(r"\s*+([^\r\n:]{1,40}):\s")
_SEVERAL: Final = 3
_UNSPACED: Final = lazy_regex(UNSPACED)
# Most questions are answered by names and numbers; other words say what a text is about. A number
# is said in few words, and cannot be told from what is left.
_NUMERAL: Final = 3.0
_NAME: Final = 1.0
_TOPIC: Final = 0.1
# What is said in more places matters more, by this power of their number.
_SPREAD: Final = 0.5
_BLANK_LINE: Final = lazy_regex(r"(?:\r\n|\n|\r)[^\S\r\n]*(?:\r\n|\n|\r)\s*")
_SHORT: Final = 2  # words up to this length tell nothing
# What each token of a piece is worth that opens a paragraph, which sums it up: of the second piece
# half of that, of the third a third. A signature, which says in short what its function does, is
# worth as much more.
_LEAD: Final = 0.2
# What each token of running text is worth for being as much like the whole as pieces are on
# average, and for every standard deviation more.
_LIKE_THE_WHOLE: Final = 0.03
# What a piece is worth that says what went wrong, and each of its tokens: the shortest go first.
_ALARM: Final = 20.0
_ALARM_TOKEN: Final = 0.5
# What a kind of error is worth besides, each time half of that: the first of each kind goes first.
_KIND: Final = 80.0
# What each token is worth of a line that is like no other, where most are like many others.
_RARE: Final = 0.4
# What each token is worth less of a piece that points back at what may be cut.
_LEANING: Final = 0.1
# Kinds of text that tools print, in which no more than so much is running text.
_PRINTED: Final = frozenset({
    "output", "session", "messages", "log", "trace", "named texts", "columns", "tree", "outline",
    "history", "search",
})  # fmt: skip
_MOST_RUNNING: Final = 0.2
# Licences, which every model knows by heart: in a text of something else, their clauses tell
# nothing. What contracts say, too, is known by what else is there.
_LICENSED: Final = lazy_regex(
    r"permission is hereby granted|redistribution and use in|licensed under the apache"
    r"|\bgnu (?:lesser |affero |library )?general public license",
    regex.IGNORECASE,
)
_BY_HEART: Final = lazy_regex(
    r"permission is hereby granted|\bprovided\W{1,4}as[ -]is\b|without (?:any )?warrant(?:y|ies)"
    r"|in no event shall\b|fitness for a particular|above copyright notice|all rights reserved"
    r"|redistributions? (?:and use |of source |in binary )|use this file except in compliance"
    r"|free software[:;,] you can redistribute|licensed under the apache"
    r"|public license as published|unless required by applicable law|copy of the gnu\b"
    r"|without restriction, including",
    regex.IGNORECASE,
)
_LICENCE: Final = 0.5
# What pages show around what they say: players, subscriptions, sharing, credits of images.
_AROUND: Final = lazy_regex(
    r"\b(?:(?:click|tap|press) to (?:play|enlarge|expand|unmute)|video unavailable|caption hidden"
    r"|(?:straight|directly|right|delivered) to your inbox|thank you for subscribing"
    r"|image \d{1,3} of \d{1,3})\b"
    r"|\A\W*(?:sign up (?:for|to) (?:our|the|this) (?:[\w-]+ ){0,4}(?:newsletters?|emails?)"
    r"|share (?:this (?:article|story|page|post)|on (?:facebook|twitter|linkedin|whatsapp))"
    r"|follow us on|skip to (?:main )?content|accept all cookies|(?:enable|turn on) javascript)\b"
    r"|\A\W*(?:image|photo|picture|credit)s?(?: credit| by)?: ?[^.!?\r\n]{1,100}+\W*\Z",
    regex.IGNORECASE,
)
_LONGEST_AROUND: Final = 400
# Sums of files, keys.
_DIGEST: Final = lazy_regex(r"(?<![\p{L}\d])(?=[a-f]*+\d)(?=\d*+[a-f])[\da-f]{32,}+(?![\p{L}\d])")
# Where a link or an image leads to; what is said stands before.
_TARGET: Final = lazy_regex(r"(?<=\])\((?=[^()\s/#]*+[/#])[^()\s]{1,400}+\)")
# So many words in capitals are no names.
_SHOUTED: Final = 6
_POINTS_BACK: Final = lazy_regex(
    r"\W*(?:this|that|these|those|it|he|she|they|his|her|their|its|such|both|neither|another|but|so"
    r"|the (?:former|latter|others?|same|second|third)|however|therefore|thus|also|then|instead"
    r"|moreover|otherwise|as a result|for (?:example|instance)"
    r"|dies(?:e[rsmn]?)?|er|sie|es|aber|doch|daher|deshalb|jedoch|ce(?:t|tte|s)?|il|elle|ils|mais"
    r"|est[aeo]s?|eso|pero|quest[aeio]|ma|però)\b",
    regex.IGNORECASE,
)


@dataclass(frozen=True)
class Told:
    """Names, numbers and words of the pieces of a text, and what else speaks for a piece.

    Attributes:
        facts: for each piece the ascending numbers of what it tells.
        weights: ``[facts]`` what each is worth.
        own: ``[pieces]`` what a piece is worth whatever it tells.
        sizes: ``[pieces]`` their tokens.
    """

    facts: Sequence[NDArray[np.int64]]
    weights: NDArray[np.float64]
    own: NDArray[np.float64]
    sizes: NDArray[np.int64]

    @classmethod
    def of(
        cls, texts: Sequence[str], place: Place, sizes: NDArray[np.int64], alarms: Alarms
    ) -> Told:
        """Find them, given where the pieces stand, their tokens, and what went wrong there."""
        facts, weights = find_facts(without_labels(texts), place.prose)
        facts = _without_licences(facts, texts, sizes)
        around = np.asarray([_is_around(text) for text in texts])
        facts = [own[:0] if shown else own for own, shown in zip(facts, around, strict=True)]
        leaning = np.asarray([_POINTS_BACK.match(text) is not None for text in texts])
        like = likeness(facts, len(weights), place.units)
        rate = _LEAD / (1 + place.ranks) + _LEAD * place.short - _LEANING * leaning
        rate += _LIKE_THE_WHOLE * np.maximum(1 + like, 0) * place.prose
        if place.printed:
            rate += _RARE * are_rare(texts, place.units & ~place.prose)
        own = rate * sizes * ~around + np.asarray(alarms.levels) * (_ALARM + _ALARM_TOKEN * sizes)
        facts, kinds = _with_kinds(facts, len(weights), alarms.kinds)
        return cls(facts, np.append(weights, np.full(kinds, _KIND)), own, sizes)

    @property
    def alone(self) -> NDArray[np.float64]:
        """``[pieces]`` what each is worth for a token, were it the only one."""
        owners, every = flat(self.facts)
        told = np.bincount(owners, self.weights[every], minlength=len(self.facts))
        result: NDArray[np.float64] = (told + self.own) / np.maximum(self.sizes, 1)
        return result


class Place(NamedTuple):
    """Where pieces stand, and of what kind they are: ``[pieces]`` each."""

    ranks: NDArray[np.int64]  # units before it in its paragraph
    units: NDArray[np.bool_]
    prose: NDArray[np.bool_]
    short: NDArray[np.bool_]  # what says in short what follows it (`Layout.bodies`)
    printed: bool  # whether all of it is what a tool printed

    @classmethod
    def of(cls, text: str, layout: Layout) -> Place:
        """Find out; a blank line parts paragraphs."""
        starts = layout.edges[:-1]
        breaks = np.asarray([match.end() for match in _BLANK_LINE.finditer(text)], dtype=np.int64)
        paragraphs = np.searchsorted(breaks, starts, side="right")
        before: NDArray[np.int64] = np.cumsum(layout.units) - layout.units
        opens = np.searchsorted(paragraphs, paragraphs)  # the first piece of each one's paragraph
        ranks, pieces = before - before[opens], np.arange(len(starts))
        prose, short = np.isin(pieces, [*layout.prose]), np.isin(pieces, [*layout.bodies])
        running = int((prose & layout.units).sum()) > _MOST_RUNNING * len(starts)
        return cls(ranks, layout.units, prose, short, layout.kind in _PRINTED and not running)


def _with_kinds(
    facts: Sequence[NDArray[np.int64]], count: int, kinds: Sequence[str | None]
) -> tuple[list[NDArray[np.int64]], int]:
    """What each piece tells, and the kind of its error as one fact more; how many there are."""
    numbers: dict[str, int] = {}
    told = [
        own if kind is None else np.append(own, count + numbers.setdefault(kind, len(numbers)))
        for own, kind in zip(facts, kinds, strict=True)
    ]
    return told, len(numbers)


def likeness(
    facts: Sequence[NDArray[np.int64]], count: int, units: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """``[pieces]`` how much each is like all units together, in standard deviations of theirs.

    By cosines of what they tell, ``count`` numbers in all, of which the rare ones count more.
    """
    if not units.any():
        return np.zeros(len(facts))
    owners, every = flat(facts)
    places = np.maximum(np.bincount(every, minlength=count), 1)
    rarity = np.log(1 + len(facts) / places)[every]
    lengths = np.sqrt(np.bincount(owners, rarity**2, minlength=len(facts)))
    lengths[lengths == 0] = 1.0
    whole = np.bincount(every, rarity / lengths[owners] * units[owners], minlength=count)
    like = np.bincount(owners, whole[every] * rarity, minlength=len(facts)) / lengths
    spread = float(like[units].std())
    result: NDArray[np.float64] = (like - like[units].mean()) / (spread or 1.0)
    return result


def flat(facts: Sequence[NDArray[np.int64]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All numbers one after another, with that of the piece each belongs to."""
    owners = np.repeat(np.arange(len(facts)), [len(own) for own in facts])
    return owners, np.concatenate([np.zeros(0, dtype=np.int64), *facts])


def _without_licences(
    facts: Sequence[NDArray[np.int64]], texts: Sequence[str], sizes: NDArray[np.int64]
) -> list[NDArray[np.int64]]:
    """What each piece tells: a clause of a licence nothing, unless that is what the text is."""
    if not any(_LICENSED.search(text) for text in texts):
        return [*facts]
    known = np.asarray([_BY_HEART.search(text) is not None for text in texts])
    if sizes[known].sum() > _LICENCE * sizes.sum():
        return [*facts]
    return [own[:0] if heard else own for own, heard in zip(facts, known.tolist(), strict=True)]


def _is_around(text: str) -> bool:
    """Whether a piece is nothing that a page says, but what it shows beside that."""
    return len(text) <= _LONGEST_AROUND and _AROUND.search(text) is not None


def without_labels(texts: Sequence[str]) -> list[str]:
    """Texts without the label that several begin with, which says who speaks or what follows."""
    labels = [_LABEL.match(text) for text in texts]
    counts = Counter(label[1] for label in labels if label is not None)
    return [
        text if label is None or counts[label[1]] < _SEVERAL else text[label.end() :]
        for text, label in zip(texts, labels, strict=True)
    ]


def find_facts(
    texts: Sequence[str], prose: NDArray[np.bool_]
) -> tuple[list[NDArray[np.int64]], NDArray[np.float64]]:
    """For each text the ascending numbers of what it tells, and the worth of each number.

    A name is what is written with a capital more often than without. A capital tells nothing in
    what is in capitals throughout, nor where a sentence of ``prose`` begins ("Yeah", "Okay"),
    unless that is all there is of a rare word. Of scripts without capitals, all words are alike.
    """
    texts = [_DIGEST.sub("", _TARGET.sub("", text)) for text in texts]
    capitals, others, first = Counter[str](), Counter[str](), Counter[str]()
    # What is said again and again is read once.
    for (text, running), times in Counter(zip(texts, prose.tolist(), strict=True)).items():
        begins = {match.end() for match in _BEGINS.finditer(text)} if running else set[int]()
        shouted = running and text.isupper() and text.count(" ") >= _SHOUTED
        for match in _WORD.finditer(text):
            capital = match.group()[0].isupper()
            inside = match.start() not in begins
            counts = others if shouted or not capital else capitals if inside else first
            counts[match.group().casefold()] += times
    for word in first.keys() - capitals.keys() - others.keys():
        capitals[word] = int(first[word] <= _SELDOM)
    numbers: dict[str, int] = {}
    weights: list[float] = []
    known: dict[str, NDArray[np.int64]] = {}
    for text in texts:
        if text in known:
            continue
        words = {term for term in terms(text) if _tells(term)}
        words.update(_NUMBER.findall(text))
        for word in sorted(word for word in words if word not in numbers):
            name = capitals[word] > others[word]
            numbers[word] = len(weights)
            weights.append(_NUMERAL if word[0].isdigit() else _NAME if name else _TOPIC)
        known[text] = np.asarray(sorted(numbers[word] for word in words), dtype=np.int64)
    found = [known[text] for text in texts]
    none = np.zeros(0, dtype=np.int64)
    places = np.bincount(np.concatenate([none, *found]), minlength=len(weights))
    return found, np.asarray(weights) * places**_SPREAD


def _tells(term: str) -> bool:
    """Whether a word may tell something; pairs of characters of scripts without blanks may."""
    return (len(term) > _SHORT and not term.isdigit()) or _UNSPACED.match(term) is not None
