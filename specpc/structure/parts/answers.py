"""Short answers in conversations, which say nothing without the question before them."""

from __future__ import annotations

from typing import Final

import regex

from specpc.text.patterns import lazy_regex
from specpc.text.references import is_left_over

ANSWER: Final = 25
"""What so short a turn says, it says to the question before it."""
SHORT_ANSWER: Final = 80
"""A question brings what is not much longer."""
LONGEST_QUESTION: Final = 400

# "No, I did not. I saw his car." is nothing without it, either.
_SHORT_REPLY: Final = 200
_REPLIES: Final = lazy_regex(
    r"\W*+(?:(?:well|oh|uh|hm+|also|ach|eh|pues|bueno)[,. ]+)?+(?:yes|yeah|yep|no|nope|not|never"
    r"|neither|none|nobody|nothing|correct|exactly|right|of course|only|sure(?:ly)?|certainly"
    r"|absolutely|definitely|maybe|perhaps|probably|unfortunately|(?:that|it) depends"
    r"|i(?:['’]m| am) (?:not sure|afraid|unable)"
    r"|i (?:do not|don['’]t|cannot|can['’]?t|could ?n['’]t|could not|didn['’]t|did not)"
    r"|ich wei(?:ß|ss)|wei(?:ß|ss) ich|vielleicht|leider|je ne sais|peut-être|quizás|tal vez"
    r"|depende|ja|nein|doch|nicht|nie"
    r"|kein\w{0,2}|nur|oui|non|si|sí|jamais|nunca|claro|sim|não|nee|tak|nie|да|нет|не|никто|никого"
    r"|никогда|ничего|только|نعم|لا|네|아니요?|はい|いいえ|うん|是的?|不|没)(?!\w)",
    regex.IGNORECASE,
)
_SENTENCE: Final = lazy_regex(r"[^.!?\r\n]{1,80}+[.!](?=\s|\Z)")
_ASKED: Final = lazy_regex(r"[?？؟]['\"”’»)\]*_]*+\s*+\Z")
# It may be followed by why it is asked: "Can I cancel? I am abroad."
_ASKED_WITHIN: Final = lazy_regex(r"[?？؟]['\"”’»)\]*_]*+(?:\s|(?<=[？؟])|\Z)")
_ASKS: Final = lazy_regex(
    r"\W*+(?:(?:and|but|so|ok|okay|hey|well|then)[, ]+)?+(?:how|what|what['’]s|who|when|where|why"
    r"|which|can|could|do|does|did|is|are|was|were|will|would|should|may|shall|have|has|any(?:one|body)"
    r"|wie|was|wer|wann|wo|warum|welche[rs]?|kann|können|gibt|ist|sind|hat|haben|comment|quand|où"
    r"|combien|pourquoi|qui|est-ce|quand|cómo|cuándo|dónde|cuánto|quién|qué)\b[^.!?\r\n]{0,120}+\s*+\Z",
    regex.IGNORECASE,
)


def is_answer(before: str, said: str, longest: int) -> bool:
    """Whether a turn is an answer, at most so long, to a question in the turn before it.

    A yes or no may be longer, and the question need not be the last that was said.
    """
    before, said = before.strip(), said.strip()
    replies = _REPLIES.match(said) is not None or is_left_over(opening(said))
    if not 0 < len(said) <= (_SHORT_REPLY if replies else longest) or _is_question(said):
        return False
    return _is_question(before) or (replies and asked_last(before) is not None)


def opening(said: str) -> str:
    """The first sentence of a turn, if that is short."""
    found = _SENTENCE.match(said.lstrip())
    return found.group() if found else ""


def asked_last(said: str) -> int | None:
    """Where the last question in the end of a turn ends."""
    low = max(0, len(said) - LONGEST_QUESTION)
    ends = [match.end() for match in _ASKED_WITHIN.finditer(said, low)]
    return ends[-1] if ends else None


def _is_question(said: str) -> bool:
    return _ASKED.search(said[-20:]) is not None or (
        len(said) <= LONGEST_QUESTION and _ASKS.match(said) is not None
    )
