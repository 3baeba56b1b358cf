"""LLMLingua's tags: ``<llmlingua, rate=0.4, compress=False>...</llmlingua>``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from specpc.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPENING: Final = re.compile(r"<llmlingua([^<>]*)>")
_CLOSING: Final = "</llmlingua>"
_SETTINGS: Final = re.compile(r"(\s*,\s*(rate\s*=\s*\d*\.?\d+|compress\s*=\s*(True|False)))*\s*")
_RATE: Final = re.compile(r"rate\s*=\s*([\d.]+)")


@dataclass(frozen=True)
class Segment:
    """A piece of a text.

    Attributes:
        text: without its tags.
        rate: fraction of its tokens kept; ``None`` if its tag says nothing.
        compress: whether it is cut at all.
    """

    text: str
    rate: float | None = None
    compress: bool = True


def read_segments(text: str) -> list[Segment]:
    """The pieces of a text, between tags and outside them, none of them empty.

    Raises:
        UsageError: a tag says something else than ``rate`` and ``compress``.
        InputError: a tag has no counterpart.
    """
    return [segment for segment in _segments(text) if segment.text]


def _segments(text: str) -> Iterator[Segment]:
    position = 0
    for opening in _OPENING.finditer(text):
        if opening.start() < position:
            raise InputError(f"the tag {opening.group()} stands inside another: tags do not nest")
        yield _outside(text[position : opening.start()])
        end = text.find(_CLOSING, opening.end())
        if end < 0:
            raise InputError(f"the tag {opening.group()} is never closed by {_CLOSING}")
        yield _tagged(text[opening.end() : end], opening)
        position = end + len(_CLOSING)
    yield _outside(text[position:])


def _outside(text: str) -> Segment:
    if _CLOSING in text:
        raise InputError(f"the tag {_CLOSING} closes none: write <llmlingua> before it")
    return Segment(text)


def _tagged(text: str, opening: re.Match[str]) -> Segment:
    settings = opening[1]
    if not _SETTINGS.fullmatch(settings):
        raise UsageError(
            f"the tag {opening.group()} cannot be read: write <llmlingua>, <llmlingua, rate=0.4> "
            "or <llmlingua, compress=False>"
        )
    rate = _RATE.search(settings)
    return Segment(text, float(rate[1]) if rate else None, "False" not in settings)
