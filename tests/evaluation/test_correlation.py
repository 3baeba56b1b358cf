"""`specpc correlate`: agreement of two models' scores, against slow computations (tiny models)."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from specpc.evaluation.correlation import correlate, on_other_tokens, spearman
from specpc.models.reader import Reader
from tests.cli.test_generate import pair_tokenizer
from tests.command_line import app
from tests.tiny_models import tiny_draft, tiny_model

TEXT = "".join(f"Sentence {i} says something on topic {i % 7}.\n" for i in range(8))


def slow_layers(family: str, question: str) -> list[list[float]]:
    """Largest weighted attention to each context token, by layer, from full maps."""
    draft = tiny_draft(family)
    reader = Reader(draft)
    frame, body = reader.frame(question), reader.encoder.plain_ids(TEXT)
    ids = torch.tensor([[*frame.before, *body, *frame.after]])
    with torch.no_grad():
        maps = tiny_model(family, attention="eager")(ids, output_attentions=True).attentions
    window, start = len(frame.after), len(frame.before)
    found = []
    for layer in maps:
        weights = torch.arange(window) / (window - 1)
        rows = layer[0, :, -window:] * weights[:, None]
        found.append(rows.amax(dim=(0, 1))[start : start + len(body)].tolist())
    return found


def slow_spearman(first: list[float], second: list[float]) -> float:
    def ranks(values: list[float]) -> list[float]:
        return [sum(v < x for v in values) + (sum(v == x for v in values) + 1) / 2 for x in values]

    correlation: float = np.corrcoef(ranks(first), ranks(second))[0, 1]
    return correlation


def test_agreement_equals_a_slow_computation() -> None:
    draft, target = tiny_draft("llama"), tiny_draft("gemma3_text")
    found = correlate(target, draft, TEXT, "Topic 3?", top=0.2)
    own = np.max(slow_layers("llama", "Topic 3?"), axis=0).tolist()
    theirs = slow_layers("gemma3_text", "Topic 3?")
    assert found.tokens == len(TEXT)  # one a byte
    assert [layer.layer for layer in found.layers] == [0, 1, 2]
    for layer, scores in zip(found.layers, theirs, strict=True):
        assert layer.spearman == pytest.approx(slow_spearman(own, scores), abs=2e-3)
    overall = np.max(theirs, axis=0).tolist()
    assert found.overall.spearman == pytest.approx(slow_spearman(own, overall), abs=2e-3)
    count = -(-len(TEXT) // 5)
    best = [set(np.argsort(np.negative(s))[:count].tolist()) for s in (own, overall)]
    assert found.overall.overlap == pytest.approx(len(best[0] & best[1]) / count, abs=0.011)


def test_a_model_predicts_itself() -> None:
    model = tiny_draft()
    found = correlate(model, model, TEXT, "Topic 3?")
    assert found.overall.spearman == pytest.approx(1)
    assert found.overall.overlap == 1
    assert max(layer.spearman for layer in found.layers) < 1


@given(st.text(min_size=1, max_size=40))
def test_scores_move_between_tokenizers(text: str) -> None:
    coarse = replace(tiny_draft_once(), tokenizer=pair_tokenizer())
    fine = tiny_draft_once()
    if not text.isascii():
        text = text.encode("ascii", "replace").decode()
    tokens = Reader(fine).encoder.encode(text)
    scores = np.arange(len(tokens), dtype=float)
    moved = on_other_tokens(scores, tokens, coarse, text)
    bounds = Reader(coarse).encoder.encode(text).bounds
    assert moved.tolist() == [max(range(a, b)) for a, b in itertools.pairwise(bounds)]


_ONCE = []


def tiny_draft_once():  # type: ignore[no-untyped-def]
    if not _ONCE:
        _ONCE.append(tiny_draft())
    return _ONCE[0]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=20))
def test_spearman_with_ties(pairs: list[tuple[int, int]]) -> None:
    first, second = (np.array(values, dtype=float) for values in zip(*pairs, strict=True))
    if len(set(first)) == 1 or len(set(second)) == 1:
        assert spearman(first, second) == 0
    else:
        expected = slow_spearman(first.tolist(), second.tolist())
        assert spearman(first, second) == pytest.approx(expected)


@pytest.fixture
def doc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    loaded = {"big": replace(tiny_draft("qwen3"), name="big")}
    monkeypatch.setattr(
        "specpc.drafts.load.load_draft",
        lambda name, *_, **__: loaded.setdefault(name, tiny_draft()),
    )
    path = tmp_path / "doc.txt"
    path.write_text(TEXT)
    return path


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(app, ["correlate", *map(str, args)])


def test_command(doc: Path, tmp_path: Path) -> None:
    result = run(doc, "-q", "Topic 3?", "--target", "big", "--json", "--plot", tmp_path / "p.svg")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert [layer["layer"] for layer in found["layers"]] == [0, 1, 2]
    assert -1 <= found["overall"]["spearman"] <= 1
    assert "layer of the target" in (tmp_path / "p.svg").read_text()
    table = run(doc, "--target", "big").stdout
    assert "overall" in table
    assert "layer 2" in table


@pytest.mark.parametrize(
    ("args", "told"),
    [([], "--target"), (["--target", "big", "--top", "0"], "--top"),
     (["--target", "big", "--plot", "x.txt"], ".svg")],
)  # fmt: skip
def test_command_mistakes(doc: Path, args: list[str], told: str) -> None:
    result = run(doc, *args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr
