"""What ``curl -v`` prints: headers come with their request or answer."""

from __future__ import annotations

import pytest

from specpc.structure import lay_out
from specpc.structure.console.exchanges import lay_out_exchange
from tests.structure.kept import around, pieces

MOVED = """\
*   Trying 192.0.2.14:443...
* Connected to api.harbour.example (192.0.2.14) port 443
* Server certificate:
*  subject: CN=api.harbour.example
*  expire date: May 30 23:59:59 2024 GMT
* using HTTP/2
> GET /fares HTTP/2
> Host: api.harbour.example
> Accept: */*
>
< HTTP/2 301
< location: /v1/fares
< x-request-id: 5a1f0c9e2b7d
< set-cookie: session=8a7f6e5d4c3b2a190817263544536271809f8e7d6c5b4a39281706f5; Path=/; Secure
< set-cookie: harbour=velmar; Path=/
< content-security-policy: default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'
< strict-transport-security: max-age=31536000; includeSubDomains
<
{ [162 bytes data]
* Issue another request to this URL: 'https://api.harbour.example/v1/fares'
> GET /v1/fares HTTP/2
> Host: api.harbour.example
>
< HTTP/2 422
< content-type: application/json
<
{"error": {"code": "unknown_harbour", "message": "No fare is known to 'Velmarr'"}}
* Connection #0 to host api.harbour.example left intact
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("after", ["", "\nSo it moved. What else is there to say of it?\n"])
def test_a_header_comes_with_its_answer(end: str, after: str) -> None:
    text = MOVED.replace("\n", end) + after
    layout = lay_out(text)
    assert layout.kind == "requests"
    assert around(layout, text, "x-request-id").splitlines()[0] == "< HTTP/2 301"
    made = around(layout, text, "application/json")
    assert made.startswith("< HTTP/2 422")
    assert "301" not in made
    assert around(layout, text, "GET /v1").startswith("> GET /v1/fares HTTP/2")
    certificate = around(layout, text, "expire date").splitlines()
    assert [certificate[0], certificate[-1]] == MOVED.splitlines()[2:5:2]


def test_a_remark_among_headers_parts_no_answer() -> None:
    noted = MOVED.replace(
        "< set-cookie: session", '* Added cookie session="8a7f" for domain\n< set-cookie: session'
    )
    layout = lay_out(noted)
    for header in ("Path=/; Secure", "max-age", "Added cookie"):
        assert around(layout, noted, header).startswith("< HTTP/2 301")
    assert around(layout, noted, "Issue another").startswith("* Issue another")


def test_the_answer_itself_is_laid_out_as_what_it_is() -> None:
    made = pieces(lay_out(MOVED), MOVED)
    assert '"error": {' in made
    assert lay_out(MOVED).supports >= {made.index("{ [162 bytes data]\n")}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "* one\n* two\n* three\n",
        "> Was it so?\n> No.\n\nAnn said so.\n",
        "< a\n> b\n< c\n---\n",
    ],
)
def test_what_is_no_exchange_is_left_to_others(text: str) -> None:
    assert lay_out_exchange(text) is None
