"""Generated examples of many kinds of text: a pure function of a seed, nothing downloaded.

python -m tests.fitting.tasks

Writes those that ``specpc calibrate`` reads into the package; `test_tasks` sees that they are up to
date.

What heads must learn to be told apart by is variety: prose, tables, records, logs, talk, rules and
code; questions that share few words with the answer; and distractors that look alike (the same
relation of another thing, another relation of the same thing).
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

import specpc
from tests.fitting import prose, structured, talk
from tests.fitting.page import SHORTEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from specpc.calibration.example import Example


SHIPPED: Final = Path(specpc.__file__).parent / "calibration" / "examples.jsonl"


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


def lines(examples: Iterable[Example]) -> str:
    """What `specpc.calibration.example.shipped_examples` reads."""
    fields = ("kind", "context", "question", "evidence")
    return "".join(
        json.dumps({name: getattr(example, name) for name in fields}) + "\n" for example in examples
    )


if __name__ == "__main__":
    SHIPPED.write_bytes(lines(generate(0, 160)).encode())
