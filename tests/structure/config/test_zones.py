"""Records of DNS come with the name they are of."""

from __future__ import annotations

import pytest

from specpc.structure import lay_out
from tests.structure.kept import around, pieces

ZONE = """\
$ORIGIN example.com.
$TTL 86400
@       IN  SOA   ns1.example.com. hostmaster.example.com. (
                  2024051401 ; serial (of the day)
                  7200       ; refresh
                  3600       ; retry
                  1209600 )  ; expire
        IN  NS    ns1.example.com.
        IN  MX    10 mail.example.com.
        IN  TXT   "v=spf1 (mx) -all; ok"
ns1     IN  A     192.0.2.1
; the old one
;ns2    IN  A     192.0.2.2
; mail, of which
; nobody knows
mail    300 IN A  192.0.2.3
        IN  AAAA  2001:db8::3

www     IN  CNAME web
$ORIGIN example.org.
shop    IN  CNAME web
"""
REVERSE = """\
$TTL 3600
example.org.\tIN\tSOA\tdns1.example.org. admin.example.org. 2024051401 10800 3600 604800 3600
; Name servers
example.org.\tIN\tNS\tdns1.example.org.
example.org.\tIN\tNS\tdns2.example.org.

7.100\tIN\tPTR\twww.example.org.
"""
DIG = """\
; <<>> DiG 9.18.24 <<>> example.com MX
;; flags: qr rd ra; QUERY: 1, ANSWER: 2, AUTHORITY: 0, ADDITIONAL: 1

;; QUESTION SECTION:
;example.com.\t\t\tIN\tMX

;; ANSWER SECTION:
example.com.\t\t300\tIN\tMX\t10 mail.example.com.
example.com.\t\t300\tIN\tMX\t20 mail2.example.com.

;; ADDITIONAL SECTION:
mail.example.com.\t300\tIN\tA\t192.0.2.3

;; Query time: 23 msec
"""


@pytest.mark.parametrize(
    ("text", "part", "lines"),
    [
        (ZONE, "192.0.2.1", [0, 10]),
        (ZONE, "10 mail", [0, 2, 3, 4, 5, 6, 8]),
        (ZONE, "2001:db8", [0, 13, 14, 15, 16]),
        (ZONE, "retry", [0, 2, 3, 4, 5, 6]),
        (ZONE, "www", [0, 18]),
        (ZONE, "shop", [19, 20]),
        (REVERSE, "dns2", [2, 4]),
        (REVERSE, "PTR", [6]),
        (DIG, "20 mail2", [6, 8]),
        (DIG, "192.0.2.3", [10, 11]),
    ],
)
def test_a_record_comes_with_its_name_origin_and_comment(
    text: str, part: str, lines: list[int]
) -> None:
    layout = lay_out(text)
    assert layout.kind == "zone"
    own = text.splitlines(keepends=True)
    said = around(layout, text, part).replace("\n\n", "\n")
    assert said == "".join(own[n] for n in lines)


def test_what_looks_like_records_is_no_zone_unless_it_is_called_one() -> None:
    text = "ships a harbour\nns1 A 192.0.2.1\nns2 A 192.0.2.2\nweb TXT yes\n"
    assert lay_out(text).kind != "zone"
    assert lay_out("ns1 A 192.0.2.1\n" * 2, "a.zone").kind == "zone"
    prose = "He stood in a corner; A child came.\nIt was in May; nobody saw.\nSo it went.\n" * 3
    assert lay_out(prose).kind != "zone"
    assert "".join(pieces(lay_out(ZONE), ZONE)) == ZONE
