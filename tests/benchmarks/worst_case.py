"""The slowest texts there are: what grows faster than its size, or takes seconds a MB.

``python -m tests.benchmarks.worst_case`` runs all that passes over a text, without a model, on the
bank of `worst_texts` at two sizes, and the slowest of it at a third. A text that is laid out alike
under several names is cut once. Each has a process of its own, forked from one that has all imports
behind it, which is ended at a limit of processor time. What may be noise is measured again before
it is listed; what grows must do so again from the larger to twice that, for a text that is read in
another way from some size on grows only there. How fast the machine is, a loop tells.
"""

from __future__ import annotations

import argparse
import gc
import os
import pickle
import resource
import time
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field, fields
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from specpc.errors import SpecPCError
from specpc.output.locate import SlicedText, locate
from specpc.selection.cover import CoverPicker
from specpc.selection.units import UnitPicker
from specpc.selection.words import WordPicker
from specpc.structure import lay_out
from specpc.text.layout import telling
from specpc.text.lexical import bm25
from specpc.text.markers import marker_for
from specpc.text.pieces import Pieces, Scores
from specpc.text.protection import unmark
from specpc.text.query import find_query
from specpc.text.spans import join, keep_apart, merge
from specpc.text.terms import stems
from specpc.text.units import safe_cuts, segment
from tests.benchmarks.worst_texts import ENDINGS, MORE_NAMES, NAMES, texts
from tests.patterns import patterns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specpc.selection.base import Picker
    from specpc.text.layout import Layout

Seen: TypeAlias = Set[bytes]
"""What texts were laid out to."""

_TOKEN: Final = 4  # characters
_KEPT: Final = 0.3


_NONE: Final[Seen] = frozenset()


@dataclass
class Passes:
    """All that passes over a text: what it takes, in seconds of processor time."""

    seconds: dict[str, float] = field(default_factory=dict)
    shapes: set[bytes] = field(default_factory=set)
    """What the text was laid out to."""

    def timed(self, name: str, work: Callable[[], object]) -> object:
        """Do some work, and note the time."""
        start = time.process_time()
        try:
            return work()
        except SpecPCError:
            return None
        finally:
            self.seconds[name] = time.process_time() - start

    def by_name(self, text: str, name: str | None, shapes: Seen = _NONE) -> None:
        """What depends on the name of a file; what is cut from ``shapes`` was timed before."""
        layout = self.timed("layout", lambda: telling(text, lay_out(text, name)))
        self.shapes = shapes_of(text, layout)  # type: ignore[arg-type]
        if self.shapes & shapes:
            return
        bounds = np.asarray([*range(0, len(text), _TOKEN), len(text)])
        pieces = Pieces(text, bounds, layout)  # type: ignore[arg-type]
        self.timed("needs", lambda: pieces.layout.complete(range(len(pieces))))
        self.timed("alike", lambda: pieces.alike)
        scores = Scores(np.random.default_rng(0).random(len(bounds) - 1))
        allowance = int(_KEPT * len(bounds))
        for name_of, make in (
            ("units", lambda: UnitPicker(pieces, "who did it?")),
            ("cover", lambda: CoverPicker(pieces)),
            ("words", lambda: WordPicker.of(text, bounds, pieces.layout)),
        ):
            self.timed(name_of, lambda make=make: self._cut(text, make(), scores, allowance))

    @staticmethod
    def _cut(text: str, picker: Picker, scores: Scores, allowance: int) -> None:
        """What a picker picks, as it comes out."""
        for share in (allowance, allowance // 50 + 1):
            picked = picker.pick(scores, share)
            layout = picked.layout
            ranges = merge([(piece.start, piece.end) for piece in picked.pieces])
            apart = keep_apart(text, ranges, layout.is_tight if layout else None)
            join(text, apart, marker_for(text, layout, "[...]") if layout else "[...]")

    def always(self, text: str) -> None:
        """What does not."""
        for unit in ("sentence", "line", "paragraph", "word"):
            self.timed(unit, lambda unit=unit: segment(text, unit))
        self.timed("safe cuts", lambda: safe_cuts(text))
        self.timed("query", lambda: find_query(text, None))
        self.timed("unmark", lambda: unmark(text))
        self.timed("stems", lambda: bm25(stems([text[:2000]])[0], stems([text, text[:2000]])))
        self.timed("locate", lambda: locate(SlicedText(text, ()), text[: len(text) // 2] + "x y"))


def shapes_of(text: str, layout: Layout) -> set[bytes]:
    """A digest of all that pickers see of a text; none where some of that is programs."""
    if layout.finer or layout.nested:
        return set()
    told: list[object] = [text, layout.edges.tolist()]
    for each in fields(layout)[1:]:
        value = getattr(layout, each.name)
        told.append(sorted(value.items()) if isinstance(value, Mapping) else sorted(value))
    return {sha256(repr(told).encode(errors="surrogatepass")).digest()}


def run(
    text: str,
    name: str | None,
    options: argparse.Namespace,
    shapes: Seen = _NONE,
) -> Passes | str:
    """What passes over a text take, in a process of its own; or what ended it."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        resource.setrlimit(resource.RLIMIT_CPU, (options.limit, options.limit + 1))
        resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
        passes = Passes()
        try:
            if options.layout:
                passes.timed("layout", lambda: telling(text, lay_out(text, name)))
            else:
                if name is None:
                    passes.always(text)
                passes.by_name(text, name, shapes)
            told: object = passes
        except BaseException as error:
            told = f"{type(error).__name__}: {error!s:.80} after {passes.seconds}"
        os.write(writing, pickle.dumps(told))
        os._exit(0)
    os.close(writing)
    data = b""
    while more := os.read(reading, 1 << 16):
        data += more
    os.close(reading)
    os.waitpid(child, 0)
    return pickle.loads(data) if data else f"ended at {options.limit} s"


def compare(
    pair: tuple[str, str],
    name: str | None,
    options: argparse.Namespace,
    shapes: set[bytes],
    twice: Callable[[], str],
) -> tuple[float, list[str]]:
    """Seconds a MB of the slowest pass over the larger text, and what is wrong.

    ``shapes``: what the two were laid out to under other names, which is added to. ``twice`` makes
    one of twice the larger size.
    """
    small, large = pair
    wrong: list[str] = []
    rate = 0.0
    for _ in range(options.repeats):
        last = run(large, name, options, shapes)
        if isinstance(last, str):
            return float("inf"), [last]
        # Of a short text, what it takes says nothing.
        rates = {
            what: 1e6 * seconds / max(len(large), options.sizes[0])
            for what, seconds in last.seconds.items()
        }
        rate = max(rates.values())
        if max(last.seconds.values()) < options.floor and rate <= options.slow:
            shapes |= last.shapes
            return rate, []
        first = run(small, name, options, shapes if last.shapes & shapes else _NONE)
        if isinstance(first, str):
            return float("inf"), [first]
        wrong = []
        for what, seconds in last.seconds.items():
            before = max(first.seconds.get(what, 0.0), 1e-4)
            growth = 2 * seconds / before * len(small) / len(large)
            grows = growth > options.growth and seconds > options.floor
            if rates[what] <= options.slow and grows:
                more = run(twice(), name, options)
                grows = isinstance(more, str) or more.seconds[what] > options.growth * seconds
            if rates[what] > options.slow or grows:
                wrong.append(f"{what} {seconds:.2f} s = {rates[what]:.1f} s/MB x{growth:.1f}")
        if not wrong:
            shapes |= first.shapes | last.shapes
            break
    return rate, wrong


def warm_up() -> None:
    """Have all imports, tables and patterns behind us."""
    patterns()
    for name in (None, *NAMES, *MORE_NAMES):
        for text in (
            "# Head\n\nIt is so. It was so.\n\n| a | b |\n|---|---|\n| c | d |\n",
            "<p>a</p>",
        ):
            run_here = Passes()
            run_here.by_name(text, name)
            run_here.always(text)


def cases(options: argparse.Namespace) -> Iterator[tuple[str, list[str | None]]]:
    """Names of texts, each with names of files, for this part of the bank."""
    part, parts = options.part
    for number, (key, _) in enumerate(texts(10, options.endings)):
        wanted = not options.only or any(only in key for only in options.only)
        if number % parts == part and wanted:
            yield key, [file or None for file in options.names]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs=2, default=[32_000, 64_000])
    parser.add_argument("--names", nargs="*", default=["", *NAMES])
    parser.add_argument("--endings", nargs="*", default=ENDINGS)
    parser.add_argument("--layout", action="store_true", help="lay out, and nothing else")
    parser.add_argument("--only", nargs="*", help="texts whose name has one of these in it")
    parser.add_argument("--part", type=int, nargs=2, default=[0, 1], help="this of so many parts")
    parser.add_argument("--slow", type=float, default=5.0, help="seconds a MB")
    parser.add_argument("--growth", type=float, default=2.5, help="for twice the size")
    parser.add_argument("--floor", type=float, default=0.1, help="seconds that tell growth")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--limit", type=int, default=60, help="seconds a text")
    parser.add_argument("--slowest", type=int, default=100)
    parser.add_argument("--largest", type=int, default=1_000_000)
    options = parser.parse_args()
    warm_up()
    begun = time.process_time()
    sum(number for number in range(10_000_000))
    print(f"ten million additions: {time.process_time() - begun:.2f} s", flush=True)
    begun = time.monotonic()
    low, high = (dict(texts(size, tuple(options.endings))) for size in options.sizes)
    gc.freeze()  # or a child that collects garbage pays for copies of all this
    twice = cache(lambda: dict(texts(2 * options.sizes[1], tuple(options.endings))))
    rates: list[tuple[float, str, str | None]] = []
    bad = 0
    for key, files in cases(options):
        shapes: set[bytes] = set()
        for file in files:
            rate, wrong = compare(
                (low[key], high[key]), file, options, shapes, lambda key=key: twice()[key]
            )
            rates.append((rate, key, file))
            bad += bool(wrong)
            if wrong:
                print(f"{file or '-':8} {key:28} {'; '.join(wrong)}", flush=True)
    spent = time.monotonic() - begun
    print(f"{len(rates)} texts, {bad} of them slow or growing, {spent:.0f} s", flush=True)
    rates.sort(key=lambda one: -one[0])
    huge = dict(texts(options.largest, tuple(options.endings))) if options.slowest else {}
    options.limit *= options.largest // options.sizes[1] + 1
    for before, key, file in rates[: options.slowest]:
        told = run(huge[key], file, options)
        if isinstance(told, str):
            print(f"{file or '-':8} {key:28} {told}", flush=True)
            continue
        size = len(huge[key]) / 1e6
        by_pass = {what: seconds / size for what, seconds in told.seconds.items()}
        slow = [f"{what} {rate:.1f}" for what, rate in by_pass.items() if rate > options.slow]
        most = max(by_pass.values())
        print(
            f"{file or '-':8} {key:28} {most:5.1f} s/MB, was {before:5.1f} {'; '.join(slow)}",
            flush=True,
        )


if __name__ == "__main__":
    main()
