"""What a session would have lost is what the agent used and would not have seen."""

from __future__ import annotations

from typing import Any

import pytest

from specpc.agents.call import Call
from specpc.agents.cutting import CutOutput
from specpc.agents.replay import quoted, replay


class Fake:
    """Keeps of every long output the lines with a plus."""

    calls: list[Call]

    def __init__(self) -> None:
        self.calls = []

    def cut(self, output: str, call: Call) -> CutOutput | None:
        self.calls.append(call)
        if len(output) < 60:
            return None
        kept = "".join(line for line in output.splitlines(keepends=True) if "+" in line)
        return CutOutput(f"{kept}[cut]", kept, "k", len(output), len(kept))


def call(number: int, command: str) -> dict[str, Any]:
    function = {"name": "Bash", "arguments": command}
    return {"role": "assistant", "tool_calls": [{"id": f"t{number}", "function": function}]}


def result(number: int, text: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": f"t{number}", "content": text}


FIRST = (
    "- error: HTTP_504 in src/net.py:7\n+ src/money.py:41 refund_rate = 0.15\n"
    "- src/tax.py:12 vat_rate = 0.21\n- nobodyUsesThis = 77123\n- plain words only here\n"
)
TURNS: list[dict[str, Any]] = [
    {"role": "user", "content": "Mend the rates in config.toml."},
    call(1, "grep -rn rate"),
    result(1, FIRST),
    {"role": "assistant", "content": "refund_rate is fine, vat_rate is not; see HTTP_504."},
    call(2, "change 0.21 0.19 src/tax.py config.toml"),
    result(2, "vat_rate done"),
    {"role": "assistant", "content": "vat_rate in src/tax.py is 0.19 now, plain words."},
]


def test_losses() -> None:
    cutter = Fake()
    outputs = replay(TURNS, cutter)  # type: ignore[arg-type]
    assert [(one.turn, one.told) for one in outputs] == [
        (3, "grep -rn rate"),
        (6, "change 0.21 0.19 src/tax.py config.toml"),
    ]
    assert cutter.calls[0] == Call("Bash", "grep -rn rate", "Mend the rates in config.toml.")
    first, second = outputs
    assert first.original_tokens == len(FIRST)
    assert second.original_tokens == second.compressed_tokens == 0
    lost = {loss.text: loss for loss in first.losses}
    # Used in turns 4 and 5; refund_rate was kept, config.toml was said by the user, and what
    # was lost once is not lost again.
    assert lost.keys() == {"vat_rate", "HTTP_504", "src/tax.py", "0.21"}
    assert first.used == 5
    assert (second.used, second.losses) == (0, ())
    assert lost["HTTP_504"].alarming
    assert not lost["vat_rate"].alarming
    assert lost["vat_rate"].line == "- src/tax.py:12 vat_rate = 0.21"
    assert "vat_rate is not" in lost["vat_rate"].used


def test_what_another_output_has_is_not_lost() -> None:
    turns = [*TURNS[:3], call(3, "cat"), result(3, "vat_rate, HTTP_504"), *TURNS[3:4]]
    assert [loss.text for one in replay(turns, Fake()) for loss in one.losses] == []  # type: ignore[arg-type]


def test_what_a_hook_leaves_alone_is_left_alone() -> None:
    cutter = Fake()
    turns = [*TURNS[:1], call(1, '{"command": "cat src/tax.py"}'), *TURNS[2:4]]
    assert replay(turns, cutter)[0].original_tokens == 0  # type: ignore[arg-type]
    assert cutter.calls == []
    replay([*TURNS[:1], call(1, '{"command": "make all"}'), *TURNS[2:4]], cutter)  # type: ignore[arg-type]
    assert cutter.calls[0].told == "make all"


def test_no_tools() -> None:
    assert replay(TURNS[:1], Fake()) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see src/tax.py:12, line 12.", {"src/tax.py:12", "src/tax.py"}),
        ("It costs $1,299.50 or 77123.", {"299.50", "77123"}),
        ("getUserName and user_id of IFOYYZ", {"getUserName", "user_id", "IFOYYZ"}),
        ("The end. Of a-b and so on", {"a-b"}),
        ("/etc/hosts and ~/x.", {"/etc/hosts"}),
        ("plain words only", set()),
        ("a" * 300 + "1", set()),
    ],
)
def test_what_is_quoted(text: str, expected: set[str]) -> None:
    assert quoted(text) == expected
