"""What tools say of what went wrong."""

from __future__ import annotations

import pytest

from specpc.text.alarms import Alarms, find_alarms


def alarms_of(*texts: str) -> Alarms:
    return find_alarms(texts, printed=True)


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
        "not ok 12 - the night boat costs 82",
        "✖ the plan is read (1.0 ms)",
        "  3:10  error  'night' is not defined  no-undef",
        "[error] src/tide.ts: SyntaxError: '}' expected. (1:24)",
        "cp: cannot stat 'lost.txt': No such file or directory",
        "tar: lost.txt: Cannot stat: No such file or directory",
        "grep: sheds/pier.py: No such file or directory",
        "E: Unable to locate package harbour-chart-viewer",
        "npm error 404 Not Found - GET https://registry.example/fares",
        "+-- UNMET DEPENDENCY he@^1.2.0",
        "*** Error compiling 'kiosk/broken.py'...",
        "CMake Error at CMakeLists.txt:12 (find_package):",
        "main.c:(.text+0x23): undefined reference to `berth_999'",
        "thread 'main' panicked at src/lib.rs:4:9:",
        "shed/velmar.py:3:8: F401 [*] `os` imported but unused",
        "shed/pier.py:2:11: E0602: Undefined variable 'missing' (undefined-variable)",
        "    both modified:   harbours/askvik.txt",
        "#   Failed test 'the port is named'",
        "AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:",
        "Ran 133 tests in 0.010s",
        "  180 passing (65ms)",
        "# fail 2",
        "curl: (6) Could not resolve host: nowhere.invalid",
        "-- Configuring incomplete, errors occurred!",
        "ninja: build stopped: subcommand failed.",
    ],
)
def test_failures_and_outcomes(line: str) -> None:
    assert alarms_of(line).urgency == [2]


@pytest.mark.parametrize(
    "line",
    [
        "The error was found in April, and nobody failed to see it.",
        "An exception was made for the ferry.",
        "2024-05-01 12:00:09 INFO ok 3",
        "collected 120 items",
        "Terror and errors of the sea",
        "2024-05-01 12:00:09 INFO car 7 of 160 passed the gate",
        "    except KeyError:",
        "class FareError(Exception):",
    ],
)
def test_other_lines(line: str) -> None:
    assert alarms_of(line).levels == [0.0]


def test_warnings_count_less() -> None:
    assert 0 < alarms_of("main.c:3:1: warning: unused variable 'x'").levels[0] < 0.5


def test_the_last_line_of_an_output_tells_how_it_ended() -> None:
    assert alarms_of("fatal: no", "Auto-merging a.txt", "Done.").urgency == [2, 0, 2]
    assert alarms_of("Auto-merging a.txt", "Done.").urgency == [0, 0]


def test_nothing_is_urgent_in_what_no_tool_printed() -> None:
    found = find_alarms(["fatal: no", "So it said."], printed=False)
    assert found.levels == [1, 0]
    assert found.urgency == [0, 0]


def test_an_error_brings_its_place() -> None:
    frame = '  File "/srv/fares.py", line 12, in fare\n    return base[kind]\n'
    before = alarms_of('  File "/srv/run.py", line 3\n', frame, "KeyError: 'night'\n", "", "end")
    assert before.urgency == [0, 1, 2, 0, 2]
    library = '  File "/usr/lib/python3.12/json/decoder.py", line 353, in raw_decode\n'
    deep = alarms_of('  File "/srv/run.py", line 3\n', frame, library, "ValueError: no\n", "end")
    assert deep.urgency == [0, 1, 1, 2, 2]
    after = alarms_of(
        "Error: Cannot find module\n",
        "  Require stack:\n",
        "",
        "  - at load (/srv/a.js:3:4)\n",
        "end",
    )
    assert after.urgency == [2, 1, 0, 1, 2]
    inner = "    #0 0x7f in strcpy ../../../../src/asan_interceptors.cpp:425\n"
    outer = alarms_of("==1==ERROR: overflow\n", inner, "    #1 0x55 in copy kiosk.c:8\n", "end")
    assert outer.urgency == [2, 1, 1, 2]
    own = alarms_of("a.c:3:1: error: no\n", "a.c:9:9\n", "end")
    assert own.urgency == [2, 0, 2]


def test_of_a_kind_of_errors_the_first_are_urgent() -> None:
    lines = [f"a{n}.py:{n}:3: F401 `os{n}` imported but unused" for n in range(40)]
    found = alarms_of(*lines, "b.py:3:3: E722 Do not use bare `except`", "Found 41 errors.")
    assert len({*found.kinds[:40]}) == 1
    assert found.urgency == [2] * 12 + [0] * 28 + [2, 2]
