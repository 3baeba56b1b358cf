"""How often source files, half of which was cut, still parse: ``python -m`` this with FILES.

Units get random values, which is harder than a model's: they are cut all over the text.
"""

from __future__ import annotations

import argparse
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np

from specpc.selection.fill import select_units
from specpc.structure.code.languages import language_of, parse
from specpc.structure.code.programs import lay_out_code


def half(text: str, language: str, seed: int, marker: str | None) -> str:
    """At most half the characters of a program."""
    layout = lay_out_code(text, language)
    edges = layout.edges.tolist()
    values = np.random.default_rng(seed).random(len(layout))
    chosen = select_units(values, np.diff(layout.edges), len(text) // 2, layout)
    pieces = layout.complete(chosen.tolist())
    kept = []
    for before, piece in pairwise([-1, *pieces]):
        if marker is not None and piece != before + 1:
            kept.append(layout.gaps[piece].replace("{}", marker))
        kept.append(text[edges[piece] : edges[piece + 1]])
    return "".join(kept)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--marker", help="written wherever something was cut")
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    files, tried, parsed = Counter[str](), Counter[str](), Counter[str]()
    used: dict[str, list[float]] = {}
    for path in options.files:
        text = path.read_bytes().decode("utf-8", "replace")
        language = language_of(path.name, text)
        if language is None or parse(text, language).root_node.has_error:
            continue
        files[language] += 1
        for seed in range(options.seeds):
            kept = half(text, language, seed, options.marker)
            used.setdefault(language, []).append(len(kept) / len(text))
            tried[language] += 1
            if parse(kept, language).root_node.has_error:
                print(f"seed {seed}: {path}")
            else:
                parsed[language] += 1
    for language, count in sorted(files.items()):
        share = parsed[language] / tried[language]
        print(
            f"{language:12} {count:4} files, {share:6.1%} of {tried[language]} results parse, "
            f"{np.mean(used[language]):.0%} of the characters kept"
        )


if __name__ == "__main__":
    main()
