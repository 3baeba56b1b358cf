"""Cutting what a tool printed to what its caller is after, with a way back to all of it."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from specpc.agents.skimming import skim
from specpc.agents.store import OutputStore
from specpc.counting.estimate import is_surely_short
from specpc.options import LEAST_OUTPUT, Turns
from specpc.pipeline.vendors.openai import tool_turns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Protocol

    from typing_extensions import Unpack

    from specpc.agents.call import Call
    from specpc.options import CutOptions
    from specpc.pipeline.messages import CompressedMessages
    from specpc.results import Span

    class MessageCompressor(Protocol):
        """Anything that has the methods of `specpc.Compressor`."""

        def compress_messages(
            self, request: object, *, turns: Turns, **cut: Unpack[CutOptions]
        ) -> CompressedMessages:
            """See `specpc.Compressor`."""


# What says so was cut already.
_CUT: Final = re.compile(r"\[[\d,]{1,15} (?:lines?|characters) cut; specpc show \w{1,20}\]\s*\Z")
_MARK: Final = 100
# Blank lines tell nothing, nor do those that mark a cut.
_LINE: Final = re.compile(r"(?<![^\r\n])(?!\[\.{3}\][\r\n])[^\S\r\n]*\S[^\r\n]*")


@dataclass(frozen=True)
class CutOutput:
    """What is shown of an output.

    Attributes:
        text: with a last line that says how many lines are missing, and how to have them.
        kept: the same without that line.
        key: by which all of it is stored.
        original_tokens: of the output, in tokens of the draft.
        compressed_tokens: of what is kept.
    """

    text: str
    kept: str
    key: str
    original_tokens: int
    compressed_tokens: int


@dataclass(frozen=True)
class OutputCutter:
    """Cuts outputs, and stores each before any of it is left out.

    Attributes:
        load: gives what reads and cuts, when it is first needed.
        ratio: fraction of the tokens kept; more where the lines with errors alone need more.
        shortest: outputs of fewer tokens stay whole.
        store: keeps them as they were; ``None`` if nobody will ask for them.
    """

    load: Callable[[], MessageCompressor]
    ratio: float
    shortest: int = LEAST_OUTPUT
    store: OutputStore | None = field(default_factory=OutputStore)

    def cut(self, output: str, call: Call) -> CutOutput | None:
        """An output cut to what a call was for; ``None`` if it stays whole.

        Raises:
            SpecPCError: it cannot be read, or not be stored: then it should be shown whole.
        """
        was_cut = _CUT.search(output, max(0, len(output) - _MARK))
        if not output.strip() or was_cut or is_surely_short(output, self.shortest):
            return None
        skimmed = skim(output, f"{call.wanted}\n{call.told}")
        ratio = max(self.ratio, skimmed.needed) / skimmed.share
        made = self.load().compress_messages(
            tool_turns(call.tool, call.told, skimmed.text, wanted=call.wanted),
            turns=Turns(("tool",), self.shortest),
            ratio=min(1.0, ratio),
        )
        if made.total is None:
            return None
        [cut] = made.cuts
        key = "" if self.store is None else self.store.save(output.encode(), call.told)
        kept = cut.left.text if cut.left.text.endswith("\n") else f"{cut.left.text}\n"
        told = f"[{_missing(output, skimmed.text, cut.left.spans)} cut; specpc show {key}]\n"
        before = round(cut.original_tokens / skimmed.share)
        return CutOutput(kept + told, kept, key, before, cut.compressed_tokens)


def _missing(output: str, read: str, kept: Sequence[Span]) -> str:
    """How much of an output is not there, in words, given what was read of it and then kept.

    A line is there if any of it is.
    """
    ends = [span.end for span in kept]

    def is_there(line: re.Match[str]) -> bool:
        first = bisect_right(ends, line.start())
        return first < len(kept) and kept[first].start < line.end()

    there = sum(map(is_there, _LINE.finditer(read)))
    missing = sum(1 for _ in _LINE.finditer(output)) - there
    if missing > 0:
        return f"{missing:,} {'line' if missing == 1 else 'lines'}"
    return f"{len(output) - sum(span.end - span.start for span in kept):,} characters"
