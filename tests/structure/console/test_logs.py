"""Logs: records stay whole, repeats count once."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.structure.console.frames import find_groups
from specpc.structure.console.logs import lay_out_log
from specpc.structure.parts.rows import rows
from tests.structure.kept import around, choices, fitted, keep, kept, pieces, units

STAMPS = [
    "2015-07-30 16:12:02,180 - INFO  [main] - ",
    "03-17 16:13:47.410  1702  2227 I Tag: ",
    "Dec 10 09:12:01 LabSZ sshd[24469]: ",
    "081111 064835 22032 INFO dfs.DataNode: ",
    "17/06/09 20:10:40 INFO executor: ",
    "[Sun Dec 04 04:47:44 2005] [notice] ",
    '10.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 ',
    "- 1117838570 2005.06.03 R02-M1-N0-C:J12-U11 2005-06-03-15.42.50.675872 ",
    "nova.log.2017-05-16_13:53:08 2017-05-16 00:08:06.646 25746 INFO nova ",
    "2016-09-29 00:03:19, Info    CBS    ",
    "2024-05-01T12:00:00.123Z ",
    "[    0.000000] ",
    "E0102 12:34:56.789012       1 server.go:10] ",
    "<34>1 2003-10-11T22:14:15.003Z host su - ",
    "12:00:01 ",
    "INFO:root:",
    "[warn] ",
    "time=12 level=info msg=",
]


@pytest.mark.parametrize("stamp", STAMPS)
def test_logs_of_many_programs(stamp: str) -> None:
    text = "".join(f"{stamp}event {n}\n" for n in range(5))
    layout = lay_out_log(text)
    assert layout is not None
    assert pieces(layout, text) == text.splitlines(keepends=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-05-01 12:00:00 started\n",
        "The train left at 10:30:00 sharp.\n" + "Nobody was on it, as usual.\n" * 9,
        "# Changes\n\n- one\n- two\n- three\n- four\n",
        "def f(x):\n    return x\n\n\nclass A:\n    pass\n" * 3,
        "Ann: hello\nBob: hi\n" * 5,
    ],
)
def test_what_is_no_log_is_left_to_others(text: str) -> None:
    assert lay_out_log(text) is None


MESSAGES = st.text(st.sampled_from("ab :,\t{}é"), min_size=1, max_size=20).filter(str.strip)
TRACES = st.lists(
    st.sampled_from(["    at a.b.C(D.java:1)", "Caused by: x", "", "  y"]), max_size=3
)


@st.composite
def logs(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A log, and its records as they were written."""
    line_end = draw(st.sampled_from(["\n", "\r\n"]))
    records = []
    for n in range(draw(st.integers(8, 16))):
        lines = [f"2024-05-01 12:00:{n:02} {draw(MESSAGES)}", *(draw(TRACES) if n % 4 == 3 else [])]
        records += [line_end.join(lines) + line_end] * draw(st.sampled_from([1, 1, 3]))
    return "".join(records), records


@given(logs(), st.floats(0.1, 0.95), st.data())
def test_records_are_kept_whole_and_repeats_never(
    log: tuple[str, list[str]], ratio: float, data: st.DataObject
) -> None:
    text, records = log
    layout = lay_out_log(text)
    assert layout is not None
    parts = pieces(layout, text)
    chosen = sorted(data.draw(choices(layout)))
    assert kept(layout, text, chosen) == "".join(parts[unit] for unit in chosen)
    assert all(parts[unit] in records for unit in units(layout))
    messages = [parts[unit].rstrip()[len("2024-05-01 12:00:00") :] for unit in units(layout)]
    assert all(one != other for one, other in pairwise(messages))
    assert fitted(layout, text, ratio, 0) != ""


def test_the_same_event_at_another_time_counts_once() -> None:
    text = "".join(
        f"Dec 10 09:12:{n:02} host sshd: {'timeout' if n in (2, 3, 4) else f'event {n}'}\n"
        for n in range(7)
    )
    layout = lay_out_log(text)
    assert layout is not None
    assert kept(layout, text, units(layout)) == "".join(
        line for n, line in enumerate(text.splitlines(keepends=True)) if n not in (3, 4)
    )


def test_a_long_record_keeps_its_head_with_each_part() -> None:
    trace = "".join(f"    at app.Module{n}.call(Module{n}.java:{n})\n" for n in range(60))
    lines = [f"2024-05-01 12:00:0{n} INFO ok {n}\n" for n in range(4)]
    text = "".join(lines) + "2024-05-01 12:00:09 ERROR failed\n" + trace + "".join(lines)
    layout = lay_out(text)
    assert layout.kind == "log"
    unit = next(n for n, part in enumerate(pieces(layout, text)) if "Module30." in part)
    assert kept(layout, text, [unit]) == (
        "2024-05-01 12:00:09 ERROR failed\n    at app.Module30.call(Module30.java:30)\n"
    )


def test_what_is_said_about_a_log_is_prose() -> None:
    log = "".join(f"2024-05-01 12:00:{n:02} INFO event {n}\n" for n in range(20))
    text = f"It failed. Here is the log:\n\n{log}    at the end\n\nWhy? Please help.\n"
    layout = lay_out_log(text)
    assert layout is not None
    parts = pieces(layout, text)
    told = ["It failed. ", "Here is the log:\n\n", "Why? ", "Please help.\n"]
    assert [parts[unit] for unit in sorted(layout.prose)] == told
    assert parts[-3] == "2024-05-01 12:00:19 INFO event 19\n    at the end\n\n"


PYTEST = """\
..F                                                                      [100%]
=================================== FAILURES ===================================
_______________________________ test_night_fare ________________________________

    def test_night_fare():
>       assert fare("Velmar", night=True) == 76
E       assert 82 == 76

tests/test_fares.py:31: AssertionError
=========================== short test summary info ============================
FAILED tests/test_fares.py::test_night_fare - assert 82 == 76
1 failed, 2 passed in 0.42s
"""
STEPS = [
    *["##[group]Run make", "shell: bash", "##[endgroup]", "cc -o ferry main.c"],
    *["##[group]Run pytest -q", "##[endgroup]", *PYTEST.splitlines()],
    *["##[error]Process completed with exit code 1.", "##[group]Upload", "##[endgroup]", "Done."],
]
TRACE = """\
Traceback (most recent call last):
  File "/srv/kiosk/main.py", line 14, in <module>
    main()
  File "/srv/kiosk/main.py", line 9, in main
    table = load(path)
FileNotFoundError: [Errno 2] No such file or directory: '/etc/kiosk/fares.csv'
"""


def stamped(lines: list[str], stamp: str, end: str = "\n") -> str:
    return "".join(f"{stamp.format(n)}{line}{end}" for n, line in enumerate(lines, start=10))


@pytest.mark.parametrize(
    "stamp",
    ["2024-05-04T08:11:{:02}.1204411Z ", "test (3.12)\tRun tests\t2024-05-04T08:11:{:02}Z "],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_a_step_prints_is_laid_out_as_what_it_is(stamp: str, end: str) -> None:
    text = stamped(STEPS, stamp, end)
    layout = lay_out(text)
    assert layout.kind == "log"
    said = [line.split("Z ", 1)[1] for line in around(layout, text, "82 == 76").splitlines()]
    assert said[0] == "##[group]Run pytest -q"
    assert said[1].strip("_ ") == "test_night_fare"
    assert said[-1] == "tests/test_fares.py:31: AssertionError"
    assert "E       assert 82 == 76" in said
    summary = around(layout, text, "1 failed, 2 passed").splitlines()
    assert [line.split("Z ", 1)[1] for line in summary] == [STEPS[4], PYTEST.splitlines()[-1]]
    assert "##[group]Run make" in around(layout, text, "cc -o ferry")


@pytest.mark.parametrize(
    "stamp",
    [
        "May 04 07:02:{:02} pier1 kiosk[812]: ",
        "2024-05-04T07:02:{:02}.120Z ",
        "2024-05-04T07:02:{:02}+0200 pier1 kiosk[812]: ",
    ],
)
def test_a_trace_with_a_time_before_each_line_is_one(stamp: str) -> None:
    events = ["Started.", "Reading the fares.", *TRACE.splitlines(), "Restarting."]
    text = stamped(events, stamp)
    layout = lay_out(text)
    assert layout.kind == "log"
    lines = text.splitlines(keepends=True)
    assert around(layout, text, "line 9") == "".join([lines[2], *lines[5:8]])
    assert around(layout, text, "FileNotFoundError") == lines[7]
    assert around(layout, text, "Restarting") == lines[8]


def test_lines_that_begin_with_a_time_are_no_messages_of_a_compiler() -> None:
    events = ["listening", "request failed\n    at fare (/srv/fares.js:3:1)", "waiting", "waiting"]
    for stamp in ("2024-05-04T08:11:{:02}.120Z ", "04/May/2024:10:11:{:02} +0200 "):
        text = stamped(events, stamp)
        layout = lay_out(text)
        assert layout.kind == "log"
        told = [pieces(layout, text)[unit] for unit in units(layout)]
        first, failed, frame, waiting, _ = text.splitlines(keepends=True)
        assert told == [first, failed + frame, waiting]


def test_a_record_that_says_nothing_is_never_kept() -> None:
    text = "[INFO] Scanning\n[INFO] \n[INFO] ------\n[ERROR] \n[INFO] BUILD FAILURE\n12:00:01 \n"
    layout = lay_out(text)
    assert layout.kind == "log"
    told = [pieces(layout, text)[unit] for unit in units(layout)]
    assert told == ["[INFO] Scanning\n", "[INFO] BUILD FAILURE\n"]
    text = "[INFO] \n" * 5
    assert units(lay_out(text))


JOURNAL = """\
May 02 08:13:58 harbour nginx[4182]: nginx: [emerg] bind() to 0.0.0.0:80 failed (98: In use)
May 02 08:13:59 harbour systemd[1]: nginx.service: Failed with result 'exit-code'.
░░ Subject: Unit failed
░░ Defined-By: systemd
░░\x20
░░ The unit nginx.service has entered the 'failed' state with result 'exit-code'.
May 02 08:14:11 harbour sshd[4190]: Accepted publickey for ann from 10.0.0.7 port 51010 ssh2
May 02 08:14:12 harbour cron[801]: (root) CMD (run-parts /etc/cron.hourly)
"""


@pytest.mark.parametrize("mark", ["░░", "--"])
def test_what_the_journal_explains_stays_with_its_record(mark: str) -> None:
    text = JOURNAL.replace("░░", mark)
    layout = lay_out(text)
    assert layout.kind == "log"
    own = around(layout, text, "Subject")
    assert own.startswith("May 02 08:13:59 harbour systemd[1]: nginx.service: Failed")
    assert own.endswith("result 'exit-code'.\n")
    assert len(units(layout)) == 4


OOPS = """\
{0}usb 1-4: new high-speed USB device number 6 using xhci_hcd
{0}BUG: kernel NULL pointer dereference, address: 0000000000000018
{0}#PF: supervisor read access in kernel mode
{0}Oops: 0000 [#1] PREEMPT SMP NOPTI
{0}CPU: 3 PID: 2231 Comm: kworker/3:1 Tainted: G           OE     6.1.0-18-amd64 #1
{0}RIP: 0010:crane_read_reg+0x1f/0x60 [crane_drv]
{0}Call Trace:
{0} <TASK>
{0} crane_poll+0x45/0x110 [crane_drv]
{0} ? process_one_work+0x1e2/0x3b0
{0} </TASK>
{0}Modules linked in: crane_drv(OE)
{0}---[ end trace 0000000000000000 ]---
{0}usb 1-4: new high-speed USB device number 7 using xhci_hcd
"""


@pytest.mark.parametrize("stamp", ["[  812.441201] ", "Jun 14 12:00:01 crane3 kernel: "])
def test_what_a_kernel_prints_of_an_error_says_which(stamp: str) -> None:
    text = OOPS.format(stamp)
    bug = f"{stamp}BUG: kernel NULL pointer dereference, address: 0000000000000018\n"
    assert keep(text, "crane_poll") == f"{bug}{stamp} crane_poll+0x45/0x110 [crane_drv]\n"
    assert keep(text, "RIP").startswith(bug)
    assert (
        keep(text, "number 7")
        == f"{stamp}usb 1-4: new high-speed USB device number 7 using xhci_hcd\n"
    )


def test_numbers_of_six_decimals_are_no_times() -> None:
    head = "             price    quantity\n"
    rows = ["count  1668.000000  1668.00000\n", "mean     43.118705     2.31415\n",
            "std      18.220110     1.10292\n", "max     199.000000    12.00000\n"]  # fmt: skip
    assert keep(head + "".join(rows), "std") == head + rows[2]


def test_a_report_of_a_bug_is_no_dump_of_a_kernel() -> None:
    said = "BUG: gate does not close\nSteps to reproduce: press it\nCPU: Intel i7\nCode: 0x14\n"
    assert not find_groups(rows(said))
    arm = (
        "Unable to handle kernel NULL pointer dereference at virtual address 0000000000000018\n"
        "Mem abort info:\n  ESR = 0x96000004\n  EC = 0x25: DABT (current EL), IL = 32 bits\n"
        "  SET = 0, FnV = 0\n  EA = 0, S1PTW = 0\nInternal error: Oops: 96000004 [#1] SMP\n"
        "pc : crane_poll+0x18/0x40\nCall trace:\n crane_poll+0x18/0x40\n"
    )
    [group] = find_groups(rows(arm))
    assert (group.error, group.end) == ((0, 1), 10)


def test_times_before_calls_are_times() -> None:
    text = "".join(f"     0.{n:06d} read(3, 0x{n:x}) = {n}\n" for n in range(14))
    assert lay_out(text).kind == "log"


JOBS = """\
build\tRun tests\t2026-11-02T10:00:05.0000000Z ##[group]Run pytest -q
build\tRun tests\t2026-11-02T10:00:05.0000000Z pytest -q
build\tRun tests\t2026-11-02T10:00:05.0000000Z ##[endgroup]
build\tRun tests\t2026-11-02T10:00:09.0000000Z 3 passed in 0.02s
lint\tSet up job\t\ufeff2026-11-02T10:00:02.0000000Z Current runner version: '2.311.0'
lint\tRuff\t2026-11-02T10:00:04.0000000Z ##[group]Run ruff check
lint\tRuff\t2026-11-02T10:00:04.0000000Z ##[endgroup]
lint\tRuff\t2026-11-02T10:00:04.0000000Z cart.py:1:8: F401 [*] `os` imported but unused
lint\tPost job\t2026-11-02T10:00:06.0000000Z Cleaning up orphan processes
"""


def test_a_step_of_one_job_heads_no_line_of_another() -> None:
    assert "Run pytest" in keep(JOBS, "3 passed")
    assert "Run pytest" not in keep(JOBS, "Current runner")
    assert "Run ruff" in keep(JOBS, "F401")
    assert "Run ruff" not in keep(JOBS, "orphan")
