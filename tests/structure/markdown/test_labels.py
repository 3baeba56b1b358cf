"""What is kept of a text in a prompt says which of several texts it is of."""

from __future__ import annotations

import pytest

from tests.structure.kept import keep, never_alone

ASKED = "Question: Can I work from Spain?\n"
FORMS = [
    "[Chunk {} | source: staff.pdf | page 12]\n",
    "[{}] Title: Staff\nURL: https://staff.example/{}\n",
    "[{}] ",
    "SOURCE [{}]: staff.pdf\n",
    "[doc{}] (Staff, 2024)\n",
    "Document [{}](Title: Staff) ",
    "Excerpt {} of 3\n",
    "Dokument {}: ",
    "Source: staff-{}.pdf\n",
    "**Source:** https://staff.example/{}\n",
    "Chunk ID: {} | file: staff.pdf | score: 0.81\n",
    "[staff.pdf, p. {}]\n",
]


@pytest.mark.parametrize("form", FORMS)
def test_a_text_keeps_its_label(form: str) -> None:
    said = [
        "Staff may work abroad for 20 days if those whom they work for agree to it first, and if "
        "they say where they will be while they are away.\n\nUS staff may not do so.\n\n",
        "Laptops are lent for four years.\n\n",
        "A tunnel is needed abroad.\n\n",
    ]
    labels = [form.format(n, n) for n in (1, 2, 3)]
    text = f"Cite what is below.\n\n{''.join(map(str.__add__, labels, said))}{ASKED}"
    assert keep(text, "US staff").split() == f"{labels[0]}US staff may not do so.".split()
    assert keep(text, "lent") == labels[1] + said[1]
    assert keep(text, "tunnel") == labels[2] + said[2]
    assert keep(text, "from Spain") == ASKED
    assert keep(text, "Cite") == "Cite what is below.\n\n"
    assert never_alone(text, labels[1].splitlines()[0])


def test_labels_right_below_one_another_head_sentences() -> None:
    text = (
        "Document 1 (Title: Towers): The tower was built in 1889. Tickets cost 30 pounds.\n"
        "Document 2 (Title: Bridges): The bridge is closed in May. Boats cost nine pounds.\n"
    )
    assert keep(text, "Boats") == "Document 2 (Title: Bridges): Boats cost nine pounds.\n"


def test_texts_between_rules_keep_where_they_are_from() -> None:
    text = (
        "Context:\n\n---\nSource: staff.pdf\nPage: 12\nStaff may work abroad. US staff need a visa."
        "\n---\n"
        f"Source: lent.md\nPage: 3\nLaptops are lent.\n---\n\n{ASKED}"
    )
    assert keep(text, "US staff") == "Source: staff.pdf\nPage: 12\nUS staff need a visa.\n"
    assert keep(text, "lent.") == "Source: lent.md\nPage: 3\nLaptops are lent.\n"
    assert keep(text, "Spain") == ASKED


def test_what_stands_below_the_last_text_is_of_no_text_more() -> None:
    text = "[1] Ann sells tea.\n\nShe is 40.\n\n[2] Bob sells bread.\n\nHe is 50.\n\nCite them.\n"
    assert keep(text, "50").startswith("[2] ")
    assert keep(text, "Cite") == "Cite them.\n"


@pytest.mark.parametrize(
    "text",
    [
        "[1] A. Lund, Tides, 2017.\n\n[2] B. Ortiz, Boats, 2023.\n\n[3] C. Weiss, Piers, 2020.\n",
        "See source 1: it is good. It is old.\n\nSource 3 says so. Source 4 does not say so.\n",
        "Result 1-0 was fair. It rained.\n\nResult 2-0 was not. It snowed.\n",
    ],
)
def test_references_and_sentences_are_no_labels(text: str) -> None:
    first = text[: text.index("\n\n")]
    assert keep(text, first[:12]) in {f"{first}\n\n", first[: first.find(". ") + 2]}


def test_sources_in_tags_are_whole() -> None:
    first = (
        '<source id="1" title="Staff">\nStaff may go abroad.\n\nUS staff need leave.\n</source>\n\n'
    )
    second = '<source id="2" title="IT">\nA tunnel is needed.\n\nIt is free.\n</source>\n\n'
    text = f"Use them.\n\n{first}{second}{ASKED}"
    assert keep(text, "US staff") == first
    assert keep(text, "tunnel") == second


@pytest.mark.parametrize("address", ["https://{}.example/visit", "{}.example › visit"])
def test_what_was_found_keeps_the_title_of_its_page(address: str) -> None:
    """Search results: a title, where it is, and a part of it; what stands below is of none."""
    pages = ["The tower (2019 guide)", "Boats to the tower", "Stay - the Keeper's House"]
    said = [
        "Open all year.",
        "Boats leave at nine. Tickets cost four pounds.",
        "Beds are 40 pounds.",
    ]
    found = [
        f"{title}\n{address.format(title[:3].lower())}\n{own}\n\n"
        for title, own in zip(pages, said, strict=True)
    ]
    text = f"Results for: tower\n\n{''.join(found)}People also ask\nMay dogs climb it?\n"
    assert keep(text, "Open") == found[0]
    assert keep(text, "Tickets") == found[1].replace("Boats leave at nine. ", "")
    assert "Stay" not in keep(text, "May dogs")


@pytest.mark.parametrize("gap", ["\n", " "])
def test_texts_with_a_label_at_their_end_end_there(gap: str) -> None:
    """As prompts of DeepSeek have what was found on the web."""
    said = ["Fares. Adults pay 40 euros.", "The night line is new. Cabins cost 90 euros."]
    pages = [
        f"[webpage {n} begin]{gap}{own}{gap}[webpage {n} end]\n"
        for n, own in enumerate(said, start=1)
    ]
    text = f"Cite what is below.\n\n{''.join(pages)}\nAnswer in English.\n"
    assert keep(text, "Cabins") == f"[webpage 2 begin]{gap}Cabins cost 90 euros.{gap}"
    assert keep(text, "Adults") == f"[webpage 1 begin]{gap}Adults pay 40 euros.{gap}"
    assert keep(text, "English") == "Answer in English.\n"
