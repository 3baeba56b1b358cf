"""Which texts of a conversation are cut, and what each of them is asked.

How a text is cut depends on nothing that comes after the turn it stands in, so that a vendor's
cache finds the beginning of a conversation again: a document of the user is asked what the user
says beside it, a tool's result what the user said before it and what called the tool, a document in
the system text what the user says first. Only what comes before anything was asked waits for the
first question.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from specpc.counting.estimate import may_be_long
from specpc.errors import Argument, InputError
from specpc.pipeline.vendors.reading import read_request
from specpc.pipeline.vendors.rules import ASSISTANT, CALL, SYSTEM, TOOL, USER
from specpc.structure.closing import is_data
from specpc.text.documents import find_documents, is_orders, trim
from specpc.text.query import asks, find_head, find_tail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from specpc.options import Turns
    from specpc.pipeline.vendors.reading import RequestText
    from specpc.pipeline.vendors.rules import Place
    from specpc.text.spans import Range

# No draft reads a long question well.
_LONG_QUERY: Final = 2000
_OTHERS: Final = {ASSISTANT, CALL, TOOL}
_LONG_CALL: Final = 500
# Of so many characters or fewer, what a user says is said, however few tokens are cut.
_SAID: Final = 400


@dataclass(frozen=True)
class AskedText:
    """A stretch of a string of a request that may be cut.

    Attributes:
        place: where the string is.
        whole: the string.
        start: where in it the stretch begins.
        end: where it ends.
        question: what it is asked; ``None`` where nobody said anything yet.
    """

    place: Place
    whole: str
    start: int
    end: int
    question: str | None

    @property
    def text(self) -> str:
        """The stretch."""
        return self.whole[self.start : self.end]


@dataclass(frozen=True)
class Conversation:
    """A request whose texts were told apart.

    Attributes:
        request: as it was given.
        asked: those that may be cut, in order.
        uncut: where there are none, why: ``short``; ``role``, if nobody cuts what this role says;
            ``instructions``, if it holds no document; ``question``, if nothing is asked of it;
            ``last``, if it is to be continued. Of several reasons, that of the longest text.
    """

    request: Any
    asked: tuple[AskedText, ...]
    uncut: str

    @classmethod
    def read(
        cls, request: Any, question: str | None, turns: Turns, count: Callable[[str], int]
    ) -> Conversation:
        """Find the texts that may be cut.

        Args:
            request: as JSON gives it.
            question: asked of all of them, in place of what stands in the request.
            turns: which are cut.
            count: the tokens of a text.

        Raises:
            InputError: these are no messages, or nobody asks what all are to be asked.
        """
        return cls(request, *_Reading(read_request(request), turns, count).found(question))


@dataclass(frozen=True)
class _Told:
    """A user's text: what is said in it, and the documents that are no part of that."""

    words: str = ""
    documents: tuple[Range, ...] = ()


class _Reading:
    """A request that is being told apart."""

    def __init__(
        self, texts: Sequence[RequestText], turns: Turns, count: Callable[[str], int]
    ) -> None:
        self.turns, self._count = turns, count
        self._long: dict[str, bool] = {}
        self.texts = [text for text in texts if text.text.strip()]
        self.told = [self._told(text) for text in self.texts]
        words: dict[int, list[str]] = {}
        for text, told in zip(self.texts, self.told, strict=True):
            if told.words.strip():
                words.setdefault(text.turn, []).append(told.words.strip())
        # What users ask, by the number of the turn.
        self.asked = {turn: _query(said) for turn, said in words.items()}

    def found(self, question: str | None) -> tuple[tuple[AskedText, ...], str]:
        """What may be cut, or why there is nothing; see `Conversation`."""
        if question is None and self.turns.requery:
            if not self.asked:
                nobody = "there is no user message with text to take the question from"
                raise InputError(f"{nobody}: give one with ", Argument("question="))
            question = self.asked[max(self.asked)]
        asked: list[AskedText] = []
        left: list[tuple[int, str]] = [(0, "short")]
        for text, own, told in zip(self.texts, self._questions(), self.told, strict=True):
            if text.role == CALL or not self._is_long(text.text):
                continue
            ranges, why = self._ranges(text, told)
            query = question if question is not None else own
            if not why and query is None and text.role != TOOL:
                why = "question"
            if why:
                left.append((len(text.text), why))
                continue
            asked += [
                AskedText(text.place, text.text, start, end, query)
                for start, end in ranges
                if self._is_long(text.text[start:end])
            ]
        return tuple(asked), "" if asked else max(left)[1]

    def _is_long(self, text: str) -> bool:
        if text not in self._long:
            least = self.turns.min_tokens
            self._long[text] = may_be_long(text, least) and self._count(text) >= least
        return self._long[text]

    def _told(self, text: RequestText) -> _Told:
        """What a user says in a text."""
        whole = text.text
        if text.role != USER:
            return _Told()
        if text.document:
            return _Told("", (trim(whole, 0, len(whole)),))
        if not self._is_long(whole):
            return _Told(whole)
        return _Told() if is_orders(whole) else _split(whole)

    def _ranges(self, text: RequestText, told: _Told) -> tuple[Sequence[Range], str]:
        """The stretches of a long text that may be cut, and why there are none."""
        if text.role not in self.turns.roles:
            return (), "role"
        if text.role == ASSISTANT and text.turn == self.texts[-1].turn:
            return (), "last"
        ranges: Sequence[Range] = [trim(text.text, 0, len(text.text))]
        if text.role == USER:
            ranges = told.documents
        elif text.role == SYSTEM and not text.document:
            ranges = find_documents(text.text, said=False)
        return ranges, "" if ranges else "instructions"

    def _questions(self) -> Iterator[str | None]:
        """What each text is asked."""
        first = next(iter(self.asked.values()), "")
        coming = self._coming()
        calls: dict[str, str] = {}
        before, turn = "", -1
        for text, after in zip(self.texts, coming, strict=True):
            if text.turn > turn:
                before, turn = self.asked.get(turn, before), text.turn
            if text.role == CALL:
                calls[text.id] = _shortened(text.text)
            said = [before or first]
            if text.role == USER:
                said = [after or ("" if before else first)]
            elif text.role == TOOL:
                said.append(calls.get(text.id, ""))
            yield "\n".join(filter(None, said)) or None

    def _coming(self) -> list[str]:
        """What a user asks in the turn of each text, or next before anybody else has the word."""
        coming, asked = [], ""
        for text in reversed(self.texts):
            asked = self.asked.get(text.turn, "" if text.role in _OTHERS else asked)
            coming.append(asked)
        return coming[::-1]


def _split(text: str) -> _Told:
    """Tell a long text of a user apart: marked documents, or what is not its question."""
    found = find_documents(text, said=True)
    words = "\n".join(_outside(text, found))
    if found and len(words) <= _LONG_QUERY:
        return _Told(words, tuple(found))
    tail = find_tail(text)
    if tail is None or is_data(text, tail):
        tail = len(text)
    head = find_head(text[:tail]) or 0
    if head == 0 and tail == len(text):
        said = len(text) <= _SAID or (len(text) <= _LONG_QUERY and asks(text))
        return _Told(text) if said else _Told("", (trim(text, 0, tail),))
    document = trim(text, head, tail)
    return _Told("\n".join(_outside(text, [document])), (document,))


def _outside(text: str, ranges: Sequence[Range]) -> Iterator[str]:
    position = 0
    for start, end in (*ranges, (len(text), len(text))):
        if said := text[position:start].strip():
            yield said
        position = end


def _query(words: Sequence[str]) -> str:
    """What the words of a user ask: those that are known to, or else the last ones."""
    text = "\n".join([said for said in words if asks(said)] or words[-1:])
    if len(text) <= _LONG_QUERY:
        return text
    start = find_tail(text)
    return text[len(text) - _LONG_QUERY :] if start is None else text[start:]


def _shortened(call: str) -> str:
    """A call, without the end of what may be a whole file."""
    return call[:_LONG_CALL].encode("utf-8", "replace").decode()
