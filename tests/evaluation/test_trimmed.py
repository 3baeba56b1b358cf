"""Methods that cut a target's KV cache: what it answers, what is shared, what it took."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from specpc.evaluation.base import TextMethod
from specpc.evaluation.local_target import TrimmedMethod, local_target
from specpc.evaluation.methods import build_methods
from specpc.evaluation.runner import RunPlan, run
from specpc.evaluation.tasks import request
from specpc.kv import SnapKV, SpecKV, StreamingLLM, generate
from specpc.kv.answering import AnsweringModel
from specpc.kv.lookahead import Guesser
from specpc.models.reader import Reader
from specpc.options import Setup
from specpc.pipeline.compressor import Compressor
from specpc.scorers import SCORERS
from specpc.scorers.settings import HeadProfile
from tests.evaluation.items import TEXT, item
from tests.tiny_models import byte_tokenizer, tiny_draft, tiny_model

if TYPE_CHECKING:
    from pathlib import Path

PROFILE = HeadProfile("tiny", 3, 4, ((0, 1, 1.0), (1, 0, 2.0)), "N/A", 500, "a test")
ENTRY = 3 * 2 * 2 * 8 * 4  # layers, keys and values, heads of 8 numbers in float32


@pytest.fixture
def target() -> AnsweringModel:
    return local_target(tiny_draft("qwen3"), 6)


def methods(target: AnsweringModel, *names: str) -> dict[str, TextMethod]:
    return build_methods(names, Setup("tiny"), target=target)


def method(target: AnsweringModel, name: str) -> TrimmedMethod:
    found = methods(target, name)[name]
    assert isinstance(found, TrimmedMethod)
    return found


@pytest.mark.parametrize(
    "kinds", [(SpecKV(60), SpecKV(40), SpecKV(5000)), (SnapKV(50), StreamingLLM(40), SnapKV(5000))]
)
def test_answers_are_those_of_generate(
    target: AnsweringModel, kinds: tuple[SpecKV | SnapKV | StreamingLLM, ...]
) -> None:
    model, tokenizer = target.model.model, target.model.tokenizer
    reader = Reader(target.model)
    frame = reader.frame("Why?")
    ids = torch.tensor([frame.around(reader.encoder.plain_ids(TEXT))])
    guess = tokenizer("a guess", return_tensors="pt").input_ids[0]
    looks = isinstance(kinds[0], SpecKV)
    replies = list(target.answers(TEXT, "Why?", kinds, (lambda: guess) if looks else None))
    for kind, reply in zip(kinds, replies, strict=True):
        made = generate(model, ids, kind, lookahead=[guess], max_new_tokens=6, do_sample=False)
        told = tokenizer.decode(made[0, ids.shape[1] :], skip_special_tokens=True)
        assert reply.text == told.strip()
        cost = reply.cost
        assert cost is not None
        assert cost.cache_bytes == ENTRY * min(kind.budget, ids.shape[1] - 1)
        assert 0 < cost.first_seconds <= cost.seconds
        assert cost.peak_bytes is None or cost.peak_bytes > cost.cache_bytes
    assert replies[-1] == target.answer(TEXT, "Why?")


def test_the_draft_is_asked_once_and_only_if_something_is_cut(target: AnsweringModel) -> None:
    asked: list[int] = []

    def guess() -> torch.Tensor:
        asked.append(1)
        return torch.tensor([5, 6])

    assert len(list(target.answers(TEXT, "Why?", [SpecKV(40), SpecKV(50)], guess))) == 2
    assert asked == [1]
    assert len(list(target.answers(TEXT, "Why?", [SpecKV(5000)], guess))) == 1
    assert asked == [1]


def test_the_guess_is_made_of_what_the_target_reads(
    target: AnsweringModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[tuple[object, ...]] = []
    monkeypatch.setattr(
        Guesser, "guess", lambda _, *given: read.append(given) or torch.tensor([5, 6])
    )
    asked = request(item().question)
    for name, ratio in (("speckv", 1.0), ("speckv-pc:retrieval-heads", 0.5)):
        monkeypatch.setitem(SCORERS, "retrieval-heads", lambda _: PROFILE)
        compressed = method(target, name).prepare(item())(ratio)
        assert compressed.answers is not None
        assert len(list(compressed.answers([40, 50]))) == 2
        assert read == [(compressed.text, asked, ())]
        assert (compressed.text == TEXT) == (ratio == 1.0)
        read.clear()
    compressed = method(target, "snapkv").prepare(item())(1.0)
    assert compressed.answers is not None
    assert len(list(compressed.answers([40]))) == 1
    assert read == []


def test_a_scorer_that_looks_ahead_makes_the_guess(
    target: AnsweringModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = request(item().question)
    trimmed = method(target, "speckv-pc:paper")
    assert trimmed.guesser is not None
    own = trimmed.guesser.guess(TEXT, asked)  # what the draft says to the whole text
    compressed = trimmed.prepare(item())(0.5)
    assert compressed.text != TEXT
    assert compressed.lookahead == tuple(own.tolist())
    monkeypatch.setattr("specpc.kv.lookahead.greedy_lookahead", None)  # it is not asked again
    assert trimmed.guesser.guess(TEXT, asked, compressed.lookahead).tolist() == own.tolist()
    assert compressed.answers is not None
    assert len(list(compressed.answers([40, 50]))) == 2


@pytest.mark.parametrize("name", ["speckv", "speckv-pc:paper"])
def test_a_draft_of_its_own_guesses(target: AnsweringModel, tmp_path: Path, name: str) -> None:
    tiny_model("llama").save_pretrained(tmp_path)  # of a kind that compresses without transformers
    byte_tokenizer().save_pretrained(tmp_path)
    found = build_methods([name], Setup(str(tmp_path), device="cpu"), target=target)
    compressed = found[name].prepare(item())(0.5)
    assert compressed.answers is not None
    assert len(list(compressed.answers([40, 50]))) == 2


def test_the_draft_is_the_target_where_they_have_one_name(target: AnsweringModel) -> None:
    guesser = method(target, "speckv").guesser
    assert guesser is not None
    assert guesser.compressor.draft is target.model


def test_records(target: AnsweringModel) -> None:
    subject = item(1)
    kinds = methods(target, "full", "snapkv", "speckv-pc")
    records = list(run([subject], kinds, RunPlan([0.5], [40, 60]), target=target))
    found = [(r.method, r.ratio, r.kv_budget, r.answer.cache_bytes) for r in records if r.answer]
    prompt = len(Reader(target.model).encoder.plain_ids(f"{TEXT}\n\n{request(subject.question)}"))
    assert found == [
        ("full", 1.0, None, ENTRY * (prompt + 1)),  # the first token, and not the last
        ("snapkv", 1.0, 40, ENTRY * 40),
        ("snapkv", 1.0, 60, ENTRY * 60),
        ("speckv-pc", 0.5, 40, ENTRY * 40),
        ("speckv-pc", 0.5, 60, ENTRY * 60),
    ]
    more = run([subject], kinds, RunPlan([0.5], [40, 60, 80]), target=target, done=records)
    assert [(r.method, r.kv_budget) for r in more] == [("snapkv", 80), ("speckv-pc", 80)]
    [record] = run(
        [item(answers=())], {"snapkv": kinds["snapkv"]}, RunPlan([0.5], [40]), target=target
    )
    assert record.answer is None


def test_a_draft_that_reads_less_guesses_from_what_it_would_keep(target: AnsweringModel) -> None:
    draft = tiny_draft()
    draft.model.config.max_position_embeddings = 300
    guesser = Guesser(Compressor.from_pretrained(draft), target.model, 4)
    assert 1 <= len(guesser.guess(TEXT, "Who was elected?")) <= 4
