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
from specpc.results import QuerySource
from specpc.scorers.settings import PaperSettings
from tests.tiny_models import tiny_draft

REPORT = (Path(__file__).parents[2] / "docs" / "examples" / "harbour-report.md").read_text("utf-8")


# Long enough for several windows, short enough for a quick test.
EXCERPT = REPORT[: REPORT.index("## Incidents")]


def test_the_answer_survives_the_cut(compressor: Compressor) -> None:
    question = "What was the reason for the sharp drop in fertiliser tonnage?"
    result = compressor.compress(EXCERPT, question, ratio=0.1)
    assert "the roof of the Tollan blending plant" in result.text
    assert 0.95 * result.budget <= result.compressed_tokens <= result.budget
    assert result.ratio == pytest.approx(0.1, abs=0.01)
    assert result.text == "".join(EXCERPT[s.start : s.end] for s in result.spans)
    assert (result.draft, result.scorer) == ("smollm2-135m", "retrieval-heads")
    assert result.timings.total > result.timings.score > 0


def test_the_papers_scorer_and_unit(compressor: Compressor) -> None:
    paper = replace(compressor, scorer=PaperSettings(), unit="token")
    result = paper.compress(EXCERPT, "Who became Harbour Master during the year?", ratio=0.2)
    assert "Capt. Edda Hallgrim" in result.text
    assert (result.scorer, result.unit, result.windows) == ("paper", "token", 1)


def test_one_reading_serves_several_budgets(compressor: Compressor) -> None:
    scored = compressor.score(EXCERPT[:4000], "Who became Harbour Master?")
    lengths = [scored.compress(ratio=ratio).compressed_tokens for ratio in (0.1, 0.3, 1.0)]
    assert lengths == sorted(lengths)
    assert (
        scored.compress(ratio=0.3).text
        == compressor.compress(EXCERPT[:4000], "Who became Harbour Master?", ratio=0.3).text
    )


def test_a_prompt_keeps_its_own_question(compressor: Compressor) -> None:
    question = "Question: Who became Harbour Master during the year?\nAnswer:"
    result = compressor.compress(f"{EXCERPT[:5000]}\n\n{question}", target_tokens=200)
    assert result.query_source is QuerySource.TAIL
    assert result.text.endswith(question)
    assert "Capt. Edda Hallgrim" in result.text
    assert result.compressed_tokens <= 200


def test_a_budget_below_every_sentence_cuts_the_best_one(compressor: Compressor) -> None:
    prose = " ".join(line for line in EXCERPT[:4000].splitlines() if not line.startswith("#"))
    result = compressor.compress(prose, "Who became Harbour Master?", target_tokens=12)
    assert 0 < result.compressed_tokens <= 12
    assert result.notes
    assert all(word in EXCERPT.split() for word in result.text.split())


def test_a_cut_sentence_keeps_its_heading(compressor: Compressor) -> None:
    long = "The harbour master, who had come from the islands in spring, spoke of " + ", ".join(
        f"the {word} of the quay" for word in ("length", "state", "price", "history", "lighting")
    )
    text = f"# Quays\n\n{long}.\n\n# Boats\n\n{long.replace('quay', 'boat')}.\n"
    result = compressor.compress(text, "What is the price of the boat?", target_tokens=20)
    assert result.compressed_tokens <= 20
    heading, sentence = result.text.split("\n\n", 1)
    assert heading in {"# Quays", "# Boats"}
    assert sentence.strip() in long.replace("quay", heading[2:-1].lower())


@pytest.mark.slow  # reads 15,000 tokens
@pytest.mark.parametrize("scorer", ["paper", "retrieval-heads"])
def test_an_answer_is_found_as_readily_in_any_window(compressor: Compressor, scorer: str) -> None:
    """The same passage in each of three windows in turn."""
    passage = "The lighthouse keeper's daughter, Marit Hovland, found the missing logbook. "
    filler = EXCERPT.replace("\n", " ")
    paper = PaperSettings(max_window=1000)
    small = replace(compressor, scorer=paper) if scorer == "paper" else compressor
    for place in (0.1, 0.5, 0.9):
        at = filler.index(". ", int(place * len(filler))) + 2
        result = small.compress(
            filler[:at] + passage + filler[at:], "Who found the missing logbook?", ratio=0.1
        )
        assert result.windows >= 3
        assert "Marit Hovland" in result.text


def test_names_are_checked() -> None:
    with pytest.raises(UsageError, match="no scorer 'best'"):
        Compressor.from_pretrained(scorer="best")
    with pytest.raises(UsageError, match="no unit 'chapter'"):
        Compressor.from_pretrained(tiny_draft(), unit="chapter")


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
        Compressor.from_pretrained(draft).compress("A text. " * 50, "why?", ratio=0.5)


def test_out_of_memory_says_what_to_lower(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = tiny_draft()

    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: 9 bytes")

    monkeypatch.setattr(draft.model.base_model, "forward", fail)
    with pytest.raises(SpecPCError, match="smaller"):
        Compressor.from_pretrained(draft).compress("A text. " * 50, "why?", ratio=0.5)


def test_public_names() -> None:
    assert sorted(specpc.__all__) == [
        "CompressionResult", "Compressor", "Document", "Protection", "QuerySource", "Span",
        "SpecPCError", "__version__", "locate", "locate_position", "paint",
    ]  # fmt: skip
    assert all(getattr(specpc, name) for name in specpc.__all__)
    with pytest.raises(AttributeError):
        _ = specpc.nothing  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("code", "slow"),
    [
        ("import specpc", "torch transformers numpy"),
        ("import specpc_cli.main", "torch transformers numpy"),
        # What an agent waits for at every call of a tool.
        ("from specpc.agents import cutting, hooks; import specpc.serving.private", "numpy"),
    ],
)
def test_importing_costs_nothing_slow(code: str, slow: str) -> None:
    check = f"import sys; {code}; print(sorted({{*{slow.split()}}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
