"""Gives blocks to workers; replaces workers that die and repeats what failed, within bounds."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias

from specpc.batch.work import Died, Done, Failed, Ready
from specpc.errors import SpecPCError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from specpc.batch.blocks import RowBlock

Event: TypeAlias = Ready | Done | Failed | Died


class Pool(Protocol):
    """Workers in numbered slots; see `specpc.batch.processes` and `specpc.batch.ray_actors`."""

    @property
    def size(self) -> int:
        """How many slots there are."""

    def start(self, slot: int) -> None:
        """Start a worker in a slot that has none; `wait` tells when it is ready."""

    def give(self, slot: int, block: RowBlock, *, last: bool) -> None:
        """Have a ready worker attempt a block, perhaps for the last time."""

    def wait(self) -> Iterable[tuple[int, Event]]:
        """Wait until something happens; what, and in which slots."""

    def close(self) -> None:
        """End all workers."""


@dataclass(frozen=True)
class GivenUp:
    """A block that failed however often it was tried."""

    block: RowBlock
    reason: str


def run_blocks(
    pool: Pool,
    blocks: Iterable[RowBlock],
    retries: int,
    tell: Callable[[str], None] = lambda _: None,
    wording: Callable[[SpecPCError], str] = str,
) -> Iterator[Done | GivenUp]:
    """Have every block done, in this order; close the pool in the end, whatever happens.

    Args:
        pool: the workers.
        blocks: what they do.
        retries: how often a block is tried again.
        tell: called with one line when one is.
        wording: makes of an error what is told of it.

    Raises:
        SpecPCError: no worker can be started.
    """
    try:
        yield from _Run(pool, deque(blocks), retries, tell, wording).outcomes()
    finally:
        pool.close()


@dataclass
class _Run:
    """Which worker does what; slots that are neither idle nor busy are starting, or given up."""

    _pool: Pool
    _waiting: deque[RowBlock]
    _retries: int
    _tell: Callable[[str], None]
    _wording: Callable[[SpecPCError], str]
    _tried: Counter[int] = field(default_factory=Counter)
    _idle: list[int] = field(default_factory=list)
    _busy: dict[int, RowBlock] = field(default_factory=dict)
    _deaths: Counter[int] = field(default_factory=Counter)
    _alive: int = 0

    def outcomes(self) -> Iterator[Done | GivenUp]:
        self._alive = min(self._pool.size, len(self._waiting))
        for slot in range(self._alive):
            self._pool.start(slot)
        while self._waiting or self._busy:
            for slot, event in self._pool.wait():
                if slot in self._busy:
                    yield from self._worked(slot, event)
                else:
                    self._started(slot, event)
            while self._idle and self._waiting:
                self._give(self._idle.pop(), self._waiting.popleft())

    def _give(self, slot: int, block: RowBlock) -> None:
        self._busy[slot] = block
        self._pool.give(slot, block, last=self._tried[block.index] == self._retries)

    def _worked(self, slot: int, event: Event) -> Iterator[Done | GivenUp]:
        """A worker is done with a block, or done for."""
        block = self._busy.pop(slot)
        if isinstance(event, Died):
            self._pool.start(slot)
        else:
            self._idle.append(slot)
        if isinstance(event, Done):
            self._tried.pop(block.index, None)
            yield event
            return
        reason = self._reason(event)
        self._tried[block.index] += 1
        if self._tried[block.index] > self._retries:
            yield GivenUp(block, reason)
        else:
            self._waiting.append(block)
            self._tell(f"{block} are tried again: {reason}")

    def _started(self, slot: int, event: Event) -> None:
        """A worker is ready, or could not be started."""
        if isinstance(event, Ready):
            self._deaths.pop(slot, None)
            self._idle.append(slot)
            return
        if isinstance(event, Failed):
            raise event.error  # the same would befall any other
        if slot in self._idle:
            self._idle.remove(slot)
        self._deaths[slot] += 1
        if self._deaths[slot] <= self._retries:
            self._pool.start(slot)
            return
        self._alive -= 1
        if not self._alive:
            raise SpecPCError(f"no worker could be started: {self._reason(event)}")
        self._tell(f"one worker fewer, which could not be started: {self._reason(event)}")

    def _reason(self, event: Event) -> str:
        if isinstance(event, Failed):
            return self._wording(event.error)
        assert isinstance(event, Died)
        return event.reason
