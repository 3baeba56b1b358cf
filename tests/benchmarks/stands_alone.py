"""How often what is kept stands on its own: five checks of every result, two ways of cutting.

``python -m tests.benchmarks.stands_alone FILES --items 4`` reads evaluation files (``.jsonl`` with
questions and evidence) and the small texts of ``tests/cases``; each is cut to .1, .3 and .5 by the
product and to blocks between blank lines, ranked by BM25. The checks know nothing of the product's
own pieces: they are made of lines, indentation, marks and the formats' own parsers.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

import regex
import tomllib
import yaml

from specpc import Compressor
from specpc.errors import BudgetError
from specpc.evaluation.data import Item, read_collection
from specpc.evaluation.methods import build_methods
from specpc.options import Cut, Setup
from specpc.structure.code.languages import LANGUAGES, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from specpc.evaluation.base import TextMethod

RATIOS: Final = (0.1, 0.3, 0.5)
CASES: Final = Path(__file__).parent.parent / "cases" / "inputs"
Range = tuple[int, int]


@dataclass(frozen=True)
class Kept:
    """What is left of a source, and where it stood there."""

    source: str
    text: str
    ranges: Sequence[Range]

    def touched(self, start: int, end: int) -> tuple[bool, bool]:
        """Whether any, and whether all, of the letters and digits of a stretch are kept."""
        inside = [False] * (end - start)
        for low, high in self.ranges:
            for at in range(max(low, start), min(high, end)):
                inside[at - start] = True
        said = [kept for kept, c in zip(inside, self.source[start:end], strict=True) if c.isalnum()]
        return any(said), bool(said) and all(said)


# --- It parses as its source does -------------------------------------------------------------


def _json_lines(text: str) -> None:
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2:
        raise ValueError
    for line in lines:
        if not isinstance(json.loads(line), dict):
            raise TypeError


def _json(text: str) -> None:
    if not isinstance(json.loads(text.removeprefix("\ufeff")), (dict, list)):
        raise TypeError


def _table(text: str) -> None:
    rows = [row for row in csv.reader(io.StringIO(text), strict=True) if row]
    if len(rows) < 2 or len(rows[0]) < 3 or len({len(row) for row in rows}) > 1:
        raise ValueError


def _fences(text: str) -> None:
    if len(re.findall(r"^\s*```", text, re.MULTILINE)) % 2:
        raise ValueError


def _yaml(text: str) -> None:
    if not isinstance(yaml.safe_load(text), dict) or not re.search(r"^\s+\S+:", text, re.M):
        raise TypeError


def _sure(test: Callable[[str], object], mark: str) -> Callable[[str], None]:
    def check(text: str) -> None:
        if not re.search(mark, text, re.MULTILINE):
            raise ValueError
        test(text)

    return check


PARSERS: Final[tuple[Callable[[str], None], ...]] = (
    _json,
    _json_lines,
    _sure(ET.fromstring, r"\A\s*<"),
    _sure(tomllib.loads, r"^\[[\w.-]+\]\s*$"),
    _sure(_yaml, r"\A[\w-]+:[ \n]"),
    _sure(_fences, r"^\s*```"),
    _table,
)


def _passes(test: Callable[[str], None], text: str) -> bool:
    try:
        test(text)
    except Exception:  # whatever a parser of foreign text raises
        return False
    return True


def parses(kept: Kept, language: str) -> bool | None:
    """Whether it parses, if the source does as anything."""
    if language in LANGUAGES and not parse(kept.source, language).root_node.has_error:
        return not parse(kept.text, language).root_node.has_error
    for test in PARSERS:
        if _passes(test, kept.source):
            return _passes(test, kept.text)
    return None


# --- Heads above --------------------------------------------------------------------------------

_HEADING = re.compile(r"(#{1,6})[ \t]|(==+) .* ==+\s*$")
_SECTION = re.compile(r"\[\[?[^][]+\]\]?\s*$")
_SPEAKER = re.compile(r"(?:\*\*|\[)?[A-Z][\w .'-]{0,30}(?:\*\*|\])?:\s")


def _heads(source: str, lines: Sequence[Range], language: str) -> Iterator[tuple[int, int]]:
    """Pairs of line numbers: a line, and one that heads it."""
    indented = language == "python" or re.search(r"^\s*[\w.-]+:\s*$", source, re.M) is not None
    headings: list[tuple[int, int]] = []
    section: int | None = None
    above: list[tuple[int, int]] = []
    for number, (start, end) in enumerate(lines):
        line = source[start:end]
        if not line.strip():
            continue
        level = len(line) - len(line.lstrip())
        if (match := _HEADING.match(line)) and language not in LANGUAGES:
            depth = len(match[1] or match[2])
            headings = [h for h in headings if h[0] < depth]
            headings.append((depth, number))
        else:
            yield from ((number, head) for _, head in headings)
        if _SECTION.match(line):
            section = number
        elif section is not None and re.match(r"[\w.-]+\s*[=:]", line):
            yield number, section
        if indented or re.match(r"\s*(?:[-*+]|\d+[.)])\s", line):
            above = [one for one in above if one[0] < level]
            if above and level:
                yield number, above[-1][1]
            if indented or re.match(r"\s*(?:[-*+]|\d+[.)])\s", line):
                above.append((level, number))


def headed(kept: Kept, language: str) -> bool | None:
    """Whether the heads of all that is kept are; nothing if the source has none."""
    lines = _lines(kept.source)
    pairs = list(_heads(kept.source, lines, language))
    if not pairs:
        return None
    any_kept = [kept.touched(*line)[0] for line in lines]
    return all(any_kept[head] for line, head in pairs if any_kept[line])


# --- Whole lines, whole sentences ---------------------------------------------------------------

_LONGEST_LINE: Final = 300


def _lines(text: str) -> list[Range]:
    return [match.span() for match in re.finditer(r"[^\r\n]+", text)]


_LONGEST_LINE: Final = 300
_ENDS = regex.compile(
    r"[.!?؟](?:[\"')\]”]|\s?\[\d+\])*\s+(?=[\"'(\[“—`•]*[\p{Lu}\p{Lo}\d])|[。！？][」』”）]*"
)
_ABBREVIATED = re.compile(r"\b(?:[A-Z]|Mr|Mrs|Ms|Dr|St|vs|No|Fig|Sec|Art|etc|e\.g|i\.e|al)\.\s+\Z")


def _of_lines(source: str) -> bool:
    """Whether a text is made of lines rather than of sentences."""
    lines = [source[a:b] for a, b in _lines(source) if source[a:b].strip()]
    if len(lines) < 4:
        return False
    prose = sum(bool(re.search(r"[a-z][.!?][\"')\]]*\s*$", line)) for line in lines)
    return prose < 0.2 * len(lines) and sum(map(len, lines)) < 160 * len(lines)


def whole_lines(kept: Kept) -> bool | None:
    """Whether lines are kept whole or not at all, in a text of lines."""
    if not _of_lines(kept.source):
        return None
    lines = [line for line in _lines(kept.source) if not _is_paragraph(kept.source, line)]
    found = [kept.touched(*line) for line in lines]
    return all(some == every for some, every in found)


def _is_paragraph(source: str, line: Range) -> bool:
    """Whether a line holds several sentences, each of which may be kept for itself."""
    return line[1] - line[0] > _LONGEST_LINE or _ENDS.search(source, *line) is not None


# No running text: items, tables, code, names of speakers.
_NO_PROSE = re.compile(
    r"\s*(?:[-*+|#>{}<•]|\(?\w{1,3}[.)]\s)|.*[{}|<>=\t]|(?:\[.*\]|[^\s.]{1,30}:\s)"
)
_WRAPPED = 50


def _sentences(source: str) -> Iterator[Range]:
    """Sentences of running text, in lines that are wrapped or not."""
    lines = _lines(source)
    start = None
    for number, (low, high) in enumerate(lines):
        if _NO_PROSE.match(source, low, high):
            start = None
            continue
        start = low if start is None else start
        for match in _ENDS.finditer(source, start, high):
            if not _ABBREVIATED.search(source, start, match.end()):
                yield start, match.end()
                start = match.end()
        following = lines[number + 1] if number + 1 < len(lines) else (len(source), len(source))
        goes_on = (
            high - low >= _WRAPPED
            and source.count("\n", high, following[0]) == 1
            and re.search(r"[\w,]\s*\Z", source[low:high])
            and re.match(r"[ \t]*[a-z]", source[following[0] : following[1]])
        )
        if not goes_on:
            if re.search(r"[.!?。！？][\"')\]]*\s*\Z", source[start:high]):
                yield start, high
            start = None


def whole_sentences(kept: Kept, language: str) -> bool | None:
    """Whether sentences are kept whole or not at all; nothing where there are none."""
    if language in LANGUAGES:
        return None
    found = [kept.touched(*sentence) for sentence in _sentences(kept.source)]
    return all(some == every for some, every in found) if found else None


def evidence(kept: Kept, item: Item) -> bool | None:
    """Whether all gold evidence is kept, or the answer where nothing is known but that."""
    gold = item.evidence or item.answers
    flat = " ".join(kept.text.split())
    return all(" ".join(one.split()) in flat for one in gold) if gold else None


CHECKS: Final = ("parses", "heads above", "whole lines", "whole sentences", "evidence kept")


def check(item: Item, text: str, ranges: Sequence[Range]) -> list[bool | None]:
    """The five checks of one result; of an empty one, none is passed that applies."""
    kept = Kept(item.context, text, ranges)
    language = {"py": "python", "js": "javascript", "rs": "rust"}.get(item.lang, item.lang)
    return [
        parses(kept, language),
        headed(kept, language),
        whole_lines(kept),
        whole_sentences(kept, language),
        evidence(kept, item),
    ]


# --- The run ------------------------------------------------------------------------------------

ASKED: Final = {
    "a_envelope.json": "When does the night boat leave Orrisay?",
    "b_records.json": "Which trip is cancelled, and when does it leave?",
    "d_cards.vcf": "What is the phone number of Lars Brandt?",
    "e_app.toml": "What is the timeout of the payment provider?",
    "e_pod.yaml": "How much memory may Cassandra use at most?",
    "g_nested.md": "How many bookings were lost?",
    "h_trips.xml": "Which trip leaves at 09:30?",
    "i_pods.txt": "Which pod keeps crashing?",
}


def cases() -> Iterator[tuple[str, Item]]:
    """The small texts of ``tests/cases``; those without a question of their own get one."""
    for path in sorted(CASES.iterdir()):
        if path.suffix == ".jsonl" or path.name == "o_padded.txt":
            continue
        text, question = path.read_bytes().decode(), ASKED.get(path.name, "What is it about?")
        yield path.name, Item("cases", path.name, text, question, (), "any", (), False, "en")


def results(
    compressor: Compressor, blocks: TextMethod, item: Item, name: str | None
) -> Iterator[tuple[str, float, str, Sequence[Range]]]:
    """Each way of cutting, ratio, text and ranges."""
    scored = compressor.score(item.context, item.question, name=name)
    cut = blocks.prepare(item)
    for ratio in RATIOS:
        for way in ("specpc", "blocks"):
            try:
                if way == "specpc":
                    made = scored.cut(Cut(ratio)).total
                    spans = [(span.start, span.end) for span in made.spans]
                    yield way, ratio, made.text, spans
                else:
                    kept = cut(ratio)
                    yield way, ratio, kept.text, kept.ranges
            except BudgetError:
                yield way, ratio, "", ()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--items", type=int, default=4, help="of each file")
    parser.add_argument("--failed", action="store_true", help="name the product's failures")
    options = parser.parse_args()
    items: list[tuple[str | None, Item]] = [*cases()]
    if options.files:
        items += [(None, item) for item in read_collection(options.files, options.items).items]
    compressor = Compressor.from_pretrained()
    blocks = build_methods(["bm25:paragraph"], Setup())["bm25:paragraph"]
    counts: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
    for name, item in items:
        for way, ratio, text, ranges in results(compressor, blocks, item, name):
            for number, passed in enumerate(check(item, text, ranges)):
                if passed is not None:
                    counts[way, number][0] += passed
                    counts[way, number][1] += 1
                    if options.failed and way == "specpc" and not passed:
                        print(f"{CHECKS[number]}: {item.dataset}/{item.id} at {ratio}", flush=True)
    print(f"{len(items)} texts at {', '.join(map(str, RATIOS))}")
    for number, told in enumerate(CHECKS):
        (ours, of), (theirs, _) = counts["specpc", number], counts["blocks", number]
        share = f"{ours / max(1, of):.3f} {theirs / max(1, of):.3f}"
        print(f"{told:16} {ours:4} of {of:4}, blocks {theirs:4}   {share}")


if __name__ == "__main__":
    main()
