"""`specpc generate`: what goes where, and one sentence for every mistake (tiny models)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast
from typer.testing import CliRunner, Result

from specpc.kv.answering import Answerer
from specpc.kv.lookahead import greedy_lookahead
from specpc.kv.settings import METHODS, KVSettings
from specpc.pipeline.compressor import Compressor
from tests.command_line import app
from tests.tiny_models import tiny_draft, tiny_model

TEXT = "".join(f"Sentence number {i} says something about topic {i % 7}.\n" for i in range(20))


@pytest.fixture(autouse=True)
def _tiny_models(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = {"big": replace(tiny_draft("qwen3"), name="big")}
    monkeypatch.setattr(
        "specpc.drafts.load.load_draft",
        lambda name, *_, **__: loaded.setdefault(name, tiny_draft()),
    )


def run(*args: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(
        app, ["generate", "--target", "big", "--max-new-tokens", "8", *map(str, args)], input=stdin
    )


@pytest.fixture
def doc(tmp_path: Path) -> Path:
    path = tmp_path / "doc.txt"
    path.write_text(TEXT)
    return path


@pytest.mark.parametrize("method", METHODS)
def test_every_method_answers_on_stdout_alone(doc: Path, method: str) -> None:
    result = run(doc, "-q", "Topic 3?", "--method", method)
    assert result.exit_code == 0, result.stderr
    assert result.stdout_bytes.endswith(b"\n")
    assert result.stderr == ""


def test_verbose_tells_what_it_took(doc: Path) -> None:
    full = run(doc, "-q", "Topic 3?", "--method", "full", "-v").stderr
    small = run(doc, "-q", "Topic 3?", "--method", "speckv", "--kv-budget", "40", "-v").stderr
    for told in (full, small):
        assert "first token after" in told
        assert "tokens/s" in told
        assert "peak memory" in told
    # 3 layers, keys and values, 2 heads of 8 numbers in float32, 40 entries.
    assert f"KV cache {3 * 2 * 2 * 8 * 4 * 40:,} bytes" in small
    assert f"KV cache {3 * 2 * 2 * 8 * 4 * 40:,} bytes" not in full


def test_stdin_and_several_files(doc: Path) -> None:
    assert run("-q", "Topic?", "--method", "full", stdin=TEXT.encode()).exit_code == 0
    one = run(doc, "--method", "full", "-v").stderr
    two = run(doc, doc, "--method", "full", "-v").stderr
    assert f"prompt {len(TEXT) + 4:,} tokens" in one  # start, blank line, newline; a token a byte
    assert f"prompt {2 * len(TEXT) + 6:,} tokens" in two


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--method", "none"], "no method 'none'"),
        (["--method", "full", "--kv-budget", "99"], "--kv-budget does nothing"),
        (["--method", "snapkv", "--lookahead", "9"], "--lookahead does nothing"),
        (["--method", "speckv", "--prompt-budget", "9"], "--prompt-budget does nothing"),
        (["--method", "speckv", "--scorer", "paper"], "--scorer does nothing"),
        (["--method", "speckv-pc", "--scorer", "none"], "no scorer 'none'"),
        (["--kv-budget", "32"], "at least 33"),
        (["--lookahead", "0"], "at least 1"),
        (["-q", " "], "the question is empty"),
    ],
)
def test_usage_errors(doc: Path, args: list[str], told: str) -> None:
    result = run(doc, *args)
    assert (result.exit_code, result.stdout_bytes) == (2, b"")
    assert told in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_prompt_too_long_is_refused(tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text(TEXT * 6)
    result = run(tmp_path / "long.txt", "--method", "snapkv")
    assert result.exit_code == 1
    assert "4,096" in result.stderr
    small = ["--method", "speckv-pc", "--prompt-budget", "500", "--kv-budget", "60"]
    assert run(tmp_path / "long.txt", "-q", "Topic 3?", *small).exit_code == 0


def pair_tokenizer() -> PreTrainedTokenizerFast:
    """Another vocabulary: bytes in another order, and one pair."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet(), reverse=True)
    vocabulary = {"<s>": 0, "</s>": 1} | {c: i + 2 for i, c in enumerate(alphabet)} | {"to": 258}
    backend = Tokenizer(models.BPE(vocab=vocabulary, merges=[("t", "o")]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=backend, bos_token="<s>", eos_token="</s>")


def test_a_draft_with_another_tokenizer_guesses_in_the_targets_tokens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draft = tiny_draft()
    target = replace(draft, model=tiny_model("qwen3"), tokenizer=pair_tokenizer(), name="big")
    seen = []
    monkeypatch.setattr(
        "specpc.kv.lookahead.greedy_lookahead",
        lambda *_: [draft.tokenizer("a topic", return_tensors="pt").input_ids[0]],
    )
    from specpc.kv import answering

    real = answering.prefill_each
    monkeypatch.setattr(
        answering, "prefill_each", lambda *a, **k: seen.append(k["lookahead"]) or real(*a, **k)
    )
    settings = KVSettings("speckv", kv_budget=50, max_new_tokens=4)
    Answerer(target, settings, Compressor.from_pretrained(draft)).answer(TEXT, "Topic 3?")
    assert seen[0][0].tolist() == target.tokenizer("a topic").input_ids
    assert 258 in seen[0][0]


def test_speckv_pc_reads_the_text_once_where_its_scorer_guesses(
    doc: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[int] = []

    def noted(model: Any, ids: torch.Tensor, count: int) -> list[torch.Tensor]:
        reads.append(ids.shape[1])
        return greedy_lookahead(model, ids, count)

    monkeypatch.setattr("specpc.kv.lookahead.greedy_lookahead", noted)
    cut = ["-q", "Topic 3?", "--prompt-budget", "300", "--kv-budget", "60"]
    by_heads = ["--method", "speckv-pc", "--scorer", "received-attention"]
    assert run(doc, *cut, *by_heads).exit_code == 0
    assert reads
    assert max(reads) <= 300 + len("Topic 3?") + 4  # what is left of the text, in the template
    reads.clear()
    # Whatever is kept, the look-ahead came from the whole text, and goes to the target as it is.
    assert run(doc, *cut, "--method", "speckv-pc", "--scorer", "paper").exit_code == 0
    assert reads == []
    # Nothing was scored of a text within the budget, so there is no look-ahead yet.
    whole = ["--prompt-budget", "4000", *cut[4:], "--method", "speckv-pc", "--scorer", "specpc"]
    assert run(doc, *cut[:2], *whole).exit_code == 0
    assert len(reads) == 1
