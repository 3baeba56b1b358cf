"""HTML: whatever is kept has its tags, and no script comes before text."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.structure.markup.html import is_html, lay_out_html
from tests.structure.kept import around, choices, fitted, kept, pieces, units

PAGE = """<!DOCTYPE html>
<html><head><title>Harbour</title><style>p { color: red }</style>
<script>if (a < b) { alert("<p>no</p>") }</script></head>
<body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/fees">Fees</a></li></ul></nav>
<h1>The harbour</h1>
<p>It has <b>two piers. Both</b> are old &amp; long. Ships call on Monday.</p>
<!-- a remark -->
<h2>Fees</h2>
<div class="wide">
<table><caption>In euros</caption>
<thead><tr><th>ship</th><th>fee</th></tr></thead>
<tbody><tr><td>Asta</td><td>12</td></tr><tr><td>Vela</td><td>15</td></tr></tbody>
</table>
</div>
<h2>Code</h2>
<pre><code>make all
make clean
</code></pre>
</body></html>
"""


def keep_with(text: str, what: str) -> str:
    layout = lay_out(text)
    assert layout.kind == "html"
    unit = next(n for n in units(layout) if what in pieces(layout, text)[n])
    return kept(layout, text, [unit]).replace("\n", "")


def test_a_row_keeps_header_caption_and_heading() -> None:
    result = keep_with(PAGE, "Vela")
    assert result == (
        "<html><body><h1>The harbour</h1><h2>Fees</h2>"
        '<div class="wide"><table><caption>In euros</caption>'
        "<thead><tr><th>ship</th><th>fee</th></tr></thead>"
        "<tbody><tr><td>Vela</td><td>15</td></tr></tbody></table></div></body></html>"
    )


def test_a_sentence_keeps_its_tags() -> None:
    result = keep_with(PAGE, "on Monday")
    assert "<h1>The harbour</h1>" in result
    assert "<p> Ships call on Monday.</p>" in result
    assert "two piers" not in result


def test_no_cut_parts_inline_tags() -> None:
    layout = lay_out(PAGE)
    found = next(p for p in pieces(layout, PAGE) if "piers" in p)
    assert found == "It has <b>two piers. Both</b> are old &amp; long. "


def test_lines_of_preformatted_text() -> None:
    result = keep_with(PAGE, "clean")
    assert "<pre><code>make clean</code></pre>" in result
    assert "<h2>Code</h2>" in result


def test_scripts_styles_and_remarks_are_never_kept() -> None:
    layout = lay_out(PAGE)
    result = kept(layout, PAGE, units(layout))
    for gone in ("alert", "color", "a remark"):
        assert gone not in result
    for stays in ("Home", "Harbour", "Fees", "piers", "Asta", "make all", "In euros"):
        assert stays in result


def test_what_may_be_cut_into_words_has_no_tags() -> None:
    layout = lay_out(PAGE)
    told = [pieces(layout, PAGE)[n] for n in layout.prose]
    assert "Ships call on Monday." in told
    assert all("<" not in one for one in told)


VOID = {"br", "img", "hr", "meta", "link", "input"}


class Balance(HTMLParser):
    """Whether all tags are closed, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.sound = True
        self.feed(text)
        self.close()
        self.sound = self.sound and not self.open

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.sound = self.sound and bool(self.open) and self.open.pop() == tag


TEXTS = st.sampled_from(
    ["A word. Two words.", "Fee: 3.5", "&lt;b&gt;", "", " ", "字。é。", "x &lt; y", "line\nline"]
)
INLINE = st.recursive(
    TEXTS,
    lambda inner: st.lists(
        inner
        | st.builds("<b>{}</b>".format, inner)
        | st.builds('<a href="x">{}</a>'.format, inner)
        | st.just("<img src=x>")
        | st.just("<!-- no -->")
        | st.just("<script>1 < 2</script>"),
        max_size=4,
    ).map(" ".join),
    max_leaves=6,
)
ROWS = st.lists(st.builds("<tr><td>{}</td><td>{}</td></tr>".format, INLINE, TEXTS), max_size=4)
BLOCKS = st.recursive(
    st.builds("<p>{}</p>".format, INLINE)
    | st.builds("<h2>{}</h2>\n".format, INLINE)
    | st.builds("<pre><code>{}</code></pre>".format, TEXTS)
    | st.builds("<table><tr><th>a</th></tr>\n{}</table>".format, ROWS.map("\n".join))
    | st.builds("<style>{}</style>".format, TEXTS)
    | INLINE,
    lambda inner: st.builds(
        "<{0}>{1}</{0}>".format,
        st.sampled_from(["div", "section", "ul", "article", "my-box"]),
        st.lists(inner | st.builds("<li>{}</li>\n".format, inner), max_size=4).map("".join),
    ),
    max_leaves=12,
)


@given(st.lists(BLOCKS, min_size=1, max_size=5).map("\n".join), st.floats(0.05, 0.95), st.data())
@settings(deadline=None)
def test_any_page_stays_well_formed(inside: str, ratio: float, data: st.DataObject) -> None:
    text = f"<html><body>{inside}</body></html>"
    assert Balance(text).sound
    layout = lay_out_html(text)
    if layout is None:
        return
    pieces(layout, text)
    for result in (
        kept(layout, text, data.draw(choices(layout))),
        fitted(layout, text, ratio, 0) or "",
    ):
        assert Balance(result).sound, result
        assert "script" not in result
        assert "style" not in result


@given(st.text(st.sampled_from("<>/pbdivtrh1 =\"'&;!-\né")))
def test_any_text_is_tiled(inside: str) -> None:
    text = "<html>" + inside
    layout = lay_out_html(text)
    if layout is not None:
        pieces(layout, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PAGE, True),
        ("<?xml version='1.0'?>\n<!-- x --><html xmlns='y'><body/></html>", True),
        ("<div><p>a</p><p>b</p></div>\n", True),
        ("", False),
        ("<p>Only one.</p>", False),
        ("See <b>this</b>, <p>, </p></p></p>.", False),
        ("<rss><item>a</item><item>b</item><item>c</item></rss>", False),
        ("# Page\n\n<div>\n<p>a</p><p>b</p>\n</div>\n", False),
    ],
)
def test_is_html(text: str, expected: bool) -> None:
    assert is_html(text) is expected


def test_unclosed_tags_and_deep_nesting() -> None:
    text = "<html><body><p>One.<p>Two.<ul><li>a<li>b</ul>" + "<div>" * 3000 + "Deep." + "</p>"
    layout = lay_out_html(text)
    assert layout is not None
    parts = pieces(layout, text)
    assert any(parts[unit] == "Two." for unit in units(layout))


@pytest.mark.parametrize("tag", ["b", "br", "td", "my-box", "p", "table"])
def test_deep_nesting_ends(tag: str) -> None:
    text = "<html>" + f"<{tag}>x" * 3000
    layout = lay_out_html(text)
    assert layout is not None
    pieces(layout, text)


def test_sections_of_a_table_in_one_another_end() -> None:
    row = "<tr><td>Asta</td><td>12</td></tr>"
    for count in (2, 1000):
        text = f"<table>{'<tbody>' * count}{row}{'</tbody>' * count}</table><p>It left.</p>"
        layout = lay_out_html(text)
        assert layout is not None
        assert any("Asta" in pieces(layout, text)[unit] for unit in units(layout))


QUESTIONS = """\
<main><h1>Fees</h1><p>Without VAT.</p>
<h2>Questions</h2>
<dl><dt>Is water included?</dt><dd>No. It costs NOK 40 a tonne.</dd>
<dt>Who pays for waiting?</dt><dd>The vessel, unless the berth was not ready.</dd></dl>
<h3>Power</h3>
<ul><li>Shore power: <ul><li>berth 1: 400 V</li><li>berth 2: none</li></ul></li>
<li>Waste</li></ul>
<p>These pay nothing:</p><ul><li>tugs</li><li>pilots</li></ul>
<p>A list follows. It is short.</p><ul><li>tankers</li></ul>
<h2>Old fees</h2>
<details><summary>Until May</summary><p>NOK 5,900 a day.</p></details></main>
"""


@pytest.mark.parametrize(
    ("part", "heads", "others"),
    [
        ("40 a tonne", ("Fees", "Questions", "Is water"), ("waiting", "Power", "VAT")),
        ("The vessel", ("Fees", "Questions", "Who pays"), ("water",)),
        ("berth 2", ("Fees", "Questions", "Power", "Shore power"), ("berth 1", "Waste")),
        ("tugs", ("Power", "These pay nothing"), ("pilots", "Waste")),
        ("tankers", ("Power",), ("A list", "short")),
        ("5,900", ("Fees", "Old fees", "Until May"), ("Questions",)),
    ],
)
def test_what_heads_or_leads_to_something_comes_with_it(
    part: str, heads: tuple[str, ...], others: tuple[str, ...]
) -> None:
    result = keep_with(QUESTIONS, part)
    assert all(head in result for head in heads)
    assert not any(other in result for other in others)


def test_a_tag_in_preformatted_text_is_not_parted() -> None:
    text = "<html><body><p></p>\n<pre><code></code></pre>\n<div></div>\n</body></html>"
    layout = lay_out_html(text)
    assert layout is not None
    assert "<code></code>" in pieces(layout, text)
    for budget in range(2, 20):
        assert Balance(fitted(layout, text, budget / 20, 0) or "").sound


def test_a_question_that_is_a_heading_is_one_piece_with_a_short_answer() -> None:
    car = "<h3>May I take my car?</h3>\n<p>No.</p>\n"
    food, open_ = "<dt>Is there food?</dt><dd>A bar.</dd>", "<dt>Is it open?</dt><dd>No.</dd>"
    long = "<p>Under six, yes. " + "Older ones pay half, and so do students. " * 12 + "</p>"
    text = (
        f"<html><body><h1>FAQ</h1>\n{car}<h3>Are children free?</h3>\n{long}\n"
        f"<h3>More</h3><dl>{food}{open_}</dl></body></html>\n"
    )
    layout = lay_out(text)
    own = pieces(layout, text)
    assert {car, food, open_} <= {own[unit] for unit in units(layout)}
    assert "Are children free?" in around(layout, text, "Older ones")
    assert "More" in around(layout, text, "A bar")
    for seed in range(20):  # a budget that holds no whole one cuts them
        for ratio in (0.1, 0.3, 0.6):
            made = fitted(layout, text, ratio, seed, whole=True)
            assert made is None or made.count("<p>") == made.count("</p>")
