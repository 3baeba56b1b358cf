"""Sentences that are about something that only a sentence before them names.

"It was halted in October" says nothing alone, and after another sentence says it of something
else. What is told apart is how a sentence begins; what it begins with is looked up in lists.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import regex

from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from specpc.text.layout import Layout

_AUXILIARIES: Final = (
    "is|are|was|were|do|does|did|has|have|had|can|could|may|might|must|need|will|would|should|shall"
)
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
    r"exceptions?(?: are)?(?=:)|ausnahmen?(?=:)|ausgenommen (?:sind|ist|hiervon|davon)"
    r"|exceptions?(?= :)|excepci(?:ón|ones)(?=:)|provided,? however|provided(?:,? further)?,? that",
))  # fmt: skip
_UNPARTED: Final = "|".join((
    "但是，|但，|ただし|但し|다만",
    "这|那|它|他|她|此|該|该|否则|否則|これ|それ|この|その|彼|彼女|こう|そう",
))  # fmt: skip
# "However, it ...": what goes on with what was named.
_LINKS: Final = "|".join((
    "and|but|so|yet|then|thus|hence|still|however|therefore|moreover|furthermore|nevertheless"
    "|nonetheless|also|meanwhile|consequently|accordingly|additionally|as a result|later"
    "|in addition|even so|since then|after that|in fact|indeed|similarly|likewise|unfortunately",
    "und|aber|denn",
    "et|mais|donc|ensuite|cependant|toutefois|y|pero|además|sin embargo|luego|e|ma|però|inoltre"
    "|mas|en|maar|и|но|а|однако|затем|кроме того",
))  # fmt: skip
# "Außerdem wurde sie", and not "können Sie".
_INVERTED: Final = (
    "(?:außerdem|zudem|dann|danach|daher|deshalb|dennoch|trotzdem|jedoch|allerdings|auch|dort|später"
    r"|seitdem) (?-i:\p{Ll}++ (?:er|sie|dies(?:e[mnrs]?)?))"
)
_LINK: Final = rf"(?:(?:{_LINKS}),? ){{0,2}}+"
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
_NAMED: Final = lazy_regex(
    rf"{_START}(?:{_LINK}(?!{_OF_NOTHING})(?:{_PRONOUNS})|{_INVERTED})(?![\w'’-])", regex.IGNORECASE
)
_SAID: Final = lazy_regex(
    rf"{_START}{_LINK}(?!{_HERE})(?:(?:{_POINTERS})(?![\w'’-])|{_UNPARTED})", regex.IGNORECASE
)
# "Except for cars.", "Not on Sundays.", "No.": what is left out or answered stands before.
_LEFT_OUT: Final = lazy_regex(
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
# "Contains nuts.", "Was sold in May.", "Closed on Mondays.": of what, stands before.
_SUBJECTLESS: Final = lazy_regex(
    rf"{_START}(?:(?:is|are|was|has|does|cannot"
    r"|(?:can|must|will|should|may) (?:not )?(?:be|contain|have))"
    r" (?!it\b)(?-i:[\p{Ll}\d])|(?:includes|excludes|contains|requires|applies|consists) "
    rf"|(?:so|neither) (?:{_AUXILIARIES}) "
    r"|(?:closed|open|available|valid|sold"
    r"|(?:built|sent|paid|held|lost|found|taken|given|broken|\p{L}{3,}(?<!e)ed)"
    r"(?=[^,.!?\r\n]{1,90}+[.!]))"
    r" (?:on|in|at|for|from|until|to|by|only|during|except|daily|since|because|again|over|back"
    r"|the same)\b"
    r"|with the exception of "
    # "We therefore exclude it."
    rf"|(?!if |when |as |since |because )(?:[\p{{L}}’']+ ){{1,3}}(?:therefore|hence|consequently) "
    r"|not (?:its|their|his|an?|the|to be|included|available|valid|required)\b)"
    r"[^!?\r\n]{1,90}?[.!][\s\"'”’»)*_]*+",
    regex.IGNORECASE,
)
# "She did not.", "Only admins are.", "So was Ann.": what, stands before.
_SHORTENED: Final = lazy_regex(
    rf"\b(?:(?:{_AUXILIARIES}) not|cannot|\p{{L}}{{2,5}}n['’]t"
    rf"|(?<={_START}only [^.!?\r\n]{{1,60}} )(?:{_AUXILIARIES})"
    r"|(?:hingegen|dagegen|jedoch|auch) nicht|tampoco|non plus"
    r"|l['’](?:est|était|sont|étaient|sera|seront))[.!][\s\"'”’»)*_]*+\Z",
    regex.IGNORECASE,
)
_LONGEST_SHORTENED: Final = 100
# What so begins answers a question right before it: "Is it open? No, not on Sundays."
_REPLIES: Final = lazy_regex(
    rf"{_START}(?:(?:yes|yeah|no|ja|nein|doch|oui|non|si|sí|sim|não|nee|да|нет|نعم|لا)(?=\s?[,.!;:،—–])"
    r"|(?:never|none|nobody|nothing|only|not|nur|nie|niemand|nicht|jamais|nunca|нет)(?!\w)"
    r"|是的|不|没|对，|はい|いいえ)",
    regex.IGNORECASE,
)
_ASKED: Final = lazy_regex(r"[?？؟][\s\"'”’»)*_]*+\Z")
# "[introduced in 3.4]", "See https://...": of what stands above, also with a blank line between.
_ASIDE: Final = lazy_regex(
    r"\s*+(?:\[(?!\d)[^\[\]\r\n]{4,120}+\]|\((?!\d)[^()\r\n]{4,120}+\))[.,;]?\s*+"
    r"|\s*+(?i:(?:see|cf\.?|vgl\.?|siehe|voir)(?: also| auch| aussi)?:?\s++)"
    r"<?https?://\S++[^\S\r\n]*+(?:[\r\n]\s*+|\Z)"
)
_PARTED: Final = lazy_regex(r"(?:\r\n|\n|\r)[^\S\r\n]*+(?:\r\n|\n|\r)[^\S\r\n]*+\Z")
_TAIL: Final = 100
# What begins behind such a mark is an item of a list.
_LISTED: Final = lazy_regex(r"[\[({,;|][ \t]*+\Z")
_LONGEST_CLOSING: Final = 10
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
        aside = _ASIDE.fullmatch(text, start, end) is not None
        aside = aside and not _LISTED.search(text, max(0, start - _TAIL), start)
        opens = not _goes_on(text, layout, piece, start, parted=aside)
        pronoun = _NAMED.match(text, start, end) is not None
        before = named if pronoun else piece - 1
        refers = not opens and (
            pronoun
            or aside
            or _SAID.match(text, start, end) is not None
            or _LEFT_OUT.fullmatch(text, start, end) is not None
            or _SUBJECTLESS.fullmatch(text, start, end) is not None
            or _is_shortened(text[start:end])
            or _answers(text, start, end)
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


def is_left_over(said: str) -> bool:
    """Whether a sentence says nothing by itself: "And only on Sundays.", "We did not."."""
    return _LEFT_OUT.fullmatch(said) is not None or _is_shortened(said)


def _is_shortened(said: str) -> bool:
    """Whether a sentence leaves out the verb that the one before it has."""
    return len(said) <= _LONGEST_SHORTENED and _SHORTENED.search(said) is not None


def _answers(text: str, start: int, end: int) -> bool:
    """Whether a sentence is a reply to a question before it."""
    asked = _ASKED.search(text, max(0, start - _LONGEST_CLOSING), start) is not None
    return asked and _REPLIES.match(text, start, end) is not None


def _goes_on(text: str, layout: Layout, piece: int, start: int, *, parted: bool) -> bool:
    """Whether a sentence follows another in a paragraph, as far as a layout tells.

    Or maybe ``parted`` from it by a blank line.
    """
    if not piece or piece - 1 in layout.supports or piece in layout.gaps:
        return False
    if piece in layout.supports:  # what leads to a list: "Such loss is not covered:"
        return text[start - 1] not in "\r\n" and piece - 1 in layout.prose
    running = {piece, piece - 1} <= layout.prose
    if not running and text[start - 1] in "\r\n":
        return False
    return parted or _PARTED.search(text, max(0, start - _TAIL), start) is None
