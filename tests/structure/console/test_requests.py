"""Files of requests: what is kept says of which request it is."""

from __future__ import annotations

import pytest

from specpc.structure import lay_out
from specpc.structure.console.requests import lay_out_requests
from tests.structure.kept import around, kept, units

FILE = """\
@base = https://api.example.com

### Create an order
POST {{base}}/orders HTTP/1.1
Content-Type: application/json
Authorization: Bearer {{token}}

{
  "sku": "A-1",
  "notes": "Leave it at the door, whoever opens; do not ring the bell before nine o'clock.",
  "address": {"street": "High Street 7", "city": "Harlow", "country": "United Kingdom"},
  "items": [{"sku": "A-1", "qty": 2}, {"sku": "B-7", "qty": 1}, {"sku": "C-3", "qty": 12}]
}

> {%
  client.test("created", function() {
    client.assert(response.status === 201);
  });
%}

### Delete it
# Only admins may do this
DELETE {{base}}/orders/17
Authorization: Bearer {{admin}}

###
GET {{base}}/orders
    ?state=open
    &page=2

### Log in
< {%
  request.variables.set("who", "kim");
%}
POST https://id.example.com/token
Content-Type: application/x-www-form-urlencoded

user={{who}}&scope=orders
"""
REQUESTS = ("POST {{base}}/orders", "DELETE", "GET", "POST https")


@pytest.mark.parametrize("name", [None, "shop.http", "shop.rest"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_what_is_kept_of_a_request_stands_below_its_address(
    name: str | None, line_end: str
) -> None:
    text = FILE.replace("\n", line_end)
    layout = lay_out(text, name)
    assert layout.kind == "requests"
    parts = text.split("###")
    for unit in units(layout):
        left = kept(layout, text, [unit])
        if "###" in left:
            (own,) = (
                part for part in parts[1:] if part.split(line_end)[0] == left[3:].split(line_end)[0]
            )
            request = next(line for line in own.split(line_end) if line.startswith(REQUESTS))
            assert request in left
        else:
            assert left.startswith("@base")


def test_requests_are_not_mixed() -> None:
    assert "admins" not in around(lay_out(FILE), FILE, "state=open")
    assert "page=2" in around(lay_out(FILE), FILE, "state=open")
    assert "### Delete it" in around(lay_out(FILE), FILE, "{{admin}}")
    city = around(lay_out(FILE), FILE, '"city"')
    assert city.startswith("### Create an order\nPOST {{base}}/orders HTTP/1.1\n{")
    script = around(lay_out(FILE), FILE, "201")
    assert script.count("{%") == script.count("%}") == 1


@pytest.mark.parametrize(
    "text",
    [
        "### Read an order\n\nGET /orders/7\n\nIt returns the order. Only admins may.\n\n"
        "### Delete it\n\nDELETE /orders/7\n\nNot possible once it is shipped.\n",
        "### Orders\n\nWe GET what we ask for.\n",
        "GET /orders HTTP/1.1\nHost: a.example\n",
        "# Shop API\n\n### List users\n\nGET /users\n\n### Get one user\n\nGET /users/1\n",
        "### List users\n\nGET /users\n\n### Notes\n# only admins\n",
        "### List users\n\nGET /users\n\n### Notes\n",
    ],
)
def test_pages_about_requests_are_none(text: str) -> None:
    assert lay_out_requests(text) is None


def test_a_request_in_a_fence_is_known() -> None:
    text = f"Log in first:\n\n```http\n{FILE}```\n\nThen ask.\n"
    left = around(lay_out(text), text, "{{admin}}")
    assert "DELETE {{base}}/orders/17" in left
    assert "POST" not in left


def test_what_has_no_request_stands_below_its_mark() -> None:
    listed = "# Of the shop\n@base = https://a.example\n\n### List users\nGET /users\n\n"
    assert lay_out_requests(f"{listed}###\n") is not None
    text = f"{listed}### Notes\n# only admins\n\n### To do\n"
    layout = lay_out(text, "shop.http")
    assert layout.kind == "requests"
    assert around(layout, text, "only admins") == "### Notes\n# only admins\n\n"
    for unit in units(layout):
        assert kept(layout, text, [unit]) not in {"### Notes\n", "### To do\n"}
