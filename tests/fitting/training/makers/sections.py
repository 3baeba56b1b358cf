"""What packages say of themselves: a section's heading, cut out or not, asks for its beginning."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tests.fitting.training.documents import Document, is_held_out
from tests.fitting.training.makers.files import packages
from tests.fitting.training.makers.sheet import Sheet

if TYPE_CHECKING:
    from random import Random

_HEADING: Final = re.compile(r"^(#{1,4}) +(\S[^\n]*?)[ #]*$", re.MULTILINE)
_LENGTHS: Final = range(1_500, 60_000)
_FEWEST_WORDS: Final = 8
_MOST: Final = 600
_CUT: Final = 0.6
_HELD_OUT: Final = 8  # one in so many
_ASKS: Final = (
    "{x}",
    "What does it say about: {x}?",
    'Which part is about "{x}"?',
    "{p}: {x}",
)


@lru_cache(maxsize=2)
def _texts(held_out: bool) -> tuple[tuple[str, str], ...]:
    """Names and descriptions with headings."""
    found = []
    for package in packages():
        told = package.metadata.json
        name, text = str(told["name"]), str(told.get("description", "")).replace("\r\n", "\n")
        if is_held_out(name, _HELD_OUT) != held_out:
            continue
        if len(text) in _LENGTHS and len(_HEADING.findall(text)) > 3:
            found.append((name, text))
    return tuple(found)


def make(rng: Random, held_out: bool) -> Document | None:
    """One description, some of whose headings are not there any more."""
    texts = _texts(held_out)
    if not texts:
        return None
    package, text = rng.choice(texts)
    sheet, at = Sheet(), 0
    heads = [match for match in _HEADING.finditer(text) if not _fenced(text, match.start())]
    for number, match in enumerate(heads):
        sheet.write(text[at : match.start()])
        if rng.random() >= _CUT:
            sheet.write(match[0])
        stop = heads[number + 1].start() if number + 1 < len(heads) else len(text)
        at = match.end()
        body = re.match(r"\s*(?:[^\n]+\n?)+", text[at:stop])
        if body is None or len(body[0]) > _MOST or len(body[0].split()) < _FEWEST_WORDS:
            continue
        sheet.write(body[0], str(number))
        at += body.end()
        title = re.sub(r"[`*_]|\[|\]\([^)]*\)", "", match[2])
        if title[:1].isalpha():
            asked = rng.choice(_ASKS).replace("{x}", title).replace("{p}", package)
            sheet.ask(asked, str(number))
    sheet.write(text[at:])
    return sheet.document(f"sections/{package}")


def _fenced(text: str, place: int) -> bool:
    """Whether a place is inside a fenced block."""
    return text.count("```", 0, place) % 2 == 1
