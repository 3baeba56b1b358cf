"""``specpc locate``: where a quote of a compressed text stood in its source."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from specpc.errors import InputError, UsageError
from specpc.machine.journal import json_line, parse_json
from specpc.output.locate import SlicedText, SourcePlace, line_and_column, locate, locate_position
from specpc_cli import options as opt
from specpc_cli.inputs import decode, read_bytes, typed
from specpc_cli.outputs import write_stdout
from specpc_cli.screen import in_line


def locate_quote(
    result: Annotated[
        str, typer.Argument(help="What 'specpc compress --json' printed; '-' for standard input.")
    ],
    quote: Annotated[
        str | None, typer.Argument(help="Some of the compressed text.", show_default=False)
    ] = None,
    at: Annotated[
        int | None, opt.io("In place of a quote: the position of a character, from 0.")
    ] = None,
    as_json: opt.Json = False,
) -> None:
    """Find where a quote of a compressed text stood in its source.

    \b
      specpc compress docs/ --together -q "Who signed?" --json > small.json
      specpc locate small.json "signed by Edda Hallgrim"
      specpc locate small.json --at 120

    Prints file:line:column for every stretch the quote came from: several where something
    between them was cut. White space in the quote need not be the same.
    """
    if (quote is None) == (at is None):
        raise UsageError("give a quote, or a position with --at")
    texts = _read(result)
    quote = quote if quote is None else typed(quote, "the quote")
    found: list[tuple[SlicedText, tuple[SourcePlace, ...]]] = []
    if quote is not None:
        found = [(text, places) for text in texts for places in locate(text, quote)]
    elif at is not None:
        if len(texts) > 1:
            raise UsageError(f"{result} holds {len(texts)} texts: give a quote instead of --at")
        if place := locate_position(texts[0], at):
            found = [(texts[0], (place,))]
    if not found:
        marker = "there is a marker at this position, which stands for what was cut: give another"
        missing = "the quote is not in the compressed text: copy it from there word for word"
        raise InputError(marker if quote is None else missing)
    names = {place.document for _, places in found for place in places if place.document}
    sources = {name: _source(name) for name in names}
    for text, places in found:
        told = [_fields(text, place, sources) for place in places]
        lines = "".join(map(_line, told)).encode()
        write_stdout(json_line({"places": told}) if as_json else lines)


def _read(result: str) -> list[SlicedText]:
    """The texts of a file: one JSON object, or one a line."""
    data = decode(read_bytes(result), result)
    try:
        objects: list[Any] = [parse_json(line) for line in data.splitlines() if line.strip()]
    except ValueError:
        objects = [None]
    try:
        return [SlicedText.from_json(fields) for fields in objects]
    except InputError as error:
        raise InputError(
            "this is no output of specpc compress --json: make one with "
            "specpc compress FILE ... --json > result.json"
        ) from error


def _fields(text: SlicedText, place: SourcePlace, sources: dict[str, str | None]) -> dict[str, Any]:
    """A place for ``--json``; its line and column only where the source is at hand."""
    fields: dict[str, Any] = {"file": place.document, "start": place.start, "end": place.end}
    source = sources.get(place.document or "")
    if source is None:
        return fields
    for piece in text.slices:
        own, was = piece.place, text.text[piece.position : piece.end]
        if own.document == place.document and source[own.start : own.end] != was:
            told = "has changed since it was compressed: compress it again"
            raise InputError(f"{place.document} {told}")
    line, column = line_and_column(source, place.start)
    return fields | {"line": line, "column": column, "text": source[place.start : place.end]}


def _source(name: str) -> str | None:
    """The text of a file, if it is one."""
    try:
        return decode(Path(name).read_bytes(), name)
    except (OSError, ValueError, InputError):
        return None


def _line(fields: dict[str, Any]) -> str:
    where = [
        in_line(fields["file"] or ""),
        *(str(fields[k]) for k in ("line", "column") if k in fields),
    ]
    head = ":".join(where)
    return f"{head}{': ' if head else ''}characters {fields['start']}-{fields['end']}\n"
