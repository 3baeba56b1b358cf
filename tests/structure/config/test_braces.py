# ruff: noqa: E501 - texts as tools write them
"""Blocks in braces or tags: closed, and with the lines that open them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.structure.config.braces import lay_out_braces
from specpc.structure.config.dialects import BLOCKS as SETTINGS
from specpc.structure.config.dialects import CSS, DIALECTS, HCL, JUNOS, MESSAGES, NGINX, Dialect
from tests.structure.kept import around, fitted, kept, pieces, read, units

NAMES = {
    "main.tf": "hcl", "nginx.conf": "nginx", "site.css": "css", "user.proto": "protobuf",
    "apache.conf": "apache", "Caddyfile": "caddy", "api.graphql": "graphql",
    "keepalived.conf": "blocks", "logstash.conf": "blocks", "dovecot.conf": "blocks",
    "logrotate.conf": "blocks",
}  # fmt: skip


def is_closed(text: str) -> bool:
    """Whether all braces and tags are closed, in the samples as in what is left of them."""
    for opening, closing in ("{}", "()", ("<V", "</V"), ("<D", "</D")):
        if text.count(opening) != text.count(closing):
            return False
    return True


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("named", [False, True])
def test_they_are_recognised_by_content_and_by_name(name: str, named: bool) -> None:
    text = read(name)
    layout = lay_out(text, name if named else None)
    assert layout.kind == NAMES[name]
    assert kept(layout, text, units(layout)) == text


@pytest.mark.parametrize("name", sorted(NAMES.keys() - {"site.css", "main.tf", "nginx.conf"}))
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("ratio", [0.2, 0.5])
def test_all_blocks_are_closed(name: str, seed: int, ratio: float) -> None:
    layout = lay_out(read(name))
    assert is_closed(fitted(layout, read(name), ratio, seed) or "")


@pytest.mark.parametrize(
    ("name", "part", "expected"),
    [
        (
            "nginx.conf",
            "proxy_read_timeout 10s",
            "http {\n    server {\n        server_name mail.example.org;\n        location / {\n"
            "            proxy_read_timeout 10s;\n        }\n    }\n}\n",
        ),
        (
            "keepalived.conf",
            "auth_pass 1111",
            "vrrp_instance VI_1 {\n    authentication {\n        auth_pass 1111\n    }\n}\n",
        ),
        (
            "logstash.conf",
            "received_at",
            'filter {\n  if [type] == "syslog" {\n    mutate {\n      add_field => '
            '[ "received_at", "%{@timestamp}" ]\n    }\n  }\n}\n\n',
        ),
        (
            "main.tf",
            "volume_size",
            'resource "aws_instance" "web" {\n  root_block_device {\n    volume_size = 80\n  }\n}\n\n',
        ),
        (
            "main.tf",
            "cidr_block",
            '# the network all machines are in\nresource "aws_vpc" "main" {\n'
            '  cidr_block = "10.0.0.0/16"\n}\n\n',
        ),
        (
            "site.css",
            "display: none",
            '@media (max-width: 600px) {\n  .menu > li {\n    display: none;\n'
            '    background: url("a;{.png")\n  }\n}\n',
        ),
        ("site.css", "margin", "body,\nhtml {\n  margin: 0;\n  color: #333;\n}\n"),
        (
            "user.proto",
            "mail = 2",
            "// A customer.\nmessage User {\n  // never shown\n  string mail = 2;\n}\n",
        ),
        (
            "apache.conf",
            "Options",
            "<VirtualHost *:80>\n    ServerName shop.example.org\n    <Directory /srv/shop>\n"
            "        Options Indexes\n    </Directory>\n</VirtualHost>\n",
        ),
        ("api.graphql", "orders { id }", "query Users($n: Int) {\n  users(first: $n) {\n    orders { id }\n  }\n}\n"),
    ],
)  # fmt: skip
def test_a_statement_comes_with_all_it_stands_in(name: str, part: str, expected: str) -> None:
    assert around(lay_out(read(name)), read(name), part) == expected


GO_MOD = """\
module harbour.example/berth

go 1.22

require (
\tgithub.com/jackc/pgx/v5 v5.6.0
\tgolang.org/x/sync v0.7.0 // indirect
)

exclude (
\tgithub.com/jackc/pgx/v5 v5.5.4
\tgithub.com/jackc/pgx/v5 v5.5.5 // loses rows
)

replace golang.org/x/text => ../text

// Published by mistake.
retract [v1.0.0, v1.0.4]
"""
REWRITES = """\
<IfModule mod_rewrite.c>
    RewriteEngine On
    RewriteCond %{REQUEST_FILENAME} !-f
    RewriteCond %{REQUEST_FILENAME} !-d
    RewriteRule . /index.php [L]
</IfModule>
RewriteCond %{HTTP_HOST} !^www\\. [NC]
# not for the API
RewriteCond %{REQUEST_URI} !^/api/
RewriteRule ^(.*)$ https://www.harbour.example/$1 [R=301,L]
Header set Content-Security-Policy \\
    "default-src 'self'; \\
     img-src *"
ErrorDocument 404 /404.html
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["go.mod", None])
def test_blocks_may_be_in_parentheses(name: str | None, line_end: str) -> None:
    text = GO_MOD.replace("\n", line_end)
    layout = lay_out(text, name)
    assert layout.kind == "go.mod"
    made = around(layout, text, "v5.5.4").replace(line_end, "\n")
    assert made == "exclude (\n\tgithub.com/jackc/pgx/v5 v5.5.4\n)\n\n"
    made = around(layout, text, "retract").replace(line_end, "\n")
    assert made == "// Published by mistake.\nretract [v1.0.0, v1.0.4]\n"


def test_blocks_in_parentheses_are_known_in_prose() -> None:
    text = f"The file says:\n\n{GO_MOD}\nSo 5.5.4 cannot be chosen.\n"
    assert "exclude (" in around(lay_out(text), text, "v5.5.4")


def test_a_rule_comes_with_its_conditions_and_a_line_with_those_it_goes_on_in() -> None:
    layout = lay_out(REWRITES, ".htaccess")
    assert around(layout, REWRITES, "index.php").count("RewriteCond") == 2
    made = around(layout, REWRITES, "R=301")
    assert made == REWRITES[REWRITES.index("RewriteCond %{HTTP") : REWRITES.index("Header")]
    made = around(layout, REWRITES, "img-src")
    assert made == REWRITES[REWRITES.index("Header") : REWRITES.index("Error")]
    assert around(layout, REWRITES, "404") == "ErrorDocument 404 /404.html\n"


BLOCKS = st.recursive(
    st.sampled_from(["a = 1\n", 'b = "{"\n', "# c }\n", "d = [\n  {},\n]\n", "e = f(\n  g,\n)\n"]),
    lambda inner: st.lists(inner, min_size=1, max_size=4).map(
        lambda lines: "resource {\n" + "".join(lines) + "}\n"
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.lists(BLOCKS, min_size=1, max_size=4), st.floats(0.1, 0.9), st.data())
def test_any_blocks_stay_closed(blocks: list[str], ratio: float, data: st.DataObject) -> None:
    text = "".join(blocks).replace("\n", data.draw(st.sampled_from(["\n", "\r\n"])))
    layout = lay_out_braces(text, HCL, named=True)
    if layout is None:
        assert "resource" not in text
        return
    pieces(layout, text)
    chosen = data.draw(st.sets(st.sampled_from(units(layout)), min_size=1))
    for result in (kept(layout, text, chosen, "[...]"), fitted(layout, text, ratio, 0) or ""):
        code = result.replace('"{"', "").replace("# c }", "")
        assert code.count("{") == code.count("}")
        again = lay_out_braces(result, HCL, named=True)
        assert again is not None or "resource" not in result


def test_blocks_in_prose_are_known() -> None:
    text = f"This is my configuration:\n\n{read('nginx.conf')}\nWhy is it slow?\n"
    made = around(lay_out(text), text, "proxy_read_timeout 10s")
    assert "server_name mail.example.org;" in made
    assert is_closed(made)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "text",
    [
        "function f() {\n  return 1;\n}\n",
        "server = {\n",
        "class A {\n  int b;\n}\n",
        '{\n  "a": 1,\n  "b": 2\n}\n',
        "a.b(c,\n  d)\nif x {\n  y()\n}\n",
        "Type your name in the form (\nand wait)\n",
    ],
)
def test_what_is_none_of_them_is_left_to_others(dialect: Dialect, text: str) -> None:
    assert lay_out_braces(text, dialect) is None


@pytest.mark.parametrize("dialect", [HCL, NGINX, CSS, SETTINGS])
@pytest.mark.parametrize(
    "text",
    ["resource {\n" * 5000, "server {" * 9000, ".a,\n" * 9000, '"' * 9000, "x <<EOF\n" * 5000, "/*" * 9000,
     ".a {\n" + "b: c;" * 9000 + "\n}\n"],
)  # fmt: skip
def test_it_is_linear(dialect: Dialect, text: str) -> None:
    lay_out_braces(text, dialect, named=True)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_commands_of_a_shell_in_a_block_are_one_statement(line_end: str) -> None:
    text = (
        "weekly\n/var/log/app/*.log {\n    rotate 14\n    compress\n    firstaction\n"
        "        if ! pgrep -x app >/dev/null; then exit 1; fi\n"
        '        for f in a b; do {\n            echo "$f"\n        }; done\n    endscript\n'
        "    postrotate\n        invoke-rc.d nginx rotate\n    endscript\n    su app app\n}\n"
    ).replace("\n", line_end)
    layout = lay_out(text)
    assert layout.kind == "blocks"
    for unit in units(layout):
        left = kept(layout, text, [unit])
        assert ("firstaction" in left) == ("pgrep" in left) == ("echo" in left)
        assert ("postrotate" in left) == ("invoke-rc.d" in left)
        assert left.count("action") + left.count("postrotate") == left.count("endscript")


ROUTER = """\
## Last commit: 2024-03-01 09:00:00 UTC by admin
version 20.4R3;
system {
    host-name fw1;
    /* do not enable telnet */
    services {
        ssh {
            root-login deny;
        }
        inactive: telnet;
    }
}
interfaces {
    ge-0/0/0 {
        description "To ISP";
        unit 0 {
            family inet {
                address 203.0.113.2/30;
            }
        }
    }
    ge-0/0/1 {
        disable;
    }
}
"""
MESSAGE = """\
# proto-file: config.proto
name: "shop"
servers {
  port: 443
  host: "a.example"
  # not for production
  insecure: true
  labels { key: "zone" value: "eu" }
}
servers {
  port: 8443
  host: "b.example"
  tags: ["blue", "green"]
  retry: {
    max: 3
    on: UNAVAILABLE
  }
}
timeout { seconds: 30 }
"""


@pytest.mark.parametrize(
    ("text", "part", "said"),
    [
        (ROUTER, "203", "interfaces ge-0/0/0 unit 0 family inet address 203.0.113.2/30;"),
        (ROUTER, "disable", "interfaces ge-0/0/1 disable;"),
        (ROUTER, "telnet;", "system /* do not enable telnet */ services inactive: telnet;"),
        (MESSAGE, "max: 3", 'servers host: "b.example" retry: max: 3'),
        (MESSAGE, "insecure", 'servers host: "a.example" # not for production insecure: true'),
        (MESSAGE, "seconds", "timeout seconds: 30"),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_settings_of_routers_and_messages(text: str, part: str, said: str, line_end: str) -> None:
    source = text.replace("\n", line_end)
    left = around(lay_out(source), source, part)
    assert is_closed(left)
    assert " ".join(left.replace("{", " ").replace("}", " ").split()) == said


@pytest.mark.parametrize(
    "text",
    [
        "server {\n  port: 443,\n  host: 'a',\n}\nclient {\n  port: 80,\n  host: 'b',\n}\n",
        "nav {\n  color: red;\n}\nmain {\n  color: blue;\n}\n",
        "query {\n  order {\n    id\n  }\n}\n",
        "system {\n  note\n}\n",
    ],
)
def test_what_is_no_message(text: str) -> None:
    assert lay_out_braces(text, MESSAGES) is None
    assert lay_out_braces(text, JUNOS) is None


def test_outputs_below_the_resources_of_a_state_are_of_none() -> None:
    text = (
        '# aws_s3_bucket.logs:\nresource "aws_s3_bucket" "logs" {\n    id = "acme-logs"\n\n'
        "    versioning {\n        enabled = false\n    }\n}\n\n"
        '# aws_sqs_queue.jobs:\nresource "aws_sqs_queue" "jobs" {\n    delay_seconds = 90\n}\n\n\n'
        'Outputs:\n\nweb_ip = "10.0.0.7"\nurls = [\n    "https://a.example",\n]\n'
    )
    layout = lay_out(text)
    assert layout.kind == "hcl"
    assert around(layout, text, "web_ip") == 'Outputs:\n\nweb_ip = "10.0.0.7"\n'
    assert around(layout, text, "a.example") == 'urls = [\n    "https://a.example",\n]\n'
    assert around(layout, text, "enabled").startswith("# aws_s3_bucket.logs:\n")
    assert "aws_s3" not in around(layout, text, "delay")


@pytest.mark.parametrize("opens", ["a {", "server {", "mod a {", "a: {"])
@pytest.mark.parametrize("depth", [60, 900])
def test_blocks_may_be_in_any_number_of_others(opens: str, depth: int) -> None:
    text = f"{opens}\n" * depth + "b 1;\n" + "}\n" * depth
    assert len(lay_out(text)) > 1
    assert len(lay_out(f"c {{\n  d 1;\n}}\n{text}", "a.conf")) > 1


SERVERS = """\
options {
    directory "/var/cache/bind";
    recursion no;
};
// not for guests
zone "port.example" {
    type master;
    allow-transfer { 10.0.0.9; };
};
"""
ADDRESSES = """\
default-lease-time 600;
subnet 10.0.0.0 netmask 255.255.255.0 {
  range 10.0.0.10 10.0.0.99;
  option routers 10.0.0.1;
}
"""
NETWORKS = 'country=NO\n\nnetwork={\n    ssid="port"\n    key_mgmt=NONE\n}\n'


@pytest.mark.parametrize(
    ("text", "part", "left"),
    [
        (SERVERS, "recursion", "options {\n    recursion no;\n};\n"),
        (
            SERVERS,
            "transfer",
            '// not for guests\nzone "port.example" {\n    allow-transfer { 10.0.0.9; };\n};\n',
        ),
        (
            ADDRESSES,
            "routers",
            "subnet 10.0.0.0 netmask 255.255.255.0 {\n  option routers 10.0.0.1;\n}\n",
        ),
        (NETWORKS, "ssid", 'network={\n    ssid="port"\n}\n'),
    ],
)
def test_blocks_of_name_servers_and_networks_are_closed(text: str, part: str, left: str) -> None:
    assert around(lay_out(text), text, part) == left


def test_queries_without_a_name_stay_whole() -> None:
    text = (
        "query {\n  viewer {\n    login\n    email\n  }\n}\n\n"
        "{\n  orders(status: OPEN, first: 20) {\n    id\n    total\n  }\n}\n\n"
        "{\n  harbours {\n    tide\n    depth\n  }\n}\n"
    )
    layout = lay_out(text)
    assert layout.kind == "graphql"
    assert around(layout, text, "total").strip() == (
        "{\n  orders(status: OPEN, first: 20) {\n    total\n  }\n}"
    )
    assert around(layout, text, "depth").strip() == "{\n  harbours {\n    depth\n  }\n}"
