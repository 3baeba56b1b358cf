"""Reading a request of any vendor as the texts that stand in it, in their order."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

from specpc.errors import InputError
from specpc.pipeline.vendors import anthropic, openai
from specpc.pipeline.vendors.gemini import GENERATE
from specpc.pipeline.vendors.rules import ASSISTANT, CALL, SYSTEM, TOOL, USER, Place, Shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specpc.pipeline.vendors.rules import Rule

# Both vendors have messages, and parts of one mean nothing to the other: nobody needs to tell
# which it is, and gateways mix them.
MESSAGES: Final = Shape(
    turns="messages",
    signs=("role",),
    rules={**openai.CHAT, **anthropic.BLOCKS},
    roles=openai.ROLES,
    system=anthropic.SYSTEM_FIELDS,
)
# The surest signs first.
SHAPES: Final = (GENERATE, MESSAGES, openai.RESPONSES)


@dataclass(frozen=True)
class RequestText:
    """A string of a request that somebody reads.

    Attributes:
        place: where it is.
        text: itself.
        role: whose it is; a call is told as one text, where the call is.
        turn: number of the turn; -1 before the first one.
        id: what a call and its result have in common, if it is of one of these.
        document: whether nobody speaks in it.
    """

    place: Place
    text: str
    role: str
    turn: int
    id: str = ""
    document: bool = False


@dataclass(frozen=True)
class _Within:
    """What texts have of the parts that they are in."""

    role: str
    turn: int
    id: str = ""
    document: bool = False
    deep: bool = False


def read_request(request: Any) -> list[RequestText]:
    """The texts of a request, those of the system first.

    Args:
        request: as JSON gives it: an object with the turns in a field, or a list of turns.

    Raises:
        InputError: there are no turns, or one is none.
    """
    shape, at, turns = _turns(request)
    found: list[RequestText] = []
    for field in shape.system if isinstance(request, dict) else ():
        found += _texts(shape, request.get(field), (field,), _Within(SYSTEM, -1))
    if isinstance(turns, str):
        return [*found, RequestText(at, turns, USER, 0)]
    for number, turn in enumerate(turns):
        role = shape.roles.get(str(turn.get("role", USER)), ASSISTANT)
        within = _Within(role, number, document=role == TOOL)
        found += _texts(shape, turn, (*at, number), within)
    return found


def _turns(request: Any) -> tuple[Shape, Place, Any]:
    """The shape of a request, where its turns are, and these."""
    at: Place = ()
    turns: Any = request
    if isinstance(request, list):
        shape = _shape_of(request)
    else:
        fields = request if isinstance(request, dict) else {}
        shape = next((one for one in SHAPES if one.turns in fields), MESSAGES)
        at, turns = (shape.turns,), fields.get(shape.turns)
    whole = isinstance(turns, str) and shape is openai.RESPONSES
    if not turns or not (whole or isinstance(turns, list)):
        raise InputError(
            "there are no messages: give a chat request in JSON, which is a list of messages or an "
            "object with one in its field 'messages' (or 'input', or 'contents')"
        )
    for number, turn in enumerate(() if whole else turns, start=1):
        if not isinstance(turn, dict) or not _has_sign(shape, turn):
            raise InputError(f"message {number} is not an object with a {shape.signs[0]}")
    return shape, at, turns


def _shape_of(turns: list[Any]) -> Shape:
    """The first shape in which every turn has a sign; messages, if there is none."""
    fits = (
        shape
        for shape in SHAPES
        if all(isinstance(turn, dict) and _has_sign(shape, turn) for turn in turns)
    )
    return next(fits, MESSAGES)


def _has_sign(shape: Shape, turn: dict[str, Any]) -> bool:
    return any(isinstance(turn.get(sign), (str, list)) for sign in shape.signs)


def _texts(shape: Shape, value: Any, place: Place, within: _Within) -> Iterator[RequestText]:
    if isinstance(value, str):
        yield RequestText(place, value, within.role, within.turn, within.id, within.document)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _texts(shape, one, (*place, number), within)
    elif isinstance(value, dict) and within.deep:
        for key, one in value.items():
            yield from _texts(shape, one, (*place, key), within)
    elif isinstance(value, dict) and (rule := shape.rule(value)) is not None:
        sealed = any(value.get(field) for field in rule.sealed)
        yield from () if sealed else _inside(shape, value, place, rule, within)


def _inside(
    shape: Shape, part: dict[str, Any], place: Place, rule: Rule, within: _Within
) -> Iterator[RequestText]:
    ids = (found for path in rule.id if isinstance(found := _at(part, path), str))
    inside = replace(
        within,
        role=rule.role or within.role,
        id=next(ids, within.id),
        document=rule.document or within.document,
        deep=rule.deep,
    )
    held = [(path, _at(part, path)) for path in rule.inside]
    if rule.role == CALL:
        told = " ".join(_written(value) for _, value in held if value is not None)
        held = [((), told)]
    for path, value in held:
        yield from _texts(shape, value, (*place, *path), inside)


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _at(part: Any, path: Place) -> Any:
    """What is at a place; ``None`` if nothing is."""
    return reduce(
        lambda value, key: value.get(key) if isinstance(value, dict) else None, path, part
    )
