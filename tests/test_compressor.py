"""The whole way with the real default draft."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import specpc
from specpc import Compressor
from specpc.errors import SpecPCError, UnsupportedModelError, UsageError
from specpc.prompt import QuerySource
from specpc.scoring import SpecPCScorer
from tests.models import tiny_draft

REPORT = (Path(__file__).parent.parent / "examples" / "harbour-report.md").read_text("utf-8")


def test_the_answer_survives_the_cut(compressor: Compressor) -> None:
    result = compressor.compress(
        REPORT, "What was the reason for the sharp drop in fertiliser tonnage?", ratio=0.2
    )
    assert "the roof of the Tollan blending plant" in result.text
    assert 0.95 * result.budget <= result.compressed_tokens <= result.budget
    assert result.ratio == pytest.approx(0.2, abs=0.01)
    assert result.text == "".join(REPORT[s.start : s.end] for s in result.spans)
    assert (result.draft, result.scorer, result.windows) == ("smollm2-135m", "specpc", 1)
    assert result.timings.total > result.timings.score > 0


def test_a_prompt_keeps_its_own_question(compressor: Compressor) -> None:
    question = "Question: Who became Harbour Master during the year?\nAnswer:"
    result = compressor.compress(f"{REPORT}\n\n{question}", target_tokens=500)
    assert result.query_source is QuerySource.TAIL
    assert result.text.endswith(question)
    assert "Capt. Edda Hallgrim" in result.text
    assert result.compressed_tokens <= 500


def test_a_budget_below_every_sentence_cuts_the_best_one(compressor: Compressor) -> None:
    result = compressor.compress(REPORT, "Who became Harbour Master?", target_tokens=12)
    assert 0 < result.compressed_tokens <= 12
    assert result.notes
    words = result.text.split()
    assert all(word in REPORT.split() for word in words)


def test_an_answer_is_found_as_readily_in_any_window(compressor: Compressor) -> None:
    """Five windows; the same passage in each of them in turn."""
    passage = (
        "The lighthouse keeper's daughter, Marit Hovland, found the missing logbook on 3 May. "
    )
    filler = REPORT.replace("\n", " ")
    question = "Who found the missing logbook?"
    small = replace(compressor, scorer=SpecPCScorer(max_window=1100))
    found = []
    for place in (0.05, 0.25, 0.5, 0.75, 0.95):
        at = filler.index(". ", int(place * len(filler))) + 2
        result = small.compress(filler[:at] + passage + filler[at:], question, ratio=0.1)
        assert result.windows == 5
        found.append("Marit Hovland" in result.text)
    assert all(found)


def test_names_are_checked() -> None:
    with pytest.raises(UsageError, match="no scorer 'best'"):
        Compressor.from_pretrained(scorer="best")
    with pytest.raises(UsageError, match="no unit 'word'"):
        Compressor(tiny_draft(), unit="word")


def test_a_question_longer_than_the_draft_can_read(tiny: Compressor) -> None:
    with pytest.raises(SpecPCError, match="shorten it"):
        tiny.compress("A text. " * 50, "why " * 2000, ratio=0.5)


def test_a_question_longer_than_the_papers_window_counts_whole(tiny: Compressor) -> None:
    result = tiny.compress("A text. " * 50, "why " * 100, ratio=0.5)
    assert result.compressed_tokens <= result.budget


def test_a_model_that_cannot_be_observed(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = tiny_draft()
    draft.model.set_attn_implementation("eager")
    with pytest.raises(UnsupportedModelError, match="cannot be observed"):
        Compressor(draft).compress("A text. " * 50, "why?", ratio=0.5)


def test_out_of_memory_says_what_to_lower(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = tiny_draft()

    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: 9 bytes")

    monkeypatch.setattr(draft.model.base_model, "forward", fail)
    with pytest.raises(SpecPCError, match="smaller"):
        Compressor(draft).compress("A text. " * 50, "why?", ratio=0.5)


def test_public_names() -> None:
    assert sorted(specpc.__all__) == [
        "CompressionResult", "Compressor", "Span", "SpecPCError", "__version__"
    ]  # fmt: skip
    assert all(getattr(specpc, name) for name in specpc.__all__)
    with pytest.raises(AttributeError):
        _ = specpc.nothing  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", ["import specpc", "import specpc_cli.main"])
def test_importing_costs_no_torch(code: str) -> None:
    check = f"import sys; {code}; print(sorted({{'torch', 'transformers'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
