"""What compilers, linters, tests and builds say: messages are whole, below their heading."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.structure.console.diagnostics import lay_out_diagnostics
from specpc.text.layout import telling
from tests.structure.kept import around, choices, fitted, kept, pieces, units

GCC = """\
In file included from fares.h:3,
                 from fares.c:1:
port.h:12:5: warning: 'struct pier' declared inside parameter list
   12 |     struct pier *p);
      |            ^~~~
fares.c: In function 'night_fare':
fares.c:14:17: error: 'rate' undeclared (first use in this function)
   14 |     return base * rate;
      |                   ^~~~
fares.c:14:17: note: each undeclared identifier is reported only once
fares.c: In function 'day_fare':
fares.c:27:12: warning: unused variable 'tide' [-Wunused-variable]
   27 |     int    tide = 0;
      |            ^~~~
"""
RUSTC = """\
error[E0308]: mismatched types
 --> src/main.rs:14:24
  |
14 |     let fare: u32 = "38";
  |               ---   ^^^^ expected `u32`, found `&str`
  |               |
  |               expected due to this

warning: unused variable: `tide`
  --> src/tide.rs:3:9
   |
3  |     let tide = 4;
   |         ^^^^ help: if this is intentional, prefix it with an underscore: `_tide`
   |
   = note: `#[warn(unused_variables)]` on by default

error: aborting due to 1 previous error; 1 warning emitted
"""
ESLINT = """\
/srv/kiosk/src/fares.js
   3:10  error    'night' is assigned a value but never used  no-unused-vars
  14:5   warning  Unexpected console statement                no-console

/srv/kiosk/src/piers.js
   8:1   error    Expected indentation of 2 spaces            indent

✖ 3 problems (2 errors, 1 warning)
"""
MYPY = """\
app/fares.py:12: error: Incompatible return value type (got "str", expected "int")  [return-value]
app/fares.py:31: error: Argument 1 to "book" has incompatible type "None"; expected "Seat"  [arg]
app/fares.py:31: note: "book" defined here
app/piers.py:7: error: Name "tide" is not defined  [name-defined]
Found 3 errors in 2 files (checked 14 source files)
"""
TSC = """\
src/fares.ts(3,5): error TS2322: Type 'string' is not assignable to type 'number'.
src/piers.ts(9,1): error TS2304: Cannot find name 'tide'.
src/crew.ts(1,8): error TS1192: Module '"fs"' has no default export.
"""
JAVAC = """\
Fares.java:5: error: cannot find symbol
        return tide;
               ^
  symbol:   variable tide
  location: class Fares
Piers.java:9: error: ';' expected
int a = 4
         ^
2 errors
"""
MAVEN = """\
[ERROR] /srv/kiosk/src/main/java/Fares.java:[5,16] cannot find symbol
[ERROR]   symbol:   variable tide
[ERROR]   location: class Fares
[ERROR] /srv/kiosk/src/main/java/Piers.java:[9,10] ';' expected
"""
PYTEST = """\
=================================== FAILURES ===================================
_______________________________ test_night_fare ________________________________

    def test_night_fare():
        boat = Boat("night")
>       assert boat.fare(2) == 76
E       assert 82 == 76
E        +  where 82 = fare(2)

tests/test_fares.py:31: AssertionError
_______________________________ test_pier_closed _______________________________

    def test_pier_closed():
>       with pytest.raises(Closed):
E       Failed: DID NOT RAISE <class 'port.Closed'>

tests/test_piers.py:12: Failed
=========================== short test summary info ============================
FAILED tests/test_fares.py::test_night_fare - assert 82 == 76
FAILED tests/test_piers.py::test_pier_closed - Failed: DID NOT RAISE <class 'port.Closed'>
========================= 2 failed, 39 passed in 1.21s =========================
"""
ANSIBLE = """\
TASK [Gathering Facts] *********************************************************
ok: [pier1]
ok: [pier2]

TASK [Install the kiosk] *******************************************************
changed: [pier1]
fatal: [pier2]: FAILED! => {"changed": false, "msg": "No package matching 'kiosk' is available"}

PLAY RECAP *********************************************************************
pier1                      : ok=3    changed=2    unreachable=0    failed=0
pier2                      : ok=1    changed=0    unreachable=0    failed=1
"""
NPM = """\
npm ERR! code ERESOLVE
npm ERR! ERESOLVE unable to resolve dependency tree
npm ERR!
npm ERR! While resolving: kiosk@1.0.0
npm ERR! Found: react@18.2.0
npm ERR!
npm ERR! Could not resolve dependency:
npm ERR! peer react@"^17.0.0" from harbour-map@3.1.0
"""
TERRAFORM = """\
  # aws_instance.kiosk will be updated in-place
  ~ resource "aws_instance" "kiosk" {
      ~ instance_type = "t3.small" -> "t3.large"
    }

  # aws_s3_bucket.fares must be replaced
-/+ resource "aws_s3_bucket" "fares" {
      ~ bucket = "fares-2024" -> "fares-2025" # forces replacement
    }

Plan: 1 to add, 1 to change, 1 to destroy.
"""
GO = """\
=== RUN   TestNightFare
    fares_test.go:14: fare(2) = 82, want 76
--- FAIL: TestNightFare (0.00s)
=== RUN   TestPier
--- PASS: TestPier (0.01s)
FAIL
FAIL\tport.example/fares\t0.012s
"""
RUFF = """\
F401 [*] `os` imported but unused
 --> app/fares.py:1:8
  |
1 | import os
  |        ^^
  |
help: Remove unused import: `os`

E501 Line too long (120 > 100)
  --> app/piers.py:31:101
   |
31 |     return x
   |             ^^^
   |

Found 2 errors.
"""
ALL = [GCC, RUSTC, ESLINT, MYPY, TSC, JAVAC, MAVEN, PYTEST, ANSIBLE, NPM, TERRAFORM, GO, RUFF]


@pytest.mark.parametrize(
    ("text", "what", "expected"),
    [
        (GCC, "tide", ["In function 'day_fare':\nfares.c:27:12: warning", "^~~~"]),
        (
            GCC,
            "'rate'",
            ["In function 'night_fare':\n", "|                   ^~~~\n", "note: each"],
        ),
        (GCC, "struct pier", ["In file included from fares.h:3,\n", "^~~~"]),
        (RUSTC, "E0308", [" --> src/main.rs:14:24\n", "|               expected due to this"]),
        (
            RUSTC,
            "_tide",
            ["warning: unused variable", "  --> src/tide.rs:3:9\n", "= note: `#[warn"],
        ),
        (ESLINT, "indentation", ["/srv/kiosk/src/piers.js\n   8:1"]),
        (MYPY, '"book"', ['error: Argument 1 to "book"', 'note: "book" defined here']),
        (TSC, "TS2304", ["src/piers.ts(9,1): error TS2304: Cannot find name 'tide'."]),
        (JAVAC, "return tide", ["Fares.java:5: error: cannot find", "  location: class Fares"]),
        (JAVAC, "int a = 4", ["Piers.java:9: error: ';' expected\nint a = 4\n         ^\n"]),
        (MAVEN, "[5,16]", ["[ERROR]   location: class Fares"]),
        (PYTEST, "82 == 76\nE", ["_ test_night_fare _", "> ", "tests/test_fares.py:31: Assertion"]),
        (PYTEST, "DID NOT", ["_ test_pier_closed _", "> ", "tests/test_piers.py:12: Failed"]),
        (ANSIBLE, "fatal", ["TASK [Install the kiosk]", "No package matching"]),
        (ANSIBLE, "pier2   ", ["PLAY RECAP"]),
        (NPM, "harbour-map", ["Could not resolve dependency:"]),
        (TERRAFORM, "t3.large", ["  # aws_instance.kiosk will be", "    }\n"]),
        (TERRAFORM, "fares-2025", ["  # aws_s3_bucket.fares must", "-/+ resource", "    }\n"]),
        (GO, "want 76", ["=== RUN   TestNightFare\n    fares_test.go:14"]),
        (RUFF, "import os", ["F401 [*] `os`", " --> app/fares.py:1:8", "help: Remove unused"]),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_message_has_its_place_code_and_heading(
    text: str, what: str, expected: list[str], line_end: str
) -> None:
    text, what = text.replace("\n", line_end), what.replace("\n", line_end)
    layout = lay_out(text)
    assert layout.kind == "messages"
    unit = next(n for n in units(layout) if what in pieces(layout, text)[n])
    result = kept(layout, text, [unit])
    assert all(part.replace("\n", line_end) in result for part in expected), result
    assert len(result) < len(text) * 0.8


def test_what_ends_a_build_stands_under_no_function() -> None:
    text = GCC + "make: *** [Makefile:14: relay.o] Error 1\n"
    layout = lay_out(text)
    unit = next(n for n in units(layout) if "make: ***" in pieces(layout, text)[n])
    assert kept(layout, text, [unit]) == "make: *** [Makefile:14: relay.o] Error 1\n"


def test_a_path_heads_nothing_but_messages() -> None:
    layout = lay_out(ESLINT)
    unit = next(n for n in units(layout) if "3 problems" in pieces(layout, ESLINT)[n])
    assert kept(layout, ESLINT, [unit]) == "✖ 3 problems (2 errors, 1 warning)\n"


@pytest.mark.parametrize("text", ALL)
def test_messages_in_other_text(text: str) -> None:
    said = "The build is red since Tuesday. Nobody knows why, and the crew waits for the release."
    whole = f"{said}\n\n{text}\n{said}\n"
    alone, layout = lay_out(text), lay_out(whole)
    longest = max((pieces(alone, text)[n] for n in units(alone)), key=len)
    assert any(longest.strip() in part for part in pieces(layout, whole))


@pytest.mark.parametrize(
    "text",
    [
        "We met at 10:30: it was late.\nThey left at 11:45: it was dark.\n" * 4,
        "See http://a.example:80: it works.\n" * 4,
        "key: value\nother: value\n",
        "def f(x):\n    return x\n" * 5,
        "error: it failed\n",
        "",
    ],
)
def test_what_is_no_message_is_left_to_others(text: str) -> None:
    assert lay_out_diagnostics(text) is None


@given(st.sampled_from(ALL), st.floats(0.2, 0.9), st.data())
def test_whole_lines_below_their_heading(text: str, ratio: float, data: st.DataObject) -> None:
    layout = lay_out(text)
    result = kept(layout, text, data.draw(choices(layout)))
    assert set(result.splitlines()) <= set(text.splitlines())
    heading = None
    belongs: dict[str, str | None] = {}
    for line in text.splitlines():
        if line.startswith(("/srv", "TASK", "PLAY RECAP", "____")) or "In function" in line:
            heading = line
        belongs[line] = heading
    if text in (ESLINT, ANSIBLE):
        lines = result.splitlines()
        assert all(
            belongs[line] in (None, *lines) for line in lines if line and "problems" not in line
        )
    fitted(layout, text, ratio, 0)


REPORT = """\
============================= test session starts ==============================
platform linux -- Python 3.12.3, pytest-9.0.2, pluggy-1.6.0
collected 3 items

tests/test_fares.py .F.                                                  [100%]

=================================== FAILURES ===================================
_______________________________ test_night_fare ________________________________

    def test_night_fare():
>       assert fares("night") == {"Velmar": 76, "Askvik": 43}
E       AssertionError: assert {'Velmar': 82} == {'Velmar': 76, 'Askvik': 43}
E
E         Differing items:
E         {'Velmar': 82} != {'Velmar': 76}
E         Right contains 1 more item:
E         {'Askvik': 43}

tests/test_fares.py:31: AssertionError
==================================== PASSES ====================================
_________________________________ test_day_fare ________________________________
----------------------------- Captured stdout call -----------------------------
the table of fares is old
=========================== short test summary info ============================
PASSED tests/test_fares.py::test_day_fare
FAILED tests/test_fares.py::test_night_fare - AssertionError: assert {'Velmar'...
========================= 1 failed, 2 passed in 0.42s ==========================
"""
PLAYS = """\
PLAY [Harbours] ****************************************************************

TASK [Install the kiosk] *******************************************************
changed: [pier1]

PLAY [Databases] ***************************************************************

TASK [Install the kiosk] *******************************************************
fatal: [db1]: FAILED! => {"changed": false, "msg": "No package matching 'kiosk' is available"}

PLAY RECAP *********************************************************************
db1                        : ok=1    changed=0    unreachable=0    failed=1
pier1                      : ok=2    changed=1    unreachable=0    failed=0
"""
MAKE = """\
gcc -Wall -c main.c -o main.o
main.c: In function 'main':
main.c:3:22: warning: unused variable 'tide' [-Wunused-variable]
    3 |     int tide = 4;
      |         ^~~~
gcc -Wall -c fares.c -o fares.o
fares.c:1:10: fatal error: nope.h: No such file or directory
    1 | #include "nope.h"
      |          ^~~~~~~~
compilation terminated.
make: *** [Makefile:7: fares.o] Error 1
"""
PLAN = """\
Terraform detected the following changes made outside of Terraform since the
last "terraform apply":

  # aws_instance.kiosk has changed
  ~ resource "aws_instance" "kiosk" {
        id   = "i-0fedcba98765"
      ~ tags = {
          + "owner" = "ana"
        }
    }

  # aws_db_instance.fares must be replaced
-/+ resource "aws_db_instance" "fares" {
      ~ address            = "fares.c1x2y3.eu-north-1.rds.amazonaws.com" -> (known after apply)
      ~ allocated_storage  = 20 -> 100
      ~ engine_version     = "14.7" -> "16.2"
      ~ storage_encrypted  = false -> true # forces replacement
        tags               = {
            "Name" = "fares"
        }
        # (41 unchanged attributes hidden)
    }

Plan: 1 to add, 1 to change, 1 to destroy.
"""
DOCKER = """\
#8 [4/6] RUN apt-get update
#8 0.412 Get:1 http://deb.debian.org/debian bookworm InRelease [151 kB]
#8 DONE 6.9s

#9 [5/6] RUN pip install -r requirements.txt
#9 1.702 ERROR: No matching distribution found for harbour-tides==2.9
#9 ERROR: process "/bin/sh -c pip install -r requirements.txt" did not complete: exit code: 1
------
 > [5/6] RUN pip install -r requirements.txt:
1.204 Collecting fastapi==0.111.0 (from -r requirements.txt (line 1))
1.702 ERROR: No matching distribution found for harbour-tides==2.9
------
Dockerfile:12
--------------------
  10 |     COPY requirements.txt .
  11 |     RUN apt-get update
  12 | >>> RUN pip install -r requirements.txt
  13 |     COPY . .
--------------------
ERROR: failed to solve: process "/bin/sh -c pip install" did not complete: exit code: 1
"""
JEST = """\
 PASS  src/tides.test.ts
 FAIL  src/fares.test.ts
  ● fares › at night › doubles the fare

    Expected: 76
    Received: 82

      at Object.<anonymous> (src/fares.test.ts:14:18)

 FAIL  src/piers.test.ts
  ● Test suite failed to run

    Cannot find module './pier-table'

Test Suites: 2 failed, 1 passed, 3 total
Tests:       1 failed, 14 passed, 15 total
"""
CTEST = """\
Test project /srv/ferry/build
    Start 1: fares.day
1/3 Test #1: fares.day ........................   Passed    0.00 sec
    Start 2: fares.night
2/3 Test #2: fares.night ......................***Failed    0.00 sec
expected 76, got 82
night fare to Velmar

    Start 3: tide.high
Could not find executable sleepy
3/3 Test #3: tide.high ........................***Not Run   0.00 sec

33% tests passed, 2 tests failed out of 3

Total Test time (real) =   0.01 sec
"""
NPM_WARNS = """\
npm warn deprecated inflight@1.0.6: This module is not supported, and leaks memory.
npm warn deprecated glob@7.2.3: Glob versions prior to v9 are no longer supported
npm warn EBADENGINE Unsupported engine {
npm warn EBADENGINE   package: 'harbour-map@3.1.0',
npm warn EBADENGINE   required: { node: '>=20' }
npm warn EBADENGINE }
"""
SPACED = ESLINT.replace("/kiosk/src/piers.js", "/kiosk/front desk/piers.js") + (
    "  1 error and 0 warnings potentially fixable with the `--fix` option.\n"
)
BELOW = [
    # What is kept, with what, and without what.
    (REPORT, "Differing", ["_ test_night_fare _", "> "], "FAILURES"),
    (REPORT, "table of fares is old", ["= PASSES =", "_ test_day_fare _"], "FAILURES"),
    (REPORT, "1 failed, 2 passed", [], "summary info"),
    (REPORT, "FAILED tests", [], "="),
    (REPORT + "That is all.\n", "1 failed, 2 passed", [], "all"),
    (PLAYS, "changed: [pier1]", ["PLAY [Harbours]", "TASK [Install"], "Databases"),
    (PLAYS, "fatal: [db1]", ["PLAY [Databases]", "TASK [Install"], "Harbours"),
    (PLAYS, "failed=0", ["PLAY RECAP"], "Databases"),
    (MAKE, "gcc -Wall -c fares.c", [], "In function"),
    (MAKE, "fatal error", ["^~~~~~~~"], "In function"),
    (PLAN, '"owner"', ["# aws_instance.kiosk has changed", '~ resource "aws_instance"'], "fares"),
    (PLAN, "forces", ["# aws_db_instance.fares must", '-/+ resource "aws_db'], "kiosk"),
    (PLAN, "unchanged", ["# aws_db_instance.fares must", '-/+ resource "aws_db'], "forces"),
    (PLAN, "Terraform detected", ['last "terraform apply":'], "kiosk"),
    (DOCKER, "Get:1", ["#8 [4/6] RUN apt-get update"], "pip"),
    (DOCKER, "1.204 Collecting", [" > [5/6] RUN pip install"], "#9"),
    (DOCKER, ">>> RUN", ["Dockerfile:12\n---"], "#9"),
    (DOCKER, "failed to solve", [], "Dockerfile:12"),
    (JEST, "Received: 82", [" FAIL  src/fares.test.ts", "doubles the fare"], "piers"),
    (JEST, "pier-table", [" FAIL  src/piers.test.ts", "Test suite failed"], "fares"),
    (JEST, "14 passed", [], "piers"),
    (CTEST, "got 82", ["Test #2: fares.night"], "Start"),
    (CTEST, "sleepy", ["Start 3: tide.high"], "fares.night"),
    (CTEST, "33% tests", [], "tide.high"),
    (NPM_WARNS, "glob@7", [], "inflight"),
    (NPM_WARNS, "node: ", ["package: 'harbour-map@3.1.0'"], "inflight"),
    (SPACED, "indentation", ["/srv/kiosk/front desk/piers.js"], "fares.js"),
    (SPACED, "✖ 3 problems", [], "fixable"),
]


@pytest.mark.parametrize(("text", "what", "with_it", "without"), BELOW)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_stands_below_what(
    text: str, what: str, with_it: list[str], without: str, end: str
) -> None:
    text = text.replace("\n", end)
    made = around(lay_out(text), text, what).replace(end, "\n")
    assert all(part in made for part in with_it), made
    assert without not in made


@pytest.mark.parametrize("text", [REPORT, PLAYS, MAKE, PLAN, DOCKER, JEST, CTEST, NPM_WARNS])
def test_no_rule_or_heading_is_kept_alone(text: str) -> None:
    layout = telling(text, lay_out(text))
    own = pieces(layout, text)
    alone = ("=====", "------\n", "_____", "PLAY", "TASK", "E\n", "    }\n")
    told = [own[unit] for unit in units(layout) if own[unit].startswith(alone)]
    told = [one for one in told if one.count("\n") == 1]
    assert told in ([], REPORT.splitlines(keepends=True)[-1:])


GRADLE = """\
> Task :app:preBuild UP-TO-DATE
> Task :app:compileJava FAILED
/srv/app/src/main/java/org/harbour/Fees.java:31: error: cannot find symbol
        return berth.tariff().rate();
                    ^
  symbol:   method tariff()
1 error
> Task :lib:test
FeesTest > roundsUp() PASSED
FeesTest > rejectsNegative() FAILED
    org.opentest4j.AssertionFailedError: expected: <3> but was: <2>

24 tests completed, 1 failed
> Task :app:printVersion
version 4.2.0-rc1

FAILURE: Build completed with 2 failures.

1: Task failed with an exception.
-----------
* What went wrong:
Execution failed for task ':lib:test'.
> There were failing tests. See the report at: file:///srv/lib/build/reports/index.html

* Try:
> Run with --scan to get full insights.

BUILD FAILED in 12s
9 actionable tasks: 4 executed, 5 up-to-date
"""
CARGO = """\
warning: `harbour` (lib) generated 1 warning
    Finished `test` profile [unoptimized + debuginfo] target(s) in 0.05s
     Running unittests src/lib.rs (target/debug/deps/harbour-2f4a1b0c9d8e7f60)

running 2 tests
test berth::tests::fits ... ok
test fees::tests::slow ... ignored

test result: ok. 1 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s

     Running tests/cli.rs (target/debug/deps/cli-7d1e2f3a4b5c6d70)

running 1 test
test reads_csv ... ok

test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.31s
"""
CTEST = """\
Test project /srv/harbour/build
      Start  1: berth_basic
 1/3 Test  #1: berth_basic ......................   Passed    0.02 sec
      Start  2: berth_overflow
 2/3 Test  #2: berth_overflow ...................***Failed    0.11 sec
Running main() from gtest_main.cc
[ RUN      ] Berth.Overflow
/srv/harbour/tests/berth_test.cc:41: Failure
Expected equality of these values:
  capacity(4)
    Which is: 13
  12
[  FAILED  ] Berth.Overflow (3 ms)

      Start  3: radio
 3/3 Test  #3: radio ............................***Timeout  30.01 sec

33% tests passed, 2 tests failed out of 3

Total Test time (real) =  31.80 sec
"""
PLAN = """\
data.aws_ami.ubuntu: Reading...

Terraform will perform the following actions:

  # aws_instance.web must be replaced
-/+ resource "aws_instance" "web" {
      ~ ami                          = "ami-0aaa" -> "ami-0bbb" # forces replacement
        tags                         = {
            "Name" = "web"
        }
      ~ vpc_security_group_ids       = [
          - "sg-0111",
          + "sg-0222",
        ]
      ~ user_data                    = "0123456789012345678901234567" -> (known after apply)
        # (8 unchanged attributes hidden)
    }

  # aws_iam_user.old will be destroyed
  - resource "aws_iam_user" "old" {
      - name = "old" -> null
    }

Plan: 1 to add, 0 to change, 2 to destroy.
"""


@pytest.mark.parametrize(
    ("text", "part", "heads"),
    [
        (GRADLE, "cannot find", ("> Task :app:compileJava FAILED",)),
        (GRADLE, "roundsUp", ("> Task :lib:test",)),
        (GRADLE, "version 4", ("> Task :app:printVersion",)),
        (GRADLE, "failing tests", ("* What went wrong:", "Execution failed for task ':lib:test'.")),
        (GRADLE, "BUILD FAILED", ()),
        (CARGO, "test berth", ("     Running unittests src/lib.rs (target",)),
        (CARGO, "0.31s", ("     Running tests/cli.rs (target",)),
        (CTEST, "Running main", (" 2/3 Test  #2: berth_overflow",)),
        (CTEST, "capacity", ("[ RUN      ] Berth.Overflow", "/srv/harbour/tests/berth_test.cc")),
        (CTEST, "3/3 Test", ()),
        (CTEST, "Total Test", ()),
        (PLAN, "sg-0222", ("  # aws_instance.web must be replaced", "-/+ resource", "      ~ vpc")),
    ],
)
def test_what_is_said_comes_with_its_task_or_test(
    text: str, part: str, heads: tuple[str, ...]
) -> None:
    layout = lay_out(text)
    assert layout.kind == "messages"
    assert kept(layout, text, units(layout)) == text.replace("-----------\n", "")
    own = around(layout, text, part).splitlines()
    for head in heads:
        assert own.pop(0).startswith(head)
    assert part in "\n".join(own)
    assert not [line for line in own if line.startswith(("> Task", "     Running", "* What"))]


def test_brackets_are_closed_with_what_they_hold() -> None:
    layout = lay_out(PLAN)
    assert '        tags                         = {\n            "Name" = "web"\n        }\n' in (
        around(layout, PLAN, '"Name"')
    )


def test_a_heading_that_says_what_failed_is_kept_for_itself() -> None:
    for text, head in ((GRADLE, "> Task :app:compileJava"), (CTEST, " 2/3 Test")):
        assert around(lay_out(text), text, head).count("\n") == 1


RELATED = """\
src/order.ts:33:12 - error TS2322: Type 'string | undefined' is not assignable to type 'string'.
  Type 'undefined' is not assignable to type 'string'.

33     return to.street;
              ~~~~~~~~~

  src/address.ts:4:3
    4   street?: string;
        ~~~~~~
    The expected type comes from property 'street' which is declared here on type 'Address'

src/cart.ts:10:7 - error TS6133: 'tax' is declared but its value is never read.

10   const tax = 3;
         ~~~

Found 2 errors in 2 files.
"""


def test_another_place_that_a_message_names_is_kept_with_it() -> None:
    layout = lay_out(RELATED)
    result = around(layout, RELATED, "The expected type comes from")
    assert "src/order.ts:33:12" in result
    assert "src/address.ts:4:3" in result
    assert "src/cart.ts" not in result
