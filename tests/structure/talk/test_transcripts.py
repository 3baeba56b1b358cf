"""Chats, meetings, agents' transcripts and e-mails: what is kept keeps its speaker."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.structure.parts.lines import lines
from specpc.structure.talk.transcripts import lay_out_transcript, paste_runs
from tests.structure.kept import around, choices, fitted, keep, kept, pieces, units

DATA = Path(__file__).parents[4] / "shared" / "data"

FORMS = ["{}: ", "[12:03] {}: ", "**{}:** ", "**{}**: ", "[{}] ", "[{}]\n", "{} (chair): ",
         "12/03/2021, 14:05 - {}: ", "[9:05 pm] <{}> ", "{}:\n", "### {}:\n"]  # fmt: skip
NAMES = ["Ann", "Project Manager", "Łukasz O'Neil", "user"]
# Every sentence names its speaker, so that what is kept can be checked.
SENTENCES = st.sampled_from(["We met, {}.", "It is 3.5, said {}!", "Why, {}?", "{}\nwent on."])


@st.composite
def chats(draw: st.DrawFn) -> tuple[str, str]:
    """A chat of turns of any length, with numbered turns, and the form of its speakers."""
    form = draw(st.sampled_from(FORMS))
    turns = []
    for n in range(draw(st.integers(8, 20))):
        name = NAMES[n % 2 + 2 * draw(st.booleans())] if n > 7 else NAMES[n % 4]
        # A name alone in its line, with nothing below it, is no turn.
        fewest = int(form == "{}:\n")
        said = draw(st.lists(SENTENCES, min_size=fewest, max_size=3))
        if draw(st.integers(0, 2)) == 0:
            said = [sentence.replace("\n", " ") for sentence in said] * 8
        turns.append(form.format(name) + " ".join(s.format(f"«{name}»") for s in said))
    return draw(st.sampled_from(["\n", "\n\n"])).join(turns), form


@given(chats(), st.floats(0.05, 0.95), st.data())
@settings(deadline=None)
def test_what_is_said_keeps_its_speaker(
    chat: tuple[str, str], ratio: float, data: st.DataObject
) -> None:
    text, form = chat
    layout = lay_out(text)
    assert layout.kind == "transcript"
    parts = pieces(layout, text)
    heads = {form.format(name).strip(): name for name in NAMES}
    assert not any(parts[unit].strip() in heads for unit in units(layout))
    for result in (
        kept(layout, text, data.draw(choices(layout))),
        fitted(layout, text, ratio, 0) or "",
    ):
        speaker = None
        rest = result
        while rest:
            head = next((h for h in heads if rest.startswith(h)), None)
            if head is not None:
                speaker, rest = heads[head], rest[len(head) :]
            elif rest[0] == "«":
                # A sentence longer than the budget is cut inside, and may have lost a part of it.
                others = [name for name in NAMES if name != speaker]
                assert not any(rest.startswith(f"«{name}»") for name in others)
                rest = rest[1:]
            else:
                rest = rest[1:]
    needed = set(units(layout)).union(*layout.all_needs.values())
    assert all(parts[p].strip() in heads for p in range(len(parts)) if p not in needed)
    everything = "".join(parts[p] for p in sorted(needed))
    assert kept(layout, text, units(layout)).split() == everything.split()


def test_a_long_turn_is_cut_into_sentences() -> None:
    long = "Bob: " + "We talked about it. " * 20 + "The price is 12 euros. " + "And so on. " * 9
    text = "\n".join(["Ann: Hi.", "Bob: Hello.", "Ann: How much?", long, "Ann: Bye.", "Bob: Bye."])
    layout = lay_out(text)
    assert layout.kind == "transcript"
    unit = next(n for n, part in enumerate(pieces(layout, text)) if "12 euros" in part)
    assert kept(layout, text, [unit]) == "Bob: The price is 12 euros. "


def test_the_json_a_tool_gave_stays_json() -> None:
    flights = [{"number": f"HAT{n:03}", "date": "2024-05-28", "price": n} for n in range(30)]
    answer = json.dumps({"user": "ann", "flights": flights})
    turns = ["[user] Hi.", "[assistant tool call] find({})", f"[tool] {answer}", "[user] Fine."]
    text = "\n".join(turns * 2)
    layout = lay_out(text)
    assert layout.kind == "transcript"
    unit = next(n for n, part in enumerate(pieces(layout, text)) if "HAT017" in part)
    result = kept(layout, text, [0, unit])
    assert result.startswith("[user] Hi.\n[tool] {")
    assert json.loads(result.split("[tool] ")[1]) == {"flights": [flights[17]]}


def test_a_chair_calls_up_one_after_the_other() -> None:
    members = ["Ms. May", "Mr. Motz", "Dr. Roy", "Ms. Li", "Mr. Ho", "Ms. Roe", "Mr. Day"]
    text = "".join(f"The Chair: Next.\n{name} (Bath, GP): It is time.\n" for name in members)
    layout = lay_out(text)
    assert layout.kind == "transcript"
    assert pieces(layout, text) == text.splitlines(keepends=True)


def test_turns_keep_the_date_of_their_session() -> None:
    day = (
        "[{} pm on 25 October, 2022]\nAnn: Hi!\nBob: Hello.\nAnn: How are you?\n"
        "Bob: Well, as the weather is fine.\n"
    )
    text = day.format("8:16") + day.format("9:20")
    layout = lay_out(text)
    assert layout.kind == "transcript"
    last = units(layout)[-1]
    assert kept(layout, text, [last]) == (
        "[9:20 pm on 25 October, 2022]\nBob: Well, as the weather is fine.\n"
    )


MAILS = """\
From: Ada Lovelace <ada@example.org>
To: Charles <charles@example.org>
Message-ID: <1@example.org>
Date: Mon, 1 May 1843 10:00:00 +0000
Subject: The engine
 and its notes

I finished the notes. They are long.

On 30 April 1843, Charles Babbage wrote:
> When will the notes be done?
> The printer waits.

-----Original Message-----
From: Charles <charles@example.org>
Sent: 28 April 1843
Subject: Printer

The printer asks for 3.5 pounds. Pay him!
"""


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("They are", ["From: Ada", "To: Charles", "Date: Mon", "Subject: The engine\n and", ""]),
        ("The printer waits", ["From: Ada", "Subject", "On 30 April 1843, Charles"]),
        ("Pay him", ["-----Original", "From: Charles", "Sent: 28", "Subject: Printer"]),
    ],
)
def test_a_mail_keeps_sender_date_and_subject(said: str, expected: list[str]) -> None:
    layout = lay_out(MAILS)
    assert layout.kind == "e-mail"
    unit = next(n for n, part in enumerate(pieces(layout, MAILS)) if said in part)
    result = kept(layout, MAILS, [unit])
    assert all(part in result for part in expected)
    assert "Message-ID" not in result
    assert len(result) < len(MAILS) / 2
    assert kept(layout, MAILS, units(layout)) == MAILS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Note: this is prose.\nWarning: it has colons.\n" * 4,
        "Title: A\nText: b\n" * 6,
        "1. О причале\nСлушали: Ким сообщил.\nРешили: ждать.\nГолосовали: за – 2.\n\n" * 3,
        "Record No.: 12\nTides run high in May. Boats stay in.\n\nScore: 9\nIt is so.\n\n" * 4,
        "ERROR: one\nINFO: two\n" * 6,
        "Ann: Hi.\nAnd then nothing was said for many years, as the story goes.\n",
        "From: the sea\nwe came, and to the sea we go. " * 3,
        "def f():\n    try:\n        pass\n    finally:\n        pass\n" * 5,
        "See: this.\n" + "The quick brown fox jumps over the lazy dog.\n" * 40 + "Oh: that.\n" * 5,
    ],
)
def test_what_is_no_transcript_is_left_to_others(text: str) -> None:
    assert lay_out_transcript(text) is None


@given(st.text(st.sampled_from('Ab:[] \n>\r12-*<é{}",'), max_size=200))
def test_any_text_is_laid_out_whole_or_not_at_all(text: str) -> None:
    layout = lay_out("From: a\nDate: b\n\n" + text)
    assert layout.kind == "e-mail"
    pieces(layout, "From: a\nDate: b\n\n" + text)
    other = lay_out_transcript("Ann: a\nBob: b\n" * 9 + text)
    if other is not None:
        pieces(other, "Ann: a\nBob: b\n" * 9 + text)


@pytest.mark.skipif(not DATA.is_dir(), reason="needs the data sets in ../shared/data")
@pytest.mark.parametrize(
    "name", ["locomo", "qmsum_window", "react_agent_log", "sweagent_transcript", "taubench_airline"]
)
def test_real_transcripts(name: str) -> None:
    for line in (DATA / f"{name}.jsonl").read_text("utf-8").splitlines():
        text = json.loads(line)["context"]
        layout = lay_out_transcript(text)
        assert layout is not None
        pieces(layout, text)


DISCORD = """\
[14-Jun-25 18:20] ana
The boat is booked

[14-Jun-25 18:21] rui
How many people fit

[14-Jun-25 18:22] ana
Eight, but only six life jackets

[14-Jun-25 18:24] ana
38 euros each, to my account

[14-Jun-25 18:26] tom
Can I bring the dog

[14-Jun-25 18:27] ana
No dogs
"""
HEADS = ["[14-Jun-25 18:20] {}", "[14-Jun-25 06:20 PM] {}#1234", "{}  10:12 AM", "{} [10:12 AM]",
         "{} 14.06.25, 18:20", "{}, [14.06.2025 18:20]", "{} 00:01:22", "00:01:22 {}", "[18:20] {}",
         "{} — 14/06/2025 18:20", "{} — Today at 6:20 PM", "**{}** 10:12", "{}\n18:20",
         "{} (14.06.2025 18:20)", "Jun 14, 2025 at 6:20\u202fPM {}"]  # fmt: skip


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("blank", ["\n", "\n\n"])
@pytest.mark.parametrize("names", [("ana", "rui"), ("Ana Pask", "Łukasz O'Neil")])
def test_heads_on_lines_of_their_own(head: str, blank: str, names: tuple[str, str]) -> None:
    said = ["The boat is booked.", "How many fit?", "Eight.", "Who pays, and when is it due?", "Me"]
    said += ["It is 38 euros each.\nPay by Friday.", "Fine."]
    turns = [f"{head.format(names[n % 2])}\n{one}{blank}" for n, one in enumerate(said)]
    text = "".join(turns)
    layout = lay_out(text)
    assert layout.kind == "transcript"
    assert pieces(layout, text) == turns
    unit = next(n for n, part in enumerate(pieces(layout, text)) if "Eight" in part)
    assert kept(layout, text, [unit]) == "".join(turns[1:3])
    assert kept(layout, text, [unit - 1]) == "".join(turns[1:3])


@pytest.mark.parametrize(
    "head",
    [
        "{}\nJunior Member\nPosts: 12\n14 Jan 2024, 19:22",
        "{}\nSenior\nPosts: 4,211\nJoined: May 2019\nPosted: 14 Jan 2024, 19:22",
        "Post by {} » Sun Jan 14, 2024 7:22 pm",
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_posts_of_a_forum_are_by_who_stands_above_them(head: str, line_end: str) -> None:
    said = ["It is iced up.", "Check it:\n- the fan\n- the heater", "It reads 8 °C.", "Replace it."]
    posts = [
        f"{head.format(name)}\n{one}\n\n".replace("\n", line_end)
        for name, one in zip(["coldfeet", "HVACnick"] * 2, said, strict=True)
    ]
    text = "Heat pump iced up - normal?" + line_end * 2 + "".join(posts)
    layout = lay_out(text)
    assert layout.kind == "transcript"
    assert around(layout, text, "8 °C") == posts[2]
    heater = around(layout, text, "heater").replace("\r", "")
    assert heater.startswith(head.format("HVACnick"))
    assert "coldfeet" not in heater


def test_a_paste_from_a_chat() -> None:
    layout = lay_out(DISCORD)
    parts = pieces(layout, DISCORD)
    turns = DISCORD.removesuffix("\n").split("\n\n")
    assert parts == [*(f"{turn}\n\n" for turn in turns[:-1]), f"{turns[-1]}\n"]
    assert kept(layout, DISCORD, [3]) == parts[3]
    assert kept(layout, DISCORD, [5]) == parts[4] + parts[5]


@pytest.mark.parametrize(
    ("lines", "remark"),
    [
        (["[14/06/2025, 18:20:11] {}: {}"], "[14/06/2025, 18:20:12] Tom joined using a link"),
        (["14.06.25, 18:20 - {}: {}"], "14.06.25, 18:21 - Tom hat die Gruppe verlassen"),
        (["6/14/25, 6:20\u202fPM - {}: {}"], "6/14/25, 6:21\u202fPM - Messages are encrypted."),
        (["18:20 <{}> {}"], "18:21 -!- tom [~tom@host] has joined #boats"),
        (["[18:20] <@{}> {}"], "[18:21] * tom waves"),
    ],
)
def test_lines_with_time_and_name(lines: list[str], remark: str) -> None:
    said = ["the boat is booked", "how many fit?", "eight", "bring your own food", "and drinks"]
    names = ["Rui", "Ana"] * 3
    turns = [f"{lines[0].format(*turn)}\n" for turn in zip(names, said, strict=False)]
    turns.insert(3, f"{remark}\n")
    text = "".join(turns)
    layout = lay_out(text)
    assert layout.kind == "transcript"
    assert pieces(layout, text) == turns
    assert kept(layout, text, [2]) == "".join(turns[1:3])


def test_a_court() -> None:
    pad = " " * 20
    turns = [f"{pad}THE COURT:  Please be seated.\n\n", f"{pad}MR. PASK:  I call Lars Brandt.\n\n",
             "     Q.   Where were you on the night of June 14?\n\n", "     A.   At the pier.\n\n",
             "     Q.   Was the ferry lit?\n\n", "     A.   No.\n\n",
             f"{pad}THE COURT:  Go on.\n"]  # fmt: skip
    text = "".join(turns)
    layout = lay_out(text)
    assert layout.kind == "transcript"
    assert pieces(layout, text) == turns
    assert kept(layout, text, [5]) == turns[4] + turns[5]


@pytest.mark.parametrize(
    "text",
    [
        "Departures 10:30\nArrivals 11:30\nOrrisay 12:15\nTarn 12:45\n",
        "We met at 10:30\nand left at 11:30.\nIt was late.\nNobody came.\n",
        "2024-05-01 12:00:00 started\n2024-05-01 12:00:01 stopped\n" * 4,
        "INSTANCE: db2\nFUNCTION: sqe\nDATA: 1\nplain text here\n" + "more of it\n" * 60,
    ],
)
def test_times_alone_make_no_transcript(text: str) -> None:
    assert lay_out_transcript(text) is None


def test_a_yes_or_no_brings_the_question_however_much_it_says() -> None:
    text = (
        "Q.  Did you see the defendant that night?\nA.  No, I did not. I saw his car.\n"
        "Q.  Where was it parked?\nA.  It was on Elm Street, by the bank.\n"
        "Q.  Who was driving it?\nA.  I could not say, for it was dark there.\n"
    )
    assert around(lay_out(text), text, "his car") == "".join(text.splitlines(keepends=True)[:2])


@pytest.mark.parametrize("said", ["I cannot tell", "I don't know that", "Probably", "It depends"])
def test_who_cannot_answer_is_kept_with_what_was_asked(said: str) -> None:
    text = (
        "Human: When does the ferry leave?\n\nAssistant: It leaves at nine from the old pier.\n\n"
        f"Human: Is it cheaper than the train?\n\nAssistant: {said}; fares are not shown to me, "
        "so please ask those who sell the tickets, or look at the board.\n\n"
    )
    assert "cheaper than the train" in around(lay_out(text), text, "fares are not")


def test_members_of_a_house_are_told_by_name_seat_and_party() -> None:
    text = (
        "Mr Speaker: Order.\n\nSir Alan Reed (Wick) (Con): Is it true that it was wasted?\n\n"
        "Ms Holt: No.\n\nDr Tan (Leith) (Lab): Will it be published, as was promised?\n\n"
        "Ms Holt: Only in part.\n\nMr Speaker: It is late.\n"
    )
    assert around(lay_out(text), text, "Only") == (
        "Dr Tan (Leith) (Lab): Will it be published, as was promised?\n\nMs Holt: Only in part.\n\n"
    )


def test_roles_below_names_are_none_of_what_was_said_before() -> None:
    text = (
        "nova — Today at 3:14 PM\nis it down?\nKip\n[MOD]\n — Today at 3:15 PM\nno, only one\n"
        "nova — Today at 3:16 PM\nwill my items be reset?\nKip\n[MOD]\n — Today at 3:20 PM\nnever\n"
    )
    made = pieces(lay_out(text), text)
    assert [piece.split("\n")[0] for piece in made] == [
        "nova — Today at 3:14 PM", "Kip", "nova — Today at 3:16 PM", "Kip",
    ]  # fmt: skip
    assert around(lay_out(text), text, "never") == "".join(made[2:])


SLACK = """\
Anna Berg
  9:14 AM
Did the piles arrive?

Jonas Brandt
  9:16 AM
Yes, at seven. But 12 of them have the wrong grade.

Maria Gomez
:palm_tree:  10:02 AM
Thanks! Do we still meet on Thursday?

Anna Berg
  10:05 AM
No, Friday at ten.
"""
TEAMS = """\
Berg, Anna  5/12/2024 9:14 AM
Did the piles arrive?
Brandt, Jonas  5/12/2024 9:16 AM
Yes, at seven. But 12 of them have the wrong grade.
Gomez, Maria  5/12/2024 10:02 AM
Thanks! Do we still meet on Thursday?
Berg, Anna  5/12/2024 10:05 AM
No, Friday at ten.
"""
IRC = """\
[2024-05-12 09:14:02] <anna> did the piles arrive?
[2024-05-12 09:16:10] <jonas> yes, at seven. 12 of them have the wrong grade
[2024-05-12 09:17:01] <anna> which berth?
[2024-05-12 09:17:20] <jonas> 4
[2024-05-12 10:02:11] *** maria joined
[2024-05-12 10:02:40] <maria> do we still meet on thursday?
[2024-05-12 10:05:12] <anna> no, friday at ten
"""
IRSSI = """\
--- Log opened Sun May 12 09:10:00 2024
09:14 < anna> did the piles arrive?
09:16 <@jonas> yes, at seven. 12 of them have the wrong grade
10:07 -!- maria [~m@10.0.0.9] has quit [Ping timeout]
--- Day changed Mon May 13 2024
08:01 < jonas> the crane is fixed
08:02 < anna> good
"""
TICKET = """\
HARB-412: Fee is rounded down for part hours
Type: Bug
Status: In Progress
Reporter: Anna Berg

Description
When a ship stays 6.5 hours, it is charged for 6. The tariff says that part hours are rounded up.

Comments

Jonas Brandt added a comment - 03/May/24 8:30 AM
I can reproduce it. It is in fees.py, line 31.

Maria Gomez added a comment - 03/May/24 9:02 AM
Is it also wrong for tugs?

Jonas Brandt added a comment - 03/May/24 9:10 AM
No.

Anna Berg added a comment - 12/May/24 10:05 AM
Please fix it before the audit on 1 June. The auditor asked for it twice, and he will do so again.
"""


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        (SLACK, "Friday", "Maria Gomez\n:palm_tree:  10:02 AM\nThanks! Do we still meet on "),
        (SLACK, "wrong grade", "Anna Berg\n  9:14 AM\nDid the piles arrive?\n\nJonas Brandt\n"),
        (TEAMS, "Friday", "Gomez, Maria  5/12/2024 10:02 AM\nThanks! Do we still meet on "),
        (TEAMS, "wrong grade", "Berg, Anna  5/12/2024 9:14 AM\nDid the piles arrive?\nBrandt, "),
        (IRC, "<jonas> 4", "[2024-05-12 09:17:01] <anna> which berth?\n[2024-05-12 09:17:20]"),
        (IRSSI, "crane", "--- Day changed Mon May 13 2024\n08:01 < jonas> the crane is fixed\n"),
        (IRSSI, "wrong", "--- Log opened Sun May 12 09:10:00 2024\n09:14 < anna> did the piles"),
        (TICKET, "No.", "Comments\n\nMaria Gomez added a comment - 03/May/24 9:02 AM\nIs it also"),
        (TICKET, "auditor", "Comments\n\nAnna Berg added a comment - 12/May/24 10:05 AM\n"),
    ],
)
def test_more_styles_of_chats_and_tickets(text: str, part: str, expected: str) -> None:
    for one in (text, text.replace("\n", "\r\n")):
        assert around(lay_out(one), one, part).replace("\r\n", "\n").startswith(expected)
    assert not [own for own in pieces(lay_out(text), text) if own.count(" AM\n") > 1]


def test_lines_of_a_log_that_begin_with_a_time_are_no_turns_in_a_text() -> None:
    line = "07/18/2008 08:47:5{} ANR0511I Session 23461{} opened output\nvolume AI3182L3.\n"
    text = "The server stopped. This is its log:\n" + "".join(line.format(n, n) for n in range(6))
    assert list(paste_runs(text, lines(text))) == []


def test_messages_of_a_meeting_say_from_whom_and_to_whom() -> None:
    text = (
        "00:12:04\t From Maud Ryel : Can all hear me? It is loud here.\n"
        "00:12:31\t From Ove Lund to Maud Ryel(Direct Message) : The budget is 40,000.\n"
        "00:13:02\t From Ida Berg to Everyone : yes, loud and clear\n"
        "\tand the slides are sharp\n"
        "00:14:10\t From Maud Ryel to Everyone : Thank you.\n"
    )
    layout = lay_out(text)
    assert layout.kind == "transcript"
    assert around(layout, text, "40,000") == text.splitlines(keepends=True)[1]
    assert around(layout, text, "slides") == "".join(text.splitlines(keepends=True)[2:4])


@pytest.mark.parametrize("separator", [" ", "\n"])
def test_who_speaks_in_a_play(separator: str) -> None:
    speeches = [
        ("MAUD", "The wind has turned; we shall not land. The lamps are out."),
        ("OVE", "Then let us wait until the morning tide."),
        ("A SAILOR", "The rope is cut!"),
        ("MAUD", "Count the knives."),
        ("OVE", "I saw nobody on the lower deck."),
        ("MR. RYEL", "Nor did I."),
        ("MAUD", "Then we are lost."),
    ]
    text = "ACT II\n\n" + "\n\n".join(f"{name}.{separator}{said}" for name, said in speeches)
    layout = lay_out(text)
    assert layout.kind == "transcript"
    for name, said in speeches:
        last = said.rpartition(". ")[2]
        assert around(layout, text, last).strip().startswith(f"{name}.{separator}")
    few = "MAUD. It is dark. We wait.\n\nOVE. I know.\n\nMAUD. Who cut it?\n"
    assert around(lay_out(few), few, "We wait") == "MAUD. It is dark. We wait.\n\n"
    # Sections of a contract begin with words in capitals, too, each with others.
    terms = ["TERM. It is a year.", "FEES. They are due.", "LAW. It is that of Vang."]
    assert lay_out("\n\n".join(terms)).kind != "transcript"


PLAY = """\
SCENE I. A kitchen. Night.

MAUD at the table. Enter PETER, wet.

MAUD. You are late. The boat was seen.
PETER. It was not ours.
MAUD. Whose, then?
PETER. Nobody's. (He sits.) It had no lamp
and no one at the helm.
A VOICE. Open the door!
MAUD (rising). Do not.
CAPTAIN ROE. In the King's name.
"""
PLAY_IN_FRENCH = """\
HÉLÈNE, à la fenêtre. – Le bateau n'est pas rentré.
LE DOCTEUR. – Il rentrera.
HÉLÈNE. – Vous n'en savez rien.
LE DOCTEUR, s'asseyant. – On ne voit pas le feu de jour.
UN MARIN. – Venez vite.
"""
NAMES_ALONE = """\
Enter BARNARDO and FRANCISCO.

BARNARDO.
Long live the King.

FRANCISCO.
You come upon your hour.

BARNARDO.
Get thee to bed.

FRANCISCO.
For this relief much thanks.
"""


@pytest.mark.parametrize(
    ("text", "part", "whole"),
    [
        (PLAY, "not ours", "PETER. It was not ours.\n"),
        (PLAY, "helm", "PETER. Nobody's. (He sits.) It had no lamp\nand no one at the helm.\n"),
        (PLAY, "Open", "A VOICE. Open the door!\n"),
        (PLAY, "Do not", "A VOICE. Open the door!\nMAUD (rising). Do not.\n"),
        (PLAY, "King", "CAPTAIN ROE. In the King's name.\n"),
        (PLAY_IN_FRENCH, "Venez", "UN MARIN. – Venez vite.\n"),
        (PLAY_IN_FRENCH, "de jour", "LE DOCTEUR, s'asseyant. – On ne voit pas le feu de jour.\n"),
        (NAMES_ALONE, "thanks", "FRANCISCO.\nFor this relief much thanks.\n"),
    ],
)
def test_who_speaks_in_a_play_is_kept_with_what_is_said(text: str, part: str, whole: str) -> None:
    for own in (text, text.replace("\n", "\r\n")):
        layout = lay_out(own)
        assert around(layout, own, part).splitlines() in (
            whole.splitlines(),
            ["MAUD. Whose, then?", *whole.splitlines()],
        )


def test_headings_with_a_full_stop_are_no_speakers() -> None:
    text = "DEFINITIONS. A berth is a place.\nFEES. They are due in May.\nTERM. It ends in June.\n"
    assert lay_out(text).kind != "transcript"


FORUM = """\
Thema: Wärmepumpe taktet

heizer77
Beiträge: 12
Registriert: 03.01.2021
#1
Beitrag von heizer77 » Di 13. Mai 2025, 20:14
Sie taktet 40 mal am Tag.

klimabert
Moderator
Beiträge: 4821
Registriert: 11.09.2009
#2
Beitrag von klimabert » Di 13. Mai 2025, 21:02
Normal sind 6 Starts.

heizer77
Beiträge: 12
Registriert: 03.01.2021
#3
Beitrag von heizer77 » Mi 14. Mai 2025, 07:31
Einen Puffer gibt es keinen.
"""


def test_what_is_said_in_a_forum_has_its_name_above_the_date_one_joined() -> None:
    layout = lay_out(FORUM)
    made = around(layout, FORUM, "Normal")
    assert made.startswith("klimabert\n")
    assert "heizer" not in made
    made = around(layout, FORUM, "Puffer")
    assert made.startswith("heizer77\n")
    assert "klimabert" not in made


def test_speakers_with_numbers_are_heard_below_a_summary() -> None:
    text = (
        "Meeting notes\nWed, May 14, 2025\n\nSUMMARY KEYWORDS\nsilt, licence\n\n"
        "SPEAKERS\nAda Brandt, Luc Osei, Speaker 3\n\n"
        "Ada Brandt  00:01\nThe licence did not come.\n\nLuc Osei  00:07\nIt was refused.\n\n"
        "Speaker 3  00:15\nWe should appeal.\n\nLuc Osei  00:18\nThere is time until the 28th.\n"
    )
    assert around(lay_out(text), text, "the 28th").endswith(
        "Luc Osei  00:18\nThere is time until the 28th.\n"
    )


def test_nobody_is_called_depart() -> None:
    text = (
        "Thu 22 May\nFlight BA1442\nLondon\nDepart 09:05\nEdinburgh\nArrive 10:25\nSeat 14C\n\n"
        "Sun 25 May\nFlight BA1457\nEdinburgh\nDepart 19:10\nLondon\nArrive 20:35\nSeat 9A\n"
    )
    layout = lay_out(text)
    assert layout.kind != "transcript"
    assert around(layout, text, "19:10") == "Sun 25 May\nDepart 19:10\n"


def test_what_has_a_number_on_an_agenda_does_not_speak() -> None:
    text = (
        "Protokoll vom 12.05.2025\n\nTOP 1: Begrüßung\nAlle sind da.\n\n"
        "TOP 2: Dach\nBeschluss: Es wird nicht saniert.\nJa: 4   Nein: 11\n\n"
        "TOP 3: Hausgeld\nBeschluss: Es steigt um 12 €.\nJa: 13   Nein: 3\n"
    )
    layout = lay_out(text)
    assert layout.kind != "transcript"
    assert around(layout, text, "Ja: 4").startswith("TOP 2: Dach\n")
    assert "Dach" not in around(layout, text, "Ja: 13")


@pytest.mark.parametrize(
    ("text", "part", "whole"),
    [
        # Exchanges between blank lines.
        (
            "[09:00] Ann: The shop is open. Is the bread here?\n[09:05] Bob: It is.\n"
            "[17:00] Cy: I have closed.\n\n[09:01] Ann: Open again. Who has the key?\n"
            "[09:07] Cy: I have it.\n\n[09:00] Ann: Good morning!\n[16:50] Bob: I leave now.\n"
            "[17:02] Cy: Closed.\n",
            "It is.",
            "[09:00] Ann: The shop is open. Is the bread here?\n[09:05] Bob: It is.\n",
        ),
        (
            "<ann> where is the key?\n<bob> below the mat\n<cy> no, i have it\n\n"
            "<ann> who closes today?\n<cy> me\n\n<ann> is the bread here?\n<bob> yes\n",
            "me",
            "<ann> who closes today?\n<cy> me\n\n",
        ),
        # Those who are asked have numbers.
        (
            "Interviewer: What do you eat?\nRespondent 1: Bread.\nRespondent 2: Rice and beans.\n"
            "Respondent 3: I do not eat in the morning.\nInterviewer: And what do you drink?\n"
            "Respondent 4: Tea.\nRespondent 5: Milk.\n",
            "Tea",
            "Interviewer: And what do you drink?\nRespondent 4: Tea.\n",
        ),
        (
            "An: Hi, are you there?\nMinh: Yes, I am.\nAn: When do we meet?\nMinh: At six.\n"
            "An: Fine, see you.\nMinh: Bye.\n",
            "At six",
            "An: When do we meet?\nMinh: At six.\n",
        ),
    ],
)
def test_chats_that_look_like_fields_or_items_are_chats(text: str, part: str, whole: str) -> None:
    layout = lay_out(text)
    assert layout.kind == "transcript"
    assert around(layout, text, part) == whole


def test_what_stands_below_headings_in_capitals_is_no_play() -> None:
    text = (
        "PART ONE\n\nTEA. It comes from China.\nRUM. It comes from Cuba.\n\n"
        "PART TWO\n\nTEA. It costs 5 euros.\nRUM. It costs 20 euros.\n"
    )
    assert "PART TWO" not in around(lay_out(text), text, "Cuba")


@pytest.mark.parametrize("below", [":+1: 2", "\U0001f44d 2", "2 replies", ":tada: 3\n4 replies"])
def test_what_others_thought_of_it_stays_below_what_was_said(below: str) -> None:
    text = (
        "ana  6:20 PM\nThe boat is booked\n\nrui  6:22 PM\nHow many people fit?\n"
        f"{below}\n\nana  6:23 PM\nEight, but not the dog\n\ntom  6:24 PM\nI bring ice\n{below}\n"
        "\nana  6:25 PM\n38 euros each\n"
    )
    layout = lay_out(text)
    assert layout.kind == "transcript"
    assert around(layout, text, "38 euros") == "ana  6:25 PM\n38 euros each\n"
    assert "Eight" in around(layout, text, "How many")
    assert below in around(layout, text, "How many")


@pytest.mark.parametrize("form", ["{}: {}\n\n", "**{}**: {}\n", "[10:12] {}: {}\n"])
def test_a_yes_or_no_brings_the_question_that_something_was_said_after(form: str) -> None:
    turns = [
        ("Ann", "Has the invoice of Hartmann been paid? We close the books today."),
        ("Bob", "Yes, on 14 May. I have the receipt."),
        ("Ann", "Are there others? Keller called this morning."),
        ("Bob", "Not that I know of."),
    ]
    text = "".join(form.format(*turn) for turn in turns)
    made = pieces(lay_out(text), text)
    assert around(lay_out(text), text, "receipt") == "".join(made[:2])
    assert around(lay_out(text), text, "know of") == "".join(made[2:])


def test_of_a_long_turn_what_was_asked_comes_with_the_answer() -> None:
    long = "We went to see the pier with all of them. " * 6
    turns = [f"Ann: {long}Is it open on Mondays? I ask for a friend.", "Bob: No.", "Ann: Thanks."]
    text = "\n\n".join([*turns, "Bob: You are welcome."])
    made = around(lay_out(text), text, "No.")
    assert made.startswith("Ann: ")
    assert "Is it open on Mondays? I ask for a friend." in made
    assert "We went" not in made


@pytest.mark.parametrize("above", ["", "INT. HARBOUR OFFICE - NIGHT\n\n"])
@pytest.mark.parametrize(
    "names", [("Ann", "Bob Ray"), ("MAUD", "CAPTAIN ROE"), ("Speaker 1", "Dr. Li")]
)
def test_names_above_paragraphs_are_speakers_if_they_come_back(
    above: str, names: tuple[str, str]
) -> None:
    one, other = names
    asked, answered = f"{one}\nHas it been paid?\n\n", f"{other}\nYes, on 14 May.\n\n"
    told = f"{one}\nWe met at the pier.\nIt was late.\n\n"
    turns = [asked, answered, told, f"{other}\nI was not there.\n"]
    text = above + "".join(turns)
    layout = lay_out(text)
    assert layout.kind == "transcript"
    assert around(layout, text, "14 May") == "".join(turns[:2])
    assert around(layout, text, "was late") == turns[2]


@pytest.mark.parametrize(
    "text",
    [
        "Verse 1\nDown by the harbour\n\nChorus\nThe tide came in\n\n"
        "Verse 2\nYou said so\n\nChorus\nThe tide came in\n",
        "Tea\nHot or cold.\n\nBread\nFrom the mill.\n\nFish\nOn Fridays.\n\nTea\nOnce more.\n",
        "Harbour\n\nIt is late.\n\nMill\n\nIt is shut.\n\nHarbour\n\nIt is open.\n",
    ],
)
def test_headings_above_paragraphs_are_no_speakers(text: str) -> None:
    assert lay_out_transcript(text) is None


def test_a_remark_behind_the_time_makes_no_other_head() -> None:
    text = (
        "Ticket 88\n\nAnn Lund, Apr 2, 2025 09:12\nThe export fails.\n\n"
        "Raj Patel, Apr 2, 2025 10:40 (internal note)\nIt is a known bug.\n\n"
        "Raj Patel, Apr 2, 2025 10:44\nHi Ann, which one?\n\nAnn Lund, Apr 3, 2025 08:01\nMarch.\n"
    )
    assert keep(text, "known bug") == (
        "Raj Patel, Apr 2, 2025 10:40 (internal note)\nIt is a known bug.\n\n"
    )


def test_a_later_time_below_what_somebody_says_names_nobody() -> None:
    text = (
        "Ann Lund\n  9:14 AM\nit is down\n\nRaj Patel\n  9:15 AM\nlooking\n9:17\nit is the proxy\n"
        "\nAnn Lund\n  9:18 AM\ngood\n\nRaj Patel\n  9:19 AM\nrolled back now\n"
    )
    turn = "Raj Patel\n  9:15 AM\nlooking\n9:17\nit is the proxy\n\n"
    assert keep(text, "proxy") == turn
    assert keep(text, "rolled") == "Raj Patel\n  9:19 AM\nrolled back now\n"


def test_what_a_program_writes_below_the_last_turn_is_not_said() -> None:
    text = (
        "Ann Lund  0:02\nWe cancelled Lyon?\n\nRaj Patel  0:07\nWe did not. We moved it.\n"
        "\nAnn Lund  0:12\nIt begins on the 20th.\n\nRaj Patel  0:15\nAnd only for members.\n\n{}\n"
    )
    for foot in ("Transcribed by https://otter.example", "Ann Lund stopped transcription"):
        said = text.format(foot)
        assert keep(said, foot) == f"{foot}\n"
        assert keep(said, "members").startswith("Ann Lund  0:12\nIt begins")
        assert keep(said, "members").endswith("And only for members.\n\n")
        assert keep(said, "We moved it") == said[: said.index("Ann Lund  0:12")]


def test_departures_are_no_turns() -> None:
    text = (
        "06:10 F101 Hale\ndaily\n22:40 N1 Brandt\n\nSa\n07:10 F201 Hale\nSo\n09:10 F301 Hale\nno\n"
    )
    assert lay_out(text).kind != "transcript"


def test_what_stands_above_code_speaks_not() -> None:
    part = (
        "It is so.\n\nDo this:\n\n```python\nrun()\n```\n\nInstead of:\n\n```python\nstop()\n"
        "```\n\n"
    )
    text = f"# Paths\n\n## One\n\n{part}## Two\n\n{part}## Three\n\n{part}"
    assert lay_out_transcript(text) is None


def test_minutes_go_on_in_another_section() -> None:
    text = (
        "# Sync\n\n## Notes\n\nBruno: latency is at 120 ms.\nAda: is that p95?\n"
        "Bruno: p99, in fact.\n"
        "Chen: who owns it?\nAda: Bruno does.\n\n## Next\n\nIt is on Friday.\n"
    )
    assert keep(text, "Bruno does") == "Chen: who owns it?\nAda: Bruno does.\n\n"
    assert keep(text, "p99") == "Ada: is that p95?\nBruno: p99, in fact.\n"
    assert keep(text, "Friday") == "## Next\n\nIt is on Friday.\n"


TOOLS = (
    'User: Please tidy up.\nAssistant: <function_calls>\n<invoke name="list_files">\n'
    '<parameter name="path">~/in</parameter>\n</invoke>\n</function_calls>\n<function_results>\n'
    "invoice.pdf\nsetup.exe\ntax.pdf\n</function_results>\nMay I delete one?\n"
    "User: Yes, setup.exe.\nAssistant: <tool_call>\n"
    '{"name": "delete_file", "path": "~/in/setup.exe"}\n</tool_call>\n<tool_response>\n'
    "error: permission denied\n</tool_response>\nIt is still there.\n"
)
SYSTEM = (
    "<system>\nYou tidy up.\n<functions>\n"
    + '<function>{"name": "delete_file", "description": "Ask before."}</function>\n' * 12
    + "</functions>\n</system>\n\n"
)


@pytest.mark.parametrize("above", ["", SYSTEM])
def test_what_a_tool_gave_in_tags_brings_its_call_and_who_made_it(above: str) -> None:
    text = above + TOOLS
    result = around(lay_out(text), text, "permission denied")
    assert result.startswith("Assistant: <tool_call>")
    assert "delete_file" in result
    result = around(lay_out(text), text, "invoice.pdf")
    assert result.startswith("Assistant: <function_calls>")
    assert "list_files" in result
