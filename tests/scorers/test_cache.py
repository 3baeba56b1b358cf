"""Scores kept on disk: the same results without the draft, and no trust in what lies there."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from specpc import CompressionResult, Compressor
from specpc.drafts.cache import drafts_folder
from specpc.drafts.load import DeferredDraft
from specpc.errors import DraftError, UsageError
from specpc.options import Protection
from specpc.pipeline.documents import Document
from specpc.scorers.cache import ScoreCache
from specpc.scorers.settings import PaperSettings
from tests.tiny_models import byte_tokenizer, tiny_model

REPORT = Path(__file__).parents[2] / "docs" / "examples" / "harbour-report.md"
QUESTION = "Why did construction of the Berth 4 extension come to a halt?"
TEXT = "".join(f"Sentence number {i} is about topic {i % 7}. " for i in range(30))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random draft on disk."""
    path = tmp_path_factory.mktemp("drafts") / "tiny"
    tiny_model("llama").save_pretrained(path)
    byte_tokenizer().save_pretrained(path)
    return path


def made(folder: Path, cache: ScoreCache | bool, **options: Any) -> Compressor:
    return Compressor.from_pretrained(str(folder), cache=cache, **options)


def same(found: CompressionResult, expected: CompressionResult) -> bool:
    return replace(found, timings=expected.timings, runtime=expected.runtime) == expected


@pytest.mark.parametrize(
    ("question", "options"),
    [
        ("What of topic 3?", {}),
        (None, {"unit": "word"}),
        ("What of topic 3?", {"unit": "token"}),
        (None, {"scorer": "paper", "unit": "sentence"}),
    ],
)
def test_another_ratio_needs_no_weights(
    folder: Path, tmp_path: Path, question: str | None, options: dict[str, Any]
) -> None:
    plain = made(folder, False, **options)
    first = made(folder, ScoreCache(tmp_path), **options)
    result = first.compress(TEXT, question, ratio=0.5)
    assert not result.cached
    assert result.runtime is not None
    assert same(result, plain.compress(TEXT, question, ratio=0.5))
    second = made(folder, ScoreCache(tmp_path), **options)
    for ratio in (0.5, 0.3, 0.8):
        result = second.compress(TEXT, question, ratio=ratio)
        assert result.cached
        assert same(result, plain.compress(TEXT, question, ratio=ratio))
    kept = second.compress(TEXT, question, ratio=0.5, keep=Protection(("number 9",)))
    assert kept.cached
    assert "number 9" in kept.text
    assert "model" not in vars(second.draft)  # it was never loaded


def test_the_default_draft_judges_units_the_same(compressor: Compressor, tmp_path: Path) -> None:
    text = REPORT.read_text("utf-8")[:2000]
    plain = compressor.score(text, QUESTION)
    for ratio in (0.2, 0.4):
        cached = replace(compressor, cache=ScoreCache(tmp_path))
        result = cached.compress(text, QUESTION, ratio=ratio)
        assert result.cached == (ratio == 0.4)
        assert same(result, plain.compress(ratio=ratio))


def test_documents_and_messages(folder: Path, tmp_path: Path) -> None:
    documents = [Document("a", TEXT), Document("b", TEXT.replace("topic", "matter"))]
    request = [{"role": "tool", "content": TEXT}, {"role": "user", "content": "What of topic 3?"}]
    plain = made(folder, False)
    for ratio in (0.5, 0.3):
        cached = made(folder, ScoreCache(tmp_path))
        together = cached.compress_documents(documents, "Which?", ratio=ratio)
        assert together.total.cached == (ratio == 0.3)
        assert together.text == plain.compress_documents(documents, "Which?", ratio=ratio).text
        messages = cached.compress_messages(request, ratio=ratio)
        assert messages.total is not None
        assert messages.total.cached == (ratio == 0.3)
        assert messages.request == plain.compress_messages(request, ratio=ratio).request


def test_of_a_conversation_only_what_is_new_is_read(folder: Path, tmp_path: Path) -> None:
    request = [{"role": "user", "content": "What of topic 3?"}, {"role": "tool", "content": TEXT}]
    later = [*request, {"role": "user", "content": "And of topic 4?"}]
    cached = made(folder, ScoreCache(tmp_path))
    for messages, known in ((request, False), (later, True)):
        total = cached.compress_messages(messages, ratio=0.5).total
        assert total is not None
        assert total.cached == known


def test_whatever_changes_scores_is_another_entry(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    tiny_model("llama", seed=1).save_pretrained(other)
    byte_tokenizer().save_pretrained(other)
    cache = ScoreCache(tmp_path / "scores")
    usual = made(folder, cache)
    usual.compress(TEXT, "What of topic 3?", ratio=0.5)
    ahead = PaperSettings(lookahead_tokens=2)
    scorer, narrow = (settings for settings in (ahead, replace(ahead, max_window=200)))
    for compressor, text, question in (
        (usual, TEXT, "What of topic 4?"),
        (usual, TEXT + "More.", "What of topic 3?"),
        (made(folder, cache, dtype="bfloat16"), TEXT, "What of topic 3?"),
        (made(folder, cache, scorer="received-attention"), TEXT, "What of topic 3?"),
        (made(folder, cache, unit="paragraph"), TEXT, "What of topic 3?"),
        (made(other, cache), TEXT, "What of topic 3?"),
        (replace(usual, scorer=scorer), TEXT, "What of topic 3?"),
        (replace(usual, scorer=narrow), TEXT, "What of topic 3?"),
    ):
        assert not compressor.compress(text, question, ratio=0.5).cached
        assert compressor.compress(text, question, ratio=0.4).cached


@settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_damaged_file_is_computed_anew(folder: Path, tmp_path: Path, data: st.DataObject) -> None:
    for path in tmp_path.iterdir():
        path.unlink()
    told: list[str] = []
    compressor = made(folder, ScoreCache(tmp_path, tell=told.append))
    expected = compressor.compress(TEXT, "What of topic 3?", ratio=0.5)
    [path] = tmp_path.iterdir()
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    flipped = bytes([whole[at] ^ data.draw(st.integers(1, 255))])
    rest = whole[at + 1 :] if data.draw(st.booleans()) else b""
    path.write_bytes(whole[:at] + flipped + rest)
    result = compressor.compress(TEXT, "What of topic 3?", ratio=0.5)
    assert same(result, expected)
    assert result.cached == (not told)
    assert path.read_bytes() == whole or result.cached
    assert compressor.compress(TEXT, "What of topic 3?", ratio=0.5).cached


def test_the_file_of_another_text_is_not_used(folder: Path, tmp_path: Path) -> None:
    told: list[str] = []
    compressor = made(folder, ScoreCache(tmp_path, tell=told.append))
    compressor.compress(TEXT, "What of topic 3?", ratio=0.5)
    [path] = tmp_path.iterdir()
    compressor.compress(TEXT[::-1], "What of topic 3?", ratio=0.5)
    [other] = set(tmp_path.iterdir()) - {path}
    path.write_bytes(other.read_bytes())
    assert not compressor.compress(TEXT, "What of topic 3?", ratio=0.5).cached
    assert [str(path) in line for line in told] == [True]


def test_the_folder_stays_within_its_limit(folder: Path, tmp_path: Path) -> None:
    cache = ScoreCache(tmp_path, limit=5 * 14_000)
    compressor = made(folder, cache)
    first = set[Path]()
    for number in range(12):
        compressor.compress(TEXT, f"What of topic {number}?", ratio=0.5)
        first = first or set(tmp_path.iterdir())
        for path in tmp_path.iterdir():  # the clock of the file system is coarse
            age = path.stat().st_mtime_ns - 10**9
            os.utime(path, ns=(age, age))
        assert compressor.compress(TEXT, "What of topic 0?", ratio=0.4).cached
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 5 * 14_000
    assert first < set(tmp_path.iterdir())  # what is used stays


def test_a_folder_that_cannot_be_written_is_no_error(folder: Path, tmp_path: Path) -> None:
    told: list[str] = []
    (tmp_path / "file").write_text("")
    compressor = made(folder, ScoreCache(tmp_path / "file", tell=told.append))
    for _ in range(2):
        assert not compressor.compress(TEXT, "What of topic 3?", ratio=0.5).cached
    assert "going on without" in told[0]


def test_what_cannot_be_known_again_is_refused(tiny: Compressor, folder: Path) -> None:
    with pytest.raises(DraftError, match="not loaded from files"):
        replace(tiny, cache=ScoreCache()).compress(TEXT, "Why?", ratio=0.5)

    class Own(PaperSettings):
        """A scorer whose settings nobody knows."""

        def cache_key(self) -> None:  # type: ignore[override]
            return None

    compressor = replace(made(folder, True), scorer=Own())
    with pytest.raises(UsageError, match="of your own"):
        compressor.compress(TEXT, "Why?", ratio=0.5)


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder with the drafts of this machine and no scores."""
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "drafts").symlink_to(drafts_folder())
    monkeypatch.setenv("SPECPC_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "scores"


_RUN = """
import sys
from specpc_cli.main import main
try:
    main()
finally:
    print("torch" in sys.modules, "transformers" in sys.modules, file=sys.stderr)
"""


def run(*arguments: str | Path) -> tuple[str, str]:
    command = [sys.executable, "-c", _RUN, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout, done.stderr


@pytest.mark.usefixtures("compressor")  # which fetches the draft
def test_the_commands_do_without_torch(own_cache: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.md"
    text.write_text(REPORT.read_text("utf-8")[:1200], "utf-8")
    asked = (text, "-q", QUESTION, "--cache")
    _, told = run("compress", *asked, "--ratio", "0.5", "-v")
    assert "on cpu in" in told
    assert "from the cache" not in told
    assert len(list(own_cache.iterdir())) == 1
    found, told = run("compress", *asked, "--ratio", "0.2", "-v")
    assert "scores from the cache" in told
    assert told.endswith("False False\n")
    plain, _ = run("compress", *asked[:-1], "--ratio", "0.2")
    assert found == plain
    _, told = run("view", *asked, "--ratio", "0.2")
    assert told.endswith("False False\n")


def test_a_deferred_draft_is_the_same_draft(folder: Path) -> None:
    draft = made(folder, True).draft
    assert isinstance(draft, DeferredDraft)
    assert draft.folder == folder
    loaded = made(folder, False).draft
    for name in ("num_hidden_layers", "num_attention_heads", "max_position_embeddings"):
        assert getattr(draft.config, name) == getattr(loaded.config, name)
    assert draft.name == loaded.name
    assert type(draft.model) is type(loaded.model)
