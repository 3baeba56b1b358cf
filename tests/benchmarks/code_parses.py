"""How often source files, half of which was cut, still parse: ``python -m`` this with FILES.

Units get random values, which is harder than a model's: they are cut all over the text. Languages
without a grammar here are parsed by a command that reads the program: ``--check "bash -n"``.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np

from specpc.selection.fill import select_units
from specpc.structure import lay_out
from specpc.structure.code.languages import ending, language_of, parse


def half(text: str, name: str, seed: int, marker: str | None) -> str:
    """At most half the characters of a program."""
    layout = lay_out(text, name)
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


def parses(text: str, name: str, check: str | None) -> bool:
    """Whether a grammar, or else a command, reads a program without errors."""
    if check is not None:
        command = shlex.split(check)
        return not subprocess.run(
            command, input=text.encode(), capture_output=True, check=False
        ).returncode
    language = language_of(name, text)
    tree = None if language is None else parse(text, language)
    return tree is not None and not tree.root_node.has_error


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--marker", help="written wherever something was cut")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--check", help="command that reads a program and fails where it is none")
    options = parser.parse_args()
    files, tried, parsed = Counter[str](), Counter[str](), Counter[str]()
    used: dict[str, list[float]] = {}
    for path in options.files:
        text = path.read_bytes().decode("utf-8", "replace")
        if not parses(text, path.name, options.check):
            continue
        language = language_of(path.name, text) or ending(path.name) or "script"
        files[language] += 1
        for seed in range(options.seeds):
            kept = half(text, path.name, seed, options.marker)
            used.setdefault(language, []).append(len(kept) / len(text))
            tried[language] += 1
            if parses(kept, path.name, options.check):
                parsed[language] += 1
            else:
                print(f"seed {seed}: {path}")
    for language, count in sorted(files.items()):
        share = parsed[language] / tried[language]
        print(
            f"{language:12} {count:4} files, {share:6.1%} of {tried[language]} results parse, "
            f"{np.mean(used[language]):.0%} of the characters kept"
        )


if __name__ == "__main__":
    main()
