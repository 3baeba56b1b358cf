"""What services print: a line has the name before it, and stands where it would stand without."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.structure.console.services import lay_out_services
from tests.structure.kept import around, choices, kept, pieces, units

COMPOSE = """\
Attaching to db-1, web-1, worker-1
db-1      | The database cluster will be initialized with locale "en_US.utf8". It may take a while.
db-1      | 2024-05-02 08:14:02.118 UTC [1] LOG:  database system is ready to accept connections
web-1     | INFO:     Started server process [1]
worker-1  | [2024-05-02 08:14:05,102: INFO/MainProcess] Connected to redis://redis:6379//
web-1     | Traceback (most recent call last):
web-1     |   File "/srv/lib/routing.py", line 693, in lifespan
web-1     |     async with self.lifespan_context(app) as maybe_state:
web-1     |   File "/app/shop/main.py", line 22, in startup
web-1     |     await db.connect(settings.database_url)
web-1     | ConnectionRefusedError: [Errno 111] Connect call failed ('172.20.0.2', 5432)
web-1     |\x20
web-1     | ERROR:    Application startup failed. Exiting.
web-1 exited with code 3
db-1      | 2024-05-02 08:14:30.004 UTC [27] LOG:  checkpoint starting: time
"""
FOREMAN = """\
08:14:02 web.1    | started with pid 411
08:14:02 worker.1 | started with pid 412
08:14:03 web.1    | Listening on 0.0.0.0:5000
08:14:04 worker.1 | Job 12 was done in 31 ms. It had no errors.
08:14:05 web.1    | GET /berths 200
"""
PODS = """\
[pod/web-7d9c-x2k8p/web] GET /berths 200
[pod/web-7d9c-x2k8p/web] GET /fees 200
[pod/web-7d9c-q9zzt/web] GET /berths 500
[pod/web-7d9c-q9zzt/envoy] upstream connect error. Reset before headers.
[pod/web-7d9c-q9zzt/envoy] closing 3 connections
"""


@settings(deadline=None)
@given(st.data())
def test_any_choice_is_of_whole_lines(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([COMPOSE, FOREMAN, PODS]))
    text = text.replace("\n", data.draw(st.sampled_from(["\n", "\r\n"])))
    layout = lay_out(text)
    assert layout.kind == "log"
    assert kept(layout, text, units(layout)) == text
    lines = set(text.splitlines())
    assert {*kept(layout, text, data.draw(choices(layout))).splitlines()} <= lines


def test_a_frame_behind_names_brings_its_error() -> None:
    layout = lay_out(COMPOSE)
    assert around(layout, COMPOSE, "main.py") == (
        "web-1     | Traceback (most recent call last):\n"
        'web-1     |   File "/app/shop/main.py", line 22, in startup\n'
        "web-1     |     await db.connect(settings.database_url)\n"
        "web-1     | ConnectionRefusedError: [Errno 111] Connect call failed ('172.20.0.2', 5432)\n"
        "web-1     | \n"
    )
    assert around(layout, COMPOSE, "checkpoint") == COMPOSE.splitlines(keepends=True)[-1]


def test_they_are_known_in_a_remark_and_behind_other_lines() -> None:
    text = (
        f"The shop did not start today, and nobody knows why that is so.\n\n{FOREMAN}\nWhat now?\n"
    )
    assert "08:14:04 worker.1 | Job 12 was done in 31 ms. It had no errors.\n" in pieces(
        lay_out(text), text
    )


@pytest.mark.parametrize(
    "text",
    [
        "Anna | 12\nJohn | 13\nMary | 14\nPaul | 15\nRuth | 16\n",
        "README.md | 12 ++--\nREADME.de | 3 +++\nREADME.fr | 3 +++\nREADME.nb | 3 +++\n",
        "web | 1\ndb-1 | 2\n",
    ],
)
def test_tables_are_none(text: str) -> None:
    assert lay_out_services(text) is None


VALGRIND = """\
==1234== Memcheck, a memory error detector
==1234== Command: ./shop
==1234==
==1234== Invalid read of size 4
==1234==    at 0x10915A: ship (order.c:33)
==1234==    by 0x109180: main (main.c:8)
==1234==  Address 0x4a4f040 is 0 bytes inside a block of size 4 free'd
==1234==    at 0x484B27F: free (vg_replace_malloc.c:872)
==1234==    by 0x109151: drop (order.c:20)
==1234==
==1234== LEAK SUMMARY:
==1234==    definitely lost: 48 bytes in 2 blocks
"""


@pytest.mark.parametrize(
    ("part", "head"),
    [
        ("order.c:33", "==1234== Invalid read of size 4"),
        ("order.c:20", "==1234==  Address 0x4a4f040 is 0 bytes inside a block of size 4 free'd"),
        ("48 bytes", "==1234== LEAK SUMMARY:"),
    ],
)
def test_what_valgrind_prints_is_read_behind_its_mark(part: str, head: str) -> None:
    layout = lay_out(VALGRIND)
    lines = around(layout, VALGRIND, part).splitlines()
    assert head in lines
    assert all(line.startswith("==1234==") for line in lines)
