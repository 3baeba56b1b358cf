"""E-mails: what is kept brings its head, quotes whom they quote, parts of MIME what they are."""

from __future__ import annotations

import email
import mailbox
from email import policy
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.structure.mails.messages import lay_out_mails
from tests.structure.kept import around, choices, fitted, kept, pieces, units

if TYPE_CHECKING:
    from pathlib import Path

SHOP = """\
Delivered-To: m.torv@example.org
Authentication-Results: mx.example.org; dkim=pass header.d=velmar.example
From: Velmar Outdoor <shop@velmar.example>
To: m.torv@example.org
Subject: Your parcel is on its way
Date: Mon, 12 May 2025 10:41:06 +0200

Dear Ms. Torv,

thank you for your order 1004. The parcel should reach you on Thursday between 8:00 and 12:00. \
The tracking number is VX77120041DE. If nobody is at home, it is left with a neighbour. You can \
choose another day until Wednesday. We rent skis in winter and repair tents all year.
"""
THREAD = """\
Return-Path: <ana@port.example>
Received: from mail.port.example (mail.port.example [10.0.0.1])
\tby mx.example.org with ESMTPS id x1; Mon, 12 May 2025 10:41:06 +0200
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=port.example; s=sel;
\tb=AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfGhIjKlMnOpQrStUvWx
Subject: Re: Night boat
From: Ana Pask <ana@port.example>
X-Mailer: Boatmail 3
To: Rui Tarn <rui@port.example>
Date: Mon, 12 May 2025 10:41:06 +0200

Hi Rui,

The night boat leaves at 23:40 from pier four. Tickets cost 38 euros.

Am 11.05.2025 um 09:12 schrieb Rui Tarn:
> Hello Ana,
>
> when does the night boat leave?
> We would like to book before Friday.
>
> On 10 May 2025, Bea Velmar wrote:
> > The dog needs a leash.

--\x20
Ana Pask
Harbour office, +351 12 345

This e-mail is confidential and intended for the addressee only. Delete it if you got it by mistake.
"""
OUTLOOK = """\
Hallo Tom,

das passt. Bitte buche zwei Kabinen.

{0}: Tom Brandt <tom@port.example>
{1}: Montag, 12. Mai 2025 09:14
{2}: Ana Pask <ana@port.example>
{3}: AW: Nachtboot

Die Kabine kostet 120 Euro. Sie hat vier Betten.

________________________________
{0}: Ana Pask <ana@port.example>
{1}: Sonntag, 11. Mai 2025 18:02
{2}: Tom Brandt <tom@port.example>
{3}: Nachtboot

Was kostet eine Kabine?
"""
MIME = """\
From: ana@port.example
To: rui@port.example
Subject: Fares
Date: Mon, 12 May 2025 10:41:06 +0200
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="outer"

This is a multi-part message in MIME format.
--outer
Content-Type: multipart/alternative; boundary="inner"

--inner
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

The fare for the night boat rises to 41 euros in July, as the fuel price ro=
se. Children under six sail free=2E The caf=C3=A9 stays open.
--inner
Content-Type: text/html; charset=utf-8

<html><body><p>The fare for the night boat rises to 41 euros.</p></body></html>
--inner--
--outer
Content-Type: application/pdf; name="fares.pdf"
Content-Disposition: attachment; filename="fares.pdf"
Content-Transfer-Encoding: base64

JVBERi0xLjQKJcOkw7zDtsOfCjIgMCBvYmoKPDwvTGVuZ3RoIDMgMCBSL0ZpbHRlci9GbGF0ZURl
--outer--
"""
LINE_ENDS = pytest.mark.parametrize("line_end", ["\n", "\r\n"])


def keep_with(text: str, what: str) -> str:
    layout = lay_out(text)
    unit = next(n for n in units(layout) if what in pieces(layout, text)[n])
    return kept(layout, text, [unit])


@LINE_ENDS
def test_other_fields_neither_end_the_head_nor_come_along(line_end: str) -> None:
    text = SHOP.replace("\n", line_end)
    result = email.message_from_string(keep_with(text, "Thursday"), policy=policy.default)
    assert result["Subject"] == "Your parcel is on its way"
    assert [result["From"], result["To"]] == [
        "Velmar Outdoor <shop@velmar.example>",
        "m.torv@example.org",
    ]
    assert result["Date"] is not None
    assert result["Delivered-To"] is None
    assert result.get_content().strip() == (
        "The parcel should reach you on Thursday between 8:00 and 12:00."
    )


def test_a_small_budget_does_without_the_date() -> None:
    layout = lay_out(SHOP)
    result = fitted(layout, SHOP, 0.3, 1) or ""
    assert result.startswith("From: Velmar")
    assert "Subject: Your parcel" in result
    assert "Date:" not in result


@LINE_ENDS
@pytest.mark.parametrize(
    ("what", "expected", "without"),
    [
        ("Tickets", ["Subject: Re", "From: Ana", "To: Rui", "Date: Mon"], ["X-Mailer", "schrieb"]),
        ("> We would", ["From: Ana", "schrieb Rui Tarn:", "> We would like"], ["Bea", "Tickets"]),
        (
            "leash",
            ["schrieb Rui Tarn:", "> On 10 May 2025, Bea Velmar wrote:", "> > The"],
            ["Hello"],
        ),
        ("Harbour office", ["From: Ana", "-- ", "Ana Pask"], ["confidential"]),
        ("confidential", ["From: Ana", "by mistake."], ["Harbour office"]),
    ],
)
def test_threads(line_end: str, what: str, expected: list[str], without: list[str]) -> None:
    text = THREAD.replace("\n", line_end)
    layout = lay_out(text)
    assert layout.kind == "e-mail"
    result = keep_with(text, what)
    assert all(part in result for part in expected), result
    assert not any(part in result for part in ("DKIM", "Received", *without)), result
    assert "DKIM" not in "".join(pieces(layout, text)[n] for n in units(layout))


@pytest.mark.parametrize(
    "names",
    [
        ("From", "Sent", "To", "Subject"),
        ("Von", "Gesendet", "An", "Betreff"),
        ("De", "Envoyé", "À", "Objet"),
        ("De", "Enviado el", "Para", "Asunto"),
        ("*From*", "*Date*", "*To*", "*Subject*"),
    ],
)
def test_heads_inside_a_thread(names: tuple[str, ...]) -> None:
    text = OUTLOOK.format(*names)
    result = keep_with(text, "kostet 120")
    assert result.startswith(f"{names[0]}: Tom Brandt")
    assert f"{names[3]}: AW: Nachtboot" in result
    assert "Ana Pask <ana@port.example>\n" + names[1] not in result
    result = keep_with(text, "Was kostet")
    assert f"{names[3]}: Nachtboot" in result
    assert "Tom Brandt <tom@port.example>\n" + names[1] not in result
    assert names[0] not in keep_with(text, "zwei Kabinen")


def test_parts_of_mime() -> None:
    layout = lay_out(MIME)
    said = "".join(pieces(layout, MIME)[n] for n in units(layout))
    assert "JVBERi" not in said
    assert "<html>" not in said
    assert 'filename="fares.pdf"' in said
    result = email.message_from_string(keep_with(MIME, "caf=C3=A9"), policy=policy.default)
    body = result.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == "The café stays open."
    assert "rises to 41 euros in July, as the fuel price ro=\nse." in keep_with(MIME, "in July")


def test_a_mailbox_stays_one(tmp_path: Path) -> None:
    envelope = "From ana@port.example Mon May 12 10:41:06 2025\n"
    text = f"{envelope}{SHOP}\n{envelope}{THREAD}\n"
    layout = lay_out(text, "mail.mbox")
    assert layout.kind == "e-mail"
    chosen = [
        n for n in units(layout) if any(w in pieces(layout, text)[n] for w in ("skis", "38 eu"))
    ]
    (tmp_path / "mbox").write_text(kept(layout, text, chosen))
    box = mailbox.mbox(tmp_path / "mbox")
    subjects = [mail["Subject"] for mail in box]
    box.close()
    assert subjects == ["Your parcel is on its way", "Re: Night boat"]


@pytest.mark.parametrize(
    "text",
    [
        "From: the sea\nwe came, and to the sea we go.\n",
        "# Notes\n\nA mail has these:\n\nFrom: a\nTo: b\nSubject: c\n\nThat is all.\n",
        "Note: this.\nWarning: that.\n\nText.\n",
        "De: nada\n\nGracias.\n",
        "",
    ],
)
def test_what_is_no_mail_is_left_to_others(text: str) -> None:
    assert lay_out_mails(text) is None


@given(st.sampled_from([SHOP, THREAD, MIME, OUTLOOK]), st.floats(0.3, 0.9), st.data())
def test_what_is_said_has_a_sender(text: str, ratio: float, data: st.DataObject) -> None:
    layout = lay_out(text)
    for result in (kept(layout, text, data.draw(choices(layout))), fitted(layout, text, ratio, 3)):
        if not result or "\n\n" not in result:
            continue
        if text in (SHOP, THREAD, MIME):
            assert "From: " in result
            assert "Subject: " in result
        assert all(part in text for part in result.splitlines()) or ratio < 1


INLINE = """Am 10.01.24 um 17:12 schrieb Ines Roth:
> Should we drop Python 3.8?

No, not before October.

> > Who builds the wheels?
> I do, by hand. I would rather not do that
> any longer.

Agreed, nobody downloads them.

Karl

--@
Karl Voss
""".replace("@", " ")


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_an_answer_brings_what_is_quoted_above_it(line_end: str) -> None:
    head = "From: Karl Voss <karl@example.de>\nTo: dev@example.de\nSubject: Re: 3.8\n\n"
    said = INLINE.partition("\n")[0] + "\n"
    for own in (head + INLINE, INLINE):
        text = own.replace("\n", line_end)
        layout = lay_out(text)
        no = around(layout, text, "not before").replace("\r", "")
        assert f"{said}> Should we drop Python 3.8?\n\nNo, not before October.\n\n" in no.replace(
            ":\n\n>", ":\n>"
        )
        assert "Who builds" not in no
        # Whom each quotation quotes, not only the first one.
        hand = around(layout, text, "by hand").replace("\r", "")
        assert said in hand
        assert "> > Who builds the wheels?\n> I do, by hand." in hand
        if own.startswith("From"):
            agreed = around(layout, text, "Agreed").replace("\r", "")
            assert "> any longer.\n\nAgreed" in agreed


def test_a_quotation_of_somebody_else_is_not_by_who_was_quoted_before() -> None:
    text = "He says of it:\n\n> It is so.\n\nOthers deny that.\n\n> It is not so at all.\n"
    assert around(lay_out(text), text, "at all") == "> It is not so at all.\n"
    assert around(lay_out(text), text, "Others") == "Others deny that.\n\n"


@pytest.mark.parametrize(
    "names",
    [
        "差出人 送信日時 宛先 件名",
        "发件人 发送时间 收件人 主题",
        "От Дата Кому Тема",
        "De Data Para Assunto",
    ],
)
@pytest.mark.parametrize("colon", [": ", "："])
def test_heads_of_mails_in_other_languages(names: str, colon: str) -> None:
    said = ["Ana <ana@example.org>", "2025-05-13 9:41", "Bo", "Re: 3.8"]
    head = "".join(f"{a}{colon}{b}\n" for a, b in zip(names.split(), said, strict=True)) + "\n"
    text = head + "No.\n\nThe price excludes tax.\n"
    layout = lay_out(text)
    assert layout.kind == "e-mail"
    assert around(layout, text, "excludes") == head + "The price excludes tax.\n"


@pytest.mark.parametrize(
    "says",
    [
        "2025年5月12日(月) 18:02 田中 一郎 <tanaka@example.org>:",
        "Em seg., 12 de mai. de 2025 às 18:02, Ana <ana@example.org> escreveu:",
        "пн, 12 мая 2025 г. в 18:02, Анна <ana@example.org> пишет:",
        "Am 12. Mai 2025 hat Ana <ana@example.org> geschrieben:",
    ],
)
def test_who_is_quoted_is_told_in_other_languages(says: str) -> None:
    text = (
        "From: Bo <bo@example.org>\nTo: Ana <ana@example.org>\nSubject: Re: tax\n\n"
        f"It is not included.\n\n{says}\n\n> Dear Bo,\n>\n> Is the tax included?\n"
    )
    layout = lay_out(text)
    assert f"{says}\n\n> Is the tax" in around(layout, text, "Is the tax").replace(">\n", "")
    assert not any(says in pieces(layout, text)[unit] for unit in units(layout))


def test_who_is_quoted_may_be_told_in_the_quotation() -> None:
    text = (
        "From: Ana <ana@port.example>\nTo: Crew\nSubject: Re: Lock\n\nNo, it is shut. Wait.\n\n"
        "> On 3 May 2026, at 18:40, Ben Reed <ben@port.example> wrote:\n>\n"
        "> Can the lock be used at night? We would come at two.\n>\n"
        ">> On 2 May 2026, Cleo Lund wrote:\n>> The lock is new.\n"
    )
    assert "Ben Reed" in keep_with(text, "at night")
    assert "Cleo Lund" in keep_with(text, "is new")
    assert "Ben Reed" not in keep_with(text, "is new")


def test_forwards_of_lotus_notes_say_who_wrote() -> None:
    head = "Tim Belden\n05/14/2001 03:12 PM\nTo: Phillip K Allen@ECT\ncc:  \nSubject: Re: It\n\n"
    text = (
        "Date: Mon, 14 May 2001 16:39:00 -0700 (PDT)\nFrom: phillip.allen@enron.example\n"
        "To: ann@enron.example\nSubject: It\n\nHere is our forecast\n\n"
        "------- Forwarded by Phillip K Allen/HOU/ECT on 05/14/2001 04:30 PM -------\n\n\n"
        f"{head}It does not include Friday. Prices are at $9.40.\n\nTim\n"
    )
    made = around(lay_out(text), text, "Prices are")
    assert "Tim Belden\n05/14/2001 03:12 PM\n" in made
    assert "From: phillip" not in made


NEWS = """\
{head}bob@foo.com (Bob Ray) writes:
{mark}Does realloc free the memory in all of them?

No.

{mark}And is it portable to pass NULL to it?  My compiler warns
{mark}about that.

Yes, since C89. But very old libraries crash on it.

{mark}: Thanks in advance.

You're welcome.
--
Ann Lee, University of Oslo
"""


@pytest.mark.parametrize("head", ["", "From: ann@example.org\nSubject: Re: realloc\n\n"])
@pytest.mark.parametrize("mark", ["> ", ">", "|> ", ": ", "BR> ", ": > "])
def test_an_answer_in_a_newsgroup_brings_what_it_quotes(head: str, mark: str) -> None:
    text = NEWS.format(head=head, mark=mark)
    layout = lay_out(text)
    assert layout.kind == "e-mail"
    asked = (
        f"{head}bob@foo.com (Bob Ray) writes:\n{mark}Does realloc free the memory in all of them?\n"
    )
    assert around(layout, text, "No.").replace("\n\nNo.", "\nNo.") == asked + "No.\n\n"
    said = around(layout, text, "since C89")
    assert "about that." in said
    assert "Does" not in said
    assert "writes" not in around(layout, text, "University")


@pytest.mark.parametrize(
    "text",
    [
        "Ann writes:\nIt is late. I go home.\nBob stays. He has work to do.\n",
        "# Notes\n\nAnn writes:\n> It is late.\n\nSo it was.\n",
        "The manual says:\n\nPS> Get-Item\n",
    ],
)
def test_what_quotes_nobody_is_no_answer(text: str) -> None:
    assert lay_out_mails(text) is None
