"""Real processes, real pipes, the real default draft."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from specpc import Compressor

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and /dev are POSIX")
SPECPC = [sys.executable, "-m", "specpc_cli"]
REPORT = Path(__file__).parents[2] / "docs" / "examples" / "harbour-report.md"
QUESTION = "What was the reason for the sharp drop in fertiliser tonnage?"


@pytest.fixture(autouse=True)
def _draft_is_cached(compressor: Compressor) -> None:
    """No process below should have to fetch it."""


def shell(command: str) -> subprocess.CompletedProcess[bytes]:
    specpc = " ".join(SPECPC)
    script = f'set -o pipefail; specpc() {{ {specpc} "$@"; }}\n{command}'
    return subprocess.run(["bash", "-c", script], capture_output=True, check=False)


def test_in_a_pipe() -> None:
    done = shell(f"head -c 6000 {REPORT} | specpc compress -q '{QUESTION}' --ratio 0.3 | cat")
    assert done.returncode == 0
    assert done.stderr == b""
    assert b"Tollan" in done.stdout
    assert done.stdout in REPORT.read_bytes() or len(done.stdout) < 2200


def test_a_reader_that_leaves_early() -> None:
    done = shell(
        f"specpc compress {REPORT} --ratio 1 | head -c 10 >/dev/null; echo ${{PIPESTATUS[0]}}"
    )
    assert done.stderr == b""
    assert done.stdout.strip() in {b"0", b"141"}


def test_closed_stdout() -> None:
    done = shell(f"specpc compress {REPORT} --ratio 1 >&-")
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert done.stderr.startswith(b"specpc: ")


def test_full_disk() -> None:
    done = shell(f"specpc compress {REPORT} --ratio 1 > /dev/full")
    assert done.returncode == 1
    assert b"No space left" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.slow  # a run is interrupted after seconds, twice
def test_ctrl_c_and_kill_leave_no_half_file(tmp_path: Path) -> None:
    long = tmp_path / "long.txt"
    long.write_text(REPORT.read_text("utf-8") * 24, "utf-8")
    for sent, codes in ((signal.SIGINT, {130}), (signal.SIGTERM, {-signal.SIGTERM})):
        out = tmp_path / "out.txt"
        out.write_text("good")
        args = [*SPECPC, "compress", str(long), "-q", QUESTION, "--ratio", "0.1", "-o", str(out)]
        # Whoever runs the tests in the background has children ignore Ctrl-C.
        heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
        process = subprocess.Popen(args, stderr=subprocess.PIPE, preexec_fn=heed)  # noqa: PLW1509
        time.sleep(7)
        process.send_signal(sent)
        _, told = process.communicate(timeout=60)
        assert process.returncode in codes
        assert b"Traceback" not in told
        assert out.read_text() == "good"
        assert sorted(p.name for p in tmp_path.iterdir()) == ["long.txt", "out.txt"]


@pytest.mark.slow  # three runs of the whole command
def test_a_killed_batch_resumes_to_the_same_result(tmp_path: Path) -> None:
    text = REPORT.read_text("utf-8")
    lines = [
        {"id": i, "context": text[2000 * i : 2000 * i + 2000], "question": QUESTION}
        for i in range(8)
    ]
    data = tmp_path / "data.jsonl"
    data.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    args = [*SPECPC, "compress", str(data), "--jsonl", "--ratio", "0.3"]
    subprocess.run([*args, "-o", str(tmp_path / "whole.jsonl")], check=True)
    part = tmp_path / "out.jsonl.part"
    process = subprocess.Popen([*args, "-o", str(tmp_path / "out.jsonl")])
    while process.poll() is None and (not part.exists() or part.read_bytes().count(b"\n") < 4):
        time.sleep(0.05)
    process.kill()
    process.wait()
    subprocess.run([*args, "-o", str(tmp_path / "out.jsonl"), "--resume"], check=True)
    made = [
        [{**json.loads(line), "seconds": 0} for line in (tmp_path / name).read_text().splitlines()]
        for name in ("whole.jsonl", "out.jsonl")
    ]
    assert made[0] == made[1]
    assert len(made[0]) == 8


def test_offline_without_the_draft(tmp_path: Path) -> None:
    environment = {**os.environ, "SPECPC_CACHE": str(tmp_path)}
    done = subprocess.run(
        [*SPECPC, "compress", str(REPORT), "--ratio", "0.2", "--offline"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in {0, 1}  # 0 where the package that holds it is installed
    if done.returncode:
        assert "specpc models pull smollm2-135m" in done.stderr
        assert done.stdout == ""


def test_no_cuda() -> None:
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(
        [*SPECPC, "compress", str(REPORT), "-q", "Why?", "--ratio", "0.2", "--device", "cuda"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "cpu" in done.stderr
