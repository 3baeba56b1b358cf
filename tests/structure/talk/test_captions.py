from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.structure import lay_out
from tests.structure.heads import assert_under_heads, read, results
from tests.structure.kept import keep, kept, pieces

HEADS = (r"\d+$|intro|NOTE|STYLE|(\d+:)?\d+:\d\d",)
SBV = "0:00:01.000,0:00:02.000\nOne\n\n0:00:03.000,0:00:04.500\nTwo\nmore\n\n"
VIDEO = "0:00\nwelcome\n0:04\nclose the valve\nand wait\n1:00:12\nthat is it\n"


@pytest.mark.parametrize("text", [read("cues.srt"), read("remarks.vtt"), SBV, VIDEO])
def test_captions_are_whole(text: str) -> None:
    assert lay_out(text).kind == "captions"
    assert_under_heads(text, HEADS)
    assert_under_heads(text.replace("\n", "\r\n").rstrip(), HEADS)


def test_a_caption_has_its_number_and_times() -> None:
    text = read("cues.srt")
    made = pieces(lay_out(text), text)
    assert len(made) == 7
    assert made[3] == "4\n00:00:16,000 --> 00:00:19,000\nIt runs at five thirty in the morning.\n\n"


def test_without_blank_lines_numbers_go_with_what_follows() -> None:
    text = read("cues.srt").replace("\n\n", "\n")
    made = pieces(lay_out(text), text)
    assert [piece[0] for piece in made] == list("1234567")


def test_webvtt_keeps_its_header_and_takes_remarks() -> None:
    text = read("remarks.vtt")
    layout = lay_out(text)
    cut = kept(layout, text, {2, 5}, "[...]")
    assert cut.startswith("WEBVTT - Garden workshop\n")
    assert "\n\nNOTE [...]\n\n3\n00:12.000" in cut


def _srt(*said: str) -> list[str]:
    return [
        f"{n}\n00:00:{n:02},000 --> 00:00:{n + 1:02},000\n{one}\n\n"
        for n, one in enumerate(said, 1)
    ]


def test_captions_that_share_a_sentence_are_one() -> None:
    cues = _srt(
        "Ann: It will not happen this week,", "Ann: because the backup", "Ann: has failed.",
        "Bob: We wait.", "Ann: Which one is it,", "Ann: the weekly?", "Bob: the daily.", "Bob: Oh.",
    )  # fmt: skip
    text = "".join(cues)
    assert pieces(lay_out(text), text) == [
        "".join(cues[:3]), cues[3], "".join(cues[4:7]), cues[7],
    ]  # fmt: skip
    # Nothing tells where sentences end.
    plain = "".join(_srt("it will not happen", "this week because", "the backup has", "failed"))
    assert len(pieces(lay_out(plain), plain)) == 4


def test_voices_of_webvtt_tell_who_goes_on() -> None:
    start = "00:00:0{}.000 --> 00:00:0{}.000\n<v {}>{}</v>\n\n"
    said = [
        ("Ann", "Not yet, at the end"),
        ("Ann", "of May."),
        ("Bob", "so late."),
        ("Ann", "Yes."),
    ]
    cues = [start.format(n, n + 1, *one) for n, one in enumerate(said)]
    text = "WEBVTT\n\n" + "".join(cues)
    assert pieces(lay_out(text), text)[1:] == [cues[0] + cues[1], cues[2], cues[3]]


def test_captions_are_found_in_other_text() -> None:
    text = f"This is what she says:\n\n{read('cues.srt')}"
    assert_under_heads(text, HEADS)


def test_times_of_a_day_are_no_captions() -> None:
    text = "10:15\nfirst boat\n11:15\nsecond boat\n12:15\nthird boat\n"
    assert lay_out("Boats leave at these times.\n" + text).kind != "captions"


CUES = st.lists(
    st.text("ab1:>- \n.", min_size=1, max_size=40).filter(str.strip), min_size=2, max_size=8
)


@given(CUES, st.data())
@settings(deadline=None, max_examples=40)
def test_any_captions_come_out_as_captions(said: list[str], data: st.DataObject) -> None:
    cues = []
    for number, one in enumerate(said):
        lines = [line for line in one.split("\n") if line.strip()]
        times = f"00:00:0{number},000 --> 00:00:0{number + 1},000"
        cues.append("\n".join((str(number), times, *lines)) + "\n\n")
    text = "".join(cues)
    for result in results(text, data):
        for block in filter(str.strip, result.split("\n\n")):
            first, times, *_ = block.strip("\n").split("\n")
            assert cues[int(first)].startswith(f"{first}\n{times}\n")


def test_who_speaks_goes_on_without_a_name() -> None:
    said = ["Ann: They asked for the plan", "and I sent it on Friday.", "Raj: Good.", "Ann: It is."]
    text = "WEBVTT\n\n" + "".join(
        f"{n}\n00:00:0{n}.000 --> 00:00:0{n}.900\n{one}\n\n" for n, one in enumerate(said)
    )
    assert "Ann: They asked" in keep(text, "on Friday")
    assert "Raj" not in keep(text, "on Friday")
