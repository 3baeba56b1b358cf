"""Budgets in the tokens of other models: kept, used, and nothing downloaded unasked."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tiktoken
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from typer.testing import CliRunner

from specpc import Compressor
from specpc.counting.counters import DRAFT, PLAIN, Counter, find_counter, tiktoken_counter
from specpc.counting.tiktoken_files import VOCABULARIES, load_encoding
from specpc.errors import BudgetError, InputError, TokenizerError, UsageError
from specpc.results import Span
from specpc.selection.base import Picked
from specpc.selection.fit import Fit
from specpc.text.joined import JoinedTexts
from specpc.text.pieces import Scores
from tests.command_line import app
from tests.counting.vocabularies import CARRIED, provide_vocabularies
from tests.pipeline.marked import check_marked
from tests.pipeline.test_properties import gaps, questions, texts
from tests.tiny_models import byte_tokenizer, tiny_draft, use_draft

if TYPE_CHECKING:
    pass

REPORT = (Path(__file__).parents[2] / "docs" / "examples" / "harbour-report.md").read_text("utf-8")
COUNTERS = ("draft", "characters", "words", "gpt-4", "gpt-4o", "bytes", "trained")


def fail(*_: object, **__: object) -> Any:
    raise AssertionError("the network was touched")


@pytest.fixture(scope="session")
def vocabularies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vocabularies")
    provide_vocabularies(folder)
    return folder


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a byte-level BPE of 600 tokens that would put special ones around a text."""
    folder = tmp_path_factory.mktemp("trained")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=600,
        special_tokens=["<s>", "</s>", "<|im_end|>"],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator([REPORT], trainer)
    tokenizer.enable_truncation(10)
    tokenizer.enable_padding()
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


@pytest.fixture(scope="session")
def counters(vocabularies: Path, trained: Path, tmp_path_factory: Any) -> dict[str, Counter]:
    """One of every kind."""
    own = tmp_path_factory.mktemp("bytes") / "tokenizer.json"
    byte_tokenizer().backend_tokenizer.save(str(own))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIKTOKEN_CACHE_DIR", str(vocabularies))
        patch.setattr("tiktoken.load.read_file", fail)
        found = {
            name: find_counter({"bytes": str(own), "trained": str(trained)}.get(name, name))
            for name in COUNTERS
        }
    return {name: counter for name, counter in found.items() if counter is not None}


def test_every_kind_counts(counters: dict[str, Counter]) -> None:
    text = "don't stop: 3.14 🇫🇷 <|endoftext|><|im_end|>"
    counted = {name: counter.count(text) for name, counter in counters.items()}
    for name, encoding in (("gpt-4", "cl100k_base"), ("gpt-4o", "o200k_base")):
        plain = tiktoken.get_encoding(encoding).encode(text, disallowed_special=())
        assert counted.pop(name) == len(plain)
    assert 1 < counted.pop("trained") < len(text.encode())
    assert counted == {
        "characters": len(text), "words": 5, "bytes": len(text.encode())
    }  # fmt: skip
    assert all(counter.count("") == 0 for counter in counters.values())


def test_names_that_people_type(vocabularies: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(vocabularies))
    loaded: list[str] = []

    def load(name: str, **options: Any) -> tiktoken.Encoding:
        loaded.append(name)
        return load_encoding(name, **options)

    monkeypatch.setattr("specpc.counting.counters.load_encoding", load)
    for name, encoding in {
        "gpt-4o": "o200k_base",
        "gpt-5-mini": "o200k_base",
        "ft:gpt-4o:acme": "o200k_base",
        "gpt-oss-20b": "o200k_harmony",
        "text-embedding-3-small": "cl100k_base",
        "cl100k_base": "cl100k_base",
    }.items():
        counter = find_counter(name)
        assert counter is not None
        assert (counter.name, loaded.pop()) == (name, encoding)
    assert find_counter("draft") is None


relaxed = settings(
    deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@relaxed
@given(
    texts,
    questions,
    st.sampled_from(["sentence", "line", "word", "token"]),
    gaps,
    st.sampled_from(COUNTERS),
    st.floats(0.01, 1.0),
    st.booleans(),
)
def test_no_budget_is_exceeded(
    tiny: Compressor,
    counters: dict[str, Counter],
    text: str,
    question: str | None,
    unit: str,
    gap: str,
    name: str,
    ratio: float,
    absolute: bool,
) -> None:
    assume(text.strip())
    compressor = replace(tiny, unit=unit, counter=counters.get(name))
    count = (compressor.counter or Counter(DRAFT, tiny.reader.encoder.count)).count
    budget: dict[str, Any] = {"ratio": ratio}
    if absolute:
        budget = {"target_tokens": max(1, int(ratio * count(text)))}
    try:
        result = compressor.compress(text, question, gap=gap, **budget)
    except BudgetError:
        assume(False)
    assert result.original_tokens == count(text)
    assert result.compressed_tokens == count(result.text) <= result.budget
    assert result.budget <= max(1, ratio * count(text) + 1e-6)
    kept = [text[span.start : span.end] for span in result.spans]
    check_marked(result.text, kept, result.positions, gap)
    assert result.tokenizer == (compressor.counter.name if compressor.counter else "draft")


@pytest.mark.parametrize("unit", ["sentence", "word", "token"])
@pytest.mark.parametrize("name", COUNTERS)
def test_budgets_are_used(
    tiny: Compressor, counters: dict[str, Counter], name: str, unit: str
) -> None:
    compressor = replace(tiny, unit=unit, counter=counters.get(name))
    scored = compressor.score(REPORT[:8000], "What was the reason for the drop?")
    for ratio in (0.1, 0.2, 0.35, 0.5, 0.8):
        result = scored.compress(ratio=ratio)
        assert 0.97 * result.budget <= result.compressed_tokens <= result.budget


class Blocks:
    """Picks blocks of 10 draft tokens, of which each has 25 characters of text."""

    def __init__(self) -> None:
        self.calls = 0

    def pick(self, scores: Scores, allowance: int) -> Picked:
        self.calls += 1
        return Picked([Span(50 * i, 50 * i + 25, 1.0) for i in range(allowance // 10)])


@pytest.mark.parametrize("rate", [0.1, 1.0, 2.5, 30.0])
@pytest.mark.parametrize("budget", [24, 25, 26, 500, 777, 2500])
def test_a_wrong_guess_costs_a_few_rounds(rate: float, budget: int) -> None:
    """Whatever the counter was thought to make of a draft token."""
    picker = Blocks()
    fit = Fit(JoinedTexts.plain("x" * 5000), 5000, budget, "", len, rate)
    scores = Scores(np.zeros(1000))
    if budget < 25:
        with pytest.raises(BudgetError, match="nothing of this text fits"):
            fit.fit(picker, scores)
    else:
        assert fit.fit(picker, scores).tokens == budget // 25 * 25
    assert picker.calls <= 12


def test_a_new_counter_is_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PLAIN, "lines", Counter("lines", lambda text: len(text.splitlines())))
    counter = find_counter("lines")
    assert counter is not None
    assert counter.count("a\nb") == 2
    with pytest.raises(UsageError, match="did you mean lines"):
        find_counter("linse")


def test_unknown_names(tmp_path: Path) -> None:
    for name, told in {
        "gpt4o": "did you mean gpt-4o",
        "no-such": "there is no tokenizer 'no-such'",
        "": "there is no tokenizer ''",
        str(tmp_path): "has no tokenizer.json",
    }.items():
        with pytest.raises(UsageError, match=told):
            find_counter(name)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(TokenizerError, match="cannot be read"):
        find_counter(str(tmp_path))


def test_a_folder_and_a_file(trained: Path) -> None:
    for name in (str(trained), str(trained / "tokenizer.json")):
        counter = find_counter(name, offline=True)
        assert counter is not None
        assert counter.name == name
        assert counter.count(REPORT) > 1000  # truncation to 10 is off


def test_the_table_of_vocabularies_is_tiktokens(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str | None]] = []

    def note(url: str, expected_hash: str | None = None) -> bytes:
        asked.append((url, expected_hash))
        return b"{}" if url.endswith(".json") else b""

    monkeypatch.setattr("tiktoken.load.read_file_cached", note)
    from tiktoken_ext.openai_public import ENCODING_CONSTRUCTORS

    for name, construct in ENCODING_CONSTRUCTORS.items():
        asked.clear()
        try:
            construct()
        except AssertionError:  # gpt2 compares its two files
            assert name == "gpt2"
        assert asked == [(file.url, file.sha256) for file in VOCABULARIES[name]]


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr("tiktoken.registry.ENCODINGS", {})
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.delenv("TRANSFORMERS_OFFLINE", raising=False)
    return tmp_path


@pytest.mark.parametrize("forbidden_by", ["option", "HF_HUB_OFFLINE"])
def test_a_forbidden_download_says_what_to_put_where(
    empty_cache: Path, monkeypatch: pytest.MonkeyPatch, forbidden_by: str
) -> None:
    monkeypatch.setattr("tiktoken.load.read_file", fail)
    if forbidden_by != "option":
        monkeypatch.setenv(forbidden_by, "1")
    damaged = empty_cache / "fb374d419588a4632f3f557e76b4b70aebbca790"
    damaged.write_bytes(b"not it")
    with pytest.raises(TokenizerError) as raised:
        find_counter("gpt-4o", offline=forbidden_by == "option", report=fail)
    told = str(raised.value)
    assert "downloads are forbidden" in told
    assert "encodings/o200k_base.tiktoken as fb374d419588a4632f3f557e76b4b70aebbca790" in told
    assert f"put it into {empty_cache}, the folder TIKTOKEN_CACHE_DIR names" in told
    assert damaged.read_bytes() == b"not it"  # tiktoken itself would have deleted it


def test_a_failed_download_is_announced_and_explained(
    empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR")
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(empty_cache))

    def unreachable(url: str) -> bytes:
        assert told, "not announced"
        raise ConnectionError(f"HTTPSConnectionPool: Max retries exceeded with url {url * 3}")

    monkeypatch.setattr("tiktoken.load.read_file", unreachable)
    told: list[str] = []
    with pytest.raises(TokenizerError, match=r"\(ConnectionError\).*set TIKTOKEN_CACHE_DIR to"):
        find_counter("gpt-4", report=told.append)
    [line] = told
    assert line.startswith("Fetching the vocabulary of cl100k_base from https://openaipublic.")


def test_a_download_is_kept(
    empty_cache: Path, vocabularies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [file] = VOCABULARIES["cl100k_base"]
    data = (vocabularies / file.cache_name).read_bytes()
    monkeypatch.setattr("tiktoken.load.read_file", lambda _: data)
    told: list[str] = []
    for _ in range(2):
        load_encoding("cl100k_base", offline=False, report=told.append)
        monkeypatch.setattr("tiktoken.registry.ENCODINGS", {})
    assert len(told) == 1
    assert [path.name for path in empty_cache.iterdir()] == [file.cache_name]


def test_hub_ids_offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, trained: Path) -> None:
    monkeypatch.setattr("specpc.machine.hub.fetch_file", fail)
    monkeypatch.setattr("specpc.machine.hub.cached_file", lambda *_: None)
    with pytest.raises(TokenizerError, match=r"downloads are forbidden.*without offline=True"):
        find_counter("acme/model", offline=True, report=fail)
    cached = trained / "tokenizer.json"
    monkeypatch.setattr("specpc.machine.hub.cached_file", lambda *_: cached)
    counter = find_counter("acme/model", offline=True, report=fail)
    assert counter is not None
    assert counter.name == "acme/model"


def test_what_tiktoken_gives_up_on() -> None:
    class PanicException(BaseException):
        """As pyo3 raises it."""

    class Encoding:
        def encode_ordinary(self, _: str) -> list[int]:
            raise PanicException("StackOverflow")

    with pytest.raises(InputError, match="run of white space"):
        tiktoken_counter("gpt-4o", Encoding()).count("text")  # type: ignore[arg-type]


def test_nothing_is_imported_before_it_is_needed() -> None:
    code = "import sys, specpc.counting; print({'tiktoken', 'tokenizers'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.fixture
def _command(monkeypatch: pytest.MonkeyPatch, vocabularies: Path) -> None:
    draft = tiny_draft()
    use_draft(monkeypatch, draft)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(vocabularies))


@pytest.mark.usefixtures("_command")
@pytest.mark.parametrize("name", ["gpt-4o", "words", "draft"])
def test_the_command_counts_by_a_tokenizer(name: str) -> None:
    args = ["compress", "-q", "Why?", "--tokenizer", name, "--target-tokens", "300", "--json"]
    result = CliRunner().invoke(app, [*args, "-v"], input=REPORT[:8000].encode())
    made = json.loads(result.stdout)
    assert made["tokenizer"] == name
    assert 280 < made["compressed_tokens"] <= 300
    shown = {"gpt-4o": " gpt-4o tokens (", "words": " words (", "draft": " tokens ("}[name]
    assert shown in result.stderr


@pytest.mark.usefixtures("_command")
def test_the_commands_mistakes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    args = ["compress", "--ratio", "0.2", "--tokenizer"]
    result = CliRunner().invoke(app, [*args, "gpt4o"], input=b"text")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "did you mean gpt-4o" in result.stderr
    monkeypatch.setattr("tiktoken.registry.ENCODINGS", {})
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    result = CliRunner().invoke(app, [*args, "gpt-4o", "--offline"], input=b"text")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "put it into" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_real_vocabularies_are_the_ones_carried(vocabularies: Path) -> None:
    names = {file.cache_name for name in CARRIED for file in VOCABULARIES[name]}
    assert {path.name for path in vocabularies.iterdir()} == names
