"""Messages in JSON: what somebody says, and which of them answer the one before."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from specpc.structure.json.strings import decode
from specpc.structure.parts.answers import ANSWER, LONGEST_QUESTION, SHORT_ANSWER, is_answer
from specpc.structure.parts.numbers import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.structure.json.tree import JsonValue

# Members that hold what is said, or an object or list with such a member, the surest first.
_SAID: Final = (
    "content", "text", "body", "message", "msg", "value", "parts", "utterance", "comment"
)  # fmt: skip
# Words in the name of a member that says by whom.
_SPEAKERS: Final = frozenset(
    {"role", "from", "user", "username", "author", "sender", "speaker", "participant", "nick"}
)
# A longer question does not come along with its answer.
_LONGEST: Final = 2 * LONGEST_QUESTION
# The part of a long one that is looked at, as it is written.
_END: Final = 2 * LONGEST_QUESTION
# Of calls of tools, which their answers say the number of.
_OF_CALLS: Final = frozenset({"role", "tool_calls", "tool_call_id", "call_id"})
_NUMBERS: Final = ("tool_call_id", "tool_use_id", "call_id", "id")
_RESULTS: Final = frozenset({"tool_call_id", "tool_use_id", "output"})
_ASKED: Final = frozenset({"function", "arguments", "args", "input"})
_DEEPEST: Final = 5
_SHORT: Final = 80
_MOST_LEAVES: Final = 12


@dataclass(frozen=True)
class Exchange:
    """A question and its answer, two messages that follow one another.

    Attributes:
        asked: what the first says.
        said: what the second does.
        places: all members of the second that say it: as plain text, and once more with marks.
        needed: whether the answer is nothing without the question, which brings it anyway.
    """

    asked: JsonValue
    said: JsonValue
    places: tuple[JsonValue, ...]
    needed: bool


def exchanges(
    records: Sequence[JsonValue], text: str, source: str | None = None
) -> Iterator[Exchange]:
    """The questions and answers among the elements of an array.

    In what Python prints, which is the ``source``, a name may say who speaks: ``AIMessage(``.
    """
    names = [source is not None and source[record.value] == "(" for record in records]
    spoken = [
        (_said(record, text, named=named), record)
        for record, named in zip(records, names, strict=True)
    ]
    for (asked, _), (said, record) in pairwise(spoken):
        if asked is None or said is None or asked.size > _LONGEST:
            continue
        question, answer = _meant(asked, text), _meant(said, text)
        if is_answer(question, answer, SHORT_ANSWER):
            written = text[said.value : said.end]
            places = (one for one in record.inside if text.find(written, one.value, one.end) >= 0)
            yield Exchange(asked, said, (*places,), is_answer(question, answer, ANSWER))


def _said(record: JsonValue, text: str, *, named: bool) -> JsonValue | None:
    """The string that somebody says in an object that also says who, if not its name does."""
    members = {member.key: member for member in record.inside if member.key is not None}
    if (
        held := members.get("message")
    ) is not None and held.inside:  # with what is before and after
        record, members = held, {one.key: one for one in held.inside if one.key is not None}
    words = (map(str.casefold, WORDS.findall(key)) for key in members)
    if not named and not any(_SPEAKERS.intersection(own) for own in words):
        return None
    return next((own for key in _SAID if (own := _string(members.get(key), text))), None)


def _string(value: JsonValue | None, text: str) -> JsonValue | None:
    """The value if it is a string, or the only one it holds in such a member or as a list."""
    while value is not None and value.inside:
        inside = value.inside[0] if len(value.inside) == 1 else None
        if text[value.value] == "{":
            inside = next((one for one in value.inside if one.key in _SAID), None)
        value = inside
    is_string = value is not None and text[value.value] == '"' and value.size > len('""')
    return value if is_string else None


def _meant(value: JsonValue, text: str) -> str:
    """What the end of a string means."""
    return decode(text[max(value.value + 1, value.end - 1 - _END) : value.end - 1])[0]


def calls(
    records: Sequence[JsonValue], text: str, source: str | None = None
) -> Iterator[tuple[JsonValue, list[JsonValue]]]:
    """What tools gave, each with the members of the call that say what it was asked.

    A record with who says it, or a number of a call, may hold calls and results to some depth.
    """
    asked: dict[str, JsonValue] = {}
    given: list[tuple[str, JsonValue]] = []
    for record in records:
        printed = source is not None and source[record.value] == "("
        if not printed and not any(one.key in _OF_CALLS for one in record.inside):
            continue
        for found in _objects(record, text):
            keys = {member.key: member for member in found.inside}
            number = next((keys[key] for key in _NUMBERS if key in keys), None)
            written = text[number.value : number.end] if number is not None else ""
            if written[:1] != '"':
                continue
            if not _RESULTS.isdisjoint(keys):
                given.append((written, found))
            elif not _ASKED.isdisjoint(keys):
                asked.setdefault(written, found)
    for written, result in given:
        if written in asked:
            yield result, _leaves(asked[written])


def _objects(value: JsonValue, text: str) -> Iterator[JsonValue]:
    """An object and those in it, to some depth."""
    level = [value]
    for _ in range(_DEEPEST):
        yield from (one for one in level if text[one.value] == "{")
        level = [inner for one in level for inner in one.inside if inner.inside]


def _leaves(call: JsonValue) -> list[JsonValue]:
    """The members of a call that are no objects; of a long one, only short ones."""
    leaves: list[JsonValue] = []
    waiting = [call]
    while waiting:
        value = waiting.pop()
        if value.inside:
            waiting += value.inside
        elif call.size <= _LONGEST or value.size <= _SHORT:
            leaves.append(value)
    return leaves[-_MOST_LEAVES:]
