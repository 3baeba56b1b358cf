from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.structure import lay_out
from tests.structure.heads import assert_under_heads, read, results
from tests.structure.kept import around, keep, kept, pieces, units

HEADS = {
    "people.ldif": r"dn: ",
    "references.bib": r"@",
    "references.ris": r"TY  - ",
    "dpkg.txt": r"Package: ",
    "cpuinfo.txt": r"processor\t",
    "outlook.txt": r"Subject:",
    "kubectl.txt": r"Name:",
}
MEDLINE = """\
PMID- 101
OWN - NLM
TI  - Night fares in the harbour of a small town that nobody knew before
      they were counted.
AB  - We count the fares. They grow with the distance.
AU  - Torv M

PMID- 102
TI  - Grouting.
AU  - Brandt L
"""
ENDNOTE = """\
%0 Journal Article
%A Torv, M.
%T Night fares
%D 2020

%0 Book
%A Brandt, L.
%T Grouting
"""
POWERSHELL = """\
Name      : ssh
Id        : 12
Handles   : 3

Name      : cron
Id        : 14
Handles   : 9
"""
PACKAGES = (
    "Name: specpc\nVersion: 0.1\nSummary: Keeps what a question needs\nRequires: numpy\n\n"
    "Name: numpy\nVersion: 2.0\nSummary: Arrays\nRequires:\n"
)

SCAN = """\
Starting Nmap 7.93 ( https://nmap.org ) at 2026-04-01 10:00 CEST
Nmap scan report for web.ferry.example (10.0.1.17)
Host is up (0.00042s latency).
Not shown: 997 closed tcp ports (reset)
PORT     STATE    SERVICE    VERSION
22/tcp   open     ssh        OpenSSH 9.2p1 Debian 2 (protocol 2.0)
443/tcp  open     ssl/http   nginx 1.22.1
| ssl-cert: Subject: commonName=web.ferry.example
| Not valid before: 2026-01-01T00:00:00
|_Not valid after:  2026-04-01T00:00:00
8080/tcp filtered http-proxy
Service Info: OS: Linux; CPE: cpe:/o:linux:linux_kernel

Nmap scan report for db.ferry.example (10.0.2.44)
Host is up (0.00051s latency).
PORT     STATE SERVICE
5432/tcp open  postgresql

Nmap done: 2 IP addresses (2 hosts up) scanned in 12.41 seconds
"""
RPM = """\
Name        : ferry-tickets
Version     : 2.4.1
Release     : 3.el9
Architecture: x86_64
Install Date: Tue 01 Apr 2026 10:00:00 AM CEST
Group       : Applications/Internet
License     : GPLv3+
Signature   : RSA/SHA256, Mon 30 Mar 2026 09:12:44 AM CEST, Key ID 05b555b38483c65d
Source RPM  : ferry-tickets-2.4.1-3.el9.src.rpm
URL         : https://ferry.example/tickets
Summary     : Ticket office for ferries
Description :
Sells and checks tickets for ferries.

It must not be installed beside tickets-legacy.
Name        : ferry-mail
Version     : 1.4
License     : MIT
Summary     : Mail robot
Description :
Sends receipts.
"""
KEYRING = """\
/home/ann/.gnupg/pubring.kbx
----------------------------
pub   rsa4096 2024-01-02 [SC] [expires: 2027-01-01]
      4B1F9A0C77E2D1A3B5C6D7E8F9012345678900AA
uid           [ultimate] Ann Lund <ann@ferry.example>
sub   rsa4096 2024-01-02 [E] [expires: 2027-01-01]

pub   ed25519 2022-05-05 [SC] [revoked: 2025-02-01]
      99AA9A0C77E2D1A3B5C6D7E8F901234567890BBB
uid           [ revoked] Bo Dahl <bo@ferry.example>

"""
SUBTITLES = """\
[Script Info]
Title: Night boat
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, Bold
Style: Default,Arial,48,&H00FFFFFF,0

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:12.00,0:00:15.00,Default,Ann,0,0,0,,The boat goes out at ten past ten.
Dialogue: 0,0:00:15.20,0:00:18.00,Default,Bo,0,0,0,,It won't be back{\\i1} till morning{\\i0}.
Dialogue: 0,0:00:20.00,0:00:24.00,Sign,,0,0,0,,BERTH 4
Comment: 0,0:00:24.00,0:00:25.00,Default,,0,0,0,,check the time
"""


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        (SCAN, "Nmap scan report for web", "Not valid after"),
        (SCAN, "Nmap scan report for db", "5432/tcp"),
        (RPM, "Name        : ferry-tickets", "It must not be installed"),
        (RPM, "Name        : ferry-mail", "MIT"),
        (KEYRING, "99AA9A0C77E2D1A3B5C6D7E8F901234567890BBB", "Bo Dahl"),
        (SUBTITLES, "Format: Layer, Start", "till morning"),
    ],
)
def test_what_tools_list_keeps_its_name(text: str, name: str, said: str) -> None:
    for own in (text, text.replace("\n", "\r\n"), text + "\nPlease look at this. It is urgent.\n"):
        assert lay_out(own).kind == "records"
        assert name in keep(own, said)


def test_a_port_is_below_the_names_of_its_columns_and_brings_no_other_host() -> None:
    said = keep(SCAN, "8080/tcp")
    assert said == (
        "Nmap scan report for web.ferry.example (10.0.1.17)\n"
        "PORT     STATE    SERVICE    VERSION\n"
        "8080/tcp filtered http-proxy\n\n"
    )
    assert "22/tcp" not in keep(SCAN, "5432/tcp")


@pytest.mark.parametrize("name", HEADS)
def test_fields_stay_with_their_record(name: str) -> None:
    text = read(name)
    assert lay_out(text).kind == "records"
    assert_under_heads(text, (HEADS[name],), prose=True)
    assert_under_heads(text.replace("\n", "\r\n"), (HEADS[name],), prose=True)


CREW = [("1", "Mira Holt", "master"), ("2", "Lars Brandt", "deputy"), ("5", "Jo Pask", "pilot")]
DOWN = "".join(
    f"{'*' * 27} {n}. row {'*' * 27}\n  id: {a}\nname: {b}\nrole: {c}\n"
    for n, (a, b, c) in enumerate(CREW, start=1)
)
EXPANDED = "".join(
    f"-[ RECORD {n} ]------\nid   | {a}\nname | {b}\nrole | {c}\n"
    for n, (a, b, c) in enumerate(CREW, start=1)
)


@pytest.mark.parametrize(
    ("text", "head"),
    [
        (DOWN, r"\*+ \d\."),
        (EXPANDED, r"-\[ RECORD"),
        (MEDLINE, "PMID"),
        (ENDNOTE, "%0"),
        (POWERSHELL, "Name"),
        (PACKAGES, "Name"),
    ],
)
def test_other_formats(text: str, head: str) -> None:
    assert lay_out(text).kind == "records"
    assert_under_heads(text, (head,), prose=True)


@pytest.mark.parametrize("name", ["dpkg.txt", "people.ldif", "cpuinfo.txt"])
def test_a_blank_line_parts_what_is_left_of_two_records(name: str) -> None:
    text = read(name)
    for result in results(text):
        for stanza in re.split(r"\n\s*\n", result.strip()):
            assert sum(re.match(HEADS[name], line) is not None for line in stanza.splitlines()) <= 1


def test_a_field_of_a_longer_record_brings_the_first_and_the_version() -> None:
    text = read("dpkg.txt")
    layout = lay_out(text)
    made = pieces(layout, text)
    [field] = [n for n in units(layout) if made[n].startswith("Suggests: liblocale")]
    assert kept(layout, text, {field}) == (
        "Package: adduser\nVersion: 3.134\nSuggests: liblocale-gettext-perl, perl, cron, quota\n\n"
    )


def test_what_is_nested_in_a_field_brings_all_above_it() -> None:
    text = read("kubectl.txt").replace(
        "Events:       <none>", "Events:       none\n" + "  x: y\n" * 60
    )
    layout = lay_out(text)
    made = pieces(layout, text)
    memory = [n for n in units(layout) if made[n].endswith("memory:  2Gi\n")]
    assert [line.split()[0] for line in kept(layout, text, memory[:1]).split("\n") if line] == [
        "Name:", "Containers:", "db:", "Limits:", "memory:",
    ]  # fmt: skip


def test_the_fields_of_mails_are_no_records() -> None:
    head = "From: Ann <a@b.example>\nSent: Monday\nTo: Bob\nSubject: Pump\n\n"
    assert lay_out(f"{head}Yes.\n\n{head}When?\n").kind == "e-mail"


def messages(text: str) -> list[tuple[str, str]]:
    """What a reader of PO files makes of one: messages with what they become."""
    found: list[tuple[str, str]] = []
    words: dict[str, str] = {}
    word = ""
    for line in [*text.splitlines(), "msgid "]:
        match = re.match(r"(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?) ", line)
        if match:
            if match[1] in {"msgctxt", "msgid"} and any(key.startswith("msgstr") for key in words):
                found.append((words.pop("msgctxt", "") + words.pop("msgid"), str(words)))
                words = {}
            word = match[1]
            words[word] = line[match.end() :]
        elif line.startswith('"'):
            assert word
            words[word] += line
        else:
            assert not line or line.startswith("#"), line
    return found


def test_translations_parse_and_are_those_of_the_source() -> None:
    text = read("nb.po")
    assert len(messages(text)) == 5
    assert lay_out(text).kind == "records"
    for result in results(text):
        assert set(messages(result)) <= set(messages(text))


def test_remarks_go_before_what_they_are_on() -> None:
    remark = "#. " + "It is shown on the ticket, below the name of the boat. " * 2 + "\n"
    text = read("nb.po").replace("#. Shown on the ticket\n", remark * 5)
    layout = lay_out(text)
    made = pieces(layout, text)
    message = next(n for n in units(layout) if made[n].startswith('msgid "Night boat'))
    assert (
        kept(layout, text, {message}) == 'msgid "Night boat at %s"\nmsgstr "Nattbåt klokken %s"\n\n'
    )
    said = next(n for n in units(layout) if made[n].startswith("#. It"))
    assert kept(layout, text, {said}) == remark + kept(layout, text, {message})


def test_cuts_are_marked_as_the_format_allows() -> None:
    po, bib = read("nb.po"), read("references.bib")
    assert "# [...]\n#: src/ticket.c:31" in kept(lay_out(po), po, {1, 3}, "[...]")
    assert "% [...]\n@misc" in kept(lay_out(bib), bib, {1, 4}, "[...]")


def test_fields_of_a_longer_entry_bring_its_author_title_and_year() -> None:
    text = read("references.bib").replace("grow with", "grow " + "and grow " * 40 + "with")
    layout = lay_out(text)
    made = pieces(layout, text)
    journal = next(n for n in units(layout) if "Journal of Harbours" in made[n])
    result = kept(layout, text, {journal})
    assert [line.strip()[:5] for line in result.splitlines()] == [
        "@arti", "autho", "title", "journ", "year ", "}", "",
    ]  # fmt: skip
    assert all(piece.count("{") == piece.count("}") for piece in made if "abstract" in piece)


def test_a_sentence_of_an_abstract_is_said_to_be_one() -> None:
    said = "They grow with the distance. "
    text = read("references.ris").replace("They grow with the distance.", said * 20 + "One is odd.")
    layout = lay_out(text)
    made = pieces(layout, text)
    odd = next(n for n in units(layout) if made[n].startswith("One is odd."))
    assert [line.rstrip() for line in kept(layout, text, {odd}).rstrip().splitlines()] == [
        "TY  - JOUR", "AU  - Torv, Mette", "AU  - Pask, Jo", "TI  - Night fares", "PY  - 2020",
        "AB  - One is odd.", "ER  -",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "Ann: hello\nBob: hi\nAnn: how are you\n\nAnn: hm\nBob: yes\nAnn: no\n",
        "name: one\nversion: 2\nsize: 3\n\nother: 1\nthing: 2\nmore: 3\n",
        "@Override {\n  a = b\n}\n",
        "dn is a word\nTY is two letters\n",
        "The fare: 21\nThe boat: two\n",
    ],
)
def test_what_only_looks_like_records_is_none(text: str) -> None:
    assert lay_out(text).kind != "records"


@pytest.mark.parametrize("path", ["/var/lib/dpkg/status", "/proc/cpuinfo"])
def test_this_machine(path: str) -> None:
    file = Path(path)
    if not file.is_file():
        pytest.skip("no such file here")
    text = file.read_text(encoding="utf-8")[:20_000]
    first = text.split(":")[0]
    if text.count(f"\n{first}:") < 1:
        pytest.skip("one record only")
    assert_under_heads(text, (re.escape(first) + ":",), prose=True)


KEYS = ["Package", "Version", "Depends", "Size", "Section"]
VALUES = st.text("ab 1.,", min_size=1, max_size=90).map(str.strip)


@given(st.lists(st.lists(VALUES, min_size=5, max_size=5), min_size=2, max_size=8))
@settings(deadline=None, max_examples=40)
def test_any_stanza_keeps_its_fields(stanzas: list[list[str]]) -> None:
    text = "\n".join(
        f"Package: p{number}\n"
        + "".join(f"{k}: {v}\n" for k, v in zip(KEYS[1:], values, strict=False))
        for number, values in enumerate(stanzas)
    )
    layout = lay_out(text)
    assert layout.kind == "records"
    for result in results(text):
        for stanza in filter(str.strip, result.split("\n\n")):
            first, *others = stanza.strip().splitlines()
            number = int(first.removeprefix("Package: p"))
            told = dict(zip(KEYS[1:], stanzas[number], strict=False))
            assert {line.strip() for line in others} <= {
                f"{k}: {v}".strip() for k, v in told.items()
            }


STATES = """\
× nginx.service - A high performance web server
     Loaded: loaded (/lib/systemd/system/nginx.service; enabled; preset: enabled)
    Drop-In: /etc/systemd/system/nginx.service.d
             └─override.conf
     Active: failed (Result: exit-code) since Sat 2024-05-04 10:11:12 CEST; 4min 2s ago
    Process: 41822 ExecStartPre=/usr/sbin/nginx -t -q (code=exited, status=1/FAILURE)

May 04 10:11:12 pier1 nginx[41822]: nginx: [emerg] bind() to 0.0.0.0:80 failed
May 04 10:11:12 pier1 systemd[1]: nginx.service: Control process exited, status=1/FAILURE
May 04 10:11:12 pier1 systemd[1]: Failed to start nginx.service.

● kiosk.service - Ticket kiosk
     Loaded: loaded (/etc/systemd/system/kiosk.service; enabled; preset: enabled)
     Active: active (running) since Wed 2024-05-01 05:58:59 CEST; 3 days ago
     CGroup: /system.slice/kiosk.service
             ├─812 /srv/kiosk/.venv/bin/python3 -m kiosk
             └─840 /srv/kiosk/.venv/bin/python3 -m kiosk --worker

May 04 10:11:31 pier1 kiosk[812]: printer is out of paper
"""


@pytest.mark.parametrize("text", [STATES, STATES[: STATES.index("●")], read("systemctl.txt")])
def test_what_is_said_of_a_service_keeps_its_name(text: str) -> None:
    for ended in (text, text.replace("\n", "\r\n")):
        assert lay_out(ended).kind == "records"
    assert_under_heads(text, ("[●×]",))


def test_the_state_of_a_service_is_not_that_of_the_one_before() -> None:
    layout = lay_out(STATES)
    made = around(layout, STATES, "active (running)")
    assert made.splitlines()[0] == "● kiosk.service - Ticket kiosk"
    assert "nginx" not in made
    made = around(layout, STATES, "Failed to start")
    assert made.splitlines()[0] == "× nginx.service - A high performance web server"
    assert "kiosk" not in made


def test_wrapped_text_in_records_is_cut_by_sentences() -> None:
    record = "Files: {}.c\nCopyright: 2019 Ann\nLicense: GPL-2+\n\n"
    licences = (
        "License: GPL-2+\n This program is free software; you can redistribute it and/or modify\n"
        " it under the terms of the GNU General Public License as published by\n"
        " the Free Software Foundation; either version 2 of the License, or\n"
        " (at your option) any later version.\n .\n"
        " It is distributed in the hope that it will be useful,\n"
        " but WITHOUT ANY WARRANTY; without even the implied warranty of\n"
        " MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the\n"
        " GNU General Public License for more details.\n\n"
        'License: Expat\n THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS\n'
        " OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF\n"
        " MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT.\n"
    )
    text = "".join(record.format(name) for name in "abcdefghi") + licences
    layout = lay_out(text)
    assert layout.kind == "records"
    for part, sentence in (
        ("at your option", "License: GPL-2+\n This program is"),
        ("WITHOUT ANY", "License: GPL-2+\n It is distributed"),
        ("NOT LIMITED", "License: Expat\n THE SOFTWARE IS"),
    ):
        assert around(layout, text, part).startswith(sentence)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_comment_right_above_an_entry_of_a_directory_is_about_it(line_end: str) -> None:
    text = (
        "# extended LDIF\n# filter: (uid=*)\n\n# entry-id: 12\ndn: uid=kim,dc=ex,dc=org\nuid: kim\n"
        "loginShell: /bin/false\n\n# entry-id: 13\n# disabled on 2024-03-01\n"
        "dn: uid=lee,dc=ex,dc=org\nchangetype: modify\nreplace: mail\nmail: lee@ex.org\n-\n"
    ).replace("\n", line_end)
    left = around(lay_out(text), text, "mail: lee")
    assert left.startswith(f"# entry-id: 13{line_end}# disabled on 2024-03-01{line_end}dn: uid=lee")
    assert "filter" not in around(lay_out(text), text, "uid: kim")
    assert "entry-id: 12" in around(lay_out(text), text, "uid: kim")


FAMILY = """\
0 HEAD
1 SOUR Port
0 @I1@ INDI
1 NAME Mette /Torv/
1 BIRT
2 DATE 3 JUN 1951
2 PLAC Orrisay
0 @I2@ INDI
1 NAME Lars /Brandt/
1 BIRT
2 DATE 9 MAY 1948
0 TRLR
"""
GENES = """\
>sp|P01|HBA_COD Hemoglobin alpha, cod
MSLSDKDKAAVRALWSKIGKSADAIGNDALSRMIVVYPQTKTYFSHWPDVTPGSPHIKAH
GKKVMGGIALAVSKIDDLKTGLMELSEQHAYKLRVDPANFKILNHCILVVISTMFPKEFT
>gene2 salmon
acgtagctagctagcatcgatcgatgcatgctagcatgcatgca
"""


@pytest.mark.parametrize(
    ("text", "part", "head"),
    [
        (FAMILY, "9 MAY", "0 @I2@ INDI\n1 NAME Lars /Brandt/\n1 BIRT\n2 DATE 9 MAY"),
        (FAMILY * 9, "Orrisay", "0 @I1@ INDI\n1 NAME Mette"),
        (GENES, "GKKV", ">sp|P01|HBA_COD"),
        (GENES.replace("GKKV", "GKKV\n" * 200), "GKKV", ">sp|P01|HBA_COD"),
        (GENES, "acgt", ">gene2 salmon\nacgt"),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_levels_and_sequences_keep_whose_they_are(
    text: str, part: str, head: str, line_end: str
) -> None:
    text, head = text.replace("\n", line_end), head.replace("\n", line_end)
    layout = lay_out(text)
    assert layout.kind == "records"
    assert around(layout, text, part).startswith(head)


def test_a_quotation_is_no_sequence() -> None:
    text = ">HI\nHELLO\n>BYE\nSO LONG\n"
    assert lay_out(text).kind != "records"


PACKAGES = "---\n".join(
    f"Name: {name}\nVersion: 2.{n}.0\nSummary: What {name} does\nHome-page: \n"
    f"Author-email: {name}@x.org\n"
    f"License: MIT\nLocation: /venv/lib/python3.11/site-packages\nRequires: numpy, regex\n"
    f"Classifiers:\n  Framework :: {name}\n"
    f"Entry-points:\n  [console_scripts]\n  {name} = {name}.cli:main\n"
    for n, name in enumerate(("tide", "berth", "crane"))
)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_packages_that_pip_shows_are_parted_by_rules(ends: str) -> None:
    text = PACKAGES.replace("\n", ends)
    assert lay_out(text).kind == "records"
    said = keep(text, "berth@x.org")
    assert said.startswith(f"---{ends}Name: berth{ends}")
    assert "tide" not in said
    assert "crane" not in said


def test_a_field_goes_on_below_a_line_of_blanks() -> None:
    text = PACKAGES.replace("  [console_scripts]", "  [plain]\n  a = b\n  \n  [console_scripts]")
    assert keep(text, "crane.cli").startswith("---\nName: crane\n")


POD = """\
Name:             {name}
Namespace:        shop
Node:             node-2/10.0.0.12
Status:           Running
Containers:
  web:
    Image:          registry.example.com/{name}:1.4.2 and a name that is longer than any other is
Events:
  Type     Reason     Age                  From               Message
  ----     ------     ----                 ----               -------
  Normal   Scheduled  12m                  default-scheduler  Successfully assigned shop/{name}
  Warning  BackOff    2m (x44 over 11m)    kubelet            Back-off restarting failed {name}
"""


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_events_of_several_pods_come_with_the_names_of_their_columns(ends: str) -> None:
    text = "\n\n".join(POD.format(name=name) for name in ("web-1", "db-0", "tide-3"))
    said = keep(text.replace("\n", ends), "Successfully assigned shop/db-0")
    assert [line.split()[0] for line in said.split(ends) if line.strip()] == [
        "Name:",
        "Events:",
        "Type",
        "----",
        "Normal",
    ]
    assert "db-0" in said.partition(ends)[0]


@pytest.mark.parametrize("prompt", ["shop=# ", "shop=> ", "mysql> "])
def test_rows_printed_downwards_belong_to_their_query(prompt: str) -> None:
    text = "".join(
        f"{prompt}select * from {table} limit 2;\n"
        f"-[ RECORD 1 ]-----\nid   | 4711\nname | {table} A\n"
        f"-[ RECORD 2 ]-----\nid   | 4712\nname | {table} B\n\n"
        for table in ("orders", "harbours", "cranes")
    )
    said = keep(text, "harbours B")
    assert said.startswith(f"{prompt}select * from harbours limit 2;\n")
    assert "4711" not in said


def test_documents_of_yaml_between_rules_are_no_packages() -> None:
    text = "".join(
        f"---\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  replicas: 3\n"
        for name in ("tide", "berth", "crane")
    )
    assert lay_out(text).kind != "records"


FIREWALL = """\
# Generated by iptables-save v1.8.7 on Mon Nov  2 10:00:00 2026
*nat
:PREROUTING ACCEPT [12:720]
:POSTROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
-A POSTROUTING -s 172.18.0.0/16 ! -o br-8f1c2d3e -j MASQUERADE
-A DOCKER -i docker0 -j RETURN
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 5432 -j DNAT --to-destination 172.17.0.2:5432
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.3:80
COMMIT
# Completed on Mon Nov  2 10:00:00 2026
*filter
:INPUT DROP [12:720]
:FORWARD ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 22 -j ACCEPT
COMMIT
"""
AUDIT = """\
# npm audit report

lodash  <=4.17.20
Severity: high
Command Injection in lodash - https://github.com/advisories/GHSA-35jh-r3h4-6jhm
fix available via `npm audit fix --force`
Will install lodash@4.17.21, which is outside the stated dependency range
node_modules/lodash

@acme/minimist  <0.2.1
Severity: critical
Prototype Pollution in minimist - https://github.com/advisories/GHSA-vh95-rmgr-6w4m
No fix available
node_modules/minimist
  mkdirp  0.4.1 - 0.5.1
  Depends on vulnerable versions of minimist
  node_modules/mkdirp

3 vulnerabilities (2 high, 1 critical)

To address all issues (including breaking changes), run:
  npm audit fix --force
"""


@pytest.mark.parametrize(
    ("part", "table", "other"),
    [("--dport 5432", "*nat", "filter"), ("--dport 22", "*filter", "nat")],
)
def test_a_rule_of_a_firewall_comes_with_its_table(part: str, table: str, other: str) -> None:
    """It can be loaded, too."""
    lines = keep(FIREWALL, part).splitlines()
    assert lines[0] == table
    assert lines[-1] == "COMMIT"
    assert f"*{other}" not in lines


@pytest.mark.parametrize(
    ("part", "package", "other"),
    [
        ("Severity: high", "lodash  <=4.17.20", "minimist"),
        ("No fix available", "@acme/minimist  <0.2.1", "lodash"),
        ("mkdirp  0.4.1", "@acme/minimist  <0.2.1", "lodash"),
    ],
)
def test_what_npm_knows_of_a_package_comes_with_it(part: str, package: str, other: str) -> None:
    result = keep(AUDIT, part)
    assert package in result
    assert other not in result


def test_how_many_packages_are_unsafe_belongs_to_none() -> None:
    assert keep(AUDIT, "3 vulnerabilities").strip() == "3 vulnerabilities (2 high, 1 critical)"


PIP = """\
Name: requests
Version: 2.32.3
Summary: Python HTTP for Humans.
License: Apache-2.0
Requires: certifi, idna, urllib3
Required-by: cachecontrol, datasets, huggingface-hub, jupyterlab-server, pooch, tiktoken, wandb
Classifiers:
  Development Status :: 5 - Production/Stable
  Programming Language :: Python :: 3.12
  License :: OSI Approved :: Apache Software License
Project-URLs:
  Documentation, https://requests.readthedocs.io
  Source, https://github.com/psf/requests
"""
APT = """\
Package: git
Version: 1:2.39.5
Priority: optional
Section: vcs
Homepage: https://git-scm.com/
Suggests: gettext-base, git-daemon-run, git-daemon-sysvinit, git-doc, git-email, git-gui, gitk
Description: fast, scalable, distributed revision control system
 Git is popular version control system designed to handle very large
 projects with speed and efficiency; it is used for many high profile
 open source projects, most notably the Linux kernel.
"""


@pytest.mark.parametrize(
    ("text", "part", "lines"),
    [
        (PIP, "Source", [0, 1, 2, 10, 12]),
        (PIP, "Requires", [0, 1, 2, 4]),
        (APT, "very large", [0, 1, 6, 7, 8, 9]),
        (APT, "vcs", [0, 1, 3]),
    ],
)
def test_what_is_said_of_one_package_comes_with_its_name(
    text: str, part: str, lines: list[int]
) -> None:
    own = text.splitlines(keepends=True)
    assert around(lay_out(text), text, part) == "".join(own[n] for n in lines)
