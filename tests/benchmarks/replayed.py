"""What recorded work with tools would have lost with its outputs cut: python -m ... SETS.

Sets of ``../shared/data`` whose contexts are such records, and a coding session that is made anew
with real commands in this very project, are replayed at some ratios (see `specpc.agents.replay`).
An output counts from ``--min-tokens`` on.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from specpc import Compressor
from specpc.agents.cutting import OutputCutter
from specpc.agents.replay import replay
from specpc.options import LEAST_OUTPUT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specpc.agents.replay import ReplayedOutput

ROOT: Final = Path(__file__).parents[2]
_TURN: Final = re.compile(
    r"^(?:\[(?P<who>environment|agent|user|assistant tool call|assistant|tool)\][ \n]"
    r"|(?P<step>Question|Thought|Action|Observation)(?: \d+)?: )",
    re.MULTILINE,
)
_FENCED: Final = re.compile(r"```\n(.*?)\n?```\s*\Z", re.DOTALL)
_ROLES: Final = {
    "environment": "tool", "agent": "assistant", "user": "user", "assistant": "assistant",
    "assistant tool call": "call", "tool": "tool",
    "Question": "user", "Thought": "assistant", "Action": "call", "Observation": "tool",
}  # fmt: skip

# A session of a coding agent: what it says, and the command it then runs. What it says quotes what
# it has seen.
CODING: Final = (
    ("I look at how the project is laid out.", "git ls-files specpc cli | head -400"),
    ("The scorer is in specpc/scorers/retrieval_heads.py; where is it made?",
     "grep -rn retrieval_heads specpc cli --include=*.py"),
    ("specpc/scorers/__init__.py has a table of them.", "cat specpc/scorers/__init__.py"),
    ("What uses make_question_free_scorers?", "grep -rn make_question_free_scorers specpc tests"),
    ("Compressor.of does. I read it.", "cat specpc/pipeline/compressor.py"),
    ("loaded.counter comes from find_counter.", "grep -rn 'def find_' -A 40 specpc/counting"),
    ("How old is specpc/drafts/narrow.py?", "git log --stat -12 -- specpc/drafts"),
    ("I run the tests of specpc/drafts/checksums.py.",
     "python -m pytest tests/drafts/test_damage.py tests/drafts/test_narrow.py -v"),
    ("59 of them pass. What does test_damaged_narrow_weights_are_told do?",
     "cat tests/drafts/test_damage.py"),
    ("It patches bfloat16.safetensors after weights_begin.", "cat specpc/drafts/checksums.py"),
    ("check_digests calls read_digests; who else?", "grep -rn read_digests specpc tests"),
    ("narrow_file in specpc/drafts/narrow.py.", "cat specpc/drafts/narrow.py"),
    ("Does ruff like a copy with a mistake?",
     "sed 's/def narrow_file/import os\\ndef narrow_file/' specpc/drafts/narrow.py "
     ">/tmp/narrow_x.py; ruff check --isolated --select ALL /tmp/narrow_x.py"),
    ("F401 `os` imported but unused, in /tmp/narrow_x.py. And mypy?",
     "mypy --strict --ignore-missing-imports /tmp/narrow_x.py"),
    ("What is in constraints.txt for tokenizers?", "cat constraints.txt"),
    ("tokenizers==0.23.3. What do its metadata say?", "pip show -f tokenizers"),
    ("I look for what is slow.", "python -X importtime -c 'import specpc.pipeline.compressor'"),
    ("specpc.structure.talk.turns is among the slow ones.",
     "cat specpc/structure/talk/turns.py"),
    ("Which patterns are tried on it?", "grep -rn 'regex.compile' specpc/structure --include=*.py"),
    ("specpc/structure/talk/turns.py has several. What changed there last?",
     "git log -p -3 -- specpc/structure/talk/turns.py"),
    ("I list what the command line takes.", "python -m specpc compress --help"),
    ("--keep-kind is new; is it in docs/protecting.md?", "cat docs/protecting.md"),
    ("It is. One test fails on purpose now.",
     "printf 'def test_a():\\n    rate = 0.19\\n    assert rate == 0.21\\n' >/tmp/test_rate_x.py;"
     " python -m pytest -v -p no:cacheprovider /tmp/test_rate_x.py tests/text/test_keeping.py"),
    ("/tmp/test_rate_x.py:3: AssertionError, assert 0.19 == 0.21; 1 failed.", "git status --short"),
)  # fmt: skip


def coding_session() -> list[dict[str, Any]]:
    """The turns of the coding session, its commands run now."""
    turns: list[dict[str, Any]] = [
        {"role": "user", "content": "Find out how weights are kept, and whether it is tested."}
    ]
    for number, (said, command) in enumerate(CODING):
        ran = subprocess.run(
            ["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False
        )
        function = {"name": "Bash", "arguments": command}
        call = {"id": str(number), "type": "function", "function": function}
        turns.append({"role": "assistant", "content": said, "tool_calls": [call]})
        output = ran.stdout + ran.stderr
        turns.append({"role": "tool", "tool_call_id": str(number), "content": output})
    return turns


def recorded(path: Path) -> Iterator[list[dict[str, Any]]]:
    """The turns of each item of a set whose contexts are such records."""
    for line in path.read_text("utf-8").splitlines():
        item = json.loads(line)
        yield turns_of(item["context"], item["question"])


def turns_of(record: str, question: str) -> list[dict[str, Any]]:
    """A record as turns; the question is asked first, and what comes before the first mark said."""
    turns: list[dict[str, Any]] = [{"role": "user", "content": question}]
    marks = [*_TURN.finditer(record)]
    ends = [*(mark.start() for mark in marks[1:]), len(record)]
    for number, (mark, end) in enumerate(zip(marks, ends, strict=True)):
        role = _ROLES[mark["who"] or mark["step"]]
        said = record[mark.end() : end].strip("\n")
        if role == "tool":
            turns.append({"role": role, "tool_call_id": str(number), "content": said})
        elif role == "call":
            call = {"id": str(number + 1), "function": {"name": "call", "arguments": said}}
            turns.append({"role": "assistant", "tool_calls": [call]})
        else:
            turns.append({"role": role, "content": said})
            if command := _FENCED.search(said):
                function = {"name": "call", "arguments": command[1]}
                turns[-1]["tool_calls"] = [{"id": str(number + 1), "function": function}]
    return turns


def line_of(name: str, sessions: int, outputs: list[ReplayedOutput]) -> str:
    """A row of the table."""
    cut = [output for output in outputs if output.original_tokens]
    before = sum(output.original_tokens for output in cut)
    after = sum(output.compressed_tokens for output in cut)
    losses = [loss for output in outputs for loss in output.losses]
    used, lost = sum(output.used for output in outputs), len(losses)
    errors = sum(loss.alarming for loss in losses)
    share = f"{lost / used:.1%}" if used else "-"
    kept = f"{after / before:.0%}" if before else "-"
    figures = (name, sessions, f"{len(cut)} of {len(outputs)}", f"{before:,}", kept, used)
    return f"| {' | '.join(map(str, (*figures, f'{lost} ({share})', errors)))} |"


def main() -> None:
    """Print the table, a row a set and ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", type=Path)
    parser.add_argument("--ratio", nargs="*", type=float, default=[0.3])
    parser.add_argument("--min-tokens", type=int, default=LEAST_OUTPUT)
    parser.add_argument("--worst", type=int, default=0, help="losses to show of each")
    options = parser.parse_args()
    compressor = Compressor.from_pretrained()
    print("| session | how many | cut | their tokens | kept | used later | lost | of errors |")
    print("|---|---|---|---|---|---|---|---|")
    named = {path.stem: [*recorded(path)] for path in options.sets}
    named["coding"] = [coding_session()]
    for ratio in options.ratio:
        cutter = OutputCutter(lambda: compressor, ratio, options.min_tokens, None)
        for name, sessions in named.items():
            outputs = [one for turns in sessions for one in replay(turns, cutter)]
            print(line_of(f"{name}, {ratio}", len(sessions), outputs), flush=True)
            losses = [(one.told, loss) for one in outputs for loss in one.losses]
            for told, loss in losses[: options.worst]:
                print(f"    {told[:60]} | {loss.text} | {loss.line} | {loss.used}")


if __name__ == "__main__":
    main()
