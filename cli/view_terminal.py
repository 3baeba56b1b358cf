"""A picture in the terminal: kept text coloured by score, the rest dimmed."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from rich.text import Text

from specpc_cli.screen import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from specpc.output.picture import Picture

# Legible on black and on white.
_LEVELS: Final = ("", "color(64)", "color(136)", "color(166)", "bold color(160)")
_CUT: Final = "dim"
_MARKED: Final = "reverse"
_PLACES: Final = 10


def show(console: Console, picture: Picture, name: str, ratio: float) -> None:
    """Print the text, a legend, the counts, and where marked strings are kept.

    Where the output has no styles (a file, a pipe), what is cut stands between ``[-`` and ``-]``.
    The ratio is one of the picture's.
    """
    at = picture.ratios.index(ratio)
    plain = console.color_system is None
    for line in _lines(picture, at, plain):
        console.print(line, soft_wrap=plain, highlight=False)
    console.print()
    for line in (*_legend(plain), *_counts(picture, name, at), *_places(picture, at)):
        console.print(line, soft_wrap=plain, highlight=False)


def _lines(picture: Picture, at: int, plain: bool) -> Iterator[Text]:
    """The text line by line, in styles or with brackets around what is cut."""
    line = Text()
    for content, style in _bracketed(picture, at) if plain else _styled(picture, at):
        shown = visible(content).replace("\r\n", "\n").replace("\r", "\n")
        first, *others = shown.split("\n")
        line.append(first, style)
        for other in others:
            yield line
            line = Text().append(other, style)  # Text(other, style) would style all that follows
    if line:
        yield line


def _styled(picture: Picture, at: int) -> Iterator[tuple[str, str]]:
    for piece in picture.pieces:
        for part in piece.parts:
            content = picture.text[part.start : part.end]
            style = _LEVELS[piece.level] if part.kept[at] else _CUT
            yield content, f"{style} {_MARKED}" if part.marked else style


def _bracketed(picture: Picture, at: int) -> Iterator[tuple[str, str]]:
    parts = (part for piece in picture.pieces for part in piece.parts)
    for kept, run in groupby(parts, key=lambda part: part.kept[at]):
        content = "".join(picture.text[part.start : part.end] for part in run)
        inside = content.strip()
        if inside and not kept:
            content = f"[-{inside}-]".join(content.split(inside, 1))
        yield content, ""


def _legend(plain: bool) -> Iterator[Text]:
    if plain:
        yield Text("[-cut-], the rest is kept")
        return
    names = ("the rest", "best 40%", "best 20%", "best 10%", "best 5% of the units")
    shown = [(name, style) for name, style in zip(names, _LEVELS, strict=True)][::-1]
    yield Text("  ").join([Text(*one) for one in shown] + [Text("cut", _CUT)])


def _counts(picture: Picture, name: str, at: int) -> Iterator[Text]:
    result = picture.results[at]
    yield Text(
        f"{name} at {picture.ratios[at]:g}: {result.compressed_tokens:,} of "
        f"{picture.original_tokens:,} tokens, {picture.units_kept[at]:,} of {picture.units:,} "
        f"units ({result.unit}) kept by {result.scorer} of {result.draft}"
    )


def _places(picture: Picture, at: int) -> Iterator[Text]:
    for number, mark in enumerate(picture.marks):
        places = [place for place in picture.places if place.mark == number]
        for place in places[:_PLACES]:
            safe = picture.safe_from(place.kept)
            when = (
                f"cut even at {picture.ratios[-1]:g}"
                if safe is None
                else f"kept at {picture.ratios[safe]:g} and above"
            )
            now = "kept" if place.kept[at] else "cut"
            yield Text(f"{visible(mark)!r} in line {picture.line(place.start)}: {now}; {when}")
        if len(places) > _PLACES:
            yield Text(f"{len(places) - _PLACES} more places of {visible(mark)!r}")
