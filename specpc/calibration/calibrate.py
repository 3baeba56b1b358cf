"""From examples to a head profile."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from specpc.calibration.choosing import Bench, choose_heads
from specpc.calibration.collecting import CONTENT_FREE_QUERY, WINDOW, observe_example
from specpc.errors import InputError
from specpc.models.reader import Reader
from specpc.scorers.dense import shipped_map
from specpc.scorers.profile import shipped_profile
from specpc.scorers.settings import HeadProfile
from specpc.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from specpc.calibration.example import Example
    from specpc.models.draft import Draft


@dataclass(frozen=True)
class Calibration:
    """A profile, what is to be expected of it (see `Choice`), and how many examples had a say."""

    profile: HeadProfile
    quality: float
    examples: int


def calibrate(
    draft: Draft,
    examples: Sequence[Example],
    *,
    source: str,
    progress: Callable[[int, int], None] | None = None,
) -> Calibration:
    """Find the retrieval heads of a draft.

    The source of the examples is told in the profile's provenance; ``progress`` is called with
    (examples read, examples in all) after each.

    Raises:
        InputError: no example can be used.
        UnsupportedModelError: the draft's attention cannot be observed.
        OutOfMemoryError: the machine or device ran out of memory.
    """
    reader, observations = Reader(draft), []
    for number, example in enumerate(examples, 1):
        if (observation := observe_example(reader, example)) is not None:
            observations.append(observation)
        if progress is not None:
            progress(number, len(examples))
    if not observations:
        raise InputError(
            "there is nothing to learn from: no example has evidence beside other sentences"
        )
    bench = Bench(observations)
    choice = choose_heads(bench)
    layers, heads_per_layer = bench.shape
    profile = HeadProfile(
        draft=draft.name,
        layers=layers,
        heads_per_layer=heads_per_layer,
        heads=tuple((layer, head, 1.0) for layer, head in sorted(choice.heads)),
        content_free_query=CONTENT_FREE_QUERY,
        window=WINDOW,
        provenance=f"specpc {__version__} calibrate: {len(observations)} examples of {source}",
    )
    return Calibration(_with_shipped(draft, profile), choice.quality, len(observations))


def _with_shipped(draft: Draft, profile: HeadProfile) -> HeadProfile:
    """The profile with what ships for its draft and is weighed beside its heads.

    A map of states is left out if the forward does not go as far as its layers.
    """
    shipped = shipped_profile(draft)
    if shipped is None:
        return profile
    found = replace(
        profile,
        lexical=shipped.lexical,
        second_look=shipped.second_look,
        adapter=shipped.adapter,
    )
    if shipped.dense and max(shipped_map(shipped.dense).layers) <= found.last_layer:
        found = replace(found, dense=shipped.dense)
    return found
