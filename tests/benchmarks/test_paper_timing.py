"""Times to an answer: in this process (tiny models), and in a stand-in for llama.cpp's server."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from specpc.errors import SpecPCError
from specpc.evaluation.speed import QUESTION
from tests.benchmarks.paper import timing
from tests.benchmarks.paper.bench import Bench
from tests.benchmarks.paper.llama_server import llama_server
from tests.benchmarks.paper.plan import QUICK
from tests.benchmarks.paper.timing import break_even
from tests.tiny_models import byte_tokenizer, tiny_model

SERVER = """
import argparse, json
from http.server import BaseHTTPRequestHandler, HTTPServer
parser = argparse.ArgumentParser()
for name in ("--model", "--n_ctx", "--port"):
    parser.add_argument(name)
options = parser.parse_args()
if options.model == "broken":
    raise SystemExit(1)
class Handler(BaseHTTPRequestHandler):
    def respond(self, text):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode())
    def do_GET(self):
        self.respond("{}")
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        said = body["messages"][0]["content"].encode()
        assert len(said) < int(options.n_ctx), (len(said), options.n_ctx)
        parts = [{"role": "assistant"}, {"content": "a"}, {"content": "b"}, {}]
        lines = [json.dumps({"choices": [{"delta": part}]}) for part in parts]
        self.respond("".join(f"data: {line}\\n\\n" for line in [*lines, "[DONE]"]))
    def log_message(self, *_):
        pass
HTTPServer(("127.0.0.1", int(options.port)), Handler).serve_forever()
"""


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A tiny target that is its own draft, and no llama.cpp."""
    tiny_model("llama").save_pretrained(tmp_path / "tiny")
    byte_tokenizer().save_pretrained(tmp_path / "tiny")
    monkeypatch.setattr(timing, "installed", lambda: False)
    plan = QUICK.__class__(0, 0, 0, 0, lengths=(300, 900), repeats=2)
    name = str(tmp_path / "tiny")
    return Bench(tmp_path, plan, name, name, name, budget=200)


@pytest.fixture
def llama(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that serves as llama-cpp-python's does, and says two letters."""
    (tmp_path / "llama_cpp").mkdir()
    (tmp_path / "llama_cpp" / "server.py").write_text(SERVER)
    monkeypatch.setenv("LLAMA_PYTHON", sys.executable)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def test_every_length_is_timed_both_ways(bench: Bench) -> None:
    lines = list(timing.measure(bench, []))
    assert [(one["repeat"], one["length"], one["method"]) for one in lines] == [
        (repeat, length, method)
        for repeat in (0, 1)
        for length in (300, 900)
        for method in ("full", "default")
    ]
    for line in lines:
        assert 0 < line["first_seconds"] <= line["seconds"]
    full, cut = (
        min(line["compress_seconds"] for line in lines if line["method"] == method)
        for method in ("full", "default")
    )
    assert full < cut
    assert list(timing.measure(bench, lines)) == []
    [again] = timing.measure(bench, lines[:-1])
    assert again["length"] == 900
    here, absent = timing.report(lines)
    assert [row.split(" | ")[1:3] for row in here.splitlines()[4:8]] == [
        ["full", "2"],
        ["default", "2"],
    ] * 2
    assert "not timed" in absent


def test_the_same_in_a_server(bench: Bench, llama: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "installed", lambda: True)
    lines = list(timing.measure(bench, []))
    served = [line for line in lines if line["engine"] == timing.LLAMA]
    assert len(served) == 8
    for line in served:
        assert 0 < line["first_seconds"] <= line["seconds"]
        assert line["cache_bytes"] is None
    assert [text.splitlines()[0] for text in timing.report(lines)] == [
        "In specpc:",
        "In llama.cpp:",
    ]


def test_a_server_that_does_not_start(llama: None) -> None:
    with pytest.raises(SpecPCError, match="does not start"), llama_server("broken", 100):
        pass


@pytest.mark.parametrize(
    ("saved", "found"),
    [
        ([], None),
        ([(1000, -1.0), (2000, -0.5)], None),
        ([(1000, 1.0), (2000, 2.0)], 1000),
        ([(1000, -1.0), (2000, 1.0), (4000, 9.0)], 1500),
        ([(1000, 1.0), (2000, -1.0), (4000, 3.0)], 2500),
    ],
)
def test_break_even(saved: list[tuple[int, float]], found: Any) -> None:
    assert break_even(saved) == found


def test_the_question_fits_beside_the_text() -> None:
    assert len(QUESTION) < timing._FRAME_TOKENS
