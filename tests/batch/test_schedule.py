"""Retries, deaths and their bounds, with workers that do nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpc.batch.blocks import RowBlock, Stretch
from specpc.batch.schedule import Event, GivenUp, run_blocks
from specpc.batch.work import Died, Done, Failed, Ready
from specpc.errors import Argument, DraftError, SpecPCError

BLOCKS = [RowBlock(i, "a.jsonl", "a.jsonl", Stretch(i * 10, 10, 0, 0)) for i in range(6)]
DIED, FAILED = Died("a worker was killed"), Failed(SpecPCError("no space left"))


class Script:
    """Answers as it is told to; otherwise everything goes well."""

    def __init__(
        self,
        size: int = 2,
        starts: list[Event] | None = None,
        attempts: dict[int, list[Event]] | None = None,
    ) -> None:
        self.size = size
        self._starts = deque(starts or [])
        self._attempts = {i: deque(told) for i, told in (attempts or {}).items()}
        self._events: deque[tuple[int, Event]] = deque()
        self.started: list[int] = []
        self.given: list[tuple[int, bool]] = []
        self.closed = 0

    def start(self, slot: int) -> None:
        self.started.append(slot)
        self._events.append((slot, self._starts.popleft() if self._starts else Ready()))

    def give(self, slot: int, block: RowBlock, *, last: bool) -> None:
        self.given.append((block.index, last))
        told = self._attempts.get(block.index)
        self._events.append(
            (slot, told.popleft() if told else Done(str(block.index), 10, 0, 9, 3, 1))
        )

    def wait(self) -> Iterator[tuple[int, Event]]:
        yield self._events.popleft()  # raises if nothing can ever happen again

    def close(self) -> None:
        self.closed += 1


def run(script: Script, retries: int = 2) -> tuple[list[str], list[GivenUp], list[str]]:
    told: list[str] = []
    outcomes = list(run_blocks(script, BLOCKS, retries, told.append))
    assert script.closed == 1
    done = sorted(outcome.name for outcome in outcomes if isinstance(outcome, Done))
    return done, [o for o in outcomes if isinstance(o, GivenUp)], told


def test_a_block_is_tried_again_and_given_up() -> None:
    script = Script(attempts={1: [FAILED, DIED], 4: [DIED] * 9})
    done, given_up, told = run(script)
    assert done == ["0", "1", "2", "3", "5"]
    assert [(g.block.index, g.reason) for g in given_up] == [(4, DIED.reason)]
    assert [last for index, last in script.given if index == 1] == [False, False, True]
    assert len(script.started) == 2 + 4  # every worker that died was replaced
    assert "rows 11-20 of a.jsonl are tried again: no space left" in told
    assert len(told) == 4


def test_a_worker_that_cannot_be_started() -> None:
    done, given_up, told = run(Script(starts=[DIED, Ready(), DIED, DIED]))
    assert (len(done), given_up) == (6, [])
    assert told == ["one worker fewer, which could not be started: a worker was killed"]


def test_no_worker_can_be_started() -> None:
    script = Script(starts=[DIED] * 9)
    with pytest.raises(SpecPCError, match="no worker could be started: a worker was killed"):
        list(run_blocks(script, BLOCKS, 2))
    assert (len(script.started), script.closed) == (6, 1)


def test_a_draft_that_cannot_be_loaded_ends_the_run() -> None:
    script = Script(starts=[Failed(DraftError("the draft is damaged"))])
    with pytest.raises(DraftError, match="damaged"):
        list(run_blocks(script, BLOCKS, 2))
    assert (script.given, script.closed) == ([], 1)


def test_no_more_workers_than_blocks() -> None:
    script = Script(size=99)
    run(script)
    assert script.started == list(range(6))


def test_reasons_are_worded_by_who_asks() -> None:
    failed = Failed(SpecPCError("out of memory with ratio=1: use ", Argument("device=cpu")))
    told: list[str] = []
    script = Script(attempts={1: [failed] * 2})

    def wording(error: SpecPCError) -> str:
        return error.worded(str.upper)

    [given_up] = [
        outcome
        for outcome in run_blocks(script, BLOCKS, 1, told.append, wording)
        if isinstance(outcome, GivenUp)
    ]
    assert given_up.reason == "out of memory with ratio=1: use DEVICE=CPU"
    assert told == [f"{BLOCKS[1]} are tried again: {given_up.reason}"]


@given(
    size=st.integers(1, 4),
    retries=st.integers(0, 3),
    attempts=st.dictionaries(st.integers(0, 5), st.lists(st.sampled_from([DIED, FAILED]))),
)
def test_every_block_has_one_end(size: int, retries: int, attempts: dict[int, list[Event]]) -> None:
    script = Script(size, attempts=attempts)
    done, given_up, _ = run(script, retries)
    expected = {i for i, told in attempts.items() if len(told) > retries}
    assert {outcome.block.index for outcome in given_up} == expected
    assert done == [str(i) for i in range(6) if i not in expected]
    assert len(script.given) == sum(1 + min(len(attempts.get(i, [])), retries) for i in range(6))
