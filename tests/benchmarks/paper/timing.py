"""From a text to the first token and the whole answer, on full and on compressed prompts.

Compression is included. The same is timed with the target in llama.cpp's server, if that is
installed: so many people run a model of their own.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple

from specpc.evaluation.speed import QUESTION, text_of
from specpc.evaluation.tasks import request
from tests.benchmarks.paper.bench import tell
from tests.benchmarks.paper.llama_server import installed, llama_server
from tests.benchmarks.paper.part import Part
from tests.benchmarks.paper.tables import table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from tests.benchmarks.paper.bench import Bench
    from tests.benchmarks.paper.journal import Line

    Ask = Callable[[str], "Answered"]

ANSWER_TOKENS: Final = 32
METHODS: Final = ("full", "default")
_FRAME_TOKENS: Final = 256  # of a chat template and the question, at most
_ABSENT: Final = "The same in llama.cpp was not timed, which needs llama-cpp-python and its server."


class Answered(NamedTuple):
    """What an answer took."""

    first_seconds: float
    seconds: float
    cache_bytes: int | None = None
    peak_bytes: int | None = None


@dataclass(frozen=True)
class Wanted:
    """One answer that is to be timed."""

    engine: str
    method: str
    length: int  # of the text, in tokens of the target
    repeat: int


@contextmanager
def _here(bench: Bench) -> Iterator[Ask]:
    def ask(context: str) -> Answered:
        cost = bench.target.answer(context, request(QUESTION), ANSWER_TOKENS).cost
        assert cost is not None  # it is on this machine
        return Answered(cost.first_seconds, cost.seconds, cost.cache_bytes, cost.peak_bytes)

    yield ask


@contextmanager
def _in_llama(bench: Bench) -> Iterator[Ask]:
    room = max(bench.plan.lengths) + _FRAME_TOKENS + ANSWER_TOKENS
    with llama_server(bench.target_name, room) as server:

        def ask(context: str) -> Answered:
            prompt = f"{context}\n\n{request(QUESTION)}"
            first, seconds = server.answer(prompt, ANSWER_TOKENS)
            return Answered(first, seconds, peak_bytes=server.peak_bytes())

        yield ask


HERE, LLAMA = "specpc", "llama.cpp"
ENGINES: Final[dict[str, Callable[[Bench], AbstractContextManager[Ask]]]] = {
    HERE: _here,
    LLAMA: _in_llama,
}
"""What the target runs in."""


def measure(bench: Bench, lines: Sequence[Line]) -> Iterator[Line]:
    """See `Part`; a repetition of all comes before the next."""
    done = {Wanted(*(line[name] for name in Wanted.__annotations__)) for line in lines}
    for engine, start in ENGINES.items():
        missing = [one for one in _wanted(bench, engine) if one not in done]
        if missing and engine == LLAMA and not installed():
            tell(_ABSENT)
        elif missing:
            with start(bench) as ask:
                compressor = _warmed_up(bench, ask)
                for one in missing:
                    context = text_of(bench.target.reader, one.length)
                    yield _timed(one, context, compressor, ask)


def _wanted(bench: Bench, engine: str) -> list[Wanted]:
    plan = bench.plan
    return [
        Wanted(engine, method, length, repeat)
        for repeat in range(plan.repeats)
        for length in plan.lengths
        for method in METHODS
    ]


def _warmed_up(bench: Bench, ask: Ask) -> Callable[[str], str]:
    """What compresses to the budget; all models have been loaded and used."""
    compressor = bench.compressor(bench.default_draft)

    def compress(text: str) -> str:
        return compressor.compress(text, QUESTION, target_tokens=bench.budget).text

    ask(compress(text_of(bench.target.reader, 2 * bench.budget)))
    return compress


def _timed(one: Wanted, text: str, compress: Callable[[str], str], ask: Ask) -> Line:
    # A beginning of its own, as servers know what they read before.
    number = f"{one.repeat}{METHODS.index(one.method)}. "
    start = time.perf_counter()
    context = number + (text if one.method == "full" else compress(text))
    line = asdict(one) | {"compress_seconds": time.perf_counter() - start}
    line |= ask(context)._asdict()
    tell(f"{one.engine} {one.method} {one.length:,}: first token after {_to_first(line):.1f} s")
    return line


def report(lines: Sequence[Line]) -> Iterator[str]:
    """See `Part`."""
    for engine in ENGINES:
        some = [line for line in lines if line["engine"] == engine]
        if some:
            yield f"In {engine}:\n\n{_table(some)}\n{_break_even(some)}\n"
        elif engine == LLAMA:
            yield _ABSENT


_HEADINGS: Final = (
    "text, tokens",
    "prompt",
    "times",
    "compress, s",
    "first token, s",
    "total, s",
    "sooner by",
    "cache, MiB",
    "peak memory, MiB",
)


def _table(lines: Sequence[Line]) -> str:
    rows = []
    for length in sorted({line["length"] for line in lines}):
        found = {m: _of(lines, m, length) for m in METHODS}
        full = median(map(_to_first, found["full"])) if found["full"] else None
        for method, some in found.items():
            if some:
                rows.append([f"{length:,}", method, f"{len(some)}", *_cells(some, full)])
    return table(_HEADINGS, rows)


def _of(lines: Iterable[Line], method: str, length: int) -> list[Line]:
    return [line for line in lines if (line["method"], line["length"]) == (method, length)]


def _cells(lines: Sequence[Line], full: float | None) -> list[str]:
    """Medians, and how many times sooner the first token comes than from the full prompt."""
    first = median(map(_to_first, lines))
    sizes = (
        [line[name] for line in lines if line[name] is not None]
        for name in ("cache_bytes", "peak_bytes")
    )
    return [
        f"{median(line['compress_seconds'] for line in lines):.1f}",
        f"{first:.1f}",
        f"{median(map(_total, lines)):.1f}",
        "" if full is None else f"{full / first:.1f}x",
        *(f"{max(found) / 2**20:,.0f}" if found else "" for found in sizes),
    ]


def _to_first(line: Line) -> float:
    return float(line["compress_seconds"] + line["first_seconds"])


def _total(line: Line) -> float:
    return float(line["compress_seconds"] + line["seconds"])


def _break_even(lines: Sequence[Line]) -> str:
    """From which length on an answer comes sooner by compressing, between measured ones."""
    saved = []
    for length in sorted({line["length"] for line in lines}):
        full, default = (_of(lines, method, length) for method in METHODS)
        if full and default:
            gain = median(map(_total, full)) - median(map(_total, default))
            saved.append((length, gain))
    found = break_even(saved)
    if found is None:
        return "Compressing saves no time at these lengths."
    least = "the shortest measured" if saved and found == saved[0][0] else "interpolated"
    return f"Compressing saves time from {found:,} tokens on ({least})."


def break_even(saved: Sequence[tuple[int, float]]) -> int | None:
    """The length from which on time is saved, of (length, seconds saved) with rising lengths."""
    losing = [place for place, (_, seconds) in enumerate(saved) if seconds <= 0]
    after = losing[-1] + 1 if losing else 0
    if after >= len(saved):
        return None
    if after == 0:
        return saved[0][0]
    (low, lost), (high, won) = saved[after - 1 : after + 1]
    return round(low + (high - low) * -lost / (won - lost))


PART: Final = Part(
    f"Time to an answer of at most {ANSWER_TOKENS} tokens, prompts cut to the budget",
    measure,
    report,
)
