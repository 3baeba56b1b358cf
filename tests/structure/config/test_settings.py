# ruff: noqa: E501 - texts as tools write them
"""Settings: under their own sections and comments, and they parse."""

from __future__ import annotations

import configparser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.structure.config.settings import lay_out_config
from tests.structure.kept import around, fitted, keep, kept, never_alone, pieces, read, units

SERVERS = """\
# The shop
title = "shop"

[[servers]]
name = "alpha"
hosts = [
  "a",  # [the first]
  "b",
]
[servers.tls]
cert = "a.pem"

[[servers]]
name = "beta"
hosts = ["c"]
[servers.tls]
# renewed in May
cert = "b.pem"
text = \"\"\"
[no section]
cert = none
\"\"\"

[logging]
level = "info"
"""
UNIT = """\
[Unit]
Description=The shop
After=network.target

[Service]
ExecStart=/usr/bin/shop \\
    --port 80 \\
    --verbose
Restart=always

[Install]
WantedBy=multi-user.target
"""
ENVIRONMENT = """\
# Where it runs
HOST=example.org
PORT=8080

# The database: never the live one
DB_HOST=db.internal
DB_NAME=shop
export DB_PASS='a=b'
"""
CRONTAB = """\
SHELL=/bin/sh
# m h dom mon dow user command
17 * * * * root run-parts /etc/cron.hourly
# the backup
25 6 * * * root backup --all
47 6 * * 7 root run-parts /etc/cron.weekly
"""
FSTAB = """\
# <file system> <mount point> <type> <options> <dump> <pass>
UUID=1-2 / ext4 errors=remount-ro 0 1
UUID=3-4 /home ext4 defaults 0 2
/dev/sr0 /media/cdrom udf,iso9660 user,noauto 0 0
"""
HOSTS = """\
127.0.0.1 localhost
# the machines of the shop
10.0.0.5 web1 web1.internal
10.0.0.6 db1
::1 ip6-localhost
"""
GIT = """\
[user]
\tname = Ada
\temail = ada@example.org
[remote "origin"]
\turl = git@example.org:shop.git
\tfetch = +refs/heads/*:refs/remotes/origin/*
[remote "backup"]
\turl = git@backup.example.org:shop.git
"""
PLAIN = st.sampled_from(["port", "name", "time-out", "a.b"])
LEAVES = (
    st.integers(0, 99) | st.booleans() | st.sampled_from(["a", "# b", "[c]", "d = e", 'f"', "g\nh"])
)
TOML = st.dictionaries(
    st.sampled_from(["one", "two", "three"]),
    LEAVES
    | st.lists(LEAVES, max_size=3)
    | st.dictionaries(
        st.sampled_from(["x", "y"]), LEAVES | st.lists(LEAVES, max_size=2), max_size=2
    )
    | st.lists(st.dictionaries(st.sampled_from(["x", "y", "z"]), LEAVES, min_size=1), max_size=3),
    min_size=1,
)


def toml(value: dict[str, Any]) -> str:
    """TOML with long arrays over several lines, and tables last."""
    lines: list[str] = []
    for key, own in value.items():
        if not isinstance(own, dict) and not _is_tables(own):
            lines.append(f"{key} = {_written(own)}")
    for key, own in value.items():
        if isinstance(own, dict):
            lines += [
                "",
                f"# about {key}",
                f"[{key}]",
                *(f"{k} = {_written(v)}" for k, v in own.items()),
            ]
        elif _is_tables(own):
            for one in own:
                lines += [f"[[{key}]]", *(f"{k} = {_written(v)}" for k, v in one.items())]
    return "\n".join(lines) + "\n"


def _is_tables(own: Any) -> bool:
    return isinstance(own, list) and bool(own) and all(isinstance(one, dict) for one in own)


def _written(own: Any) -> str:
    if isinstance(own, bool):
        return str(own).lower()
    if isinstance(own, list):
        return "[\n" + "".join(f"  {_written(one)}, # one\n" for one in own) + "]"
    if isinstance(own, str) and "\n" in own:
        return f'"""\n{own}"""'
    return f"'{own}'" if isinstance(own, str) else str(own)


def is_part(kept_value: Any, value: Any) -> bool:
    if isinstance(kept_value, dict) and isinstance(value, dict):
        return all(key in value and is_part(kept_value[key], value[key]) for key in kept_value)
    if isinstance(kept_value, list) and isinstance(value, list) and kept_value != value:
        rest = iter(value)
        return all(any(is_part(one, other) for other in rest) for one in kept_value)
    return bool(kept_value == value)


def ini(text: str) -> dict[str, dict[str, str | None]]:
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    parser.read_string(text)
    return {name: dict(parser[name]) for name in parser.sections()}


@settings(deadline=None)
@given(TOML, st.floats(0.1, 0.9), st.integers(0, 9), st.sampled_from(["\n", "\r\n"]), st.data())
def test_any_toml_parses(
    value: dict[str, Any], ratio: float, seed: int, line_end: str, data: st.DataObject
) -> None:
    tomllib = pytest.importorskip("tomllib")
    text = toml(value).replace("\n", line_end)
    layout = lay_out_config(text, named=True)
    if layout is None:
        assert " = " not in text
        return
    pieces(layout, text)
    assert kept(layout, text, units(layout)) == text
    chosen = data.draw(st.sets(st.sampled_from(units(layout)), min_size=1))
    whole = tomllib.loads(text)
    for result in (kept(layout, text, chosen, "[...]"), fitted(layout, text, ratio, seed) or ""):
        assert is_part(tomllib.loads(result), whole), result


@pytest.mark.parametrize("text", [UNIT, GIT, read("setup.cfg")])
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("ratio", [0.2, 0.5])
def test_sections_hold_what_they_held(text: str, seed: int, ratio: float) -> None:
    layout = lay_out(text)
    assert layout.kind == "settings"
    whole = ini(text)
    for section, values in ini(fitted(layout, text, ratio, seed) or "").items():
        for key, value in values.items():
            words = iter((whole[section][key] or "").split())
            assert all(word in words for word in (value or "").split())


def test_a_setting_comes_with_its_section() -> None:
    text = read("e_app.toml")
    made = around(lay_out(text), text, "provider", "timeout = 45")
    assert made.strip() == '[payment]\nprovider = "acme"\ntimeout = 45'


def test_a_table_of_an_array_brings_its_name_and_the_array() -> None:
    layout = lay_out(SERVERS)
    made = around(layout, SERVERS, "b.pem", gap="[...]")
    assert made == SERVERS[SERVERS.rindex("[[servers]]") : SERVERS.index("[logging]")]
    [record] = [n for n in units(layout) if "b.pem" in pieces(layout, SERVERS)[n]]
    finer = layout.finer[record](made)
    assert around(finer, made, "b.pem", gap="[...]").startswith(
        '[[servers]]\nname = "beta"\n# [...]\n[servers.tls]\n# renewed in May\ncert = "b.pem"\n'
    )
    assert '[\n  "a",  # [the first]\n  "b",\n]\n' in around(layout, SERVERS, "[the first]")
    assert "cert = none" in around(layout, SERVERS, "[no section]")


def test_a_setting_goes_on_in_the_lines_below() -> None:
    assert around(lay_out(UNIT), UNIT, "--port") == (
        "[Service]\nExecStart=/usr/bin/shop \\\n    --port 80 \\\n    --verbose\n"
    )


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        (ENVIRONMENT, "DB_NAME", "# The database: never the live one\nDB_NAME=shop\n"),
        (ENVIRONMENT, "PORT", "# Where it runs\nPORT=8080\n\n"),
        (CRONTAB, "backup --all", "# m h dom mon dow user command\n# the backup\n25 6 * * * root backup --all\n"),
        (CRONTAB, "weekly", "# m h dom mon dow user command\n47 6 * * 7 root run-parts /etc/cron.weekly\n"),
        (FSTAB, "/home", "# <file system> <mount point> <type> <options> <dump> <pass>\nUUID=3-4 /home ext4 defaults 0 2\n"),
        (HOSTS, "web1", "# the machines of the shop\n10.0.0.5 web1 web1.internal\n"),
        (HOSTS, "db1", "10.0.0.6 db1\n"),
        (read("haproxy.cfg"), "server 60s", "backend shop\n    timeout server 60s\n"),
        (read("setup.cfg"), "numpy", "[options]\ninstall_requires =\n    numpy\n\n"),
    ],
)  # fmt: skip
def test_what_stands_above_comes_along(text: str, part: str, expected: str) -> None:
    layout = lay_out(text, "haproxy.cfg" if "backend" in text else None)
    assert layout.kind == "settings"
    assert around(layout, text, part) == expected


PHP = """\
[mail]
; For Unix only; not used on Windows.
sendmail_path = /usr/sbin/sendmail -t
;sendmail_from=office@harbour.example
add_x_header = Off
; never on a shared host
log = syslog
mail.force_extra_parameters =

[tides]
; Where they come from
source = file
days = 3
"""
LEGEND = """\
SHELL=/bin/sh

# Example of job definition:
# .---------------- minute (0 - 59)
# |  .------------- hour (0 - 23)
# |  |  .---------- day of month (1 - 31)
# |  |  |  .------- month (1 - 12) OR jan,feb,mar,apr ...
# |  |  |  |  .---- day of week (0 - 6) (Sunday=0 or 7) OR sun,mon,tue,wed,thu,fri,sat
# |  |  |  |  |
# *  *  *  *  * user-name command to be executed
17 *    * * *   root    cd / && run-parts --report /etc/cron.hourly
# not on Sundays
30 2    * * 1-6 root    backup
@reboot         root    berthd --recover
#*/5 *  * * *   root    tide-sync
52 6    1 * *   root    run-parts --report /etc/cron.monthly
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_comment_among_settings_is_about_the_next_one(line_end: str) -> None:
    text = PHP.replace("\n", line_end)
    layout = lay_out(text, "php.ini")
    for part, expected in {
        "sendmail_path": "[mail]\n; For Unix only; not used on Windows.\nsendmail_path = /usr/sbin/sendmail -t\n",
        "log = ": "[mail]\n; never on a shared host\nlog = syslog\n",
        "force_extra": "[mail]\nmail.force_extra_parameters =\n\n",
        "days = 3": "[tides]\n; Where they come from\ndays = 3\n",
    }.items():
        assert around(layout, text, part) == expected.replace("\n", line_end)


def test_a_setting_that_is_left_out_says_nothing_of_the_next() -> None:
    assert ";sendmail_from" in around(lay_out(PHP), PHP, "sendmail_from")
    assert ";sendmail_from" not in around(lay_out(PHP), PHP, "add_x_header")
    layout = lay_out(LEGEND)
    assert around(layout, LEGEND, "monthly") == LEGEND.splitlines(keepends=True)[-1]
    assert around(layout, LEGEND, "tide-sync") == LEGEND.splitlines(keepends=True)[-2]
    assert around(layout, LEGEND, "recover") == "@reboot         root    berthd --recover\n"


def test_a_drawing_in_a_comment_is_whole() -> None:
    made = around(lay_out(LEGEND), LEGEND, "minute")
    assert made == LEGEND[LEGEND.index("# Example") : LEGEND.index("17 *")]


def test_settings_in_prose_are_known() -> None:
    text = f"My file is this:\n\n{GIT}\nWhy does it not push?\n"
    made = around(lay_out(text), text, "backup.example")
    assert '[remote "backup"]\n\turl = git@backup' in made
    assert "fetch" not in made


@pytest.mark.parametrize(
    "text",
    [
        "[8:16 pm]\nAda: Hello there.\nBen: Hi, Ada.\nAda: How are you?\n",
        "[INFO] a = 1\n[INFO] b = 2\n[WARN] c = 3\n",
        "x = 1\ny = x + 2\nprint(x)\n",
        "[1] A. Author: Title.\n[2] B. Author: Other.\n",
        "# Heading\n\nSome text = not a setting.\n",
        "10 people came.\n20 people left.\n",
    ],
)
def test_what_is_no_settings_is_left_to_others(text: str) -> None:
    assert lay_out_config(text) is None


@pytest.mark.parametrize(
    "text", ["[a]\n" * 9000, "a=[" * 9000, "a=[\n" * 9000, '[x]\na="""\n' * 3000, "[[a]]\n[a.b]\n" * 3000, "a=\\\n" * 9000]
)  # fmt: skip
def test_it_is_linear(text: str) -> None:
    lay_out_config(text, named=True)


def test_quoted_values_go_on_to_the_next_quote() -> None:
    key = 'KEY="-----BEGIN KEY-----\nMIIBszCCAVmg\n-----END KEY-----"\n'
    text = f"HOST=db\nPOOL=20\n{key}NOTE=it's 5 o'clock\nMODE='fast'\n"
    layout = lay_out(text, ".env")
    assert key in pieces(layout, text)
    assert "NOTE=it's 5 o'clock\n" in pieces(layout, text)


def test_settings_that_are_left_out_stand_for_themselves_with_their_remarks() -> None:
    first = "#listen = 'localhost'    # what to listen on;\n                         # a list\n"
    second = "#port = 5432             # (needs a restart)\n"
    text = f"{first}{second}connections = 100        # (needs a restart)\npages = try\n"
    layout = lay_out(text, "postgresql.conf")
    assert pieces(layout, text)[:2] == [first, second]
    assert not layout.supports


def test_where_nearly_all_is_left_out_comments_are_no_headings() -> None:
    remark = "# Which addresses are listened on, and how; see the manual.\n"
    out = "#   Port 22\n#   AddressFamily any\n#   StrictHostKeyChecking ask\n"
    out += "#   Tunnel no\n#   BatchMode no\n"
    text = f"{remark}# More is told there.\n\nInclude more.d/*\n\nHost *\n{out}    SendEnv LANG\n"
    layout = lay_out(text)
    assert not {unit for unit, said in enumerate(pieces(layout, text)) if "Port" in said} & (
        layout.supports
    )
    titles = "# Title\n# Second\n\nText is here.\n\n# Third\n\nMore text: it is.\n"
    assert lay_out(titles).kind == "markdown"


def test_interfaces_are_no_addresses_of_hosts() -> None:
    text = "".join(
        f"{n}: {name}: <BROADCAST,UP> mtu 1500 qdisc noqueue state UP group default qlen 1000\n"
        "    link/ether 02:42:0a:00:01:11 brd ff:ff:ff:ff:ff:ff promiscuity 0 minmtu 68\n"
        f"    inet 10.0.{n}.17/24 brd 10.0.{n}.255 scope global dynamic noprefixroute {name}\n"
        "       valid_lft 82111sec preferred_lft 82111sec\n"
        "    inet6 fe80::1234:5678:9abc:def0/64 scope link noprefixroute\n"
        "       valid_lft forever preferred_lft forever\n"
        for n, name in enumerate(("lo", "eth0", "wlan0"), start=1)
    )
    assert lay_out(text).kind == "outline"
    said = keep(text, "valid_lft 82111sec")
    assert said.startswith("1: lo: ")
    assert "10.0.1.17" in said
    assert "10.0.2" not in said


def test_what_is_not_set_is_a_setting() -> None:
    text = (
        "CONFIG_64BIT=y\n#\n# Network\n#\nCONFIG_NET=y\nCONFIG_E1000=m\n"
        "# CONFIG_E1000E is not set\n#\n# Sound\n#\nCONFIG_SND=m\n# CONFIG_SND_HDA is not set\n"
    )
    layout = lay_out(text)
    assert layout.kind == "settings"
    assert "# CONFIG_E1000E is not set\n" in around(layout, text, "E1000E")
    assert "not set" not in around(layout, text, "CONFIG_SND=m")


@pytest.mark.parametrize(
    ("above", "header", "below", "rows"),
    [
        (
            "# /etc/fstab: static file system information.\n#\n# Use 'blkid' to print the unique"
            " identifier of a device; this may be used\n# with UUID= as a more robust way to name"
            " devices that works even if disks are\n# added and removed. A line without it names a"
            " device that is always there.\n# See fstab(5), which also tells what may be left out of"
            " such a line.\n#\n",
            "# <file system> <mount point>   <type>  <options>       <dump>  <pass>\n",
            "# / was on /dev/sda2 during installation\n",
            ["UUID=1f0b  /  ext4  errors=remount-ro 0  1\n",
             "/dev/sda5  none  swap  sw  0  0\n", "tmpfs  /tmp  tmpfs  size=2G  0  0\n"],
        ),
        (
            "",
            "# m h  dom mon dow   command\n\n",
            "# every night\n",
            ["0 3 * * * /srv/backup.sh\n", "*/5 * * * * /srv/check.sh\n", "@reboot /srv/start\n"],
        ),
        (
            "",
            "# TYPE  DATABASE        USER            ADDRESS                 METHOD\n\n",
            '# "local" is for sockets of this machine only\n',
            ["local   all  all  peer\n", "host  all  all  127.0.0.1/32  scram-sha-256\n",
             "hostssl  sales  reporting  10.1.0.0/16  cert clientcert=1\n"],
        ),
    ],
)  # fmt: skip
def test_rows_come_with_the_comment_that_names_their_columns(
    above: str, header: str, below: str, rows: list[str]
) -> None:
    text = above + header + below + "".join(rows)
    layout = lay_out(text)
    assert around(layout, text, rows[0]) == header + below + rows[0]
    assert around(layout, text, rows[-1]).startswith(header)
    assert around(layout, text, rows[-1]).endswith(rows[-1])
    assert never_alone(text, header)
