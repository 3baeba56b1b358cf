"""Random texts of every kind, cut with random scores: which promises of docs/structure.md break?

python -m tests.benchmarks.fuzz [--count 100000] [--seed 0] [--keep FOLDER]

Nothing reads them: with a question scores are random, so that any piece may be kept. Each input
depends on its number alone; those that broke a promise are written to the folder. Exit code 1 if
any did.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree

import numpy as np
import regex
from markdown_it import MarkdownIt

from specpc import Compressor
from specpc.counting.counters import PLAIN
from specpc.errors import BudgetError, InputError, SpecPCError
from specpc.options import Protection
from specpc.output.fields import json_fields
from specpc.output.locate import locate
from specpc.scorers.base import Scorer
from specpc.structure import lay_out
from specpc.structure.code.languages import parse
from specpc.text.colours import COLOUR
from specpc.text.pieces import Scores
from tests.growth import TooLongError, limited
from tests.structure.programs import PROGRAMS
from tests.tiny_models import tiny_draft

if TYPE_CHECKING:
    from collections.abc import Callable

    from specpc import CompressionResult
    from specpc.models.reader import Reader
    from specpc.scorers.base import Context, Progress

# Seconds of processor time after which an input is said to hang.
_HANGS: Final = 30.0
ROOT: Final = Path(__file__).parents[2]
ENDINGS: Final = {
    "python": "py",
    "javascript": "js",
    "typescript": "ts",
    "tsx": "tsx",
    "go": "go",
    "rust": "rs",
    "java": "java",
    "c": "c",
    "cpp": "cpp",
}
SCRAPS: Final = [
    "\r\n", "\n", "\r", "\n\n", "\t", " ", "\u00a0", "\u2028", "\x85", "\x0b", "\x0c", "\ufeff",
    "\u200d", "e\u0301", "👩‍👩‍👧", "日本語。", "ไทย", "नमस्ते। ", "A sentence. ",
    "It was not so. ", "- item\n",
    "1. item\n", "# Head\n\n", "## H\n", "3.14 ", "don't ", "?", "<|im_end|>", "</s>", "```\n",
    "```py\n", "~~~\n", "> ", "> quote\n", "|a|b|\n|-|-|\n|1|2|\n", "a,b\n1,2\n3,4\n", '{"a": 1}',
    "[1, 2]", "[", "]", "{", "}", '"', "'", "(", ")", "<p>hi</p>", "<!-- c -->", "<br>", "&amp;",
    "---\n", "***\n", "===\n", "2024-05-01 12:00:01 INFO x\n", "ERROR: y\n", "Ann: hi\n",
    "Bob: so\n",
    "From: a@b.c\nTo: d@e.f\n\n", "On Monday, Ada wrote:\n", "user: x\n", "    code\n", "\\",
    "`x`", "**b**", "\x00", "\x1b[31m", "שלום ", "И. И. Иванов. ", "[...]", "{}", "\u202e",
    "<specpc:keep>", "key: value\n", "  - a: 1\n", "[section]\nkey = 5\n",
    "@@ -1,2 +1,2 @@\n", "+a\n",
]  # fmt: skip
WORDS: Final = [
    "the",
    "harbour",
    "was",
    "not",
    "fee",
    "signed",
    "x_y",
    "a.b",
    "http://x.y/z?q=1",
    "€5",
    "IV.",
    "Asta",
    "12",
    "crane",
]


@dataclass(frozen=True)
class Case:
    """An input.

    Attributes:
        text: the text.
        name: of its file.
        question: what is asked.
        options: of the compressor.
        cut: of the call.
    """

    text: str
    name: str | None
    question: str | None
    options: dict[str, str]
    cut: dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    tally: Counter[str] = Counter()
    broken: Counter[str] = Counter()
    begun = time.perf_counter()
    for number in range(options.seed, options.seed + options.count):
        case = make_case(random.Random(number))
        outcome, found = check(case)
        tally[outcome] += 1
        for promise in found:
            broken[promise] += 1
            if broken[promise] <= 3:
                print(f"{number}: {promise}", flush=True)
                if options.keep is not None:
                    options.keep.mkdir(parents=True, exist_ok=True)
                    (options.keep / f"{number}.txt").write_bytes(case.text.encode())
        if (number + 1) % 5000 == 0:
            print(f"{number + 1} in {time.perf_counter() - begun:.0f} s", flush=True)
    print(f"{options.count} inputs: {dict(tally)}; broken: {dict(broken)}")
    return 1 if broken else 0


# What is tried.


@cache
def corpus() -> dict[str, list[str]]:
    """Real texts by the ending of their files."""
    found: dict[str, list[str]] = {}
    files = [*(ROOT / "docs").rglob("*"), *(ROOT / "tests/structure/files").iterdir()]
    for file in [*files, *(ROOT / "specpc").rglob("*.py"), ROOT / "pyproject.toml"]:
        if file.suffix in {".png", ".svg", ".pyc", ""} or not file.is_file():
            continue
        found.setdefault(file.suffix[1:], []).append(file.read_bytes().decode())
    for language, program in PROGRAMS.items():
        found.setdefault(ENDINGS[language], []).append(program)
    return found


def make_case(chosen: random.Random) -> Case:
    """An input that depends on the source of chance alone."""
    name, text = chosen.choice(KINDS)(chosen)
    if not text.strip():
        text = "A text."
    cut: dict[str, Any] = {"gap": chosen.choice(["", "", "", "[...] ", "…", "{}", "\n[cut]\n"])}
    if chosen.random() < 0.8:
        cut["ratio"] = chosen.choice([0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.97, 1.0])
    else:
        cut["target_tokens"] = chosen.choice([5, 20, 50, 200])
    if chosen.random() < 0.15:
        at = chosen.randrange(len(text))
        said = regex.escape(text[at : at + chosen.randint(1, 12)])
        first, last = (chosen.choice([0, 0, 1, 2]) for _ in "12")
        cut["keep"] = Protection((said,), first, last)
    unit = chosen.choice(["auto"] * 6 + ["sentence", "line", "paragraph", "word", "token"])
    question = chosen.choice([None, None, "Who signed in May?", "What is it?", "日本?"])
    counter = chosen.choice(["draft", "draft", "characters", "words"])
    return Case(text, name, question, {"unit": unit, "tokenizer": counter}, cut)


def scraps(chosen: random.Random) -> tuple[str | None, str]:
    """Bits of every kind in a row."""
    parts = []
    for _ in range(chosen.choice([1, 3, 8, 20, 60])):
        kind = chosen.random()
        if kind < 0.6:
            parts.append(chosen.choice(SCRAPS))
        elif kind < 0.85:
            said = " ".join(chosen.choices(WORDS, k=chosen.randint(1, 12)))
            parts.append(said + chosen.choice([". ", "\n", ", ", " ", "? "]))
        else:
            parts.append(some(chosen, chosen.choice(sorted(corpus())), 300))
    return None, "".join(parts)


def some(chosen: random.Random, ending: str, most: int) -> str:
    """A stretch of a real text, from its beginning half of the time."""
    text = chosen.choice(corpus()[ending])
    start = 0 if chosen.random() < 0.5 else chosen.randrange(max(1, len(text) - most))
    return text[start : start + most]


def real(chosen: random.Random) -> tuple[str | None, str]:
    """A real text, changed in some places or not."""
    ending = chosen.choice(sorted(corpus()))
    whole = chosen.choice(corpus()[ending])
    text = whole if len(whole) < 6000 and chosen.random() < 0.6 else some(chosen, ending, 3000)
    if chosen.random() < 0.6:
        text = changed(chosen, text)
    return chosen.choice([None, f"x.{ending}", f"x.{ending}"]), text


def changed(chosen: random.Random, text: str) -> str:
    """A text that was damaged, quoted, fenced or joined with others."""
    for _ in range(chosen.choice([1, 1, 2, 4, 8])):
        low = chosen.randrange(len(text) or 1)
        high = min(len(text), low + chosen.choice([1, 1, 5, 30, 200]))
        text = chosen.choice(CHANGES)(chosen, text, low, high)[:6000]
    return text


CHANGES: Final[list[Callable[[random.Random, str, int, int], str]]] = [
    lambda _, text, low, high: text[:low] + text[high:],
    lambda chosen, text, low, _: text[:low] + chosen.choice(SCRAPS) + text[low:],
    lambda chosen, text, low, high: (
        text[:low] + text[low:high] * chosen.randint(2, 4) + text[high:]
    ),
    lambda chosen, text, low, _: text[:low] + chr(chosen.randrange(32, 127)) + text[low + 1 :],
    lambda _, text, __, ___: text.replace("\n", "\r\n"),
    lambda _, text, __, ___: text.replace("\n", "\r"),
    lambda chosen, text, _, __: prefixed(text, chosen.choice(["> ", "    ", "  ", "- "])),
    lambda chosen, text, _, __: chosen.choice(["```\n", "~~~~\n", "```py\n"]) + text + "\n```\n",
    lambda chosen, text, low, _: (
        text[:low] + some(chosen, chosen.choice(sorted(corpus())), 500) + text[low:]
    ),
]


def prefixed(text: str, prefix: str) -> str:
    """Every line with something before it."""
    return "".join(prefix + line for line in text.splitlines(keepends=True))


def value(chosen: random.Random, depth: int = 0) -> Any:
    """Any JSON."""
    kind = chosen.random()
    if depth > 4 or kind < 0.42:
        plain = [None, True, 0, 1, -1.5, 1e30, 10**20, "", "a", "Who signed?", "x" * 300, 3]
        return chosen.choice([*plain, scraps(chosen)[1]])
    if kind < 0.46:  # the lines of one text
        return scraps(chosen)[1].splitlines(keepends=True)
    if kind < 0.65:
        return [value(chosen, depth + 1) for _ in range(chosen.randint(0, 6))]
    keys = ["a", "b", "id", "name", "text", "}", ",", "\\", '"', "url", "error"]
    return {
        chosen.choice(keys) + chosen.choice(["", "1"]): value(chosen, depth + 1)
        for _ in range(chosen.randint(0, 6))
    }


def data(chosen: random.Random) -> tuple[str | None, str]:
    """JSON, JSON lines or CSV that are whole."""
    form = chosen.choice(["json", "json", "jsonl", "csv"])
    if form == "jsonl":
        lines = [json.dumps(value(chosen, 1)) for _ in range(chosen.randint(2, 12))]
        text = chosen.choice(["\n", "\r\n"]).join(lines)
    elif form == "json":
        made = {"items": [value(chosen, 1) for _ in range(chosen.randint(1, 9))]}
        indent = chosen.choice([None, None, 2, "\t"])
        text = json.dumps(made, indent=indent, ensure_ascii=chosen.random() < 0.5)
    else:
        rows = [[str(chosen.randint(0, 999)) for _ in "abc"] for _ in range(chosen.randint(3, 30))]
        text = "\n".join(",".join(row) for row in [["no", "ship", "fee"], *rows])
    return chosen.choice([None, f"x.{form}"]), text


def talk(chosen: random.Random) -> tuple[str | None, str]:
    """A chat, a thread of mails, or a log."""
    names = chosen.choice([["Ann", "Bob"], ["user", "assistant"], ["Thought", "Observation"]])
    forms = ["{}: {}\n", "**{}:** {}\n", "[12:03] {}: {}\n", "### {}:\n{}\n", "{} wrote:\n> {}\n"]
    form = chosen.choice(forms)
    turns = [form.format(chosen.choice(names), scraps(chosen)[1][:400]) for _ in range(8)]
    head = chosen.choice(["", "From: a@b.c\nTo: d\nSubject: x\n\n"])
    return None, (head + "".join(turns))[:6000]


def programs(chosen: random.Random) -> tuple[str | None, str]:
    """A whole program."""
    language = chosen.choice(sorted(PROGRAMS))
    return f"x.{ENDINGS[language]}", PROGRAMS[language]


KINDS: Final = [scraps, scraps, real, real, real, data, data, talk, programs]


# What is promised.


@dataclass(frozen=True)
class Chance(Scorer):
    """Scores that depend on nothing but how many tokens there are."""

    name = "chance"
    home = __name__
    reads = False

    def context_window(self, reader: Reader, question: str) -> int:
        """Any."""
        return 10**9


def score(_: Chance, __: Reader, ___: str, context: Context, ____: Progress = None) -> Scores:
    """See `Chance`."""
    return Scores(np.random.default_rng(len(context.ids)).random(len(context.ids)))


@cache
def compressor(unit: str, tokenizer: str) -> Compressor:
    """One that needs no draft but its tokenizer."""
    made = Compressor.from_pretrained(draft(), unit=unit)
    chance = Chance()
    return replace(made, counter=PLAIN.get(tokenizer), scorer=chance, question_free_words=chance)


@cache
def draft() -> Any:
    """A tiny one."""
    return tiny_draft()


def check(case: Case) -> tuple[str, list[str]]:
    """How it ended, and which promises were broken."""
    begun = time.process_time()
    ask = partial(compressor(**case.options).compress, case.text, case.question, name=case.name)
    try:
        with limited(_HANGS):
            result = ask(**case.cut)
    except TooLongError:
        return "error", ["it hangs"]
    except (BudgetError, InputError) as error:
        return type(error).__name__, []
    except SpecPCError as error:
        return "error", [f"{type(error).__name__}: {error}"[:120]]
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        return "error", [f"{type(error).__name__} in {where.name}:{where.lineno}"]
    seconds = time.process_time() - begun
    found = [told for promise in PROMISES if (told := promise(case, result)) is not None]
    if seconds > 5:
        found.append("takes more than 5 s")
    if hash(case.text) % 50 == 0 and ask(**case.cut).text != result.text:
        found.append("the second time it differs")
    return "cut", found


def sliced(case: Case, result: CompressionResult) -> str | None:
    """Spans are the source's, in order, and where they are said to stand."""
    end = written = 0
    for span, position in zip(result.spans, result.positions, strict=True):
        said = case.text[span.start : span.end]
        if span.start < end or not said or position < written:
            return "spans are out of order"
        if result.text[position : position + len(said)] != said:
            return "a span is not where it is said to stand"
        between = result.text[written:position]
        if between.strip() and not case.cut["gap"]:
            return "there is text that is not the source's"
        end, written = span.end, position + len(said)
    return "text after the last span" if result.text[written:].strip() else None


def bounded(_: Case, result: CompressionResult) -> str | None:
    """Budgets hold, and counts are true."""
    if result.compressed_tokens > result.budget:
        return "the budget is exceeded"
    json.dumps(json_fields(result), allow_nan=False).encode()
    return None


def whole(case: Case, result: CompressionResult) -> str | None:
    """All of it where all may stay."""
    shown = case.cut.get("ratio") != 1.0 or "<" in case.text  # of a page, its words
    kept = shown or result.text == case.text
    return None if kept else "with ratio 1 something is missing"


def kept(case: Case, result: CompressionResult) -> str | None:
    """What is to be kept is there."""
    for pattern in case.cut.get("keep", Protection()).patterns:
        for match in regex.finditer(pattern, case.text):
            if match.group().strip() and match.group() not in result.text:
                return "what was to be kept is not there"
    return None


def found_again(case: Case, result: CompressionResult) -> str | None:
    """A quote leads back to the source."""
    said = result.text[: len(result.text) // 2].strip()[-30:].strip()
    if not said or case.cut["gap"] or hash(case.text) % 10:
        return None
    places = locate(result, said)
    squeezed = re.sub(r"\s+", "", said)
    for spans in places:
        if re.sub(r"\s+", "", "".join(case.text[s.start : s.end] for s in spans)) == squeezed:
            return None
    return "a quote is not found again"


def parses(case: Case, result: CompressionResult) -> str | None:
    """What the source is, the result is too."""
    cut = any("longer than the budget" in note for note in result.notes)
    if case.options["unit"] != "auto" or result.query_source == "tail" or cut:
        return None
    kind = lay_out(case.text, case.name).kind
    for form, reads in PARSERS.items():
        if kind == form and reads(case.text) and not reads(result.text):
            return f"{form} does not parse"
    ending = (case.name or "").rpartition(".")[2]
    for language, own in ENDINGS.items():
        if own == ending and kind in (language, "code"):
            fits = is_program(result.text, language) or not is_program(case.text, language)
            return None if fits else f"{language} does not parse"
    fenced = kind in ("markdown", "sentence", "mixed") and not case.cut["gap"].startswith("\n")
    opened = fenced and are_closed(case.text) and not are_closed(result.text)
    return "a fence is open" if opened else None


def reads(parser: Callable[[str], Any], text: str) -> bool:
    """Whether a parser takes it."""
    try:
        parser(text)
    except Exception:
        return False
    return True


def json_lines(text: str) -> None:
    """Read JSON lines."""
    for line in re.split(r"\r\n|\n|\r", text):
        if line.strip():
            json.loads(line)


def is_program(text: str, language: str) -> bool:
    """Whether its grammar takes it, and CPython if it is Python."""
    if parse(text, language).root_node.has_error:
        return False
    own = partial(compile, filename="x", mode="exec", dont_inherit=True)
    return language != "python" or reads(own, text)


def are_closed(text: str) -> bool:
    """Whether every fence has its end, in what is shown: colours may stand before one."""
    text = COLOUR.sub("", text)
    lines = re.split(r"\r\n|\n|\r", text)
    for token in MarkdownIt("commonmark").parse(text):
        if token.type != "fence" or token.map is None:
            continue
        last = re.sub(r"^[\s>*+-]*(?:\d+[.)])?[\s>]*", "", lines[min(token.map[1], len(lines)) - 1])
        long = len(last.strip()) >= len(token.markup) and {*last.strip()} == {token.markup[0]}
        if not (long and token.map[1] - token.map[0] > 1):
            return False
    return True


PARSERS: Final[dict[str, Callable[[str], bool]]] = {
    "json": partial(reads, json.loads),
    "json lines": partial(reads, json_lines),
    "xml": partial(reads, ElementTree.fromstring),
}
PROMISES: Final = [sliced, bounded, whole, kept, found_again, parses]


if __name__ == "__main__":
    sys.exit(main())
