"""What says that a record does not hold is kept with anything of it, in YAML and in JSON."""

from __future__ import annotations

import json

import pytest

from specpc.structure.parts.denials import denies
from tests.structure.kept import keep

PLAY = """\
- hosts: web
  tasks:
    - name: Remove the old server
      ansible.builtin.apt:
        name: apache2
        state: absent
        purge: true
    - name: Open the port
      when: ansible_os_family == "Debian"
      ufw:
        rule: allow
        port: 8080
"""
CHART = """\
image:
  repository: acme/shop
  tag: "1.2"
ingress:
  enabled: false
  className: nginx
  hosts:
    - host: shop.local
      paths:
        - path: /
          pathType: Prefix
metrics:
  enabled: true
  port: 9100
  path: /metrics
"""
USERS = json.dumps(
    {
        "users": [
            {
                "id": number,
                "name": name,
                "isActive": number != 1,
                "status": "cancelled" if number == 2 else "open",
                "address": {"street": street, "city": city, "country": "CH"},
                "notes": "Called about the invoice of May; wants it sent to the new address. " * 5,
            }
            for number, name, street, city in (
                (1, "Anna Weber", "Marktgasse 12", "Bern"),
                (2, "Bo Lie", "Seeweg 3", "Thun"),
                (3, "Carl Roth", "Bahnhofstrasse 1", "Olten"),
            )
        ]
    }
)


@pytest.mark.parametrize(
    ("text", "part", "denial"),
    [
        (PLAY, "name: apache2", "state: absent"),
        (PLAY, "purge", "state: absent"),
        (PLAY, "port: 8080", 'when: ansible_os_family == "Debian"'),
        (CHART, "className", "enabled: false"),
        (CHART, "pathType", "enabled: false"),
        (USERS, "Marktgasse", '"isActive": false'),
        (USERS, "Seeweg", '"status": "cancelled"'),
    ],
)
def test_what_denies_comes_with_what_stands_beside_it(text: str, part: str, denial: str) -> None:
    assert denial in keep(text, part)


@pytest.mark.parametrize(
    ("text", "part", "other"),
    [
        (PLAY, "port: 8080", "absent"),
        (CHART, "acme/shop", "enabled"),
        (CHART, "9100", "enabled"),
        (CHART, "enabled: false", "nginx"),
        (USERS, "Bahnhofstrasse", "isActive"),
        (USERS, "Bahnhofstrasse", '"status"'),
    ],
)
def test_what_holds_needs_no_word_that_it_does(text: str, part: str, other: str) -> None:
    assert other not in keep(text, part)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("enabled", "false", True),
        ("is_active", " no", True),
        ("isDeleted", "true", True),
        ("state", '"absent"', True),
        ("ok", "false", True),
        ("enabled", "true", False),
        ("issue", "true", False),
        ("state", "present", False),
        ("status", "200", False),
        ("error", '"no such file"', False),
    ],
)
def test_denials(key: str, value: str, expected: bool) -> None:
    assert denies(key, value) is expected
