"""How fast a draft compresses on this machine, and what that saves who reads the result."""

from __future__ import annotations

import math
import statistics
import time
from dataclasses import dataclass, replace
from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np

from specpc.calibration.example import shipped_examples
from specpc.machine.memory import PeakMemory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specpc.models.reader import Reader
    from specpc.pipeline.compressor import Compressor

QUESTION = "Which of these was finished first, and who was responsible for it?"


@dataclass(frozen=True)
class TimedLength:
    """Compressions of one length."""

    tokens: int  # of the text, by the draft's tokenizer
    seconds: float  # median
    peak_bytes: int | None = None  # most memory that was in use
    saved_seconds: float | None = None  # by the target, less what the compression takes
    saved_money: float | None = None  # what the target is not paid


@dataclass(frozen=True)
class Payoff:
    """What compressing takes and saves; the target is the model that reads the result."""

    lengths: tuple[TimedLength, ...]
    fixed_seconds: float  # of a compression, whatever the length
    seconds_per_token: float  # on top of that
    # Targets that read fewer tokens a second save time where texts are long enough.
    pays_below_speed: float
    # Shortest text at which the target saves time; None if it never does.
    pays_from_tokens: int | None = None


def find_payoff(
    measured: Sequence[TimedLength],
    ratio: float,
    target_speed: float | None = None,
    price: float | None = None,
) -> Payoff:
    """Work out what is saved at a ratio, by a target that reads so many tokens a second.

    The price is that of a million input tokens.
    """
    fixed, per_token = fit_line(measured)
    lengths, first = list(measured), None
    if target_speed is not None:
        saved = (1 - ratio) / target_speed
        lengths = [replace(e, saved_seconds=e.tokens * saved - e.seconds) for e in lengths]
        first = math.floor(fixed / (saved - per_token)) + 1 if saved > per_token else None
    if price is not None:
        spared = (1 - ratio) * price / 1e6
        lengths = [replace(e, saved_money=e.tokens * spared) for e in lengths]
    return Payoff(tuple(lengths), fixed, per_token, (1 - ratio) / per_token, first)


def fit_line(measured: Sequence[TimedLength]) -> tuple[float, float]:
    """Seconds as ``fixed + per_token * tokens``, nearest to what was measured in relative terms.

    Of one length, or where noise makes a line that falls or begins below zero, all of the time
    goes by the token.
    """
    relative = np.array([(1, entry.tokens) for entry in measured], dtype=np.float64)
    relative /= np.array([entry.seconds for entry in measured])[:, None]
    (fixed, per_token), _, rank, _ = np.linalg.lstsq(relative, np.ones(len(relative)), rcond=None)
    if rank == 2 and fixed >= 0 and per_token > 0:
        return float(fixed), float(per_token)
    paces = relative[:, 1]
    return 0.0, float(paces.sum() / (paces @ paces))


def time_length(compressor: Compressor, tokens: int, ratio: float, repeats: int) -> TimedLength:
    """Compress a text of so many tokens so often, and once more to warm up."""
    text, seconds = text_of(compressor.reader, tokens), []
    peak = PeakMemory(compressor.draft.model.device)
    for _ in range(1 + repeats):
        start = time.perf_counter()
        compressor.compress(text, QUESTION, ratio=ratio)
        seconds.append(time.perf_counter() - start)
    return TimedLength(tokens, statistics.median(seconds[1:]), peak.read())


def text_of(reader: Reader, tokens: int) -> str:
    """A text of so many draft tokens (the last of which may be cut)."""
    parts: list[str] = []
    found = 0
    for example in cycle(shipped_examples()):
        parts.append(example.context)
        found += reader.encoder.count(parts[-1])
        if found >= tokens:
            break
    text = "\n\n".join(parts)
    return text[: int(reader.encoder.encode(text).bounds[tokens])]
