# ruff: noqa: E501 - texts as tools write them
"""Tables in columns: rows are whole and come with their header."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.structure.parts.lines import lines
from specpc.structure.tables.columns import column_runs, lay_out_columns
from tests.structure.kept import around, fitted, keep, kept, pieces, read, units

FREE = """\
               total        used        free      shared  buff/cache   available
Mem:            23Gi       3.3Gi        14Gi       8.5Mi       6.2Gi        20Gi
Swap:             0B          0B          0B
"""
PS = """\
USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND
root         1  0.3  0.0  52840 22732 ?        SLl  Nov28   0:53 /sbin/init --all
root         2  0.0  0.0      0     0 ?        S    Nov28   0:00 [kthreadd]
www-data   481 12.5  4.1 982340 65532 ?        R    Nov28   9:12 python -m shop
"""
NETSTAT = """\
Active Internet connections (only servers)
Proto Recv-Q Send-Q Local Address           Foreign Address         State
tcp        0      0 127.0.0.1:5432          0.0.0.0:*               LISTEN
tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN
"""
PIP = """\
Package    Version
---------- --------
numpy      2.4.6
requests   2.34.2
"""
LSBLK = """\
NAME        MAJ:MIN RM   SIZE RO TYPE MOUNTPOINTS
sda           8:0    0 238.5G  0 disk
├─sda1        8:1    0   512M  0 part /boot
└─sda2        8:2    0   238G  0 part
  └─root    254:0    0   238G  0 crypt /
"""
DF = """\
Filesystem           1K-blocks     Used Available Use% Mounted on
udev                   8078260        0   8078260   0% /dev
/dev/mapper/vg0-root 102687672 97315020    113388 100% /
//nas.example.org/archive/ships
                     775136638 51220012 723916626   7% /mnt/archive
"""
LS = """\
total 12
-rw-r--r-- 1 root root 4801 Nov 28 22:08 joined.py
drwxr-xr-x 2 root root 4096 Nov 28 23:29 cache
-rw-r--r-- 1 root root 1377 Nov 28 22:00 markers.py
"""
HEADER = st.lists(
    st.sampled_from(["NAME", "READY", "LAST SEEN", "AGE", "STATUS"]), min_size=3, unique=True
)
CELLS = st.sampled_from(["api-0", "1/1", "3d4h", "<none>", "two words", "12", "-"])


def drawn(header: list[str], rows: list[list[str]]) -> str:
    widths = [max(map(len, column)) + 3 for column in zip(header, *rows, strict=True)]
    return "".join("".join(map(str.ljust, row, widths)).rstrip() + "\n" for row in (header, *rows))


@settings(deadline=None)
@given(HEADER, st.data(), st.floats(0.1, 0.9), st.integers(0, 9))
def test_any_row_has_its_header(
    header: list[str], data: st.DataObject, ratio: float, seed: int
) -> None:
    rows = data.draw(
        st.lists(st.lists(CELLS, min_size=len(header), max_size=len(header)), min_size=2)
    )
    text = drawn(header, rows).replace("\n", data.draw(st.sampled_from(["\n", "\r\n"])))
    layout = lay_out(text)
    assert layout.kind == "columns"
    assert kept(layout, text, units(layout)) == text
    lines = text.splitlines(keepends=True)
    made = (fitted(layout, text, ratio, seed) or lines[0]).splitlines(keepends=True)
    if made[0] != lines[0]:  # given up where no budget holds it and the row that was chosen
        rows_left = [row for row in pieces(layout, text)[1:] if row in "".join(made)]
        assert len(lines[0]) + max(map(len, rows_left)) > int(ratio * len(text))
    rest = iter(lines)
    assert all(line in rest for line in made)


@pytest.mark.parametrize(
    "text", [FREE, PS, NETSTAT, PIP, LSBLK, LS, read("df.txt"), read("mysql.txt")]
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_they_are_recognised(text: str, line_end: str) -> None:
    text = text.replace("\n", line_end)
    layout = lay_out(text)
    assert layout.kind == "columns"
    counted = text.index("3 rows in set") if "3 rows in set" in text else len(text)
    assert kept(layout, text, units(layout)) == text[:counted]


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        (read("i_pods.txt"), "CrashLoop", "NAME                    READY   STATUS             RESTARTS   AGE\nexport-28611840-tz7vb   0/1     CrashLoopBackOff   17         66m\n"),
        (NETSTAT, ":22 ", "\n".join(NETSTAT.split("\n")[:2]) + "\n" + NETSTAT.split("\n")[3] + "\n"),
        (PIP, "numpy", "Package    Version\n---------- --------\nnumpy      2.4.6\n"),
        (LSBLK, "root", "".join(line for line in LSBLK.splitlines(keepends=True) if "sda1" not in line)),
        (read("mysql.txt"), "Grace", "".join(read("mysql.txt").splitlines(keepends=True)[n] for n in (0, 1, 2, 3, 5, 7))),
        (DF, "7% /mnt", "".join(DF.splitlines(keepends=True)[n] for n in (0, 3, 4))),
        ("╔══════╦═══════╗\n║ Pier ║ Depth ║\n╠══════╬═══════╣\n║ 1    ║ 6.5 m ║\n║ 2    ║ 9.0 m ║\n╚══════╩═══════╝\n", "9.0", "╔══════╦═══════╗\n║ Pier ║ Depth ║\n╠══════╬═══════╣\n║ 2    ║ 9.0 m ║\n╚══════╩═══════╝\n"),
        (read("psql.txt"), "chair", "shop=# select id, name, price from items;\n id |   name    | price \n----+-----------+-------\n  3 | chair     |    35\n"),
        (read("psql.txt"), "    17", "shop=# select count(*) from orders;\n count \n-------\n    17\n"),
        (read("grid.rst"), "only the green", "The prices are these:\n\n" + read("grid.rst")[read("grid.rst").index("+--") : read("grid.rst").index("| table")]),
        (read("grid.rst"), "any more", "And the codes:\n\n=====  ========  ==================\nCode   Name      Meaning\n=====  ========  ==================\n410    gone      nothing is there\n                 any more\n=====  ========  ==================\n\n"),
    ],
)  # fmt: skip
def test_a_row_comes_with_its_header(text: str, part: str, expected: str) -> None:
    assert around(lay_out(text), text, part) == expected


@pytest.mark.parametrize("name", ["mysql.txt", "psql.txt"])
def test_how_many_rows_there_are_is_not_kept_without_them(name: str) -> None:
    text = read(name)
    layout = lay_out(text)
    counted = ("rows in set", "row in set", "rows)", "row)")
    said = [pieces(layout, text)[unit] for unit in units(layout)]
    assert not any(one.strip("( 0123456789").startswith(counted) for one in said)


def test_each_table_of_a_session_has_its_own_header() -> None:
    text = read("kube.txt")
    made = around(lay_out(text), text, "NodePort")
    assert made.startswith("$ kubectl get svc -n shop\nNAME   TYPE ")
    assert made.count("\n") == 3
    made = around(lay_out(text), text, "Exited (137)")
    assert made.startswith("$ docker ps\nCONTAINER ID ")


def test_amounts_come_with_their_years_and_labels() -> None:
    text = read("report.txt")
    made = around(lay_out(text), text, "Receivables").split("\n")
    said = [line.split() for line in made if line.strip()]
    assert ["(In", "thousands)"] in said
    assert ["2024", "2023"] in said
    assert said[-2:] == [["Current", "assets:"], ["Receivables,", "net", "312", "298"]]
    costs = (
        "                 2023       2022\nRevenue        12,410     11,870\n  Cargo         4,210      3,920\n"
        "Costs          (9,930)    (9,120)\n  Dredging     (2,030)    (1,200)\n"
    )
    said = around(lay_out(costs), costs, "Dredging").split()
    assert said[:3] == ["2023", "2022", "Costs"]
    assert "Current" not in around(lay_out(text), text, "Goodwill")
    assert "LIABILITIES" not in around(lay_out(text), text, "Total assets")


COVERAGE = """\
Name             Stmts   Miss  Cover   Missing
----------------------------------------------
kiosk/desk.py       41      8    80%   14-19, 31
kiosk/fares.py      17      1    94%   23
----------------------------------------------
TOTAL               58      9    84%
"""
JEST = """\
----------|---------|----------|-------------------
File      | % Stmts | % Branch | Uncovered Line #s
----------|---------|----------|-------------------
All files |   81.25 |    66.66 |
 fares.ts |   72.72 |       50 | 14-19,31
----------|---------|----------|-------------------
"""


def test_a_line_of_dashes_below_a_header_is_a_rule() -> None:
    layout = lay_out(COVERAGE)
    assert layout.kind == "columns"
    lines = COVERAGE.splitlines(keepends=True)
    assert around(layout, COVERAGE, "fares.py") == "".join([*lines[:2], lines[3]])
    assert around(layout, COVERAGE, "TOTAL") == "".join([*lines[:2], *lines[4:]])


def test_a_table_in_rules_with_bars_ends_with_its_last_rule() -> None:
    text = f" PASS  src/tides.test.ts\n{JEST}Test Suites: 1 passed, 1 total\nTests: 8 passed\nTime: 2 s\n"
    layout = lay_out(text)
    assert around(layout, text, "fares.ts").count("\n") == 5
    assert around(layout, text, "8 passed") == "Tests: 8 passed\n"
    assert around(layout, text, "PASS") == " PASS  src/tides.test.ts\n"


def test_what_is_said_below_a_table_comes_with_its_name() -> None:
    text = (
        '     Table "fares"\n Column | Type\n--------+------\n id     | int\n price  | real\n'
        'Indexes:\n    "pkey" PRIMARY KEY (id)\nReferenced by:\n    TABLE "tickets"\n'
    )
    made = around(lay_out(text), text, "tickets").splitlines()
    assert made[:1] + made[-2:] == ['     Table "fares"', "Referenced by:", '    TABLE "tickets"']
    assert "Indexes:" not in made


@pytest.mark.parametrize(
    "text",
    [
        "A heading  of two parts\n-----------------------\nThe text below it.\nMore text.\n",
        "This is prose.\nIt has no columns.\nBut three lines.\n",
        "def f(\n    a: int = 78,\n    b: str = 80,\n) -> None:\n    pass\n",
        "Dear Ada,\n    thank you  for the letter.\n    It came in 2019  at last.\n",
        "| a | b |\n|---|---|\n| 1 | 2 |\n",
        "Heading\n-------\ntext\nmore text\n",
        "a  b\n",
        "In 2019 we went.\nIn 2020 we came.\nIn 2021 we left.\n",
        "ROSES ARE RED\nVIOLETS ARE BLUE\nSUGAR IS SWEET\n",
    ],
)
def test_what_is_no_table_is_left_to_others(text: str) -> None:
    assert lay_out_columns(text) is None


@pytest.mark.parametrize(
    "text",
    ["a" + " " * 90_000 + "b\n" + "c\n" * 9, "A  B\n" * 9000, "- " * 40_000, "2019  2020\n" * 9000, "| " * 40_000,
     "├─" * 20_000, ("field" + " " * 6000 + "value\n") * 20, "$" * 50_000 + "\n1\n2\n"],
)  # fmt: skip
def test_it_is_linear(text: str) -> None:
    layout = lay_out(text)
    pieces(layout, text)


INVOICE = """Pos  Description                     Qty   Unit price     Amount
  1  Mooring line 24 mm, 50 m          4      182.50      730.00
  2  Fender F4, black                 10       61.90      619.00
     Delivery in two parts
  3  Shackle 16 mm, galvanised        25        3.20       80.00
                                         ------------------------
                                         Subtotal        1,429.00
                                         VAT 19%           271.51
                                         ------------------------
                                         TOTAL EUR       1,700.51
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_sums_of_an_invoice_are_rows_of_their_own(line_end: str) -> None:
    lines = INVOICE.replace("\n", line_end).splitlines(keepends=True)
    text = "It is due. Pay it.\n\n" + "".join(lines) + "\nNo discount is granted. It is so.\n"
    layout = lay_out(text)
    assert around(layout, text, "Fender") == "".join(lines[n] for n in (0, 2, 3))
    assert around(layout, text, "Shackle") == lines[0] + lines[4]
    assert around(layout, text, "VAT") == lines[0] + lines[7]
    assert around(layout, text, "TOTAL").rstrip() == "".join(lines[n] for n in (0, 8, 9)).rstrip()


BOXES = """\
┌─────────┬────────┬───────┐
│  name   │  city  │ total │
├─────────┼────────┼───────┤
│ Edda    │ Bergen │ 129.5 │
│ Óli     │ Cork   │ 19    │
└─────────┴────────┴───────┘
┌────┬──────────────────────┐
│ id │         note         │
├────┼──────────────────────┤
│ 1  │ Not before 9         │
├────┼──────────────────────┤
│ 3  │ VAT exempt           │
│    │ since 2021           │
└────┴──────────────────────┘
"""
PLAN = """\
QUERY PLAN
|--SCAN o
`--SEARCH c USING INTEGER PRIMARY KEY
+-------+-------+
| name  | total |
+-------+-------+
| Edda  | 129.5 |
| Priya | 990   |
+-------+-------+
+----+--------------+
| id |     note     |
+----+--------------+
| 1  | Not before 9 |
| 3  | VAT exempt   |
+----+--------------+
"""
COLUMNS = """\
name           city    id   total
-------------  ------  ---  -----
Edda Hallgrim  Bergen  101  129.5
Priya Nair     Kochi   104  990
id  name           note
--  -------------  ------------
1   Edda Hallgrim  Not before 9
3   Priya Nair     VAT exempt
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        (BOXES, "Cork", [*range(3), 4, 5]),
        (BOXES, "Not before", range(6, 11)),
        (BOXES, "VAT", [6, 7, 8, 11, 12, 13]),
        (PLAN, "129.5", [3, 4, 5, 6, 8]),
        (PLAN, "VAT", [9, 10, 11, 13, 14]),
        (COLUMNS, "Kochi", [0, 1, 3]),
        (COLUMNS, "VAT", [4, 5, 7]),
    ],
)
def test_tables_without_a_blank_line_between_have_their_own_headers(
    text: str, part: str, expected: list[int], line_end: str
) -> None:
    text = text.replace("\n", line_end)
    said = text.splitlines(keepends=True)
    made = around(lay_out(text), text, part)
    if text.startswith("QUERY"):  # what leads to a table
        made = made.removeprefix(said[0] + said[2])
    assert made == "".join(said[number] for number in expected)


def test_what_is_noted_below_a_row_is_a_part_of_it() -> None:
    text = (
        "Test         Result    Flag   Units\nSodium       141              mmol/L\n"
        "Potassium    5.9       H      mmol/L\n  Specimen haemolysed; may be falsely raised.\n"
        "Creatinine   88               umol/L\n"
    )
    layout = lay_out(text)
    assert layout.kind == "columns"
    assert around(layout, text, "haemolysed") == "".join(
        text.splitlines(keepends=True)[n] for n in (0, 2, 3)
    )


@pytest.mark.parametrize(
    ("head", "rows", "tail"),
    [
        (
            "            Estimate Std. Error t value Pr(>|t|)    \n",
            (
                "(Intercept)  4.11020    1.20100   3.422 0.000931 ***\n"
                "rain         0.03310    0.00400   8.275 1.02e-12 ***\n"
                "shade       -0.90100    0.31000  -2.906 0.004587 ** \n"
            ),
            "---\nSignif. codes:  0 '***' 0.001 '**' 0.01 '*' 0.05 '.' 0.1 ' ' 1\n",
        ),
        (
            "        mean   std  count\nregion                   \n",
            "north   2.11  0.31     12\nsouth   1.90  0.21      9\n",
            "",
        ),
        ("       no yes\n", "no     41   3\nyes     5  12\n", ""),
    ],
)
def test_a_header_stands_above_the_numbers_alone(head: str, rows: str, tail: str) -> None:
    text = head + rows + tail
    layout = lay_out(text)
    for row in rows.splitlines():
        assert around(layout, text, row).removesuffix("---\n") == head + row + "\n"


def test_a_row_with_values_that_others_stand_below_is_kept_by_itself() -> None:
    text = (
        "             yield         price\n              mean   std    mean    std\n"
        "region crop                                 \n"
        "north  rye    2.11  0.31  180.20   4.10\n       wheat  3.40  0.55  210.00   6.72\n"
        "south  rye    1.90  0.21  175.30   3.30\n       wheat  4.02  0.61  214.10   7.01\n"
    )
    layout, lines = lay_out(text), text.splitlines(keepends=True)
    assert around(layout, text, "175.30") == "".join(lines[n] for n in (0, 1, 2, 5))
    assert around(layout, text, "214.10") == "".join(lines[n] for n in (0, 1, 2, 5, 6))


def test_a_header_said_again_for_other_rows_heads_those() -> None:
    text = (
        "NORTH DIVISION       W    L    PCT\nGulls               11    3   .786\n"
        "Rams                 9    5   .643\nSOUTH DIVISION       W    L    PCT\n"
        "Miners              10    4   .714\nFoxes                4   10   .286\n"
    )
    layout, lines = lay_out(text), text.splitlines(keepends=True)
    assert around(layout, text, "Miners") == lines[3] + lines[4]
    assert around(layout, text, "Rams") == lines[0] + lines[2]


SMART = """\
Vendor Specific SMART Attributes with Thresholds:
ID# ATTRIBUTE_NAME          FLAG     VALUE WORST THRESH TYPE      UPDATED  WHEN_FAILED RAW_VALUE
  5 Reallocated_Sector_Ct   0x0033   001   001   140    Pre-fail  Always   FAILING_NOW 1912
  9 Power_On_Hours          0x0032   041   041   000    Old_age   Always       -       43211
194 Temperature_Celsius     0x0022   118   099   000    Old_age   Always       -       32
"""
BUSY = """\
CPU% MEM%   PID USER      COMMAND
93.1  4.0  4121 ann       tickets --port 8080
 1.2 12.9   812 bo        mail-worker
 0.3  0.1     7 root      kworker
"""


@pytest.mark.parametrize(("text", "row"), [(SMART, "Temperature"), (BUSY, "mail-worker")])
def test_a_header_is_no_prompt(text: str, row: str) -> None:
    for own in (text, text.replace("\n", "\r\n"), "The disk is old. It hums.\n\n" + text):
        layout = lay_out(own)
        said = around(layout, own, row).strip().splitlines()
        header = next(line for line in text.splitlines() if line.split()[0] in {"ID#", "CPU%"})
        assert header in said
        assert len(said) == 2 + text.startswith("Vendor")


def test_a_line_with_a_number_goes_on_with_the_row_above_it() -> None:
    text = (
        "Date        Description                         Paid out    Paid in     Balance\n"
        "01 Apr 25   BALANCE BROUGHT FORWARD                                      1,204.18\n"
        "02 Apr 25   DD  HARROW COUNCIL TAX                148.00                 1,056.18\n"
        "03 Apr 25   CR  PELICAN FERRIES SALARY                      2,310.44     3,366.62\n"
        "            REF 0425-PAY\n"
        "30 Apr 25   BALANCE CARRIED FORWARD                                      3,366.62\n"
    )
    layout = lay_out(text)
    assert around(layout, text, "SALARY").splitlines() == [text.splitlines()[n] for n in (0, 3, 4)]
    assert around(layout, text, "TAX").splitlines() == [text.splitlines()[n] for n in (0, 2)]


def test_rows_above_the_rule_of_a_total_are_no_header() -> None:
    text = (
        "品名        数量   单价    金额\n纯牛奶      2     8.50   17.00\n鸡蛋        1    12.80   12.80\n"
        "会员优惠                   -3.00\n--------------------------------\n"
        "合计                      26.80\n微信支付                  26.80\n"
    )
    layout = lay_out("欢迎光临海港超市\n\n" + text)
    own = pieces(layout, "欢迎光临海港超市\n\n" + text)
    assert any(own[unit].startswith("鸡蛋") for unit in units(layout))


def test_what_is_counted_below_a_drawn_table_closes_it() -> None:
    rows = "│ Harlow │  2023 │\n│ Venn   │  2023 │\n│ Orsund │  2024 │\n"
    head = "┌────────┬───────┐\n│ route  │ year  │\n├────────┼───────┤\n"
    foot = "├────────┴───────┤\n│     3 rows     │\n└────────────────┘\n"
    text = head + rows + foot
    assert around(lay_out(text), text, "Venn") == f"{head}│ Venn   │  2023 │\n{foot}"


def test_rows_below_a_blank_line_are_of_the_same_table() -> None:
    head = "              Mon-Fri   Sat     Sun\n"
    text = (
        f"Winter\n\n{head}Orrisay  dep   06:30   07:30   09:00\n"
        "Venn     arr   08:00   09:00    -\n\nOrrisay  dep   17:30   18:30   20:00\n"
        "Venn     arr   19:05   20:05   21:35\n\nNothing runs at night. It is too dark.\n"
    )
    made = around(lay_out(text), text, "19:05")
    assert made == f"{head}Venn     arr   19:05   20:05   21:35\n\n"
    assert around(lay_out(text), text, "at night").startswith("Nothing")


def test_labels_in_capitals_head_other_labels() -> None:
    head = "                          2024      2023\n"
    text = (
        f"{head}ASSETS\nCurrent assets\n  Cash                   1,204     1,011\n"
        "Ships and piers\n  Ships                  8,900     9,400\n\nLIABILITIES\nLong-term\n"
        "  Loans                  2,000     2,500\n"
    )
    made = around(lay_out(text), text, "Ships   ")
    assert made.startswith(f"{head}ASSETS\nShips and piers\n  Ships  ")
    assert "ASSETS" not in around(lay_out(text), text, "Loans")


def test_a_header_in_several_parts_ends_at_the_double_line() -> None:
    head = (
        "+-----------------------------------------+\n| SMI 535.10      Driver: 535      CUDA 12 |\n"
        "|--------------------+--------------------+\n| GPU  Name          | Memory-Usage       |\n"
        "| Fan  Temp          | GPU-Util           |\n|====================+====================|\n"
    )
    rows = [
        f"|   {n}  A100          | {n}MiB / 40960MiB    |\n| N/A   34C          |     98%            |\n"
        "+--------------------+--------------------+\n"
        for n in range(3)
    ]
    text = head + "".join(rows)
    assert around(lay_out(text), text, "1MiB") == head + rows[1]


NETSTAT = """\
Active Internet connections (only servers)
Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name
tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN      501/sshd
tcp6       0      0 :::80                   :::*                    LISTEN      811/nginx: master
Active UNIX domain sockets (only servers)
Proto RefCnt Flags       Type       State         I-Node   PID/Program name     Path
unix  2      [ ACC ]     STREAM     LISTENING     20102    1/init               /run/systemd/private
unix  2      [ ACC ]     STREAM     LISTENING     20133    612/dockerd          /var/run/docker.sock
"""
QUOTAS = """\
Disk quotas of group staff
Filesystem    blocks   quota   limit
/dev/sda1     812000  900000 1000000
/dev/sdb1       4120   90000  100000
Inodes of group staff
Filesystem    files    quota   limit
/dev/sda1        812    9000   10000
/dev/sdb1         41    9000   10000
"""


@pytest.mark.parametrize(
    ("text", "row", "title", "header", "other"),
    [
        (NETSTAT, "811/nginx", "Active Internet", "Recv-Q", "UNIX"),
        (NETSTAT, "612/dockerd", "Active UNIX", "RefCnt", "Internet"),
        (QUOTAS, "/dev/sdb1       4120", "Disk quotas", "blocks", "Inodes"),
        (QUOTAS, "/dev/sdb1         41", "Inodes of", "files", "Disk"),
    ],
)
def test_a_title_and_a_like_header_begin_another_table(
    text: str, row: str, title: str, header: str, other: str
) -> None:
    lines = keep(text, row).splitlines()
    assert len(lines) == 3
    assert lines[0].startswith(title)
    assert header in lines[1]
    assert row in lines[2]
    assert other not in lines[0]


SMI = """\
Wed Aug  7 09:12:33 2024
+-----------------------------------------------------------------------------------+
| NVIDIA-SMI 535.183.01         Driver Version: 535.183.01   CUDA Version: 12.2     |
|-------------------------------------+----------------------+----------------------+
| GPU  Name             Persistence-M | Bus-Id        Disp.A | Volatile Uncorr. ECC |
| Fan  Temp   Perf      Pwr:Usage/Cap |         Memory-Usage | GPU-Util  Compute M. |
|                                     |                      |               MIG M. |
|=====================================+======================+======================|
|   0  Tesla T4                   Off | 00000000:00:1E.0 Off |                    0 |
| N/A   34C    P8           9W /  70W |  12002MiB / 15360MiB |      0%      Default |
|                                     |                      |                  N/A |
+-------------------------------------+----------------------+----------------------+

+-----------------------------------------------------------------------------------+
| Processes:                                                                        |
|  GPU   GI   CI        PID   Type   Process name                        GPU Memory |
|        ID   ID                                                         Usage      |
|===================================================================================|
|    0   N/A  N/A     10234      C   python train.py                        8112MiB |
|    0   N/A  N/A     10999      C   /opt/conda/bin/python                  3890MiB |
+-----------------------------------------------------------------------------------+
"""


def test_a_process_comes_below_the_names_of_its_columns() -> None:
    lines = SMI.splitlines(keepends=True)
    made = around(lay_out(SMI), SMI, "train.py")
    assert made == "".join([*lines[13:19], lines[20]])


def test_a_row_of_several_lines_is_one_if_it_is_the_only_one_too() -> None:
    text = SMI.replace("\n\n", f"\n{' ' * 85}\n")  # as it is printed
    made = around(lay_out(text), text, "Tesla")
    assert made.startswith("".join(text.splitlines(keepends=True)[:11]))
    assert "Processes" not in made
    assert around(lay_out(text), text, "12002MiB") == made


BRANCHES = """\
  hotfix/payments        77de001 [origin/hotfix/payments: gone] Do not charge twice.
* (HEAD detached at 0aa1b2c) 0aa1b2c WIP: do not merge
  main                   5d11eaf [origin/main: behind 12] Release 1.9.3
  remotes/origin/HEAD    -> origin/main
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("I looked:\n\n$ git branch -avv\n", "\n$ git stash list\nstash@{0}: WIP on main\n"),
    ],
)
def test_branches_are_told_one_by_one(before: str, after: str) -> None:
    text = before + BRANCHES + after
    layout = lay_out(text)
    for line in BRANCHES.splitlines():
        assert around(layout, text, line).rstrip() == before + line


def test_sums_below_an_invoice_are_rows_of_their_own() -> None:
    text = (
        "Pos.  Item                     Qty     Price          Amount\n"
        "1     Film 50 cm               12      8.40            100.80\n"
        "2     Tape, brown              40      1.15             46.00\n"
        "      20 % of it used before\n"
        "3     Delivery                 1       18.00            18.00\n"
        "                               Subtotal                164.80\n"
        "                               VAT 19%                  31.31\n"
        "                               Total EUR               196.11\n"
    )
    lines = text.splitlines(keepends=True)
    assert keep(text, "31.31") == lines[0] + lines[6]
    assert keep(text, "46.00") == "".join([lines[0], *lines[2:4]])
    assert keep(text, "Delivery") == lines[0] + lines[4]


def test_tables_one_below_the_other_are_told_apart() -> None:
    """What the first tells of where it ends holds for all that follow."""
    table = "Package    Version\n---------- --------\nships      2.4\nboats      1.34\n"
    text = f"What is installed:\n\n{table}\nAnd there:\n\n{3 * table}"
    assert [*column_runs(text, lines(text))] == [(1, 5), (6, 10), (10, 14), (14, 18)]


def test_a_plan_of_a_query_keeps_what_a_line_is_about() -> None:
    text = (
        "                 QUERY PLAN\n--------------------------------------------\n"
        " Hash Join  (cost=33.38..64.10 rows=1040)\n   Hash Cond: (o.port = p.id)\n"
        "   ->  Seq Scan on orders o  (cost=0.00..20.40)\n         Rows Removed by Filter: 412\n"
        "   ->  Hash  (cost=20.40..20.40)\n         Buckets: 2048\n"
        " Planning Time: 0.3 ms\n(7 rows)\n"
    )
    lines_of = text.splitlines(keepends=True)
    assert keep(text, "Removed") == "".join(lines_of[n] for n in (0, 1, 2, 4, 5))


@pytest.mark.parametrize("days", [("11/03", "11/06"), ("03.11.", "06.11."), ("2026-11", "2026-12")])
def test_days_may_name_columns(days: tuple[str, str]) -> None:
    header = f"LABS:            {days[0]:10}{days[1]:10}Reference\n"
    rows = (
        "Lipase (U/L)     1240      310       13-60\n",
        "Glucose (mg/dL)  288 H     190 H     70-99\n",
        "Potassium        3.1 L     3.6       3.5-5.1\n",
    )
    text = f"He came by boat.\n\n{header}{''.join(rows)}"
    assert keep(text, "Potassium") == header + rows[2]


def test_periods_may_name_columns() -> None:
    header = "                     1 month   1 year   3 years p.a.\n"
    rows = (
        "Fund                    -0.4      6.1            4.2\n",
        "Benchmark                0.1      7.3            4.9\n",
    )
    text = f"Past gains say little.\n\nPerformance in %\n{header}{''.join(rows)}"
    assert keep(text, "Benchmark") == f"Performance in %\n{header}{rows[1]}"
