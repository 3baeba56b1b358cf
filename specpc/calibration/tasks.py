"""Generated examples of many kinds of text: a pure function of a seed, nothing downloaded.

What heads must learn to be told apart by is variety: prose, tables, records, logs, talk, rules and
code; questions that share few words with the answer; and distractors that look alike (the same
relation of another thing, another relation of the same thing).
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Final

from specpc.calibration import prose, structured, talk
from specpc.calibration.example import SHORTEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from specpc.calibration.example import Example


def generate(seed: int, count: int) -> Iterator[Example]:
    """Examples, the kinds in turn; the same seed gives the same ones.

    Args:
        seed: any integer.
        count: how many.
    """
    makers = list(MAKERS)
    for number in range(count):
        # A generator of its own: an example does not depend on those before it.
        rng = Random(f"{seed}/{number}")
        yield _lengthen(rng, makers[number % len(makers)](rng))


def _lengthen(rng: Random, example: Example) -> Example:
    """Put a text of any kind before or after one that is short, as real contexts are mixed."""
    if len(example.context) >= SHORTEST * 1.4:
        return example
    other = rng.choice(MAKERS)(rng).context
    if rng.random() < 0.5:
        return replace(example, context=f"{example.context}\n\n{other}")
    shift = len(other) + 2
    evidence = tuple((start + shift, end + shift) for start, end in example.evidence)
    return replace(example, context=f"{other}\n\n{example.context}", evidence=evidence)


MAKERS: Final[tuple[Callable[[Random], Example], ...]] = (
    prose.article,
    talk.rules,
    structured.table,
    prose.two_hops,
    talk.friends,
    structured.log,
    prose.library,
    structured.functions,
    talk.meeting,
    talk.agent,
    prose.comparison,
    prose.needle,
    structured.accounts,
    prose.sections,
    structured.records,
    structured.key_values,
)
"""One function a kind of text."""
