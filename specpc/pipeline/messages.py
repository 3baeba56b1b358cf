"""Chat messages as OpenAI and Anthropic take them: long texts are cut, all else stays as it is.

Both vendors' requests are lists of messages with a role and a content, which is a string or a
list of typed parts; what differs (who answers a tool call, where the system prompt stands) needs
no telling apart here.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from functools import reduce
from operator import getitem
from typing import TYPE_CHECKING, Any, Final

from specpc.errors import Argument, InputError
from specpc.text.query import find_tail

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.results import CompressionResult
    from specpc.selection.fit import CutText

Place = tuple[str | int, ...]
"""Keys and positions that lead from a request to one of its strings."""

# Shorter texts ("Sure, let me look.") cost little and say who did what.
LONG_TEXT: Final = 100
# A last turn with a pasted document asks at its end, and no draft reads a long question well.
_LONG_QUERY: Final = 2000
_UNTOUCHED: Final = {"system", "developer"}


@dataclass(frozen=True)
class Conversation:
    """A request in which the texts that may be cut were found."""

    request: Any  # a list of messages, or an object with such a list in its field ``messages``
    query: str  # what the last user turn asks
    places: tuple[Place, ...]  # where the texts that may be cut stand, in order

    @classmethod
    def read(cls, request: Any, question: str | None = None) -> Conversation:
        """Find the query and the texts that may be cut.

        Args:
            request: as JSON gives it.
            question: asked instead of the last user turn.

        Raises:
            InputError: these are no messages, or none of them is a user's.
        """
        at, messages = _messages(request)
        last = _last_user_turn(messages)
        if question is None and last is None:
            told = "there is no user message with text to take the question from"
            raise InputError(f"{told}: give one with ", Argument("question="))
        query = question if question is not None else _query(messages[last or 0])
        places = [
            (*at, number, *place)
            for number, message in enumerate(messages)
            if not _is_untouched(message, number == len(messages) - 1)
            for place, text in _texts(message, own=number != last)
            if len(text) > LONG_TEXT and text.strip()
        ]
        return cls(request, query, tuple(places))

    @property
    def texts(self) -> list[str]:
        """The texts that may be cut."""
        return [reduce(getitem, place, self.request) for place in self.places]

    def with_texts(self, texts: Sequence[str]) -> Any:
        """The request with these texts in place of those that may be cut; shares all else."""
        made: dict[Place, Any] = {(): copy(self.request)}
        for place, text in zip(self.places, texts, strict=True):
            for depth in range(1, len(place)):
                path, key = place[:depth], place[depth - 1]
                if path not in made:
                    above = made[path[:-1]]
                    made[path] = above[key] = copy(above[key])
            made[place[:-1]][place[-1]] = text
        return made[()]


@dataclass(frozen=True)
class CompressedMessages:
    """A request whose long texts were cut.

    Attributes:
        request: of the same shape as the one given, with all else untouched.
        places: where the texts that may be cut stand in it.
        texts: what is left of each of them.
        total: counts, budget, query and timings over all of these texts; ``None`` if there are
            none, and the request is unchanged.
    """

    request: Any
    places: tuple[Place, ...]
    texts: tuple[CutText, ...]
    total: CompressionResult | None


def _messages(request: Any) -> tuple[Place, list[dict[str, Any]]]:
    """Where in a request its messages are, and these."""
    at: Place = ()
    messages = request
    if isinstance(request, dict):
        at, messages = ("messages",), request.get("messages")
    if not isinstance(messages, list) or not messages:
        raise InputError(
            "there are no messages: a list of them is needed, or an object with the list in its "
            "field 'messages'"
        )
    for number, message in enumerate(messages, start=1):
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            raise InputError(f"message {number} is not an object with a role")
    return at, messages


def _is_untouched(message: dict[str, Any], is_last: bool) -> bool:
    return message["role"] in _UNTOUCHED or (is_last and message["role"] == "assistant")


def _last_user_turn(messages: Sequence[dict[str, Any]]) -> int | None:
    """Number of the last message in which the user says something.

    Anthropic's tool results come in user messages, but nobody speaks in them.
    """
    for number in range(len(messages) - 1, -1, -1):
        message = messages[number]
        if message["role"] == "user" and any(text.strip() for text in _own_texts(message)):
            return number
    return None


def _query(message: dict[str, Any]) -> str:
    text = "\n".join(_own_texts(message)).strip()
    if len(text) <= _LONG_QUERY:
        return text
    start = find_tail(text)
    return text[len(text) - _LONG_QUERY :] if start is None else text[start:]


def _own_texts(message: dict[str, Any]) -> list[str]:
    """The texts of a message, without what tools answered."""
    found = _texts(message, own=True)
    return [text for place, text in found if place[2:3] != ("content",)]


def _texts(message: dict[str, Any], *, own: bool) -> Iterator[tuple[Place, str]]:
    """The texts of a message: its content or text parts of it, and what tools answered."""
    content = message.get("content")
    if isinstance(content, str) and own:
        yield ("content",), content
    for number, part in enumerate(content if isinstance(content, list) else ()):
        if not isinstance(part, dict):
            continue
        if own and part.get("type") == "text" and isinstance(part.get("text"), str):
            yield ("content", number, "text"), part["text"]
        if part.get("type") == "tool_result":
            for place, text in _texts(part, own=True):
                yield ("content", number, *place), text
