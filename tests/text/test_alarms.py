"""What tools say of what went wrong."""

from __future__ import annotations

import pytest

from specpc.text.alarms import alarms


@pytest.mark.parametrize(
    "line",
    [
        "E       AssertionError: assert 3 == 4",
        "FAILED tests/test_fares.py::test_night - KeyError: 'night'",
        "===== 3 failed, 120 passed in 4.11s =====",
        "src/app.ts(12,5): error TS2322: Type 'string' is not assignable to type 'number'.",
        "main.c:14:9: error: 'fare' undeclared (first use in this function)",
        "Fare.java:8: error: cannot find symbol",
        "error[E0308]: mismatched types",
        "npm ERR! code ERESOLVE",
        "CONFLICT (content): Merge conflict in fares.py",
        " ! [rejected]        main -> main (fetch first)",
        "ERROR: Could not find a version that satisfies the requirement fare==9",
        "java.lang.IllegalStateException: closed",
        "make: *** [Makefile:12: all] Error 2",
        "2024-05-01 12:00:09 ERROR failed",
        "Found 4 errors in 2 files (checked 9 source files)",
        "Process exited with code 137",
        "fatal: not a git repository",
    ],
)
def test_failures_and_outcomes(line: str) -> None:
    assert alarms([line]).tolist() == [1.0]


@pytest.mark.parametrize(
    "line",
    [
        "The error was found in April, and nobody failed to see it.",
        "An exception was made for the ferry.",
        "2024-05-01 12:00:09 INFO ok 3",
        "collected 120 items",
        "Terror and errors of the sea",
    ],
)
def test_other_lines(line: str) -> None:
    assert alarms([line]).tolist() == [0.0]


def test_warnings_count_less() -> None:
    assert 0 < alarms(["main.c:3:1: warning: unused variable 'x'"])[0] < 0.5
