"""``specpc demo``: texts of several kinds, each with a question, and what is kept of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from specpc_cli import options as opt
from specpc_cli.screen import visible
from specpc_cli.source import LOADING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.text import Text

    from specpc import CompressionResult

EXAMPLES: Final = "specpc_cli.examples"


@dataclass(frozen=True)
class ShownText:
    """A text that comes along.

    Attributes:
        file: its name.
        title: what it is, in some words.
        question: what is asked of it.
        answer: words of the text that answer.
        ratio: how much of it is to be kept.
        text: all of it.
    """

    file: str
    title: str
    question: str
    answer: str
    ratio: float
    text: str


def read_examples() -> list[ShownText]:
    """All texts that come along, in the order in which they are shown."""
    folder = files(EXAMPLES)
    listed = json.loads((folder / "examples.json").read_text(encoding="utf-8"))
    return [
        ShownText(**entry, text=(folder / entry["file"]).read_text(encoding="utf-8"))
        for entry in listed
    ]


@opt.asking(*opt.WHERE)
def demo(asked: opt.Asked) -> None:
    """Show what is kept of a report, a meeting, a tool's output and other texts.

    \b
      specpc demo

    They come along with specpc, each with a question that some words of it answer; where these are
    kept, they are marked. It takes less than a minute.
    """
    from rich.console import Console as RichConsole

    with asked.console.waiting(LOADING):
        from specpc import Compressor

        compressor = Compressor.of(asked.setup, report=asked.console.tell)
    screen, found = RichConsole(highlight=False), read_examples()
    for number, example in enumerate(found, start=1):
        with asked.console.progress(f"Reading {example.file}") as progress:
            result = compressor.compress(
                example.text,
                example.question,
                ratio=example.ratio,
                name=example.file,
                progress=progress,
            )
        for line in _told(example, result, f"{number} of {len(found)}"):
            screen.print(line, soft_wrap=True)
    screen.print('Of a text of yours: specpc compress FILE -q "QUESTION" --ratio 0.2')


def _told(example: ShownText, result: CompressionResult, place: str) -> Iterator[Text]:
    """What is shown of an example."""
    from rich.text import Text

    yield Text(f"{place}: {example.title} ({example.file})", "bold")
    yield Text(f"{example.question}\n", "cyan")
    kept = Text(visible(result.text.rstrip("\n")))
    kept.highlight_words([example.answer], "reverse")
    yield kept
    yield Text(
        f"\n{result.original_tokens:,} -> {result.compressed_tokens:,} tokens "
        f"({result.ratio:.1%}) in {result.timings.total:.1f} s\n",
        "dim",
    )
