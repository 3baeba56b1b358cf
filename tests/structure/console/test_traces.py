"""Stack traces: frames are whole and bring their error."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.structure.console.traces import lay_out_trace
from tests.structure.kept import around, choices, fitted, kept, pieces, units

CASE = """\
Traceback (most recent call last):
  File "/srv/kiosk/nightly.py", line 58, in <module>
    main()
  File "/srv/kiosk/fares.py", line 23, in load_fares
    reply = session.get(url, timeout=5)
  File "/usr/lib/python3.11/site-packages/requests/adapters.py", line 700, in send
    raise ConnectionError(e, request=request)
requests.exceptions.ConnectionError: HTTPConnectionPool(host='fares.internal', port=8080): \
Max retries exceeded
"""
CHAINED = """\
Traceback (most recent call last):
  File "/srv/a.py", line 5, in load
    return json.loads(raw)
           ^^^^^^^^^^^^^^^
json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/a.py", line 7, in load
    raise ConfigError("bad config")
app.errors.ConfigError: bad config
"""
GROUP = """\
  + Exception Group Traceback (most recent call last):
  |   File "/srv/t.py", line 14, in main
  |     async with asyncio.TaskGroup() as tg:
  | ExceptionGroup: unhandled errors in a TaskGroup (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/srv/t.py", line 5, in fetch
    |     raise ValueError("bad port 99999")
    | ValueError: bad port 99999
    +---------------- 2 ----------------
    | FileNotFoundError: [Errno 2] No such file or directory: '/nowhere'
    +------------------------------------
"""
JAVA = """\
Exception in thread "main" java.lang.RuntimeException: Could not load fares
\tat com.port.fares.Loader.load(Loader.java:42)
\tat com.port.fares.Main.main(Main.java:12)
Caused by: java.sql.SQLTransientConnectionException: request timed out after 30000ms.
\tat com.zaxxer.hikari.pool.HikariPool.getConnection(HikariPool.java:197)
\t... 23 more
"""
NODE = """\
/app/server.js:12
    throw new TypeError('x');
    ^

TypeError: Cannot read properties of undefined (reading 'id')
    at Object.<anonymous> (/app/server.js:12:9)
    at node:internal/main/run_main_module:23:47 {
  code: 'ERR_X'
}
"""
GO = """\
panic: runtime error: index out of range [5] with length 3

goroutine 1 [running]:
main.pick(...)
\t/srv/fares/main.go:14
main.main()
\t/srv/fares/main.go:9 +0x1d
exit status 2
"""
RUST = """\
thread 'main' panicked at src/main.rs:4:37:
called `Result::unwrap()` on an `Err` value: ParseIntError { kind: InvalidDigit }
stack backtrace:
   0: rust_begin_unwind
             at /rustc/90b35a6/library/std/src/panicking.rs:645:5
   1: fares::parse
             at ./src/main.rs:4:37
"""
DOTNET = """\
Unhandled exception. System.InvalidOperationException: Sequence contains no elements
   at Fares.Loader.First(IEnumerable`1 source) in /src/Loader.cs:line 18
   at Fares.Program.Main(String[] args) in /src/Program.cs:line 7
"""
RUBY = """\
fares.rb:3:in `load': undefined method `fetch' for nil:NilClass (NoMethodError)
\tfrom fares.rb:9:in `block in main'
\tfrom fares.rb:12:in `<main>'
"""
PHP = """\
PHP Fatal error:  Uncaught PDOException: SQLSTATE[HY000] [2002] Connection refused in /srv/db.php:12
Stack trace:
#0 /srv/db.php(12): PDO->__construct('mysql:host=db', 'root')
#1 /srv/index.php(5): connect()
#2 {main}
  thrown in /srv/db.php on line 12
"""
GDB = """\
Program received signal SIGSEGV, Segmentation fault.
#0  0x0000555555555131 in sum (p=0x0, n=3) at sum.c:5
#1  0x000055555555517d in total (t=0x7fffffffe0b0,
    deep=1) at sum.c:14
"""
ASAN = """\
==4021==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010
READ of size 4 at 0x602000000010 thread T0
    #0 0x55d0c in main /srv/uaf.c:8

freed by thread T0 here:
    #0 0x7f2b in free (/lib/libasan.so.5+0x10d1f)

SUMMARY: AddressSanitizer: heap-use-after-free /srv/uaf.c:8 in main
"""


def keep_with(text: str, what: str) -> str:
    layout = lay_out(text)
    unit = next(n for n in units(layout) if what in pieces(layout, text)[n])
    return kept(layout, text, [unit])


def test_the_last_error_is_a_unit_and_never_cut() -> None:
    error = CASE.splitlines(keepends=True)[-1]
    layout = lay_out(CASE)
    assert layout.kind == "trace"
    assert keep_with(CASE, "requests.exceptions") == error
    assert units(layout)[-1] in layout.whole
    result = keep_with(CASE, "load_fares")
    assert result == (
        "Traceback (most recent call last):\n"
        '  File "/srv/kiosk/fares.py", line 23, in load_fares\n'
        f"    reply = session.get(url, timeout=5)\n{error}"
    )


LOGGED = "2024-06-04 16:02:11,201 ERROR [exec-4] c.p.Fares - request failed\n"
IDLE = "\ngoroutine 7 [chan receive]:\nmain.main()\n\t/srv/main.go:40 +0x1ab\n"


@pytest.mark.parametrize(
    ("text", "what", "expected"),
    [
        (CHAINED, "line 5, in load", ["json.loads(raw)\n      ", "JSONDecodeError"]),
        (CHAINED, "line 7, in load", ["raise ConfigError", "app.errors.ConfigError: bad config"]),
        (
            GROUP,
            "in fetch",
            ["---- 1 ----", "| ValueError: bad port", "| ExceptionGroup: unhandled"],
        ),
        (GROUP, "FileNotFoundError", ["ExceptionGroup: unhandled"]),
        (LOGGED + JAVA.partition('main" ')[2], "Main.java", [LOGGED + "java.lang.Runtime"]),
        (JAVA, "Main.java", ["RuntimeException: Could not load fares\n"]),
        (JAVA, "HikariPool.java", ["Caused by: java.sql", "... 23 more"]),
        (NODE, "throw new", ["server.js:12\n", "    ^\n", "TypeError: Cannot read"]),
        (NODE, "run_main", ["code: 'ERR_X'\n}", "TypeError: Cannot read"]),
        (GO + IDLE, "main.go:40", ["goroutine 7 [chan receive]:\n"]),
        (GO, "main.pick", ["panic: runtime error", "goroutine 1", "main.go:14"]),
        (
            RUST,
            "fares::parse",
            ["panicked at src/main.rs", "InvalidDigit", "at ./src/main.rs:4:37"],
        ),
        (DOTNET, "Program.cs", ["Unhandled exception. System.InvalidOperationException: Seq"]),
        (RUBY, "block in main", ["(NoMethodError)\n\tfrom"]),
        (PHP, "index.php", ["Uncaught PDOException", "Stack trace:\n"]),
        (GDB, "in total", ["Program received signal SIGSEGV", "deep=1) at sum.c:14"]),
        (ASAN, "in free", ["freed by thread T0 here", "AddressSanitizer: heap-use-after-free on"]),
    ],
)
def test_a_frame_brings_its_error(text: str, what: str, expected: list[str]) -> None:
    assert lay_out(text).kind == "trace"
    result = keep_with(text, what)
    assert all(part in result for part in expected), result
    assert len(result) < len(text)


SIGNS = ("rror", "ault", "anic", "xception", "ERROR")
ALL = [CASE, CHAINED, GROUP, JAVA, NODE, GO, RUST, DOTNET, RUBY, PHP, GDB, ASAN]


@pytest.mark.parametrize("text", ALL)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_traces_in_other_text(text: str, line_end: str) -> None:
    text = text.replace("\n", line_end)
    error = next(
        line
        for line in text.split(line_end)
        if any(sign in line for sign in SIGNS) and "Traceback" not in line
    )
    told = "It fails since Tuesday. Nothing else was changed, and the disk is half full."
    for before, after in ((told, told), (f"# Bug{line_end * 2}```", f"```{line_end * 2}{told}")):
        whole = f"{before}{line_end * 2}{text}{line_end}{after}{line_end}"
        layout = lay_out(whole)
        assert all(edge == 0 or whole[edge - 1] in "\r\n " for edge in layout.edges.tolist())
        assert error in "".join(
            pieces(layout, whole)[n] for n in units(layout) if n in layout.whole
        )


def test_a_trace_in_a_log_is_cut_as_one() -> None:
    frames = "".join(f"\tat com.port.Module{n}.call(Module{n}.java:{n})\n" for n in range(40))
    record = f"2024-05-01 12:00:09 ERROR failed\njava.lang.IllegalStateException: closed\n{frames}"
    others = [f"2024-05-01 12:00:0{n} INFO ok {n}\n" for n in range(9)]
    text = "".join([*others, record, *others])
    assert keep_with(text, "Module30.java") == (
        "2024-05-01 12:00:09 ERROR failed\njava.lang.IllegalStateException: closed\n"
        "\tat com.port.Module30.call(Module30.java:30)\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "We were\n    at the office, and at noon (as ever)\n    at the pier.\n",
        "#1 (of three) things\n#2 things\n",
        "An Error is a class.\nAn Exception too.\n",
        "def f():\n    return 1\n",
        "",
    ],
)
def test_what_is_no_trace_is_left_to_others(text: str) -> None:
    assert lay_out_trace(text) is None


@given(st.lists(st.sampled_from(ALL), min_size=1, max_size=4), st.floats(0.1, 0.9), st.data())
def test_whole_lines_and_errors_above(traces: list[str], ratio: float, data: st.DataObject) -> None:
    text = "\n".join(traces)
    layout = lay_out(text)
    parts = pieces(layout, text)
    lines = set(text.splitlines())
    result = kept(layout, text, data.draw(choices(layout)))
    assert set(result.splitlines()) <= lines
    for unit in units(layout):
        if parts[unit].startswith(("  File", "\tat", "    at", "\tfrom")):
            needed = "".join(parts[n] for n in layout.all_needs[unit])
            assert "rror" in needed or "xception" in needed
    small = fitted(layout, text, ratio, random.Random(0).randrange(99)) or ""
    assert not small or all(a <= b for a, b in pairwise(layout.edges.tolist()))


DATABASE = """Traceback (most recent call last):
  File "/srv/a.py", line 5, in run
    cursor.execute(statement)
psycopg2.errors.UniqueViolation: duplicate key value violates "users_email_key"
DETAIL:  Key (email)=(jo@x.example) already exists.

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/b.py", line 7, in save
    self.commit()
sqlalchemy.exc.IntegrityError: duplicate key value violates "users_email_key"
DETAIL:  Key (email)=(jo@x.example) already exists.
"""


@pytest.mark.parametrize("start", ["", "\n"])
def test_details_belong_to_the_error(start: str) -> None:
    text = start + DATABASE
    layout = lay_out(text)
    assert layout.kind == "trace"
    made = around(layout, text, "self.commit")
    assert made.strip() == text[text.index("Traceback", 20) :].strip()


def test_what_announces_a_trace_comes_with_it() -> None:
    text = (
        "Hi, since this morning our checkout service dies on every third request. It did not then."
        " Here is what the log says:\n\n"
        'Exception in thread "http-4" java.lang.IllegalStateException: could not reserve seat\n'
        "\tat org.ferry.SeatService.reserve(SeatService.java:112)\n"
        "\tat java.base/java.lang.Thread.run(Thread.java:840)\n"
        "Caused by: java.sql.SQLTimeoutException: lock wait timeout exceeded\n"
        "\tat org.ferry.db.SeatRepository.lock(SeatRepository.java:77)\n\t... 12 more\n\n"
        "Restarting helps.\n"
    )
    layout = lay_out(text)
    lead = pieces(layout, text).index("Here is what the log says:\n\n")
    assert lead in layout.supports
    made = around(layout, text, "SeatRepository")
    assert made.startswith("Here is what the log says:\n\nCaused by: java.sql.SQLTimeoutException")


LUA = """\
lua: fees.lua:41: attempt to index a nil value (field 'tariff')
stack traceback:
\tfees.lua:41: in function 'fee'
\tmain.lua:12: in main chunk
\t[C]: in ?
"""
HASKELL = """\
tickets: Prelude.head: empty list
CallStack (from HasCallStack):
  error, called at libraries/base/GHC/List.hs:1646:3 in base:GHC.List
  head, called at src/Fees.hs:41:10 in main:Fees
  total, called at app/Main.hs:12:5 in main:Main
"""
PERL = """\
Can't locate object method "fee" via package "Ferry::Port" at /srv/lib/Ferry.pm line 41.
 at /srv/lib/Ferry.pm line 41.
\tFerry::total("Obann", 3) called at bin/run.pl line 12
\tmain::run() called at bin/run.pl line 20
"""
JULIA = """\
ERROR: BoundsError: attempt to access 3-element Vector{Int64} at index [5]
Stacktrace:
 [1] getindex(A::Vector{Int64}, i1::Int64)
   @ Base ./essentials.jl:13
 [2] fee(n::Int64)
   @ Main /srv/app/fees.jl:41
"""
DART = """\
Unhandled exception:
FormatException: Invalid radix-10 number (at character 1)
#0      int.parse (dart:core-patch/integers_patch.dart:42:19)
#1      main (file:///srv/app/bin/main.dart:3:7)
#2      _delayEntrypointInvocation.<anonymous closure> (dart:isolate-patch/isolate.dart:297:19)
"""
LARAVEL = """\
[2026-04-01 10:00:00] production.ERROR: Column not found {"exception":"[object] (QueryException
[stacktrace]
#0 /srv/app/Fees.php(41): App\\Fees->all()
#1 {main}
"}
"""


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        (LUA, "main.lua:12"),
        (HASKELL, "src/Fees.hs:41"),
        (PERL, "run.pl line 20"),
        (JULIA, "fees.jl:41"),
        (DART, "anonymous closure"),
        (LARAVEL, "{main}"),
    ],
)
@pytest.mark.parametrize("after", ["", "\nThe new tool exported the file. It has a blank.\n"])
def test_frames_of_other_languages_bring_their_error(text: str, frame: str, after: str) -> None:
    for own in (text + after, (text + after).replace("\n", "\r\n")):
        said = around(lay_out(own), own, frame)
        assert said.splitlines()[0] == text.splitlines()[0]
        assert "blank" not in said
    assert "essentials" not in around(lay_out(JULIA + after), JULIA + after, "[2] fee")


RUBY_CODE = """\
/app/order.rb:33:in `ship': undefined method `street' for nil:NilClass (NoMethodError)

    to.street
      ^^^^^^^
	from /app/order.rb:20:in `block in run'
	from bin/ship:4:in `<main>'
"""
RUST_CAUSES = """\
    Finished dev [unoptimized + debuginfo] target(s) in 1.02s
     Running `target/debug/shop ship 8841`
Error: could not ship order 8841

Caused by:
    0: could not read the address
    1: No such file or directory (os error 2)
"""


@pytest.mark.parametrize(
    ("text", "frame", "error"),
    [
        (RUBY_CODE, "bin/ship:4", "undefined method `street'"),
        (RUST_CAUSES, "os error 2", "Error: could not ship order 8841"),
    ],
)
def test_an_error_is_told_behind_a_blank_line(text: str, frame: str, error: str) -> None:
    layout = lay_out(text)
    assert error in around(layout, text, frame)
    assert "Finished" not in around(layout, text, frame)
    code = next((unit for unit in units(layout) if "^^^" in pieces(layout, text)[unit]), None)
    assert code is None or error in kept(layout, text, [code])
