"""Sentences that are about something that only a sentence before them names.

"It was halted in October" says nothing alone, and after another sentence says it of something
else. What is told apart is how a sentence begins; what it begins with is looked up in lists.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import regex

if TYPE_CHECKING:
    from specpc.text.layout import Layout

_NUMBERS: Final = "one|two|three|four|five|six|seven|eight|nine|ten"
# Marks that a sentence may begin with.
_START: Final = r"[\s\"'“‘«„(*_]*+"
# Of somebody or something that was named, maybe several sentences before.
_PRONOUNS: Final = "|".join((
    "it|he|she|they|its|his|her|their|it['’]s|he['’]s|she['’]s|they['’](?:re|ve|d)",
    "er|ihre?[mnrs]?|elles?|ils|él|ell[ao]s?|eles?|elas?|ess[aio]|hij|zij|hun",
    "он|она|оно|они|его|её|их",
))  # fmt: skip
# Of what the sentence before says.
_POINTERS: Final = "|".join((
    "this|these|those|such|that (?:is|was|has|had|would|will|does|did|means|said)|that['’]s",
    "otherwise|instead|if (?:so|not|this|that|these|they|it)|(?:in|for|to|by) (?:this|that|these)",
    "the (?:former|latter|same)|(?:both|neither)(?! (?:part(?:y|ies)|sides?|of the)\\b)|nor",
    "(?:most|some|all|many|much|several|few|each|(?:an)?other|others|both|either|neither|half|none|part"
    rf"|{_NUMBERS}|\d{{1,4}}) of (?:it|them|these|those|this|her|his|its|their)",
    "dies(?:e[mnrs]?)?|andernfalls|sonst|ansonsten|stattdessen|dadurch|damit|davon|dazu|dabei",
    "cel(?:a|ui|le)(?:-ci|-là)?|ceux-ci|cette?|ces|sinon",  # German, French
    "est[aeo]s?|es[aeo]s?|de lo contrario|quest[aeio]|altrimenti|iss?to|isso|caso contrário",
    "dit|deze|anders",  # Spanish, Italian, Portuguese, Dutch
    "это|этот|эта|эти|иначе",
))  # fmt: skip
_UNPARTED: Final = "这|那|它|他|她|此|該|该|否则|否則|これ|それ|この|その|彼|彼女|こう|そう"
# "It is important that ..." is about nothing that was named.
_OF_NOTHING: Final = (
    r"it (?:(?:is|was|has been|will be|would be|may be|can be|seems|appears|follows) "
    r"(?:[\w']+ ){0,3}(?:that|whether|if|when|how|why|who)"
    r"|(?:is|was|may be|can be) (?:not |also |often |very )?"
    r"(?:(?:im)?possible|important|(?:un)?necessary|(?:un)?likely|useful|easy|hard|difficult|safe"
    r"|best|better|good|common|enough|essential|crucial|advisable|customary|worth"
    r"|illegal|unlawful|forbidden|prohibited|mandatory|decided|agreed|planned|hoped|recommended"
    r"|required|time) to"
    r"|(?:takes|took) (?:[\w']+ ){1,4}to)\b"
)
# "This report covers the year": where it stands itself.
_HERE: Final = (
    r"(?:in |to |for |by )?this (?:paper|work|report|article|study|chapter|section|survey|book"
    r"|document|guide|page|agreement|contract|policy|license|licence|act|file|module|appendix)\b"
    r"|th(?:is|ese) (?:(?-i:\p{Lu}\p{Ll})|terms|conditions|rules|instructions|guidelines)"
)
_NAMED: Final = regex.compile(
    rf"{_START}(?!{_OF_NOTHING})(?:{_PRONOUNS})(?![\w'’-])", regex.IGNORECASE
)
_SAID: Final = regex.compile(
    rf"{_START}(?!{_HERE})(?:(?:{_POINTERS})(?![\w'’-])|{_UNPARTED})", regex.IGNORECASE
)
# "Except for cars.", "Not on Sundays.", "No.": what is left out or answered stands before.
_LEFT_OUT: Final = regex.compile(
    rf"{_START}(?:(?:(?:but |and |or )?(?:not|only) (?:on|in|at|for|if|when|before|after|until|by"
    r"|with|without|to|from|during)|except|excluding|(?:aber )?(?:nicht|nur) (?:am|an|in|im|für"
    r"|mit|ohne|vor|nach|bis|wenn|falls|von|zu|bei)|außer|ausgenommen|sauf|excepté|mais pas"
    r"|salvo|excepto|pero no|tranne|ma non|mas não|exceto|кроме|но не)\b[^.!?,;]{1,50}+[.!]"
    # "Six failed."
    rf"|(?:{_NUMBERS}|most|some|all|many|few|several|none|both|others|another) (?:was|were|had|did"
    r"|\p{L}{2,}ed)(?: \w++)?+[.!]"
    r"|(?:yes|no|never|none|nothing|always|ja|nein|nie|oui|non|jamais|sí|nunca|mai|sim|não|nee"
    r"|да|нет|никогда)[.!])[\s\"'”’»)*_]*+",
    regex.IGNORECASE,
)
# "[introduced in 3.4]", "See https://...": of what stands above, also with a blank line between.
_ASIDE: Final = regex.compile(
    r"\s*+(?:\[(?!\d)[^\[\]\r\n]{4,120}+\]|\((?!\d)[^()\r\n]{4,120}+\))[.,;]?\s*+"
    r"|\s*+(?i:(?:see|cf\.?|vgl\.?|siehe|voir)(?: also| auch| aussi)?:?\s++)"
    r"<?https?://\S++[^\S\r\n]*+(?:[\r\n]\s*+|\Z)"
)
_PARTED: Final = regex.compile(r"(?:\r\n|\n|\r)[^\S\r\n]*+(?:\r\n|\n|\r)[^\S\r\n]*+\Z")
_TAIL: Final = 100
# What begins behind such a mark is an item of a list.
_LISTED: Final = regex.compile(r"[\[({,;|][ \t]*+\Z")
_LONGEST_ROW: Final = 3


def referring(text: str, layout: Layout) -> Layout:
    """The layout in which such a sentence needs the one before it in its paragraph.

    Of several in a row, those about somebody or something need the first before them that is none.
    Where a budget cannot hold both, the sentence may go alone; a long row is parted.
    """
    edges = layout.edges.tolist()
    needs: dict[int, tuple[int, ...]] = {}
    named = 0  # the last sentence before that does not begin with a pronoun
    behind = [0] * len(layout)  # how many sentences come one through the other
    for piece in range(len(layout)):
        start, end = edges[piece : piece + 2]
        aside = not _LISTED.search(text, max(0, start - _TAIL), start)
        aside = aside and _ASIDE.fullmatch(text, start, end) is not None
        opens = not _goes_on(text, layout, piece, start, parted=aside)
        pronoun = _NAMED.match(text, start, end) is not None
        before = named if pronoun else piece - 1
        refers = not opens and (
            pronoun
            or aside
            or _SAID.match(text, start, end) is not None
            or _LEFT_OUT.fullmatch(text, start, end) is not None
        )
        if refers and behind[before] < _LONGEST_ROW:
            needs[piece] = (*layout.needs.get(piece, ()), before)
            behind[piece] = behind[before] + 1
        if opens or not pronoun:
            named = piece
    if not needs:
        return layout
    spare = layout.spare.union(own[-1] for own in needs.values())
    return replace(layout, needs={**layout.needs, **needs}, spare=spare)


def _goes_on(text: str, layout: Layout, piece: int, start: int, *, parted: bool) -> bool:
    """Whether a sentence follows another in a paragraph, as far as a layout tells.

    Or maybe ``parted`` from it by a blank line.
    """
    if not piece or {piece, piece - 1} & layout.supports or piece in layout.gaps:
        return False
    running = {piece, piece - 1} <= layout.prose
    if not running and text[start - 1] in "\r\n":
        return False
    return parted or _PARTED.search(text, max(0, start - _TAIL), start) is None
