"""Head profiles that somebody else wrote, or that were damaged, are told in one sentence."""

from __future__ import annotations

import json
import math
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import pytest

from specpc.errors import DraftError
from specpc.machine.files import cache_folder
from specpc.models.draft import Draft
from specpc.scorers import make_scorer
from specpc.scorers.profile import (
    find_profile,
    fingerprint,
    paper_settings,
    store_profile,
    stored_path,
)
from specpc.scorers.settings import DenseReference, HeadProfile, PaperSettings
from tests.tiny_models import byte_tokenizer, tiny_model

if TYPE_CHECKING:
    from pathlib import Path

DENSE = DenseReference("a.safetensors", "0" * 64, 0.5)
PROFILE = HeadProfile("tiny", 3, 4, ((0, 1, 1.0), (1, 0, -2.0)), "N/A", 500, "a test", dense=DENSE)
FIELDS: dict[str, Any] = json.loads(PROFILE.to_json())
WRONG: list[Any] = [None, "x", [], {}, True, -1, 0, 1.5, 2**40, math.nan, math.inf, -math.inf]
FITTING = {
    "draft": {"x"},
    "content_free_query": {None, "x"},
    "provenance": {"x"},
    "lexical": {-1, 0, 1.5},
    "dense": {None},
    "layers": set(),
    "heads_per_layer": set(),
    "heads": set(),
    "window": set(),
}


@pytest.fixture
def draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Draft:
    monkeypatch.setenv("SPECPC_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "model"
    model = tiny_model("llama")
    model.save_pretrained(folder)
    model.name_or_path = str(folder)
    return Draft("tiny", model, byte_tokenizer())


def test_a_profile_is_what_was_stored(draft: Draft) -> None:
    path = store_profile(draft, PROFILE)
    assert path == stored_path(draft)
    assert find_profile(draft) == PROFILE


@pytest.mark.parametrize("name", FITTING)
def test_values_that_cannot_be_are_told(name: str) -> None:
    for value in WRONG:
        fits = any(type(value) is type(one) and value == one for one in FITTING[name])
        text = json.dumps({**FIELDS, name: value})
        if fits:
            assert HeadProfile.from_json(text)
            continue
        with pytest.raises(DraftError, match=r"this is no head profile|heads that are not there"):
            HeadProfile.from_json(text)


@pytest.mark.parametrize("name", ["layer", "head", "weight"])
@pytest.mark.parametrize("value", WRONG)
def test_heads_that_cannot_be_are_told(name: str, value: Any) -> None:
    heads = [FIELDS["heads"][0], {**FIELDS["heads"][1], name: value}]
    text = json.dumps({**FIELDS, "heads": heads})
    if type(value) in {int, float} and (value == 0 or (name == "weight" and value in {-1, 1.5})):
        assert HeadProfile.from_json(text)
        return
    with pytest.raises(DraftError, match=r"this is no head profile|heads that are not there"):
        HeadProfile.from_json(text)


@pytest.mark.parametrize(
    "data", [b"", b"[" * 100_000, b'{"heads":' * 100_000, b"[]", b"5", b'"x"', b"\xff", b"null"]
)
def test_a_damaged_file_says_what_to_do(draft: Draft, data: bytes) -> None:
    store_profile(draft, PROFILE).write_bytes(data)
    with pytest.raises(DraftError, match=r"cannot be read .*: delete it, or let .* calibrate"):
        find_profile(draft)


def test_a_profile_of_another_model_is_none(draft: Draft) -> None:
    store_profile(draft, replace(PROFILE, layers=30))
    with pytest.raises(DraftError, match="it is that of another model"):
        find_profile(draft)


@pytest.mark.parametrize(
    "header", [b"[]", b"5", b"{", b'{"a": 5}', b'{"a": {}}', b"[" * 9999, b'{"a": {"dtype": 1}}']
)
def test_damaged_weights_have_no_fingerprint(tmp_path: Path, header: bytes) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header)
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it is, callers know of it
        fingerprint(tmp_path)


def write_paper(text: str) -> Path:
    path = cache_folder("profiles") / "paper.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_the_papers_rule_is_set_by_a_file(draft: Draft) -> None:
    own = {
        "skip_layers": 0, "lookahead_tokens": 8, "max_window": 4000, "kernel_size": 13,
        "neighbor_tokens": 1, "rows": 64, "weighted": False, "reduction": "mean", "pool": "mean",
    }  # fmt: skip
    write_paper(json.dumps({"llama-3": {"rows": 1}, "tin": own, "": {"rows": 2}}))
    assert paper_settings(draft) == PaperSettings(**own)
    assert set(own) == {field.name for field in fields(PaperSettings)}
    assert make_scorer("paper", draft) == PaperSettings(**own)
    assert paper_settings(replace(draft, name="other")) == PaperSettings(rows=2)


def test_what_ships_counts_where_the_file_says_nothing(draft: Draft) -> None:
    llama = replace(draft, name="meta-llama/Llama-3.2-1B")
    write_paper(json.dumps({"tin": {"rows": 2}}))
    assert paper_settings(llama) == PaperSettings(kernel_size=32, neighbor_tokens=32)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "line 1"),
        ("[]", "no JSON object"),
        ('{"tiny": []}', "are an object"),
        ('{"tiny": {"window": 3}}', "has no 'window': use skip_layers, "),
        ('{"tiny": {"kernel_size": 0}}', "kernel_size of the paper's rule cannot be 0"),
        ('{"tiny": {"rows": 1.5}}', "rows of"),
        ('{"tiny": {"weighted": 1}}', "weighted of"),
        ('{"tiny": {"pool": "median"}}', "pool of"),
        ('{"tiny": {"reduction": ["max"]}}', "reduction of"),
    ],
)
def test_settings_that_cannot_be_are_told(draft: Draft, text: str, why: str) -> None:
    path = write_paper(text)
    with pytest.raises(DraftError, match="correct or delete them") as caught:
        paper_settings(draft)
    assert str(path) in str(caught.value)
    assert why in str(caught.value)
