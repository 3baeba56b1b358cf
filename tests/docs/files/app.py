"""Answers which berths are free."""

import time


class Cache:
    """Keeps answers for a minute."""

    def __init__(self) -> None:
        self.seen: dict[str, tuple[float, list[int]]] = {}

    def get(self, day: str) -> list[int] | None:
        """What is known of a day, if it is not too old."""
        at, berths = self.seen.get(day, (0.0, []))
        return berths if time.monotonic() - at < 60 else None

    def fill(self, day: str, berths: list[int]) -> None:
        """Remember the answer for a day."""
        self.seen[day] = (time.monotonic(), berths)


def free(cache: Cache, day: str, taken: set[int]) -> list[int]:
    """The berths nobody has taken on a day."""
    known = cache.get(day)
    if known is not None:
        return known
    berths = [berth for berth in range(1, 13) if berth not in taken]
    cache.fill(day, berths)
    return berths
