"""XML stays well-formed with what tells an element from its like; prompts in tags likewise."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.text.layout import expand
from tests.structure.kept import choices, fitted, kept, pieces, units
from tests.structure.markdown.test_prose import keep, never_alone

TRIPS = '<?xml version="1.0"?>\n<timetable>\n' + "".join(
    f'  <trip no="F{100 + n}">\n    <to>{("Harlow", "Venn")[n % 2]}</to>\n'
    f"    <leaves>{6 + n:02}:30</leaves>\n  </trip>\n"
    for n in range(8)
) + "</timetable>\n"  # fmt: skip
DOCUMENTS = """<documents>
<document index="1">
<source>november.md</source>
<document_content>
The repainting of the ferry was postponed to spring. The ramp needs new hinges.
</document_content>
</document>
<document index="2">
<source>march.md</source>
<document_content>
The old ramp was sold. The repainting was given to Dahl & Sons.
</document_content>
</document>
</documents>
"""
POM = """<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <groupId>example.ferry</groupId>
  <artifactId>timetable</artifactId>
  <version>1.4.2</version>
  <!-- what we need -->
  <dependencies>
    <dependency>
      <groupId>org.postgresql</groupId>
      <artifactId>postgresql</artifactId>
      <version>42.7.1</version>
    </dependency>
    <!-- only for tests -->
    <dependency>
      <groupId>org.junit.jupiter</groupId>
      <artifactId>junit-jupiter</artifactId>
      <version>5.10.1</version>
      <scope>test</scope>
    </dependency>
  </dependencies>
</project>
"""
FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Harbour news</title>
<item><title>Crane sold</title><guid>1</guid><description><![CDATA[<p>The crane was sold to Venn. \
The price was 40,000 &amp; a boat.</p><p>It leaves in May. Nobody is sad about that.</p>]]>\
</description></item>
<item><title>Ramp repaired</title><guid>2</guid><description>The ramp was repaired by Dahl &amp; \
Sons. It cost 12,000 &lt;euros&gt;. Nobody was hurt, and the traffic went on as before for the \
whole week, as the harbour master had promised. He was pleased with how it went. He said so in the \
evening, to all who had come to the pub. The pub was full, &quot;fuller than ever&quot;.\
 They sang until it was late.\
</description></item>
<item><title>Night boat late</title><guid>3</guid><description>By 20 minutes.</description></item>
</channel></rss>"""
REPORT = """<testsuites tests="3" failures="1">
  <testsuite name="fares" tests="2">
    <testcase classname="fares.night" name="test_child" time="0.01"/>
    <testcase classname="fares.night" name="test_night" time="0.05">
      <failure message="assert 12 == 14">def test_night():
&gt;       assert fare("night") == 14
E       assert 12 == 14
tests/test_night.py:14: AssertionError</failure>
    </testcase>
  </testsuite>
  <testsuite name="trips" tests="1">
    <testcase classname="trips.plan" name="test_full" time="0.01"/>
  </testsuite>
</testsuites>
"""
STRINGS = """<?xml version="1.0" encoding="utf-8"?>
<resources>
    <string name="app_name">Ferry</string>
    <string name="help">Tap a trip. Then tap <b>Buy</b>. Then pay.</string>
    <plurals name="trips">
        <item quantity="one">%d trip</item>
        <item quantity="other">%d trips</item>
    </plurals>
</resources>
"""
PLIST = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/List-1.0.dtd">
<plist version="1.0">
<dict>
	<key>CFBundleName</key>
	<string>Ferry</string>
	<key>UIDevices</key>
	<array>
		<integer>1</integer>
		<integer>2</integer>
	</array>
	<key>NSCamera</key>
	<string>The camera reads the codes of tickets.</string>
</dict>
</plist>
"""
TEI = """<TEI xmlns="http://www.tei-c.org/ns/1.0"><text><body>
<div n="1"><head>The crane</head><p>It stood <hi rend="it">alone</hi> at the pier. \
Nobody knew why.</p><p>Then it was sold. A man from Venn came.</p></div>
<div n="2"><head>The ramp</head><p>It was closed in May.</p></div>
</body></text></TEI>
"""
SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>Fares</title>
<g id="a"><path d="M0 0 L9 9"/><text x="1" y="2">12 euros</text></g>
<g id="b"><path d="M0 9 L9 0"/><text x="1" y="4">14 euros</text></g></svg>"""
EVENTS = "<events>\r\n" + "".join(
    f'<event time="12:0{n}" level="INFO"><msg>Boat {n} left. It was late.</msg></event>\r\n'
    for n in range(9)
) + "</events>\r\n"  # fmt: skip
ALL = [TRIPS, POM, FEED, REPORT, STRINGS, PLIST, TEI, SVG, EVENTS]


@pytest.mark.parametrize("text", ALL)
def test_it_is_known_as_xml(text: str) -> None:
    assert lay_out(text).kind == "xml"


def test_a_record_is_whole_between_the_tags_around_it() -> None:
    assert keep(TRIPS, "09:30") == (
        '<?xml version="1.0"?>\n<timetable>\n  <trip no="F103">\n    <to>Venn</to>\n'
        "    <leaves>09:30</leaves>\n  </trip>\n</timetable>\n"
    )
    assert "<artifactId>postgresql</artifactId>" in keep(POM, "42.7.1")
    assert "<artifactId>timetable</artifactId>" in keep(POM, "42.7.1")
    assert "<key>NSCamera</key>\n\t<string>" in keep(PLIST, "camera reads")
    assert "UIDevices" not in keep(PLIST, "camera reads")
    assert '<testsuite name="fares" tests="2">' in keep(REPORT, "assert 12 == 14")


def test_a_comment_stays_with_what_it_is_about() -> None:
    assert "<!-- only for tests -->\n    <dependency>" in keep(POM, "5.10.1")
    assert "only for tests" not in keep(POM, "42.7.1")


def test_long_text_is_cut_into_sentences() -> None:
    result = keep(FEED, "12,000")
    assert "<title>Ramp repaired</title><guid>2</guid>" in result
    assert "It cost 12,000 &lt;euros&gt;. " in result
    assert "Nobody was hurt" not in result


@pytest.mark.parametrize("text", ALL)
@pytest.mark.parametrize("ratio", [0.1, 0.3, 0.5, 0.8])
def test_what_comes_out_is_well_formed(text: str, ratio: float) -> None:
    layout = lay_out(text)
    for seed in range(4):
        result = fitted(layout, text, ratio, seed)
        if result is not None:
            ElementTree.fromstring(result)
    for unit in units(layout):
        root = ElementTree.fromstring(kept(layout, text, [unit], "[...]"))
        assert root.tag == ElementTree.fromstring(text).tag


def test_documents_bring_their_source() -> None:
    layout = lay_out(DOCUMENTS)
    said = pieces(layout, DOCUMENTS)
    whole = next(n for n in units(layout) if "Dahl" in said[n])
    fine = expand(layout, {whole: layout.finer[whole](said[whole])})
    inner = pieces(fine, DOCUMENTS)
    unit = next(n for n in units(fine) if "Dahl" in inner[n])
    assert " ".join(kept(fine, DOCUMENTS, [unit]).split()) == (
        '<documents> <document index="2"> <source>march.md</source> The repainting was given to '
        "Dahl & Sons. </document> </documents>"
    )


PROMPT = (
    """You help the ferry company. Answer from the context alone. Say so if it is not there.

<instructions>
1. Quote the document you use.
2. Never make up times:
   - say "unknown" if there is none
   - do not guess
</instructions>

<context>
<doc id="a" title="Timetable">
The night boat leaves at 22:40. On Sundays it leaves at 21:10, if List<String> is not empty.
</doc>
<doc id="b" title="Fares">
A ticket costs 12 euros. Children travel free. Bicycles cost 3 euros, if there is room for them.

| car | fare |
|-----|------|
| small | 20 |
| large | 35 |

```
fare <car>
```

It has been so since 1998, and nobody has ever thought of changing it. """
    + ("It may change next year. " * 10)
    + """
</doc>
</context>

<example>
<question>Do dogs pay?</question>
<answer>Unknown.</answer>
</example>
<example>
<question>What does a child pay?</question>
<answer>Nothing (Fares).</answer>
</example>

Question: When does the night boat leave?
"""
)


def test_tags_in_a_prompt_are_closed() -> None:
    assert keep(PROMPT, "do not guess") == (
        "<instructions>\n2. Never make up times:\n   - do not guess\n</instructions>\n\n"
    )
    assert keep(PROMPT, "21:10").startswith('<context>\n<doc id="a" title="Timetable">\n')
    assert keep(PROMPT, "| large") == (
        '<context>\n<doc id="b" title="Fares">\n| car | fare |\n|-----|------|\n| large | 35 |\n\n'
        "</doc>\n</context>\n\n"
    )
    assert keep(PROMPT, "child pay") == (
        "<example>\n<question>What does a child pay?</question>\n"
        "<answer>Nothing (Fares).</answer>\n</example>\n\n"
    )
    assert keep(PROMPT, "Say so") == "Say so if it is not there.\n\n"


@pytest.mark.parametrize(
    "text",
    [
        "Use a <b>bold</b> word. Or List<String> in code.\n\nIt is so <strong>here</strong>.\n",
        "<T> is a type.\n\n<K, V> are two. They are not tags.\n",
        "a < b and b > c. Nothing else.\n",
        "```xml\n<doc>\nOne. Two.\n</doc>\n```\n",
        "Text.\n\n```\n<doc>\n```\n\nMore. Text.\n\n</doc>\n",
    ],
)
def test_what_are_no_tags(text: str) -> None:
    assert lay_out(text).kind in ("sentence", "markdown")
    assert not any(
        piece.strip() == "<doc>" and number in lay_out(text).supports
        for number, piece in enumerate(pieces(lay_out(text), text))
    )


def test_html_is_no_xml() -> None:
    assert lay_out('<?xml version="1.0"?>\n<html><body><p>A. B.</p></body></html>').kind == "html"
    assert lay_out("<div>\n<p>One.</p>\n<p>Two.</p>\n<p>Three.</p>\n</div>\n").kind == "html"
    assert never_alone(TRIPS, "<timetable>")


NAMES = st.sampled_from(["a", "item", "title", "ns:b", "key", "dict", "text"])
TEXT = st.sampled_from(
    ["x", "One. Two. Three things are here.", "a &amp; b &lt; c. And more of it.", "", "\n  ",
     "<![CDATA[a < b. c ]] > d. And so on it goes.]]>", "<!-- a comment -->", "<?pi x?>",
     "# A\n\n- b"]
)  # fmt: skip


@st.composite
def trees(draw: st.DrawFn, depth: int = 0) -> str:
    name = draw(NAMES)
    attributes = draw(st.sampled_from(["", ' id="1"', " t='a > b'"]))
    if draw(st.integers(0, 5)) == 0:
        return f"<{name}{attributes}/>"
    line = draw(st.sampled_from(["", "\n", "\r\n", "\n  "]))
    count = 0 if depth > 3 else draw(st.integers(0, 4))
    inside = [
        line + (draw(trees(depth + 1)) if draw(st.booleans()) else draw(TEXT)) for _ in range(count)
    ]
    return f"<{name}{attributes}>{''.join(inside) or draw(TEXT)}{line}</{name}>"


@given(trees(), st.sampled_from(["", '<?xml version="1.0"?>\n']), st.floats(0.05, 0.95), st.data())
@settings(deadline=None, max_examples=300)
def test_any_tree_stays_well_formed(
    tree: str, prolog: str, ratio: float, data: st.DataObject
) -> None:
    text = f'{prolog}<root xmlns:ns="n">{tree}{tree}</root>'
    layout = lay_out(text, "tree.xml")
    assert layout.kind == "xml"
    results = [kept(layout, text, data.draw(choices(layout)), "[...]"),
               fitted(layout, text, ratio, 0) or ""]  # fmt: skip
    for result in results:
        if result:
            root = ElementTree.fromstring(result)
            assert root.tag == "root"
            tags = {re.sub(r"\{.*\}", "", element.tag) for element in root.iter()}
            assert tags <= {"root", "a", "item", "title", "b", "key", "dict", "text"}


FILES = """\
<files>
<file path="src/cart.py">
MAX = 50


def total(items):
    \"\"\"Sum of the prices.\"\"\"
    rate = 1.19
    return sum(item.price for item in items) * rate


def add(items, item):
    if len(items) >= MAX:
        raise ValueError("full")
    items.append(item)
</file>
<file path="data/rates.csv">
country,rate,since,note
CH,8.1,2024-01-01,"was 7.7, raised"
DE,19,2007-01-01,"was 16, raised"
FR,20,2014-01-01,"was 19.6, raised"
</file>
</files>
"""
SOURCES = """\
<documents>
<document index="1">
<source>src/cart.py</source>
<document_content>
MAX = 50


def total(items):
    \"\"\"Sum of the prices of all that is in the cart, with the tax of a country.\"\"\"
    rate = 1.19
    return sum(item.price for item in items) * rate


def add(items, item):
    \"\"\"Adds an item, of which the cart may hold fifty at most, whatever each of them costs.\"\"\"
    if len(items) >= MAX:
        raise ValueError("full")
    items.append(item)
</document_content>
</document>
<document index="2">
<source>notes.md</source>
<document_content>
We ship on Monday.
</document_content>
</document>
</documents>
"""


@pytest.mark.parametrize("text", [FILES, SOURCES])
def test_the_text_of_a_file_in_a_tag_is_read_as_what_its_name_says(text: str) -> None:
    result = keep(text, "* rate")
    assert "cart.py" in result
    assert "def total(items):\n" in result
    assert "raise" not in result
    assert "notes.md" not in result


def test_rows_of_a_file_in_a_tag_come_with_their_header() -> None:
    result = keep(FILES, "DE,19")
    assert "country,rate" in result
    assert "CH," not in result
