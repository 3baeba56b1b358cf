"""Sets of pieces that together tell most."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.selection.cover import CoverPicker, covering_units
from specpc.structure import lay_out
from specpc.text.facts import Told
from specpc.text.layout import tiles
from specpc.text.pieces import Pieces, Scores
from specpc.text.units import segment
from tests.structure.kept import ENCODER

WORDS = ["Tern", "Auk", "Gull", "12", "2,318", "sails", "sank", "at", "noon"]


def pieces_of(text: str) -> Pieces:
    return Pieces(text, ENCODER.encode(text).bounds, lay_out(text))


def worth(told: Told, chosen: list[int]) -> float:
    facts = Counter(itertools.chain.from_iterable(told.facts[unit].tolist() for unit in chosen))
    often = {fact: sum(0.5**time for time in range(count)) for fact, count in facts.items()}
    return float(sum(told.weights[f] * n for f, n in often.items()) + told.own[chosen].sum())


def test_what_is_told_is_told_once() -> None:
    text = "Tern left Orrisay at 12.15. Orrisay saw Tern leave at 12.15. Auk sank in 1911. "
    pieces = pieces_of(text)
    chosen = covering_units(pieces, 52)
    assert [pieces.texts[unit].strip() for unit in chosen] == [
        "Tern left Orrisay at 12.15.",
        "Auk sank in 1911.",
    ]


def slow_choice(pieces: Pieces, told: Told, allowance: int) -> list[int]:
    """Every gain anew at every step; without needs."""
    chosen: list[int] = []
    said: set[str] = set()
    while True:
        used = int(pieces.sizes[chosen].sum())
        best, most = None, -1.0
        for unit in range(len(pieces)):
            text = " ".join(pieces.texts[unit].split())
            if unit in chosen or text in said or used + pieces.sizes[unit] > allowance:
                continue
            gain = worth(told, [*chosen, unit]) - worth(told, chosen)
            if gain / pieces.sizes[unit] > most + 1e-9:
                best, most = unit, gain / pieces.sizes[unit]
        if best is None:
            return sorted(chosen)
        chosen.append(best)
        said.add(" ".join(pieces.texts[best].split()))


@settings(deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6), min_size=1, max_size=8),
    st.floats(0.1, 1),
)
def test_the_greedy_choice_is_what_looking_at_all_would_choose(
    sentences: list[list[str]], ratio: float
) -> None:
    text = " ".join("The " + " ".join(words) + "." for words in sentences)
    pieces = Pieces(text, ENCODER.encode(text).bounds, tiles(segment(text, "sentence")))
    told, allowance = pieces.told, int(ratio * len(text))
    chosen = covering_units(pieces, allowance)
    slow = slow_choice(pieces, told, allowance)
    assert int(pieces.sizes[chosen].sum()) <= allowance
    assert abs(worth(told, chosen) - worth(told, slow)) < 1e-6


def test_where_a_sentence_stands_does_not_matter() -> None:
    """Of shuffled sentences, each a paragraph, so that all open one, sixteenths keep alike."""
    rng = np.random.default_rng(0)
    names = [f"{a}{b}" for a in ("Or", "Vel", "Hal", "Tol") for b in ("risay", "mar", "nor", "lan")]
    kept = np.zeros(16)
    for _ in range(20):
        sentences = [
            f"The {rng.choice(names)} took {rng.integers(2, 9000)} crates of "
            + " ".join(rng.choice(["salt", "grain", "fish", "wool", "tin"], rng.integers(1, 6)))
            + " aboard.\n\n"
            for _ in range(160)
        ]
        text = "".join(sentences)
        pieces = Pieces(text, ENCODER.encode(text).bounds, tiles(segment(text, "sentence")))
        for unit in covering_units(pieces, len(text) // 4):
            kept[16 * unit // len(pieces)] += len(pieces.texts[unit])
    assert kept.min() > 0.5 * kept.mean()
    assert kept.max() < 2 * kept.mean()


STATEMENT = '    registry["Tern{n}"] = Vessel("Tern{n}", year={n}, port="Orrisay")\n'


def function(name: str, statements: range) -> str:
    body = "".join(STATEMENT.format(n=n) for n in statements)
    return f'def {name}(registry, vessel):\n    """Take {name} to sea."""\n{body}\n\n'


def test_functions_are_kept_whole_or_as_what_they_say_in_short() -> None:
    """Statements, though full of names, come by themselves when nothing else fits."""
    parts = [function("alpha", range(9)), function("beta", range(40, 80)), function("c", range(9))]
    text = "".join(parts)
    pieces = pieces_of(text)
    assert len(pieces.layout.bodies) == 3
    chosen = covering_units(pieces, len(parts[0]) + 150)
    kept = "".join(pieces.texts[piece] for piece in pieces.layout.complete(chosen))
    assert all(name in kept for name in ("def alpha", "def beta", "def c"))
    [whole] = [part for part in parts if part in kept]
    assert "registry[" not in kept.replace(whole, "")
    # Where no body fits, its statements do.
    kept = "".join(pieces.texts[piece] for piece in covering_units(pieces, len(parts[0]) // 2))
    assert "registry[" in kept


def test_bodies_are_found_in_code_among_prose() -> None:
    text = f"# Ships\n\nThey sail.\n\n```python\n{function('alpha', range(12))}```\n\nSo they do.\n"
    layout = lay_out(text)
    assert layout.bodies
    pieces = Pieces(text, ENCODER.encode(text).bounds, layout)
    [(head, end)] = layout.bodies.items()
    assert "def alpha" in pieces.texts[head]
    assert "Tern11" in "".join(pieces.texts[head:end])


def test_forced_pieces_come_first_and_their_facts_are_told() -> None:
    pieces = pieces_of("Tern left at 12.15. Tern came at 12.15. Auk sank. ")
    forced = Pieces(pieces.text, pieces.bounds, pieces.layout, frozenset({1}))
    assert covering_units(forced, 30) == [1, 2]
    picker = CoverPicker(forced)
    picked = picker.pick(Scores(np.zeros(len(pieces.bounds) - 1)), 30)
    assert [pieces.text[s.start : s.end] for s in picked.pieces] == pieces.texts[1:3]


def kept_of(text: str, allowance: int) -> list[str]:
    picked = CoverPicker(pieces_of(text)).pick(
        Scores(np.zeros(len(ENCODER.encode(text)))), allowance
    )
    return "".join(text[span.start : span.end] for span in picked.pieces).splitlines()


def test_errors_come_before_numbers_that_nothing_else_tells() -> None:
    lines = [f"2025-05-01 12:00:{n:02} INFO car {7 * n} passed gate {n % 3}" for n in range(60)]
    lines[31] = "2025-05-01 12:00:31 ERROR the gate is stuck"
    text = "\n".join(lines) + "\n"
    kept = kept_of(text, 150)
    assert lines[31] in kept
    assert lines[59] in kept  # how it ended
    assert {*kept} <= {*lines}


def test_messages_that_do_not_fit_are_said_in_short() -> None:
    messages = [
        f"fares.c:{n}:9: error: 'rate{n}' undeclared (first use in this function)\n"
        f"   {n:2} |     return base * rate{n};\n"
        "      |                   ^~~~\n"
        for n in range(10, 20)
    ]
    text = "".join(messages) + "make: *** [Makefile:7: fares.o] Error 1\n"
    heads = [message.splitlines()[0] for message in messages]
    kept = kept_of(text, sum(map(len, heads)) + 70)
    assert [line for line in kept if line.startswith("fares.c")] == heads
    assert kept[-1].startswith("make: ***")
    assert kept_of(text, len(text)) == text.splitlines()


def test_of_each_kind_of_error_the_first_comes_first() -> None:
    lines = [f"a{n}.py:{n}:3: F401 [*] `os{n}` imported but unused" for n in range(40)]
    lines += ["b.py:3:3: E722 Do not use bare `except`", "Found 41 errors."]
    kept = kept_of("\n".join(lines) + "\n", 160)
    assert kept[-2:] == lines[-2:]
    assert len(kept) > 2
