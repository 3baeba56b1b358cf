"""What tools print: lines with those above them, and messages, traces and logs among them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.structure.markdown.output import lay_out_output
from tests.structure.kept import around, choices, keep, kept, never_alone, pieces, units

MERGE = "".join(f"Auto-merging harbours/{n}.txt\n" for n in range(9)) + (
    "CONFLICT (content): Merge conflict in harbours/9.txt\n"
    "Automatic merge failed; fix conflicts and then commit the result.\n"
)
CMAKE = """\
-- The C compiler identification is GNU 12.2.0
-- Detecting C compiler ABI info
-- Detecting C compiler ABI info - done
-- Looking for the chart of Velmar
-- Looking for the chart of Velmar - found, 3 m
CMake Error at CMakeLists.txt:167 (find_package):
  By not providing "FindHarbour.cmake" in CMAKE_MODULE_PATH this project has
  asked CMake to find a package configuration file provided by "Harbour", but
  CMake did not find one.

  Could not find a package configuration file with any of these names:

    HarbourConfig.cmake
    harbour-config.cmake

-- Configuring incomplete, errors occurred!
"""
MOCHA = """\
  the boat to Velmar
    ✔ leaves pier 0 at 6:15
    ✔ leaves pier 1 at 7:15
    ✔ leaves pier 2 at 8:15
  fares
    1) doubles at night

  3 passing (65ms)
  1 failing

  1) fares
       doubles at night:

      AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:
      + expected - actual
      at Context.<anonymous> (test/fares.spec.js:243:41)
      at process.processImmediate (node:internal/timers:483:21)
"""
COMPILED = """\
Listing 'kiosk'...
Compiling 'kiosk/askvik.py'...
Compiling 'kiosk/brenna.py'...
Compiling 'kiosk/broken.py'...
***   File "kiosk/broken.py", line 1
    def fare(:
             ^
SyntaxError: invalid syntax

Compiling 'kiosk/dunholm.py'...
"""


def test_lines_are_pieces() -> None:
    layout = lay_out(MERGE)
    assert layout.kind == "output"
    assert pieces(layout, MERGE) == MERGE.splitlines(keepends=True)


def test_a_line_brings_the_less_indented_ones_above() -> None:
    layout = lay_out(MOCHA)
    assert layout.kind == "output"
    assert around(layout, MOCHA, "pier 1").split("\n")[:2] == [
        "  the boat to Velmar",
        "    ✔ leaves pier 1 at 7:15",
    ]


def test_what_leads_to_an_error_comes_with_it() -> None:
    layout = lay_out(MOCHA)
    frame = around(layout, MOCHA, "(test/fares.spec.js:243:41)")
    assert [line.strip() for line in frame.splitlines() if line.strip()][:3] == [
        "1) fares",
        "doubles at night:",
        "AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:",
    ]


def test_a_wrapped_sentence_is_one_piece() -> None:
    layout = lay_out(CMAKE)
    assert layout.kind == "output"
    said = around(layout, CMAKE, "asked CMake")
    assert said.startswith("CMake Error at CMakeLists.txt:167 (find_package):\n  By not providing")
    assert said.rstrip().endswith("CMake did not find one.")


def test_what_points_at_a_place_comes_with_its_line() -> None:
    layout = lay_out(COMPILED)
    assert "    def fare(:\n             ^\n" in pieces(layout, COMPILED)


UNITTEST = """\
test_day (tests.TestFare.test_day) ... ok
test_free (tests.TestFare.test_free) ... ok
test_night (tests.TestFare.test_night) ... FAIL
test_tide (tests.TestFare.test_tide) ... skipped 'no tide table'
test_wind (tests.TestFare.test_wind) ... ERROR

======================================================================
ERROR: test_wind (tests.TestFare.test_wind)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "/srv/kiosk/tests.py", line 12, in test_wind
    wind["north"]
KeyError: 'north'

======================================================================
FAIL: test_night (tests.TestFare.test_night)
The night fare is double.
----------------------------------------------------------------------
Traceback (most recent call last):
  File "/srv/kiosk/tests.py", line 5, in test_night
    self.assertEqual(82, 76)
AssertionError: 82 != 76

----------------------------------------------------------------------
Ran 5 tests in 0.001s

FAILED (failures=1, errors=1, skipped=1)
"""
SESSION = """\
$ kubectl get pods
NAME      READY   STATUS             RESTARTS   AGE
fares-0   1/1     Running            0          3d4h
kiosk-0   0/1     CrashLoopBackOff   41         3h
$ kubectl logs kiosk-0
error: cannot open /etc/kiosk/fares.csv: No such file or directory
$ grep -rn -A2 fares.csv kiosk
kiosk/fares.py:3:PATH = "/etc/kiosk/fares.csv"
kiosk/fares.py-4-FARES = load(PATH)
kiosk/fares.py-5-PIERS = 4
$ df -h /etc
Filesystem      Size  Used Avail Use% Mounted on
/dev/sda1        49G   47G     0 100% /etc
tmpfs           2.0G     0  2.0G   0% /etc/kiosk
$ tree docs
docs
├── fares.md
└── piers
    └── askvik.md
"""


def test_a_title_between_rules_names_what_follows_up_to_a_rule() -> None:
    layout = lay_out(UNITTEST)
    assert layout.kind == "output"
    made = around(layout, UNITTEST, "82 != 76").splitlines()
    assert made[1:3] == [
        "FAIL: test_night (tests.TestFare.test_night)",
        "The night fare is double.",
    ]
    assert made[-2:] == ["AssertionError: 82 != 76", ""]
    assert "test_wind" in around(layout, UNITTEST, "line 12")
    for said in ("Ran 5 tests", "failures=1", "no tide table"):
        assert around(layout, UNITTEST, said).count("\n") < 3


def test_rows_of_tables_come_with_their_header() -> None:
    layout = lay_out(SESSION)
    assert layout.kind == "session"
    lines = SESSION.splitlines(keepends=True)
    assert around(layout, SESSION, "CrashLoopBackOff") == "".join([*lines[:2], lines[3]])
    assert around(layout, SESSION, "100%") == "".join(lines[10:13])
    assert around(layout, SESSION, "load(PATH)") == "".join(lines[6:10])
    assert around(layout, SESSION, "error: ") == "".join(lines[4:6])
    assert around(layout, SESSION, "askvik") == "".join(lines[14:])


PIP = """\
Collecting fastapi==0.111.0 (from -r requirements.txt (line 1))
  Downloading fastapi-0.111.0-py3-none-any.whl.metadata (25 kB)
Requirement already satisfied: click>=8.0 in ./.venv (from -r requirements.txt (line 2)) (8.1)
Requirement already satisfied: h11>=0.14 in ./.venv (from -r requirements.txt (line 4)) (0.14)
Requirement already satisfied: idna>=2.8 in ./.venv (from anyio->-r requirements.txt) (3.7)
Collecting harbour-tides==2.8 (from -r requirements.txt (line 3))
  Downloading harbour_tides-2.8.tar.gz (31 kB)
  Getting requirements to build wheel: started
  Getting requirements to build wheel: finished with status 'done'
Building wheels for collected packages: harbour-tides
  Building wheel for harbour-tides (pyproject.toml): finished with status 'error'
  error: subprocess-exited-with-error

  × Building wheel for harbour-tides (pyproject.toml) did not run successfully.
  │ exit code: 1
  ╰─> [14 lines of output]
      building 'harbour_tides._table' extension
      gcc -pthread -fPIC -I/usr/include/python3.12 -c src/table.c -o build/table.o
      src/table.c:4:10: fatal error: libtide.h: No such file or directory
          4 | #include <libtide.h>
            |          ^~~~~~~~~~~
      error: command '/usr/bin/gcc' failed with exit code 1
      [end of output]

  note: This error originates from a subprocess, and is likely not a problem with pip.
  ERROR: Failed building wheel for harbour-tides
Failed to build harbour-tides
ERROR: Could not build wheels for harbour-tides, which is required to install the project
"""


def test_lines_that_hold_words_and_other_things_are_no_prose() -> None:
    layout = lay_out(PIP)
    assert layout.kind == "output"
    assert lay_out(PIP * 3).kind == "output"
    made = around(layout, PIP, "libtide.h: No such").splitlines()
    assert [line.split()[0] for line in made] == ["Building", "╰─>", "src/table.c:4:10:"]
    shown = around(layout, PIP, "^~~~").splitlines()
    assert shown[-2:] == PIP.splitlines()[19:21]


def test_a_report_in_wrapped_lines_is_none() -> None:
    line = "of the fees that are due to the harbour, the error of {} in the book was not\n"
    report = "".join(line.format(number) for number in "abcdefgh" * 3)
    assert lay_out_output(report.replace("e in", "e\nin")) is None


def test_other_texts_are_none() -> None:
    heading = "# Errors\n\n" + MERGE
    fence = "```\n" + MERGE + "```\n"
    told = (
        "The boat to Orrisay left at noon, as it does on every day of the week.\n"
        "Nobody had seen the mate since the evening before, and few had asked for him.\n\n"
        "We asked the harbour master, who looked at the log and found this in it:\n"
    )
    calm = MERGE.replace("CONFLICT (content)", "Merged").replace("failed", "ended")
    for text in (heading, fence, told + MERGE[:99] + "error: no\n", calm, "error: no\n"):
        assert lay_out_output(text) is None


LINES = [
    *MERGE.splitlines(),
    *CMAKE.splitlines(),
    *MOCHA.splitlines(),
    *COMPILED.splitlines(),
    *UNITTEST.splitlines(),
]


@given(st.lists(st.sampled_from([*LINES, "", "\t"]), min_size=8, max_size=60), st.data())
def test_whole_lines_are_kept(lines: list[str], data: st.DataObject) -> None:
    text = "\n".join(lines)
    layout = lay_out_output(text)
    if layout is None:
        return
    pieces(layout, text)
    chosen = data.draw(choices(layout))
    assert {*kept(layout, text, chosen).split("\n")} <= {*lines, ""}
    assert units(layout)


BEFORE = "This is what I get when I run it on the machine in the harbour:\n\n"
AFTER = "\nI do not know why it does so. It went well in May, as far as I remember.\n"


@pytest.mark.parametrize("text", [MERGE, UNITTEST, SESSION, PIP])
@pytest.mark.parametrize(("before", "after"), [(BEFORE, ""), ("", AFTER), (BEFORE, AFTER)])
def test_what_is_said_around_an_output_is_prose(text: str, before: str, after: str) -> None:
    alone, layout = lay_out(text), lay_out(before + text + after)
    assert layout.kind == alone.kind
    made = pieces(layout, before + text + after)
    own = [piece.rstrip() for piece in pieces(alone, text)]
    first = 1 if before else 0
    assert [piece.rstrip() for piece in made[first : first + len(own)]] == own
    prose = {n for n in range(len(made)) if not first <= n < first + len(own)}
    assert layout.prose >= prose
    assert len(prose) == first + (2 if after else 0)


@pytest.mark.parametrize("info", ["", "text", "console", "Output"])
def test_it_is_found_in_a_fence(info: str) -> None:
    text = f"# The tests\n\nThey fail:\n\n```{info}\n{UNITTEST}```\n\nSo what?\n"
    made = around(lay_out(text), text, "82 != 76").splitlines()
    assert "AssertionError: 82 != 76" in made
    assert "FAIL: test_night (tests.TestFare.test_night)" in made
    assert f"```{info}" in made


def test_documents_in_what_tells_of_failures_are_kept_apart() -> None:
    text = "".join(
        f"Document {n}:\nBULLETIN\nA queue of {who} failed to close.\nERROR: AMQ{n}208 in tide\n"
        f"BASE SCORE: {n}.3\nPlatform {n}.5\nMaintenance level {n}.0.{n}\n"
        for n, who in enumerate(("Ann", "Bob", "Cy"), 1)
    )
    layout = lay_out_output(text)
    assert layout is not None
    assert around(layout, text, "SCORE: 2.3") == "Document 2:\nBASE SCORE: 2.3\n"
    assert around(layout, text, "Platform 3.5") == "Document 3:\nPlatform 3.5\n"
    assert not any("Document" in pieces(layout, text)[unit] for unit in units(layout))


JENKINS = """\
Started by user Lena K
[Pipeline] Start of Pipeline
[Pipeline] node
Running on agent-3 in /var/jenkins/workspace/shop
[Pipeline] {
[Pipeline] stage
[Pipeline] { (Build)
[Pipeline] withEnv
[Pipeline] {
[Pipeline] sh
+ make build
cart.c:10:9: error: 'tax' undeclared (first use in this function)
   10 |         tax = 3;
      |         ^~~
make: *** [Makefile:4: build] Error 1
[Pipeline] }
[Pipeline] // withEnv
Archiving artifacts
[Pipeline] }
[Pipeline] // stage
[Pipeline] stage
[Pipeline] { (Deploy)
Stage "Deploy" skipped due to earlier failure(s)
[Pipeline] }
[Pipeline] // stage
[Pipeline] End of Pipeline
ERROR: script returned exit code 2
Finished: FAILURE
"""
GITLAB = """\
Running with gitlab-runner 16.5.0 (853330f9)
section_start:1700000000:prepare_executor
Using Docker executor with image node:20 ...
section_end:1700000004:prepare_executor
section_start:1700000010:step_script
$ npm ci
added 812 packages in 9s
$ npm run lint
src/cart.ts:10:7 - error TS6133: 'tax' is declared but never read.
section_end:1700000030:step_script
Cleaning up project directory and file based variables
ERROR: Job failed: exit code 1
"""


@pytest.mark.parametrize(
    ("text", "part", "stage"),
    [
        (JENKINS, "'tax' undeclared", "[Pipeline] { (Build)"),
        (JENKINS, "Archiving artifacts", "[Pipeline] { (Build)"),
        (JENKINS, "skipped due to", "[Pipeline] { (Deploy)"),
        (GITLAB, "812 packages", "section_start:1700000010:step_script"),
        (GITLAB, "TS6133", "section_start:1700000010:step_script"),
        (GITLAB, "node:20", "section_start:1700000000:prepare_executor"),
    ],
)
def test_a_line_of_a_job_comes_with_its_stage(text: str, part: str, stage: str) -> None:
    assert keep(text, part).splitlines()[0] == stage


@pytest.mark.parametrize(
    ("text", "part"),
    [(JENKINS, "exit code 2"), (JENKINS, "Finished"), (GITLAB, "Cleaning"), (GITLAB, "Job failed")],
)
def test_how_a_job_ended_belongs_to_no_stage(text: str, part: str) -> None:
    assert len(keep(text, part).splitlines()) == 1


@pytest.mark.parametrize("step", ["[Pipeline] sh", "[Pipeline] }", "section_end:1700000004"])
def test_where_a_step_begins_or_ends_says_nothing(step: str) -> None:
    assert never_alone(JENKINS + GITLAB, step)
