"""``specpc calibrate`` from the command line to the scorer that uses what it found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from typer.testing import CliRunner

from specpc import Compressor
from specpc.calibration.calibrate import calibrate
from specpc.calibration.example import shipped_examples
from specpc.drafts.load import load_draft
from specpc.errors import DraftError, InputError
from specpc.scorers import make_scorer
from specpc.scorers.profile import (
    find_profile,
    fingerprint,
    shipped_profile,
    store_profile,
    stored_path,
)
from specpc.scorers.settings import HeadProfile
from specpc_cli.calibrate import own_examples
from tests.command_line import app
from tests.tiny_models import byte_tokenizer, tiny_draft, tiny_model

ITEM: dict[str, object] = {"context": "The sky is blue. Ada bought the red boat. Nobody came.",
        "question": "Who has the boat?", "evidence": ["Ada bought the red boat."]}  # fmt: skip


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SPECPC_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "profiles"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "my model"
    tiny_model("llama").save_pretrained(folder)
    byte_tokenizer().save_pretrained(folder)
    return folder


def run(*args: object, stdin: bytes | None = None) -> Any:
    return CliRunner().invoke(app, [*map(str, args)], input=stdin)


def write_items(path: Path, *items: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(item) + "\n" for item in items))
    return path


def profile(**changes: Any) -> HeadProfile:
    fields: dict[str, Any] = {
        "draft": "x", "layers": 3, "heads_per_layer": 4, "heads": ((1, 2, 1.0), (2, 0, 0.5)),
        "content_free_query": "N/A", "window": 500, "provenance": "a test"}  # fmt: skip
    return HeadProfile(**fields | changes)


def test_calibrated_once_used_from_then_on(model: Path, cache: Path, tmp_path: Path) -> None:
    data = write_items(tmp_path / "mine.jsonl", ITEM, {**ITEM, "evidence": []})
    text = write_items(tmp_path / "text.txt", ITEM)
    ask = ("compress", text, "-q", "Why?", "--ratio", "0.9", "--draft", model, "-v")
    before = run(*ask)
    assert f"specpc calibrate --draft '{model}'" in before.stderr
    assert "scorer paper" in before.stderr

    copy = tmp_path / "profile.json"
    result = run("calibrate", "--draft", model, "--examples", 16, "--data", data, "-o", copy)
    assert result.exit_code == 0, result.stderr
    [kept] = cache.iterdir()
    assert result.stdout.endswith(f"{kept}\n")
    assert "from 17 examples" in result.stdout
    found = HeadProfile.from_json(kept.read_text())
    assert copy.read_text() == kept.read_text()
    assert (found.layers, found.heads_per_layer, found.window) == (3, 4, 1000)
    assert "seed 0" in found.provenance
    assert "mine" in found.provenance

    after = run(*ask)
    assert "scorer retrieval-heads" in after.stderr
    assert "specpc calibrate" not in after.stderr


def test_the_same_examples_give_the_same_profile() -> None:
    draft, examples = tiny_draft(), shipped_examples()[:8]
    found = [calibrate(draft, examples, source="a test").profile for _ in range(2)]
    assert found[0] == found[1]


def test_the_key_is_the_model_not_its_name(model: Path, tmp_path: Path) -> None:
    draft = load_draft(str(model), device="cpu")
    path = store_profile(draft, profile())
    moved = model.rename(tmp_path / "elsewhere")
    assert find_profile(draft) is None  # its files are gone, so nothing is known of it
    again = load_draft(str(moved), device="cpu", dtype="bfloat16")
    assert stored_path(again) == path
    assert find_profile(again) == profile()

    changed = tiny_model("llama", seed=1)
    changed.save_pretrained(moved)
    assert find_profile(load_draft(str(moved), device="cpu")) is None


def test_one_changed_tensor_changes_the_fingerprint(model: Path) -> None:
    before = fingerprint(model)
    changed = tiny_model("llama")
    with torch.no_grad():
        changed.get_parameter("model.layers.2.self_attn.q_proj.weight").mul_(1.01)
    changed.save_pretrained(model)
    assert fingerprint(model) != before
    (model / "model.safetensors").write_bytes(b"\xff" * 100)
    with pytest.raises(ValueError, match="safetensors"):
        fingerprint(model)


def test_auto_prefers_what_was_calibrated_here(model: Path) -> None:
    draft = load_draft(str(model), device="cpu")
    assert make_scorer("auto", draft).name == "paper"
    with pytest.raises(DraftError, match="command specpc calibrate once for draft='"):
        make_scorer("retrieval-heads", draft)
    store_profile(draft, profile())
    for name in ("auto", "retrieval-heads"):
        assert make_scorer(name, draft) == profile()
    assert make_scorer("specpc", draft).name == "paper"


def test_a_damaged_profile_is_named(model: Path) -> None:
    draft = load_draft(str(model), device="cpu")
    path = store_profile(draft, profile())
    path.write_text("{")
    with pytest.raises(DraftError, match="delete it") as caught:
        make_scorer("auto", draft)
    assert str(path) in str(caught.value)


def test_a_failure_leaves_the_old_profile(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = store_profile(load_draft(str(model), device="cpu"), profile())

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("specpc.calibration.calibrate.choose_heads", interrupted)
    result = run("calibrate", "--draft", model, "--examples", 16)
    assert result.exit_code == 130
    assert HeadProfile.from_json(path.read_text()) == profile()
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_draft_in_memory_has_no_place() -> None:
    assert stored_path(tiny_draft()) is None
    with pytest.raises(DraftError, match="load it again"):
        store_profile(tiny_draft(), profile())


def test_profiles_survive_being_written() -> None:
    assert HeadProfile.from_json(profile().to_json()) == profile()
    assert HeadProfile.from_json(profile(content_free_query=None).to_json()).heads[1] == (2, 0, 0.5)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"{", "line 1: not valid JSON"),
        (b'{"text": 1}', "unknown shape"),
        (json.dumps({**ITEM, "evidence": []}).encode(), "nothing to learn from"),
        (json.dumps({**ITEM, "question": ""}).encode(), "nothing to learn from"),
        (json.dumps({**ITEM, "evidence": ["not there"]}).encode(), "nothing to learn from"),
    ],
)
def test_bad_data_is_named_before_anything_is_loaded(
    line: bytes, told: str, tmp_path: Path
) -> None:
    data = tmp_path / "bad.jsonl"
    data.write_bytes(line + b"\n")
    result = run("calibrate", "--draft", "no/such-model", "--offline", "--data", data)
    assert result.exit_code == 1
    assert told in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_usage_errors(tmp_path: Path) -> None:
    assert run("calibrate", "--data", tmp_path / "none.jsonl").exit_code == 2
    assert run("calibrate", "-o", tmp_path / "none" / "profile.json").exit_code == 2
    assert run("calibrate", "--draft", "what").exit_code == 2


def test_a_model_that_cannot_be_observed(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = load_draft(str(model), device="cpu")
    draft.model.set_attn_implementation("sdpa")
    monkeypatch.setattr("specpc.drafts.load.load_draft", lambda *_, **__: draft)
    result = run("calibrate", "--draft", model)
    assert result.exit_code == 1
    assert "cannot be observed" in result.stderr


def test_long_items_are_cut_around_their_evidence(tmp_path: Path) -> None:
    gold = "Ada bought the red boat."
    context = "It rained. " * 3000 + gold + " It rained." * 3000
    far = "The end came."
    path = write_items(
        tmp_path / "long.jsonl", {**ITEM, "context": context + far, "evidence": [gold, far]}, ITEM
    )
    first, second = own_examples([path], 5)
    assert len(first.context) == 8000
    assert [first.context[a:b] for a, b in first.evidence] == [gold]
    assert first.own
    assert second.context == ITEM["context"]
    assert len(own_examples([path], 1)) == 1
    with pytest.raises(InputError, match="both called"):
        own_examples([path, path], 1)


@pytest.mark.slow  # calibrates the real draft
def test_the_default_draft(compressor: Compressor) -> None:
    """Six examples are enough to find most of the evidence of others."""
    draft = compressor.draft
    found = calibrate(draft, shipped_examples()[:6], source="a test").profile
    assert min(layer for layer, _, _ in found.heads) >= 7
    assert found.last_layer < 30
    shipped = shipped_profile(draft)
    assert shipped is not None
    assert (found.adapter, found.dense) == (shipped.adapter, shipped.dense)  # not lost
    assert {head[:2] for head in found.heads} & {head[:2] for head in shipped.heads}
    example = shipped_examples()[16]  # an article like the first, which had a say
    scorer = found
    result = Compressor(draft, scorer).compress(example.context, example.question, ratio=0.3)
    assert all(example.context[start:end] in result.text for start, end in example.evidence)
