"""Reads evaluation items: our own JSONL, RULER's and LongBench's."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from specpc.errors import InputError
from specpc.evaluation.longbench import task_of
from specpc.evaluation.tasks import BenchmarkTask, request

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

Fields = dict[str, Any]

# A free answer of so many words sums something up.
_SUMMARY_WORDS: Final = 25


@dataclass(frozen=True)
class Item:
    """One text with a question, and what of the text the question needs.

    Attributes:
        dataset: name of the data set, after its file.
        id: unique in the data set.
        context: the text to compress.
        question: what is asked of it; never part of the context.
        answers: accepted answers, or all that are needed (see ``answers_mode``).
        answers_mode: ``any`` or ``all``.
        evidence: gold strings that occur in the context; can be empty.
        extractive: whether the answers occur in the context as they stand.
        lang: language code, or that of a programming language.
        task: what its benchmark makes of it, if it comes from one that says so.
    """

    dataset: str
    id: str
    context: str
    question: str
    answers: tuple[str, ...]
    answers_mode: str
    evidence: tuple[str, ...]
    extractive: bool
    lang: str
    task: BenchmarkTask | None = None

    @property
    def asked(self) -> BenchmarkTask:
        """In which words a target is asked, and what its answer is worth."""
        return self.task or BenchmarkTask(request(self.question))

    @property
    def measurable(self) -> bool:
        """Whether there is a question, and anything that can be looked for in the result."""
        return self._asks and bool(self.evidence or (self.extractive and self.answers))

    @property
    def answerable(self) -> bool:
        """Whether there is a question, and an answer that a target's can be compared with."""
        return self._asks and bool(self.answers)

    @property
    def summaries(self) -> tuple[str, ...]:
        """The answers that sum up the text, or what is asked of it, in words of their own."""
        if self.extractive or self.answers_mode != "any":
            return ()
        return tuple(text for text in self.answers if len(text.split()) >= _SUMMARY_WORDS)

    @property
    def _asks(self) -> bool:
        return bool(self.question.strip()) and bool(self.context.strip())

    @property
    def digest(self) -> str:
        """Changes when anything does that a measurement depends on."""
        parts = (self.context, self.question, self.answers, self.answers_mode, self.evidence)
        asked = self.task and (self.task.before, self.task.after, self.task.answer_tokens)
        told = (*parts, self.extractive, *(asked or ()))
        return hashlib.sha256(repr(told).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Collection:
    """Items that can be measured, and how many of each data set cannot."""

    items: tuple[Item, ...]
    skipped: dict[str, int]


def read_collection(
    paths: Sequence[Path],
    limit: int | None = None,
    *,
    with_target: bool = False,
    withheld: bool = False,
) -> Collection:
    """Read data sets, one a file.

    Args:
        paths: JSONL files.
        limit: most measurable items taken of each file: those whose ids have the lowest hashes,
            which come from all over the file, and a larger limit adds to a smaller one.
        with_target: whether answers will be compared, for which any item with answers will do.
        withheld: whether methods are told no question, so that all that a text tells is measured:
            any text will do, but those in which something can be looked for come first.

    Raises:
        InputError: a line is no item of a known shape, or nothing can be measured.
    """
    items: list[Item] = []
    skipped: Counter[str] = Counter()
    for path, name in zip(paths, dataset_names(paths), strict=True):
        usable = []
        for item in read_items(path, name):
            told = withheld and bool(item.context.strip())
            if item.measurable or told or (with_target and item.answerable):
                usable.append(item)
            else:
                skipped[name] += 1
        if limit is not None:
            usable.sort(key=lambda item: (withheld and not item.measurable, lot(item)))
        items += usable[:limit]
    if not items:
        raise InputError(
            "there is nothing to measure: no item has a question together with evidence or with "
            "answers that occur in its context"
        )
    return Collection(tuple(items), dict(skipped))


def lot(item: Item) -> bytes:
    """Where an item comes if a few of a data set are chosen: anywhere, but always the same."""
    return hashlib.sha256(item.id.encode()).digest()


def dataset_names(paths: Sequence[Path]) -> list[str]:
    """File stems, with the folder before those that several files share.

    Raises:
        InputError: a file is named twice.
    """
    stems = Counter(path.stem for path in paths)
    names = [
        path.stem if stems[path.stem] == 1 else f"{path.resolve().parent.name}/{path.stem}"
        for path in paths
    ]
    for name, count in Counter(names).items():
        if count > 1:
            raise InputError(f"{count} files are both called {name}: evaluate them separately")
    return names


def read_items(path: Path, dataset: str) -> Iterator[Item]:
    """The items of one file, measurable or not.

    Raises:
        InputError: it cannot be read, or a line is no item of a known shape.
    """
    seen: set[str] = set()
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                try:
                    item = _parse(line, path, dataset, str(number))
                    if item.id in seen:
                        raise InputError(f"the id {item.id!r} was used before")
                except InputError as error:
                    raise InputError(f"{path}, line {number}: {error}") from error
                seen.add(item.id)
                yield item
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error


def _parse(line: bytes, path: Path, dataset: str, number: str) -> Item:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"not valid JSON ({error})") from error
    if not isinstance(fields, dict):
        raise InputError("not a JSON object")
    if "input" in fields and "outputs" in fields:
        return _ruler_item(fields, path, dataset, number)
    if "input" in fields and "context" in fields:
        return _longbench_item(fields, path, dataset, number)
    if "context" in fields:
        return _own_item(fields, dataset, number)
    raise InputError(
        "unknown shape: an item has the fields context, question and evidence or answers "
        "(or RULER's input and outputs, or LongBench's context, input and answers)"
    )


def _own_item(fields: Fields, dataset: str, number: str) -> Item:
    context = _text(fields, "context")
    answers = _texts(fields, "answers")
    mode = fields.get("answers_mode", "any")
    if mode not in ("any", "all"):
        raise InputError(f"answers_mode is 'any' or 'all', not {mode!r}")
    extractive = fields.get("extractive", answer_kept(context, answers, mode))
    if not isinstance(extractive, bool):
        raise InputError(f"extractive is true or false, not {extractive!r}")
    name, question = str(fields.get("id", number)), _text(fields, "question", "")
    evidence = tuple(gold for gold in _texts(fields, "evidence") if gold in context)
    lang = _text(fields, "lang", "en")
    return Item(dataset, name, context, question, answers, mode, evidence, extractive, lang)


# RULER counts a partial match for its two question-answering tasks, a full one for all others.
_RULER_ANY: Final = re.compile(r"qa(?:_\d+)?\Z")
_BLANK_LINE: Final = re.compile(r"\r?\n[ \t]*\r?\n")


def _ruler_item(fields: Fields, path: Path, dataset: str, number: str) -> Item:
    context, question = split_question(_text(fields, "input"))
    answers = _texts(fields, "outputs")
    # RULER names the folder after the task and the file after the split; others name the file.
    parts = (path.stem, path.resolve().parent.name)
    mode = "any" if any(_RULER_ANY.search(part) for part in parts) else "all"
    name, found = str(fields.get("index", number)), answer_kept(context, answers, mode)
    return Item(dataset, name, context, question, answers, mode, (), found, "en")


def split_question(text: str) -> tuple[str, str]:
    """A prompt's body and its last paragraph, or else last line; no question if it has neither."""
    body = text.rstrip()
    breaks = list(_BLANK_LINE.finditer(body)) or list(re.finditer(r"\r?\n", body))
    if not breaks:
        return body, ""
    return body[: breaks[-1].start()], body[breaks[-1].end() :].strip()


def _longbench_item(fields: Fields, path: Path, dataset: str, number: str) -> Item:
    context = _text(fields, "context")
    answers = _texts(fields, "answers")
    # The answer to a classification is a label; that it occurs in the examples says nothing.
    found = not fields.get("all_classes") and answer_kept(context, answers, "any")
    classes, question = _texts(fields, "all_classes"), _text(fields, "input")
    task = task_of(_text(fields, "dataset", path.stem), path, question, classes)
    # A summary is asked for in the prompt alone.
    question = question if question.strip() or task is None else task.after
    name, lang = str(fields.get("_id", number)), _text(fields, "language", "en")
    return Item(dataset, name, context, question, answers, "any", (), found, lang, task)


def answer_kept(text: str, answers: Sequence[str], mode: str) -> bool:
    """Whether ``any`` or ``all`` of some answers occur, whatever the case and the white space."""
    text = _plain(text)
    found = [_plain(answer) in text for answer in answers]
    return bool(found) and (all(found) if mode == "all" else any(found))


def _plain(text: str) -> str:
    """Case-folded, runs of white space as one blank."""
    return " ".join(text.casefold().split())


def _text(fields: Fields, name: str, default: str | None = None) -> str:
    value = fields.get(name, default)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise InputError(f"the field {name!r} is not a string")
    return value


def _texts(fields: Fields, name: str) -> tuple[str, ...]:
    """A list of strings, or one string; numbers are taken as they print, blanks left out."""
    value = fields.get(name)
    values = [] if value is None else value if isinstance(value, list) else [value]
    if not all(isinstance(entry, (str, int, float)) for entry in values):
        raise InputError(f"the field {name!r} is not a list of strings")
    return tuple(text for text in map(str, values) if text.strip())
