"""Every example runs, with its real framework and the default draft, and keeps the answer."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
ANSWER = "the mill certificates for 212 steel piles turned out to describe a weaker grade"
SCRIPTS = sorted(path.name for path in EXAMPLES.glob("*.py"))


def test_all_are_there() -> None:
    assert SCRIPTS == [
        "haystack_rag.py",
        "langchain_rag.py",
        "llamaindex_rag.py",
        "llmlingua_drop_in.py",
        "mcp_agent.py",
    ]


@pytest.mark.slow  # each loads the draft and a framework in a process of its own
@pytest.mark.parametrize("script", SCRIPTS)
def test_the_answer_is_kept(script: str, capfd: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(EXAMPLES / script), run_name="__main__")
    shown = capfd.readouterr().out
    assert ANSWER in shown
    assert len(shown) < 4000  # of 20,000: the report was cut
    if script == "mcp_agent.py":
        assert "harbour-report.md:110:198: 212 steel piles" in shown
    elif script != "llmlingua_drop_in.py":
        report = (EXAMPLES / "harbour-report.md").read_text(encoding="utf-8")
        start = report.index(ANSWER)
        spans = [
            json.loads(line.partition(" ")[2]) for line in shown.splitlines() if "md [[" in line
        ]
        assert any(low <= start < high for found in spans for low, high in found)
