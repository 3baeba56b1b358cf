from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from typing import TYPE_CHECKING

import pytest
import torch
from transformers import AutoModelForCausalLM, PreTrainedModel

from specpc.drafts.convert import pre_tokenizer_name
from specpc.drafts.load import load_draft
from specpc.errors import DraftError
from tests.drafts.tiny import write_gguf

if TYPE_CHECKING:
    from pathlib import Path

LOAD = "import sys; from specpc.drafts import load_draft; load_draft(sys.argv[1], report=print)"


def entries(cache: Path) -> list[str]:
    """Everything in the cache but lock files: finished drafts and leftovers."""
    return sorted(path.name for path in cache.iterdir() if path.suffix != ".lock")


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    return write_gguf(tmp_path / "tiny.gguf")


def test_the_converted_model_is_the_one_in_the_file(cache: Path, gguf: Path) -> None:
    draft = load_draft(str(gguf), device="cpu")
    direct = AutoModelForCausalLM.from_pretrained(
        gguf.parent, gguf_file=gguf.name, dtype=torch.float32
    )
    ids = draft.tokenizer("the other\n\n12", return_tensors="pt").input_ids
    with torch.no_grad():
        assert torch.equal(draft.model(ids).logits, direct(ids).logits)
    assert draft.model.dtype == torch.float32
    assert not hasattr(draft.model.config, "quantization_config")


def test_tokens_have_offsets_and_digits_stand_alone(cache: Path, gguf: Path) -> None:
    tokenizer = load_draft(str(gguf), device="cpu").tokenizer
    encoded = tokenizer("the\n\n12 ä", return_offsets_mapping=True, add_special_tokens=False)
    assert encoded.tokens() == ["the", "ĊĊ", "1", "2", "Ġ", "Ã", "¤"]
    assert encoded.offset_mapping == [(0, 3), (3, 5), (5, 6), (6, 7), (7, 8), (8, 9), (8, 9)]
    assert tokenizer.chat_template is not None


def test_digits_are_left_alone_in_other_families(cache: Path, tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "other.gguf", pre="gpt-2")
    assert pre_tokenizer_name(path) == "gpt-2"
    # Here the last line end goes with what follows, as in GPT-2 itself.
    assert load_draft(str(path)).tokenizer.tokenize("a\n\n12") == ["a", "Ċ", "Ċ", "1", "2"]


def test_the_second_load_converts_nothing_and_prints_nothing(
    cache: Path, gguf: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    told: list[str] = []
    load_draft(str(gguf), report=told.append)
    load_draft(str(gguf), report=told.append)
    assert [line.split()[0] for line in told] == ["Converting"]
    assert capfd.readouterr() == ("", "")
    (entry,) = entries(cache)
    source = json.loads((cache / entry / "source.json").read_text())
    assert source["path"] == str(gguf.resolve())
    assert source["converted_with"]["transformers"]


def test_a_changed_file_is_converted_again_and_the_old_result_dropped(
    cache: Path, gguf: Path
) -> None:
    before = load_draft(str(gguf)).model.state_dict()
    first = entries(cache)
    write_gguf(gguf, seed=1)
    os.utime(gguf, ns=(1, 1))
    after = load_draft(str(gguf)).model.state_dict()
    assert not torch.equal(before["lm_head.weight"], after["lm_head.weight"])
    assert len(first) == len(entries(cache)) == 1
    assert first != entries(cache)


def test_an_entry_somebody_damaged_is_built_again(cache: Path, gguf: Path) -> None:
    load_draft(str(gguf))
    (entry,) = entries(cache)
    (cache / entry / "model.safetensors").unlink()
    assert load_draft(str(gguf)).model is not None


@pytest.mark.slow  # two processes convert a model
def test_two_first_runs_at_once_convert_once(cache: Path, gguf: Path) -> None:
    runs = [
        subprocess.Popen([sys.executable, "-c", LOAD, gguf], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    told = "".join(run.communicate()[0] for run in runs)
    assert [run.returncode for run in runs] == [0, 0]
    assert told.count("Converting") == 1
    assert len(entries(cache)) == 1
    load_draft(str(gguf), report=pytest.fail)


def test_a_run_that_is_waited_for_is_mentioned(cache: Path, gguf: Path) -> None:
    from specpc.drafts.cache import prepare_entry

    holder = textwrap.dedent("""
        import sys, filelock
        with filelock.FileLock(sys.argv[1]):
            print("held", flush=True)
            sys.stdin.read()
    """)
    cache.mkdir(parents=True)
    lock = cache / ".key.lock"
    with subprocess.Popen(
        [sys.executable, "-c", holder, lock],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        process.stdout.readline()
        told: list[str] = []

        def report(line: str) -> None:
            told.append(line)
            assert process.stdin is not None
            process.stdin.close()  # lets the other process go

        def build(scratch: Path) -> Path:
            (scratch / "draft").mkdir()
            return scratch / "draft"

        assert prepare_entry("key", "some draft", build, report) == cache / "key"
    assert told == ["Waiting for another process that is preparing some draft ..."]


@pytest.mark.slow  # a process is killed in the middle
def test_a_killed_run_leaves_nothing_that_matters(cache: Path, gguf: Path) -> None:
    stuck = textwrap.dedent("""
        import sys, time
        from pathlib import Path
        from specpc.drafts import convert, load_draft
        def write(tokenizer, model, target):
            target.mkdir()
            (target / "model.safetensors").write_bytes(b"half")
            print("writing", flush=True)
            time.sleep(60)
        convert._write = write
        load_draft(sys.argv[1])
    """)
    with subprocess.Popen(
        [sys.executable, "-c", stuck, gguf], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    (leftover,) = entries(cache)
    assert leftover.startswith(".")
    started = time.monotonic()
    load_draft(str(gguf))
    assert time.monotonic() - started < 30  # the dead process holds no lock
    (entry,) = entries(cache)
    assert not entry.startswith(".")


def test_a_failed_conversion_leaves_nothing(
    cache: Path, gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(PreTrainedModel, "save_pretrained", full)
    with pytest.raises(DraftError, match="No space left on device; make room") as caught:
        load_draft(str(gguf))
    assert str(cache) in str(caught.value)
    assert entries(cache) == []


def test_a_cache_that_cannot_be_written_is_named(
    tmp_path: Path, gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("SPECPC_CACHE", str(tmp_path / "file"))
    with pytest.raises(DraftError, match=r"Cannot write to the cache folder .*file/drafts"):
        load_draft(str(gguf))


@pytest.mark.parametrize("keep", [0, 10, 4000, -2000])
def test_a_damaged_file_is_one_sentence(cache: Path, gguf: Path, keep: int) -> None:
    content = gguf.read_bytes()
    gguf.write_bytes(content[:keep])
    with pytest.raises(DraftError, match=r"The GGUF file .*tiny\.gguf cannot be read") as caught:
        load_draft(str(gguf))
    assert "\n" not in str(caught.value)
    assert entries(cache) == []


def test_missing_tensors_are_not_made_up(cache: Path, gguf: Path) -> None:
    content = gguf.read_bytes()
    gguf.write_bytes(content.replace(b"blk.1.ffn_up", b"blk.1.xxx_up"))
    with pytest.raises(DraftError, match=r"incomplete: model\.layers\.1\.mlp\.up_proj"):
        load_draft(str(gguf))


def test_an_unknown_architecture_is_named(cache: Path, gguf: Path) -> None:
    gguf.write_bytes(gguf.read_bytes().replace(b"llama", b"xlama"))
    with pytest.raises(DraftError, match="architecture"):
        load_draft(str(gguf))
