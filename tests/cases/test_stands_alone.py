"""What is kept of small texts of many kinds stands on its own: real draft, real questions.

The inputs are made up, after situations that people report of tools like this.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
import tomllib
import yaml

from specpc import Document
from specpc.options import Turns

if TYPE_CHECKING:
    from specpc import Compressor

INPUTS = Path(__file__).parent / "inputs"
NO_ANSWER = "Is the weather fine?"


def source(name: str) -> str:
    return (INPUTS / name).read_bytes().decode()


@pytest.fixture
def kept(compressor: Compressor) -> Any:
    def compress(name: str, question: str, ratio: float, keep: str = "") -> str:
        patterns = [keep] if keep else []
        text = source(name)
        return compressor.compress(text, question, ratio=ratio, keep=patterns, name=name).text

    return compress


def stanzas(text: str) -> list[str]:
    return [stanza.strip() for stanza in re.split(r"\n\s*\n", text) if stanza.strip()]


def test_a_long_string_in_json_is_cut_like_a_text(kept: Any) -> None:
    made = json.loads(kept("a_envelope.json", "When does the night boat leave Orrisay?", 0.5))
    assert made["content"][0]["type"] == "text"
    assert "It leaves Orrisay at 22:40." in made["content"][0]["text"]


def test_a_long_string_in_a_tools_message_is_cut_like_a_text(compressor: Compressor) -> None:
    request = json.loads(source("a_messages.json"))
    turns = Turns(min_tokens=50, requery=True)
    made = compressor.compress_messages(request["messages"], ratio=0.5, turns=turns)
    found = made.request if isinstance(made.request, list) else made.request["messages"]
    [answer] = [json.loads(m["content"]) for m in found if m["role"] == "tool"]
    assert "It leaves Orrisay at 22:40." in answer["content"]


def test_records_are_whole_or_say_whose_they_are(kept: Any) -> None:
    question = "Which trip is cancelled, and when does it leave?"
    trips = json.loads(kept("b_records.json", question, 0.4))["trips"]
    assert all("no" in trip for trip in trips)
    [cancelled] = [trip for trip in trips if trip.get("status") == "cancelled"]
    assert cancelled["no"] == "F102"
    assert cancelled["leaves"] == "12:15"


def test_the_last_error_of_a_trace_is_whole(kept: Any) -> None:
    made = kept("c_trace.txt", "Which error was raised in the end?", 0.35)
    assert source("c_trace.txt").strip().splitlines()[-1] in made


def test_sentences_do_not_end_inside_addresses_and_names(kept: Any) -> None:
    made = kept("c_prose.txt", "Where is the report?", 0.45)
    assert "https://ferry.example/report?Day=1 and is made at night." in made
    assert set(made.split()) <= set(source("c_prose.txt").split())


def test_images_are_whole_or_gone(kept: Any) -> None:
    made = kept("c_image.md", "Where does the frog live?", 0.5)
    assert "It lives in the pond" in made
    assert made.count("!") == len(re.findall(r"!\[[^]]*\]\([^)]*\)", made))


def test_cards_are_whole(kept: Any) -> None:
    made = kept("d_cards.vcf", "What is the phone number of Lars Brandt?", 0.4)
    cards = re.findall(r"BEGIN:VCARD\n.*?END:VCARD\n", source("d_cards.vcf"), re.DOTALL)
    assert cards[2] in made
    assert made.replace(cards[2], "").strip() in {"", *(card.strip() for card in cards)}


def test_captions_are_whole(kept: Any) -> None:
    made = kept("d_cues.srt", "When does the timer water the tomatoes?", 0.3, "five thirty")
    assert "It runs at five thirty" in made
    assert set(stanzas(made)) <= set(stanzas(source("d_cues.srt")))


def test_chat_lines_keep_their_speaker(kept: Any) -> None:
    made = kept("d_discord.txt", "How much does each pay?", 0.3)
    assert "[14-Jun-25 18:24] ana\n38 euros each" in made
    assert set(stanzas(made)) <= set(stanzas(source("d_discord.txt")))


def test_commits_keep_their_author(kept: Any) -> None:
    made = kept("d_gitlog.txt", NO_ANSWER, 0.3, "Raise the pool")
    assert "Author: Jo Pask" in made
    commits = re.split(r"(?=^commit )", source("d_gitlog.txt"), flags=re.MULTILINE)
    left = [part for part in re.split(r"(?=^commit )", made, flags=re.MULTILINE) if part]
    assert {part.strip() for part in left} <= {part.strip() for part in commits}


def test_settings_keep_their_section(kept: Any) -> None:
    made = tomllib.loads(kept("e_app.toml", "What is the timeout of the payment provider?", 0.3))
    assert made["payment"]["timeout"] == 45
    whole = tomllib.loads(source("e_app.toml"))
    assert all(whole[section].items() >= lines.items() for section, lines in made.items())


def test_yaml_keeps_the_keys_above(kept: Any) -> None:
    made = yaml.safe_load(kept("e_pod.yaml", "How much memory may Cassandra use at most?", 0.3))
    [first, *_] = made["spec"]["containers"]
    assert first["resources"]["limits"]["memory"] == "2Gi"


def test_a_change_keeps_its_file_and_hunk(kept: Any) -> None:
    made = kept("f_change.patch", "What is the fare?", 0.3, "starttls")
    before = made[: made.index("starttls")]
    assert before.rindex("+++ b/mail.py") > before.rfind("+++ b/fares.py")
    assert before.index("@@ -3,6 +3,7 @@") > before.index("--- a/mail.py")


def test_a_clause_keeps_what_it_hangs_on(kept: Any) -> None:
    made = kept("g_clause.txt", NO_ANSWER, 0.3, "court demands")
    before = made[: made.index("(b) a court demands it")]
    assert "6.1 Each party keeps secret what it learns, except where:" in before
    for item in re.findall(r"\(\w\) [^\n]*", made):
        lead = source("g_clause.txt")[: source("g_clause.txt").index(item)]
        assert re.findall(r"^\d\.\d .*$", lead, re.MULTILINE)[-1] in made


def test_items_below_items_keep_them(kept: Any) -> None:
    made = kept("g_nested.md", "How many bookings were lost?", 0.35)
    assert "2. 07:05 the database was restarted\n" in made[: made.index("212 bookings")]
    assert "3. 09:20" in made or "entered again" not in made


def test_questions_and_answers_stay_together(kept: Any) -> None:
    made = kept("g_faq.md", "Can I take my car on the night boat?", 0.4)
    assert "**Can I take my car on the night boat?**\n\nNo." in made
    blocks = stanzas(source("g_faq.md"))
    for question, answer in zip(blocks[1::2], blocks[2::2], strict=True):
        assert (question in made) == (f"{question}\n\n{answer}" in made)


def test_what_opens_is_closed(kept: Any) -> None:
    made = kept("h_math.md", "Does the night fare grow with the distance?", 0.35, "Refunds")
    assert "Refunds were left out." in made
    assert made.count("<details>") == made.count("</details>") == 1
    assert "$$" not in made or "$$\nf(d) = a + b d\n$$" in made
    refunds = made.index("Refunds")
    assert made.index("<details>") < refunds < made.index("</details>")


def test_elements_keep_whose_they_are(kept: Any) -> None:
    made = ET.fromstring(kept("h_trips.xml", "Which trip leaves at 09:30?", 0.3))
    times = {trip.get("no"): trip.findtext("leaves") for trip in made.findall("trip")}
    assert times["F103"] == "09:30"


def test_tagged_documents_keep_their_source(kept: Any) -> None:
    question = "Who repaints the ferry, and which document says so?"
    made = ET.fromstring(kept("h_docs.txt", question, 0.4).replace("&", "&amp;"))
    assert len(made) > 0
    for document in made:
        name = document.findtext("source")
        assert name in {"november.md", "march.md"}
        said = source("h_docs.txt").split(name)[1].split("</document>")[0]
        told = "".join(document.itertext())
        [sentence] = re.findall(r"[A-Z][^.]*(?:ferry|Dahl)[^.]*\.", told)
        assert sentence in said


def test_rows_of_columns_keep_their_header(kept: Any) -> None:
    header, *rows = source("i_pods.txt").splitlines()
    lines = kept("i_pods.txt", "Which pod keeps crashing?", 0.32).splitlines()
    assert lines == [header, rows[1]]
    # Both together take .31; a budget that cannot hold them holds the row that answers.
    assert kept("i_pods.txt", "Which pod keeps crashing?", 0.25).splitlines() == [rows[1]]


def test_nothing_is_said_twice(compressor: Compressor) -> None:
    lines = map(json.loads, source("j_overlap.jsonl").splitlines())
    documents = [Document(line["id"], line["text"]) for line in lines]
    question = "How was the crack sealed and what did it cost?"
    made = compressor.compress_documents(documents, question, ratio=0.4).text
    assert made.count("The crack was sealed with resin in June.") == 1
    assert made.count("The work cost 86,000 euros.") == 1


def test_the_answer_is_kept_of_a_sentence_that_does_not_fit(kept: Any) -> None:
    made = kept("l_one.txt", "When does the night boat leave Orrisay?", 0.5)
    assert "22:40" in made
    assert "Orrisay" in made


def test_a_heading_alone_is_nothing(compressor: Compressor) -> None:
    lines = map(json.loads, source("m_together.jsonl").splitlines())
    documents = [Document(line["id"], line["text"]) for line in lines]
    question = "When may the Client terminate?"
    made = compressor.compress_documents(documents, question, target_tokens=62)
    assert "The Client may terminate at once" in made.text
    assert made.dropped == ("town.txt",)


def test_a_byte_order_mark_changes_nothing(kept: Any) -> None:
    made = kept("n_bom.json", "Which id has three?", 0.5)
    assert {"id": 3, "v": "three"} in json.loads(made)["a"]


def test_plain_text_with_wide_margins_is_prose(kept: Any) -> None:
    made = kept("q_filing.txt", "Who are the auditors?", 0.4, "cannot be estimated")
    begin = source("q_filing.txt").index("The Company believes")
    end = source("q_filing.txt").index("estimated.") + len("estimated.")
    assert source("q_filing.txt")[begin:end] in made


def test_the_head_of_a_mail_is_kept(kept: Any) -> None:
    made = kept("q_shop.eml", "Where can skis be rented?", 0.45, "Thursday between")
    for line in source("q_shop.eml").splitlines()[2:6]:
        assert line in made
    assert "DKIM" not in made.upper()
