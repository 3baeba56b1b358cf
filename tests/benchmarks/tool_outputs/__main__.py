"""What is left of the outputs of real tools, cut to a tenth without a question.

``python -m tests.benchmarks.tool_outputs FOLDER`` runs the tools that are installed on projects
with faults (those that are not there are named), keeps what they print in the folder, cuts each
and prints a table: tokens, errors kept with their place of all, summary lines kept of all. What
must be left is said in ``rules.py`` and beside each recipe. With ``--again`` texts that are in the
folder are not made anew; ``-v`` tells what is missing.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from specpc import Compressor
from tests.benchmarks.tool_outputs.recipe import Recipe
from tests.benchmarks.tool_outputs.recipes import RECIPES

PLACE = "/srv/kiosk"
LIMIT_S = 300
PLAIN = {"NO_COLOR": "1", "COLUMNS": "100", "LC_ALL": "C.UTF-8"}


def run(recipe: Recipe) -> str:
    """What the tool prints, in a folder that is then called otherwise."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "kiosk"
        for path, text in recipe.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text.lstrip("\n"), "utf-8")
        folder.mkdir(exist_ok=True)
        made = subprocess.run(
            recipe.command, shell=True, cwd=folder, timeout=LIMIT_S, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace",
            env={**os.environ, "PYTHONPATH": "", **PLAIN},
        )  # fmt: skip
        text = re.sub(rf"(?:/private)?{re.escape(str(folder))}", PLACE, made.stdout)
        return text.replace(scratch, "/srv").replace(str(Path.home()), "/home/ann")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--again", action="store_true", help="make no text anew")
    parser.add_argument("--ratio", type=float, default=0.1)
    parser.add_argument("--only", default="", help="recipes with this in their name")
    parser.add_argument("-v", action="store_true", help="tell what is missing")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    recipes = [recipe for recipe in RECIPES if options.only in recipe.name]
    for recipe in recipes:
        file = options.folder / recipe.file
        if not (options.again and file.exists()) and shutil.which(recipe.tool):
            file.write_text(run(recipe), "utf-8")
    compressor = Compressor.from_pretrained()
    print("| output | tokens | errors | summary |\n|---|---|---|---|")
    whole = of = 0
    for recipe in recipes:
        file = options.folder / recipe.file
        if not file.exists():
            print(f"| {recipe.name} | {recipe.tool} is not installed | | |")
            continue
        text = file.read_text("utf-8")
        result = compressor.compress(text, ratio=options.ratio)
        file.with_suffix(".kept").write_text(result.text, "utf-8")
        left = recipe.errors(result.text)
        missing = [fact for fact in recipe.wanted(text) if fact not in left]
        missing += [("new", *fact) for fact in left if fact not in recipe.errors(text)]
        missing += [end for end in recipe.summary(text) if end not in recipe.summary(result.text)]
        whole += not missing
        of += 1
        kept, told = len(left), len(recipe.errors(text))
        ended = len(recipe.summary(result.text)), len(recipe.summary(text))
        cells = f"{kept} of {told} | " + (f"{ended[0]} of {ended[1]}" if ended[1] else "-")
        if recipe.kind:
            cells = cells.replace(" |", f", {len(recipe.wanted(text))} kinds |", 1)
        print(f"| {recipe.name} | {result.original_tokens:,} | {cells} |", flush=True)
        for fact in missing if options.v else ():
            print("    ", *fact, sep="\n      ")
    print(f"all errors and the summary: {whole} of {of}")


if __name__ == "__main__":
    main()
