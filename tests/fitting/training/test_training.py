"""Documents, lessons, losses, and runs that are stopped and go on."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from specpc.drafts.load import load_draft
from specpc.models.lean.adapted import Adapter
from specpc.models.reader import Reader
from specpc.scorers import retrieval_heads
from specpc.scorers.base import Context
from specpc.scorers.settings import AdapterReference, HeadProfile
from specpc.scorers.tensors import read_tensors
from specpc.structure.units import cut_into_units
from tests.fitting import train
from tests.fitting.tasks import generate
from tests.fitting.training.documents import Document, Question, is_held_out, join, read_file
from tests.fitting.training.lessons import prepare
from tests.fitting.training.loss import budgeted, listwise, measures
from tests.fitting.training.makers import MAKERS
from tests.fitting.training.mixing import Source, draw, sources
from tests.fitting.training.state import (
    ADAPTER,
    CHECKPOINT,
    Plan,
    Training,
    begin_like,
    new_adapter,
)
from tests.fitting.training.steps import School, examine, take
from tests.tiny_adapters import lean_of, tiny_adapter
from tests.tiny_models import byte_tokenizer, tiny_model

DOCUMENTS = [Document.of_example(e, f"made/{n}") for n, e in enumerate(generate(11, 128))]


def answers(document: Document) -> list[list[str]]:
    return [[document.context[a:b] for a, b in q.evidence] for q in document.questions]


def line_of(document: Document, **changes: Any) -> str:
    questions = [{"question": q.text, "evidence": q.evidence} for q in document.questions]
    fields = {"id": document.id, "license": "MIT", "context": document.context}
    return json.dumps({**fields, "questions": questions, **changes}) + "\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder of one file."""
    folder = tmp_path / "data"
    folder.mkdir()
    with gzip.open(folder / "made.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(line_of(document) for document in DOCUMENTS)
    return folder


@pytest.fixture
def draft_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "draft"
    tiny_model("llama").save_pretrained(folder)
    byte_tokenizer().save_pretrained(folder)
    return folder


@pytest.fixture
def school(draft_folder: Path, data: Path) -> School:
    draft = load_draft(str(draft_folder), device="cpu", dtype="float32", lean=True)
    files = [source for source in sources([data]) if source.name == "made"]
    return School(Reader(draft), lean_of(draft), files)


PLAN = Plan(steps=8, last_layer=1, rank=2, documents=1)


def begin(school: School, plan: Plan = PLAN) -> Training:
    return Training(new_adapter(school.model, plan, [10, 13], None), plan)


@given(st.lists(st.sampled_from(DOCUMENTS), min_size=1, max_size=4))
def test_joined_documents_keep_their_evidence(chosen: list[Document]) -> None:
    assert answers(join(chosen)) == [own for document in chosen for own in answers(document)]


def test_only_what_may_be_used_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write(line_of(DOCUMENTS[0]) + line_of(DOCUMENTS[1], license="CC BY-NC 4.0"))
    assert list(read_file(path)) == [DOCUMENTS[0]]


def test_what_is_held_out_is_never_drawn_for_a_step(data: Path) -> None:
    [source] = [one for one in sources([data]) if one.name == "made"]
    for held_out in (True, False):
        for seed in range(20):
            _, document = draw([source], Random(seed), held_out=held_out)
            assert {is_held_out(id) for id in document.id.split("+")} == {held_out}


# They look at all installed packages, which takes seconds.
OF_FILES = ("docstrings", "next_lines", "diffs", "sections")


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=pytest.mark.slow if n in OF_FILES else ()) for n in MAKERS],
)
@pytest.mark.parametrize("held_out", [True, False])
def test_makers_make_documents(name: str, held_out: bool) -> None:
    source = Source(name, 1.0, MAKERS[name])
    for seed in range(3):
        document = source.draw(Random(f"{name}/{seed}"), held_out=held_out)
        assert source.draw(Random(f"{name}/{seed}"), held_out=held_out) == document
        assert len(document.context) > 200
        for question in document.questions:
            assert question.text.strip()
            assert question.evidence
            for start, end in question.evidence:
                assert 0 <= start < end <= len(document.context)
                assert document.context[start:end].strip()


def test_lessons_know_the_pieces_that_answer(school: School) -> None:
    tokenizer = byte_tokenizer()
    for seed in range(12):
        rng = Random(seed)
        _, document = draw(school.given, rng)
        lesson = prepare(school.reader, document, rng)
        assert lesson is not None
        assert 1 <= len(lesson.windows) <= 3
        assert 1 <= len(lesson.questions) <= 20
        assert lesson.gold.shape == (len(lesson.questions), len(lesson.units))
        assert lesson.gold.any(dim=1).all()
        assert not (lesson.gold & ~lesson.units).any()
        said = [
            tokenizer.decode(w.ids[w.of_token == piece].tolist())
            for w in lesson.windows
            for piece in range(len(w.units))
        ]
        evidence = {text for own in answers(document) for text in own}
        for row in lesson.gold:
            for piece in row.nonzero()[:, 0].tolist():
                text = said[piece].strip()
                assert any(text in own or own in text for own in evidence)


def test_what_says_the_same_is_gold_too(school: School) -> None:
    text = "Ana kept bees. The harbour opened late. It rained. Ana kept bees. Nobody minds."
    document = Document("x", text, (Question("Who kept bees?", ((0, 14),)),))
    lesson = prepare(school.reader, document, Random(0))
    assert lesson is not None
    assert lesson.gold.tolist() == [[True, False, False, True, False]]


def test_losses_are_small_where_evidence_stands_first() -> None:
    gold = torch.tensor([[True, False, False, True], [False, True, False, False]])
    sizes = torch.tensor([5, 5, 10, 20])
    good = torch.tensor([[2.0, -1.0, -torch.inf, 3.0], [0.0, 4.0, 1.0, 2.0]])
    bad = good.where(good == -torch.inf, -good)
    assert listwise(good, gold) < listwise(bad, gold)
    assert budgeted(good, gold, sizes) < budgeted(bad, gold, sizes)
    assert measures(good, gold, sizes, 0.5) == (1.0, 0.75)
    assert measures(bad, gold, sizes, 0.1) == (0.0, 0.0)
    one = torch.tensor([[1.0, 0.0, 0.5]])
    expected = -one.log_softmax(dim=1)[0, 0]
    assert listwise(one, torch.tensor([[True, False, False]])) == pytest.approx(float(expected))


def test_a_new_adapter_changes_nothing_yet(school: School) -> None:
    adapter = begin(school).adapter
    assert all((outer == 0).all() for outer in adapter.outer.values())
    assert adapter.fits(school.model.config, school.model.layers[0])
    assert float(adapter.heads.detach().sum()) == pytest.approx(30.0)


def test_an_adapter_can_begin_where_a_longer_one_is(school: School) -> None:
    long, short = tiny_adapter(school.model, 3, 4), begin(school).adapter
    with torch.no_grad():
        begin_like(short, long)
    assert torch.equal(short.heads, long.heads[:2])
    assert torch.equal(short.probe, long.probe)
    with pytest.raises(ValueError, match="is \\(2"):
        begin_like(tiny_adapter(school.model, 3, 4), tiny_adapter(school.model, 2, 4))


def test_steps_learn(school: School) -> None:
    training = begin(school, replace(PLAN, steps=30))
    first = examine(school, training.adapter, 2)["made"]
    [(name, loss, best, recall)] = list(take(school, training))
    assert name == "made"
    assert np.isfinite(loss)
    assert 0 <= best <= 1
    assert 0 <= recall <= 1
    assert all((outer != 0).any() for outer in training.adapter.outer.values())
    assert examine(school, training.adapter, 2)["made"] == pytest.approx(first, abs=1.0)

    lesson = school.lesson("one")[1]
    losses = []
    for _ in range(20):
        scores = school.scores(training.adapter, lesson)
        total = listwise(scores, lesson.gold) + budgeted(scores, lesson.gold, lesson.sizes)
        total.backward()  # type: ignore[no-untyped-call]
        training.update()
        losses.append(float(total.detach()))
    assert losses[-1] < losses[0]


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(
    school: School, tmp_path: Path
) -> None:
    whole, part = begin(school), begin(school)
    for _ in range(4):
        list(take(school, whole))
    for _ in range(2):
        list(take(school, part))
    part.save(tmp_path)
    list(take(school, part))  # after the checkpoint: lost
    again = begin(school)
    assert again.resume(tmp_path)
    assert again.step == 2
    for _ in range(2):
        list(take(school, again))
    for name, tensor in whole.adapter.tensors().items():
        assert torch.equal(tensor, again.adapter.tensors()[name]), name
    with pytest.raises(ValueError, match="other settings"):
        begin(school, replace(PLAN, seed=1)).resume(tmp_path)


def test_the_command_trains_what_the_product_reads(
    draft_folder: Path, data: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("SPECPC_CACHE", str(tmp_path / "cache"))
    home = tmp_path / "cache" / "profiles"
    # Windows of a thousand bytes have no room for the sources that make long texts.
    monkeypatch.setattr(train, "sources", lambda folders: sources(folders)[:1])
    command = [str(home), str(data), "--draft", str(draft_folder), "--dtype", "float32",
               "--steps", "3", "--last-layer", "1", "--rank", "2", "--held-out", "1"]  # fmt: skip
    train.main([*command, "--minutes", "0"])
    assert "begins at 0" in capsys.readouterr().out
    train.main(command)
    told = capsys.readouterr().out
    assert "goes on from 1" in told
    assert "EVAL 3" in told
    assert (home / CHECKPOINT).exists()
    adapter = Adapter.from_tensors(read_tensors((home / ADAPTER).read_bytes()))
    assert adapter.last_layer == 1

    fields = json.loads(told.splitlines()[-1])["adapter"]
    draft = load_draft(str(draft_folder), device="cpu", dtype="float32", lean=True)
    profile = HeadProfile(
        "tiny", 3, 4, ((0, 1, 1.0),), "N/A", 500, "", adapter=AdapterReference(**fields)
    )
    document, reader = DOCUMENTS[0], Reader(draft)
    tokens = reader.encoder.encode(document.context)
    pieces = cut_into_units(document.context, tokens.bounds, "structure")
    context = Context(tokens.ids, [(0, 400), (400, len(tokens))], pieces)
    found = retrieval_heads.score(profile, reader, document.questions[0].text, context)
    assert found.pieces is not None
    assert np.isfinite(found.pieces).all()


def test_questions_move_with_their_text() -> None:
    assert Question("Why?", ((1, 4), (6, 9))).moved(3) == Question("Why?", ((4, 7), (9, 12)))
