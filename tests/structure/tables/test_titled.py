"""Tables in tables: rows come with the titles above them, and what names what they are of."""

from __future__ import annotations

import pytest

from specpc.structure import lay_out
from tests.structure.kept import around, kept, units

NESTED = """\
---------------------------------------------------------------------
|                         DescribeInstances                         |
+-------------------------------------------------------------------+
||                          Reservations                           ||
|+----------------------------------+------------------------------+|
||  OwnerId                         |  123456789012                ||
||  ReservationId                   |  r-0a1b2c3d                  ||
|+----------------------------------+------------------------------+|
|||                           Instances                           |||
||+-----------------------------+---------------------------------+||
|||  ImageId                    |  ami-0c55b159                   |||
|||  InstanceId                 |  i-0abc                         |||
||+-----------------------------+---------------------------------+||
||||                            State                            ||||
|||+---------------------------+---------------------------------+|||
||||  Code                     |  80                             ||||
|||+---------------------------+---------------------------------+|||
||||                            Tags                             ||||
|||+-----------------------+-------------------------------------+|||
||||          Key          |                Value                ||||
|||+-----------------------+-------------------------------------+|||
||||  Name                 |  web-1                              ||||
||||  Owner                |  platform                           ||||
|||+-----------------------+-------------------------------------+|||
||                          Reservations                           ||
|+----------------------------------+------------------------------+|
||  ReservationId                   |  r-0ffff                     ||
|+----------------------------------+------------------------------+|
|||                           Instances                           |||
||+-----------------------------+---------------------------------+||
|||  InstanceId                 |  i-0def                         |||
|||  InstanceType               |  m5.large                       |||
||+-----------------------------+---------------------------------+||
"""
FLAT = """\
-------------------------------------------------
|                 ListBuckets                   |
+---------------------------+-------------------+
|       CreationDate        |       Name        |
+---------------------------+-------------------+
|  2019-01-02T10:00:00.000Z |  acme-logs        |
|  2020-05-06T10:00:00.000Z |  acme-web         |
+---------------------------+-------------------+
||                    Owner                    ||
|+----------------------+----------------------+|
||  DisplayName         |  kim                 ||
|+----------------------+----------------------+|
"""
LISTED = """\
------------------------
|      ListQueues      |
+----------------------+
||      QueueUrls     ||
|+--------------------+|
||  https://q/1/jobs  ||
||  https://q/1/mail  ||
|+--------------------+|
"""


@pytest.mark.parametrize("text", [NESTED, FLAT, LISTED])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("remark", ["", "\nWhich of them is stopped?\n"])
def test_rows_stand_below_their_titles(text: str, line_end: str, remark: str) -> None:
    source = (text + remark).replace("\n", line_end)
    layout = lay_out(source)
    for unit in units(layout):
        left = kept(layout, source, [unit])
        if "|" in left:
            assert left.splitlines()[:3] == text.splitlines()[:3]
            assert len(set(left.splitlines())) > 3
        else:
            assert left.strip() == remark.strip()


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        (
            NESTED,
            "platform",
            "DescribeInstances Reservations ReservationId r-0a1b2c3d Instances InstanceId i-0abc"
            " Tags Key Value Owner platform",
        ),
        (
            NESTED,
            "m5.large",
            "DescribeInstances Reservations ReservationId r-0ffff Instances InstanceId i-0def"
            " InstanceType m5.large",
        ),
        (NESTED, "80 ", "DescribeInstances Reservations ReservationId r-0a1b2c3d Instances"
         " InstanceId i-0abc State Code 80"),
        (FLAT, "acme-web", "ListBuckets CreationDate Name 2020-05-06T10:00:00.000Z acme-web"),
        (FLAT, "kim", "ListBuckets CreationDate Name Owner DisplayName kim"),
        (LISTED, "mail", "ListQueues QueueUrls https://q/1/mail"),
    ],
)  # fmt: skip
def test_what_a_row_brings(text: str, part: str, expected: str) -> None:
    left = around(lay_out(text), text, part)
    assert " ".join(word for word in left.split() if word.strip("|+-")) == expected
