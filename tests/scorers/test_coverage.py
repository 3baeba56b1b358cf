"""Texts without a question, cut by what their pieces tell (real default draft)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.docs.blocks import ROOT

if TYPE_CHECKING:
    from specpc import Compressor

REPORT = (ROOT / "docs" / "examples" / "harbour-report.md").read_text(encoding="utf-8")
BUILD = "".join(
    f"[{n:3}/120] Building CXX object src/CMakeFiles/port.dir/part{n}.cpp.o\n" for n in range(120)
)
ERROR = "/srv/port/src/fare.cpp:31:5: error: 'zone' was not declared in this scope\n"


@pytest.mark.parametrize("ratio", [0.1, 0.2, 0.5])
def test_whole_sentences_of_every_section(compressor: Compressor, ratio: float) -> None:
    result = compressor.compress(REPORT, ratio=ratio)
    assert result.scorer == "coverage"
    assert result.windows == 0
    assert result.runtime is None
    assert not result.cached
    assert 0.9 * result.budget < result.compressed_tokens <= result.budget
    sections = re.findall(r"^## .*$", REPORT, re.MULTILINE)
    kept = [section for section in sections if section in result.text]
    assert len(kept) >= len(sections) * min(1, 4 * ratio)
    for span in result.spans:  # no sentence lost a word
        piece = REPORT[span.start : span.end].strip()
        assert piece[-1:] in ".!?|:*" or piece.splitlines()[-1].startswith("#")
        assert span.start == 0 or any(map(str.isspace, REPORT[span.start - 1 : span.start + 1]))


def test_what_a_tool_says_went_wrong_comes_first(compressor: Compressor) -> None:
    log = BUILD[:4000] + ERROR + BUILD[4000:] + "ninja: build stopped: subcommand failed.\n"
    assert ERROR.strip() in compressor.compress(log, ratio=0.05).text


def test_words_are_dropped_on_request(compressor: Compressor) -> None:
    result = replace(compressor, unit="word").compress(REPORT[:3000], ratio=0.4)
    assert result.scorer == "received-attention"
    assert result.windows > 0
    assert any(REPORT[span.end - 1] not in ".!?|:\n " for span in result.spans)
