"""Data, code and prose in one text: each is cut as what it is."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from specpc.structure import lay_out
from specpc.structure.markdown.embedded import lay_out_embedded
from specpc.structure.markdown.regions import find_regions
from specpc.text.layout import Layout, refine
from specpc.text.units import word_bounds
from tests.structure.json.test_values import CONTAINERS, is_part
from tests.structure.kept import around, choices, fitted, keep, kept, never_alone, pieces, units
from tests.structure.programs import PROGRAMS

ROWS = [{"flight": f"HAT{n:03}", "date": "2024-05-28. Late", "price": 50 + n} for n in range(30)]
ANSWER = json.dumps({"user": "ann", "flights": ROWS})
TABLE = "name,fee,since\n" + "".join(f"ship {n},{n},2019-0{n}-01\n" for n in range(1, 9))
LOG = "".join(f"2024-05-01 12:00:0{n} INFO event {n}\n" for n in range(8))
PROSE = "The harbour is old. Stranraer has two piers, and a crane. Ships call on Monday.\n"


def unit_with(layout: Layout, text: str, what: str) -> int:
    return next(n for n in units(layout) if what in pieces(layout, text)[n])


def keep_with(text: str, *what: str, gap: str = "") -> str:
    layout = lay_out(text)
    return kept(layout, text, [unit_with(layout, text, one) for one in what], gap)


@pytest.mark.parametrize("label", ["Observation: ", "[tool] ", "JSON data:\n", "Result =\n\n", ""])
def test_json_after_a_label(label: str) -> None:
    text = f"{PROSE}\n{label}{ANSWER}\n\n{PROSE}"
    result = keep_with(text, "HAT017")
    assert result.startswith(label)
    assert json.loads(result[len(label) :]) == {"flights": [ROWS[17]]}
    assert keep_with(text, "two piers") == "Stranraer has two piers, and a crane. "


def test_two_answers_in_one_text() -> None:
    text = f"First call: {ANSWER}\nSecond call: {json.dumps(ROWS)}.\nThat was all.\n"
    result = keep_with(text, "HAT003")
    assert json.loads(result.partition("First call: ")[2]) == {"flights": ROWS[3:4]}
    layout = lay_out(text)
    last = [n for n in units(layout) if "HAT029" in pieces(layout, text)[n]][-1]
    result = kept(layout, text, [last])
    assert json.loads(result.removeprefix("Second call: ")) == ROWS[29:]


def test_json_lines_in_prose() -> None:
    rows = "".join(json.dumps(row) + "\n" for row in ROWS)
    text = f"{PROSE}\nThe records:\n{rows}\n{PROSE}"
    result = keep_with(text, "HAT003", "HAT009")
    label, *lines = result.splitlines()
    assert label == "The records:"
    assert [json.loads(line) for line in lines] == [ROWS[3], ROWS[9]]


@pytest.mark.parametrize(
    "before", ["", PROSE + "\n", "Table 1: fees\n", f"{PROSE}See these fees:\n"]
)
@pytest.mark.parametrize("after", ["", "\n" + PROSE, PROSE])
def test_a_table_in_prose(before: str, after: str) -> None:
    text = before + TABLE + after
    result = keep_with(text, "ship 7")
    assert result.rstrip().endswith("name,fee,since\nship 7,7,2019-07-01")
    assert PROSE not in result
    if before.endswith(":\n"):
        assert result.startswith(before.splitlines(keepends=True)[-1])


def test_a_log_in_prose() -> None:
    text = f"{PROSE}\nThis is what it said:\n{LOG}\n{PROSE}"
    assert keep_with(text, "event 5") == (
        "This is what it said:\n2024-05-01 12:00:05 INFO event 5\n"
    )
    assert keep_with(text, "event 2", "event 5", gap="[...]") == (
        "This is what it said:\n[...]\n2024-05-01 12:00:02 INFO event 2\n"
        "[...]\n2024-05-01 12:00:05 INFO event 5\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "He paid 4,212 and 36,473 for it.\nCash\n4,212\n36,473\nTotal\n8,113\n",
        "(In millions, except shares)\nDecember 31, 2022\nDecember 31, 2021\n",
        "Roses, red\nViolets, blue\nTulips, yellow\n",
        "See [1] and [2, 3].\nAlso [4]\n",
        "Use {braces} or {this: that}.\n",
        "We met at 10:30 and left at 11:30. It was late.\n" * 4,
    ],
)
def test_prose_with_marks_of_data_is_prose(text: str) -> None:
    assert find_regions(text) == []


def test_what_a_heading_heads_is_data_too() -> None:
    text = f"# Fees\n\n{TABLE}\n# Answer\n\nJSON data:\n{ANSWER}\n\n# Rest\n\n{PROSE}"
    assert keep_with(text, "ship 3").startswith("# Fees\n\nname,fee,since\nship 3")
    result = keep_with(text, "HAT005")
    assert result.startswith("# Answer\n\nJSON data:\n{")
    assert json.loads(result.partition("data:\n")[2]) == {"flights": ROWS[5:6]}


@pytest.mark.parametrize("fence", ["```", "~~~~"])
def test_code_in_a_fence_keeps_its_signature(fence: str) -> None:
    text = f"# Code\n\n{PROSE}\n{fence}python\n{PROGRAMS['python']}{fence}\n\n{PROSE}"
    result = keep_with(text, "self._seen[key] = (moment", gap="[...]")
    assert "class Registry" in result
    assert "def remember(" in result
    assert "def forget(" not in result
    assert result.startswith(f"# Code\n\n[...]\n{fence}python\n")
    assert result.rstrip().endswith(f"\n{fence}")
    assert re.search(r"^ *# \[\.\.\.\]$", result, re.MULTILINE)


def test_json_in_a_fence_stays_json() -> None:
    text = f"# Answer\n\n```json\n{ANSWER}\n```\n"
    body = keep_with(text, "HAT011").removeprefix("# Answer\n\n```json\n").removesuffix("\n```\n")
    assert json.loads(body) == {"flights": ROWS[11:12]}


@pytest.mark.parametrize(
    ("info", "text", "what", "expected"),
    [
        ("csv", TABLE * 1 + TABLE.partition("\n")[2], "ship 4", "name,fee,since\nship 4"),
        ("", TABLE + TABLE.partition("\n")[2], "ship 4", "name,fee,since\nship 4"),
        ("", ANSWER + "\n", "HAT004", '{ "flights": [ {"flight": "HAT004"'),
        ("text", PROSE * 9, "piers", PROSE),
        ("", PROGRAMS["go"], "// Berth is", "// Berth is"),
    ],
)
def test_fences_by_what_is_in_them(info: str, text: str, what: str, expected: str) -> None:
    layout = lay_out_embedded(text, info)
    assert kept(layout, text, [unit_with(layout, text, what)]).startswith(expected)


def chat(said: str) -> str:
    turns = ["Ann: Can you look?", "Bob: At what?", "Ann: At this.", "Bob: I will."]
    return "\n".join([*turns * 9, said, "Ann: Thanks.", *turns * 9, "Bob: Bye.", ""])


def test_a_long_turn_is_cut_like_any_text() -> None:
    code = PROGRAMS["python"]
    text = chat(f"Bob: Here it is.\n```python\n{code}```\nAnn: And the fees?\nBob: {TABLE}")
    layout = lay_out(text)
    assert layout.kind == "transcript"
    result = keep_with(text, "self._seen[key] = (moment")
    assert result.startswith("Bob: ")
    assert "```python\n" in result
    assert result.rstrip().endswith("\n```")
    assert "class Registry" in result


def test_speakers_in_a_fence_are_no_turns() -> None:
    text = chat("Bob: A chat:\n```\nAnn: x\nBob: y\n```\nDone.")
    layout = lay_out(text)
    assert layout.kind == "transcript"
    piece = unit_with(layout, text, "Ann: x")
    assert "Bob: y\n```" in pieces(layout, text)[piece]


def words_of(layout: Layout, text: str) -> Layout:
    """Prose in words, as where there is no question."""
    edges = layout.edges.tolist()
    cut = {
        unit: [edges[unit] + end for end in word_bounds(text[edges[unit] : edges[unit + 1]])[1:-1]]
        for unit in layout.prose
    }
    return refine(layout, cut)


def test_words_are_dropped_in_prose_alone() -> None:
    text = (
        f"# Head\n\n{PROSE}\n```python\n{PROGRAMS['python']}```\n\n{TABLE}\nJSON data:\n{ANSWER}\n"
        "\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n"
    )
    layout = lay_out(text)
    parts = pieces(layout, text)
    assert "".join(parts[unit] for unit in sorted(layout.prose)).strip() == PROSE.strip()
    words = words_of(layout, text)
    crane = pieces(words, text).index(" crane.")
    assert kept(words, text, [crane]).split() == ["#", "Head", "crane."]


def test_words_of_a_turn_keep_the_speaker() -> None:
    text = chat('Bob: {"a": "b c"}')
    layout = lay_out(text)
    told = [pieces(layout, text)[unit] for unit in sorted(layout.prose)]
    assert "Ann: Can you look?\n" in told
    assert 'Bob: {"a": "b c"}\n' not in told
    words = words_of(layout, text)
    look = pieces(words, text).index(" look?")
    assert kept(words, text, [look]) == "Ann: look?"
    assert kept(words, text, units(words)) == text


LABELS = st.sampled_from(["Observation: ", "JSON data:\n", "[tool] ", "Result 1 =\n", "It gave "])


@given(LABELS, CONTAINERS, st.sampled_from([None, 2]), st.floats(0.05, 0.95), st.data())
@settings(deadline=None)
@example("[tool] ", ["a. B"], None, 0.5, None)
def test_any_json_after_a_label_stays_json(
    label: str, value: object, indent: int | None, ratio: float, data: st.DataObject | None
) -> None:
    text = f"Some words. {'And more. ' * 9}\n\n{label}{json.dumps(value, indent=indent)}\n"
    assume("Infinity" not in text)  # "[Infinity]" alone may be a remark; JSON has none
    layout = lay_out(text)
    chosen = units(layout)[-1:] if data is None else data.draw(choices(layout))
    for result in (kept(layout, text, chosen), fitted(layout, text, ratio, 0) or ""):
        rest = result.partition(label.strip())[2]
        assert not rest.strip() or is_part(json.loads(rest), value), result


INSIDE = st.sampled_from(
    ["x = 1", "", "# no head", "```", "~~~", "````", "``` py", "> ```", "- ```",
     "text. More.", "a ``` b. C ~~~ d.", "| a | b |", "</div>", '{"a": 1}', "<!-- -->",
     "    indented"]
)  # fmt: skip


@st.composite
def fences(draw: st.DrawFn) -> str:
    mark = draw(st.sampled_from(["```", "~~~", "````", "~~~~~"]))
    indent = draw(st.sampled_from(["", "", " ", "   "]))
    info = draw(st.sampled_from(["", "py", "json", " text"]))
    lines = draw(st.lists(INSIDE, max_size=5))
    if draw(st.integers(0, 4)) == 0:
        lines *= 30
    closing = draw(st.sampled_from([mark, mark, mark, mark + mark[0], ""]))
    lines = [mark + info, *lines, *([closing] if closing else [])]
    return "".join(f"{indent}{line}\n" for line in lines)


def nested(block: str, prefix: str) -> str:
    first = True
    lines = []
    for line in block.splitlines():
        lines.append((prefix if first or prefix.strip() == ">" else " " * len(prefix)) + line)
        first = False
    return "\n".join(lines) + "\n"


@st.composite
def markdown(draw: st.DrawFn) -> str:
    """Markdown with fences anywhere: in lists, in quotes, in other fences, unclosed."""
    blocks = []
    for _ in range(draw(st.integers(1, 6))):
        block = draw(
            fences() | INSIDE.map("{}\n".format)
            | st.sampled_from(["# Head\n", "Text. More text.\n", "- item\n\n", "<div>\n",
                               PROSE * 12, TABLE, LOG + "\n", f"Answer: {ANSWER}\n",
                               "| a | b |\n|---|---|\n| 1 | 2 |\n| ``` | 4 |\n", "Under\n=====\n"])
        )  # fmt: skip
        for _ in range(draw(st.integers(0, 2))):
            block = nested(block, draw(st.sampled_from(["> ", "- ", "1. ", ">"])))
        blocks.append(block + draw(st.sampled_from(["", "\n", "\n"])))
    return "".join(blocks)


def open_fences(text: str) -> int:
    """Fences that nothing closes but the end of the text, or of what they stand in."""
    lines = text.split("\n")
    count = 0
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "fence":
            assert token.map is not None
            last = re.sub(r"^[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)*", "", lines[token.map[1] - 1])
            closed = token.map[1] - token.map[0] > 1 and re.fullmatch(
                re.escape(token.markup[0]) + f"{{{len(token.markup)},}}[ \t]*", last
            )
            count += not closed
    return count


# Two things are not drawn that can open a fence of a list item, with what stood between cut away:
# a closing fence indented unlike its opening, and indented code that looks like a fence
# (docs/structure.md, What is not known).
@given(markdown(), st.floats(0.05, 0.95), st.data())
@settings(deadline=None, max_examples=300, derandomize=True)
def test_no_fence_is_left_open(text: str, ratio: float, data: st.DataObject) -> None:
    if not text.strip():
        return
    layout = lay_out(text)
    before = open_fences(text)
    results = [kept(layout, text, data.draw(choices(layout)), "[...]"),
               fitted(layout, text, ratio, 0) or ""]  # fmt: skip
    for result in results:
        assert open_fences(result) <= before, result


@given(markdown())
@settings(deadline=None)
def test_any_markdown_is_tiled(text: str) -> None:
    if text.strip():
        layout = lay_out(text)
        pieces(layout, text)
        assert layout.units.any()
        assert all(a < b for a, b in pairwise(layout.edges.tolist()))


def test_json_in_a_line_of_something_else_is_a_part_of_that() -> None:
    told = "We looked at what the kiosk said, and found what follows here.\n\n" * 9
    log = "".join(
        f'2024-05-04 10:11:1{n} sold {{"to": "Velmar", "night": true, "fare": 7{n}, "pier": 4}}\n'
        for n in range(6)
    )
    text = f"{told}{log}\nThat is all there is."
    made = around(lay_out(text), text, '"fare": 74')
    assert made == log.splitlines(keepends=True)[4]


def test_a_row_without_its_first_cell_comes_with_the_row_that_has_it() -> None:
    text = """\
Moves by berth:

| Berth | Month | Moves |
|---|---|---:|
| 1 | May | 40 |
|   | June | 31 |
|   | July | 12 |
| 2 | May | 7 |
|   | **Total** | 90 |
"""
    layout = lay_out(text)
    head = "Moves by berth:\n\n| Berth | Month | Moves |\n|---|---|---:|\n"
    assert around(layout, text, "July") == f"{head}| 1 | May | 40 |\n|   | July | 12 |\n"
    assert around(layout, text, "| 7 |") == f"{head}| 2 | May | 7 |\n"
    assert around(layout, text, "Total") == f"{head}|   | **Total** | 90 |\n"


METRICS = """\
# HELP ferry_pool_in_use Connections in use. Must stay below 90.
# TYPE ferry_pool_in_use gauge
ferry_pool_in_use 81
# HELP http_requests_total The total number of HTTP requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027
http_requests_total{method="post",code="400"} 3
"""
SSHD = """\
# This is the server system-wide configuration file. See
# sshd_config(5) for more information.

# Never raise this above 90:
# the server refuses connections
#
# beyond that
MaxSessions 80
# no default banner path
AcceptEnv LANG LC_*
"""


def test_a_remark_of_several_lines_is_one() -> None:
    for own in (METRICS, METRICS.replace("\n", "\r\n")):
        said = around(lay_out(own), own, "ferry_pool_in_use 81")
        assert "Must stay below 90" in said
        assert "gauge" in said
        assert "http" not in said
    said = around(lay_out(SSHD), SSHD, "MaxSessions")
    assert said == SSHD[SSHD.index("# Never") : SSHD.index("# no default")]
    # One that heads nothing stands by itself, whole.
    assert SSHD[: SSHD.index("# Never")] in [pieces(lay_out(SSHD), SSHD)[0]]
    assert 0 in units(lay_out(SSHD))


def test_headings_of_other_levels_or_after_a_blank_line_are_no_remark() -> None:
    text = "# Fees\n## Night fees\nThey are 310.\n\n## Day fees\n\n## Refunds\nThey take 14 days.\n"
    layout = lay_out(text)
    assert around(layout, text, "310") == "# Fees\n## Night fees\nThey are 310.\n\n"
    assert around(layout, text, "14 days") == "# Fees\n## Refunds\nThey take 14 days.\n"


def test_a_short_fence_that_no_budget_holds_is_cut() -> None:
    settings = "[database]\npool = 20\ntimeout = 5\n\n[payment]\nprovider = 'acme'\ntimeout = 45\n"
    text = f"Write this into `app.toml`:\n\n```toml\n{settings}```\n\nThen restart it.\n"
    layout = lay_out(text)
    [fence] = [unit for unit in units(layout) if "pool" in pieces(layout, text)[unit]]
    assert settings in pieces(layout, text)[fence]
    inside = layout.finer[fence](settings)
    assert around(inside, settings, "timeout = 45") == "[payment]\ntimeout = 45\n"


def test_a_question_that_is_opened_by_a_click_is_one_piece_with_its_answer() -> None:
    asked = "<details>\n<summary>May I take my car?</summary>\n\nNo.\n\n</details>\n\n"
    other = "<details>\n<summary>How it was measured</summary>\n\nBy hand. Twice.\n\n</details>\n"
    text = f"# Help\n\n{asked}{other}"
    assert asked in pieces(lay_out(text), text)
    assert "Twice" not in around(lay_out(text), text, "By hand")
    long = asked.replace("No.", "No. " + "The deck is locked at sea, and nobody may be there. " * 9)
    made = around(lay_out(long), long, "locked at sea")
    assert "May I take my car?</summary>" in made
    assert made.rstrip().endswith("</details>")


@pytest.mark.parametrize(
    ("opens", "other", "closes"),
    [
        ("{% if late %}\n", "{% else %}\n", "{% endif %}\n"),
        ("{%- if late -%}\n", "{%- elif lost -%}\n", "{%- endif -%}\n"),
        ("{{#if late}}\n", "{{else}}\n", "{{/if}}\n"),
    ],
)
def test_what_a_template_says_otherwise_is_not_said_of_its_condition(
    opens: str, other: str, closes: str
) -> None:
    late, way = "It is late. We are sorry.\n", "It is on its way. It comes soon.\n"
    inner = "{% if paid %}\nThanks.\n{% else %}\nPlease pay.\n{% endif %}\n"
    text = f"Dear Ann,\n\n{opens}{late}{other}{way}{inner}{closes}\nGoodbye. Do not reply.\n"
    layout = lay_out(text)
    assert other + "It is on its way. " in around(layout, text, "on its way")
    assert other not in around(layout, text, "We are sorry")
    assert never_alone(text, other.strip())


CHAT = """\
{%- for message in messages %}
    {%- if message.role == "user" %}
        {{- "<|user|>" + message.content }}
        {%- if message.images %}
            {{- "<image>" * message.images | length }}
        {%- endif %}
    {%- elif message.role == "assistant" %}
        {{- "<|assistant|>" + message.content }}
        {% if message.end %}{{ eos }}{% endif %}
        {%- for call in message.calls %}
            {{- call | tojson }}
        {%- endfor %}
    {%- endif %}
{%- endfor %}
"""
MAIL = """\
{{#each orders}}
Order {{no}} of {{customer}}:
    {{#if paid}}
    Thank you. It was paid.
        {{#unless sent}}
        It is sent today.
        {{/unless}}
    {{else}}
    Please pay by Monday.
    {{/if}}
{{/each}}
"""


@pytest.mark.parametrize(
    ("text", "part", "lines"),
    [
        (CHAT, "<image>", [0, 1, 3, 4, 5, 12, 13]),
        (CHAT, "<|user|>", [0, 1, 2, 12, 13]),
        (CHAT, "tojson", [0, 1, 6, 9, 10, 11, 12, 13]),
        (MAIL, "sent today", [0, 2, 4, 5, 6, 9, 10]),
        (MAIL, "by Monday", [0, 2, 7, 8, 9, 10]),
        (MAIL, "customer", [0, 1, 10]),
    ],
)
def test_of_indented_conditions_all_that_are_kept_are_closed(
    text: str, part: str, lines: list[int]
) -> None:
    own = text.splitlines(keepends=True)
    assert keep(text, part) == "".join(own[n] for n in lines)


def test_blocks_of_a_forum_are_closed() -> None:
    text = (
        "No, it does not. Only bikes.\n[list]\n[*]bikes: 4 euros\n[*]dogs: free\n[/list]\n"
        "[code]\nbook --night\n[/code]\nSee you there.\n"
    )
    assert around(lay_out(text), text, "bikes: 4") == "[list]\n[*]bikes: 4 euros\n[/list]\n"
    assert around(lay_out(text), text, "--night") == "[code]\nbook --night\n[/code]\n"


def test_what_is_enclosed_in_an_item_comes_with_it() -> None:
    text = (
        "1. Install it.\n\n   <details>\n   <summary>On Windows?</summary>\n\n   Not supported.\n\n"
        "   </details>\n\n2. Start it.\n\n   :::note\n   Never as root. It fails.\n   :::\n\n"
        "   Then wait. It is slow.\n"
    )
    layout = lay_out(text)
    assert around(layout, text, "Not supported").startswith("1. Install it.\n\n   <details>\n")
    assert around(layout, text, "Never as root").startswith("2. Start it.\n\n   :::note\n")
    assert around(layout, text, "Then wait").startswith("2. Start it.\n\n")
