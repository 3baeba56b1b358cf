"""Workers as actors of a Ray cluster."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any, Final

from specpc.batch.work import Died, Worker
from specpc.errors import Argument, SpecPCError, UsageError
from specpc.machine.reporting import first_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specpc.batch.blocks import RowBlock
    from specpc.batch.schedule import Event
    from specpc.batch.work import Work

_OBJECT_STORE: Final = 100_000_000
"""Bytes of shared memory for a cluster of our own: rows do not pass through it."""


class RayPool:
    """One actor a slot, with a GPU where the cluster has any.

    The cluster is the one this process is connected to already; or that of RAY_ADDRESS, or one
    that runs on this machine, as Ray finds it; or else one of our own, which ends with the pool.
    """

    def __init__(self, work: Work, workers: int | None = None) -> None:
        """Connect, and start nothing yet.

        There are so many workers, or one a GPU, or one for every two cores of the cluster.

        Raises:
            UsageError: the cluster has not so many processors.
            SpecPCError: there is no cluster at RAY_ADDRESS.
        """
        self._own = _connect()
        import ray  # which `_connect` prepares

        self._ray: Any = ray
        self._actors: dict[int, Any] = {}
        self._pending: dict[Any, int] = {}
        found = self._ray.cluster_resources()
        cores, gpus = max(1, int(found.get("CPU", 1))), int(found.get("GPU", 0))
        if work.settings.setup.device == "cpu":
            gpus = 0
        self.size = workers or gpus or max(1, cores // 2)
        if self.size > (gpus or cores):
            self.close()
            raise UsageError(
                f"the cluster has {gpus or cores} {'GPUs' if gpus else 'cores'}: ",
                Argument("workers="),
                f" must be at most {gpus or cores}",
            )
        # Ray lets each actor use as many threads as it has cores.
        self._actor: Any = ray.remote(
            num_cpus=max(1, cores // self.size) if not gpus else 1, num_gpus=1 if gpus else 0
        )(Worker)
        self._work = ray.put(work)

    def start(self, slot: int) -> None:
        """Create an actor; if there is no room for it, it is never ready."""
        self._actors[slot] = self._actor.remote(self._work)
        self._pending[self._actors[slot].load.remote()] = slot

    def give(self, slot: int, block: RowBlock, *, last: bool) -> None:
        """Call the actor."""
        self._pending[self._actors[slot].attempt.remote(block, last=last)] = slot

    def wait(self) -> Iterator[tuple[int, Event]]:
        """What calls return; those of an actor that has died raise."""
        ready, _ = self._ray.wait(list(self._pending))
        for call in ready:
            slot = self._pending.pop(call)
            try:
                event = self._ray.get(call)
            # However Ray words it, the worker returned nothing: its methods do not raise.
            except self._ray.exceptions.RayError as error:
                self._ray.kill(self._actors.pop(slot))  # should it be cut off rather than dead
                event = Died(f"a worker died ({type(error).__name__}: {first_line(error)})")
            yield slot, event

    def close(self) -> None:
        """End all actors, and the cluster if it is our own."""
        for actor in self._actors.values():
            self._ray.kill(actor)
        if self._own:
            self._ray.shutdown()


def _connect() -> bool:
    """Connect to a cluster; whether it had to be started."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is reported to anyone
    address = os.environ.get("RAY_ADDRESS")
    if not address:
        # Whoever reaches a cluster has it run code: one of our own stays on loopback, as Ray has
        # it where it does not join machines. It reads this when it is imported.
        os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
    import ray

    if ray.is_initialized():
        return False
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    try:
        ray.init(address=address or "auto", **quiet)
    except ConnectionError as error:
        if address:
            raise SpecPCError(f"there is no Ray cluster at RAY_ADDRESS={address}") from error
        ray.init(include_dashboard=False, object_store_memory=_OBJECT_STORE, **quiet)
    return True
