"""HTML as the words it shows: slices of the source, a line a block, heads with what they head."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.structure.pages import is_page, read_page, shown
from specpc.text.joined import JoinedTexts
from tests.structure.kept import fitted, kept, pieces, units
from tests.structure.markup.test_html import BLOCKS, PAGE


def said(text: str) -> str:
    page = read_page(text)
    assert page is not None
    assert all(start < end for start, end in page.slices)
    assert page.slices == sorted(page.slices)
    return "".join(text[start:end] for start, end in page.slices)


def keep_with(text: str, *wanted: str) -> str:
    """What comes out if all units with some words in them are chosen."""
    page, shown = read_page(text), said(text)
    assert page is not None
    found = pieces(page.layout, shown)
    chosen = [unit for unit in units(page.layout) if any(what in found[unit] for what in wanted)]
    assert chosen
    return kept(page.layout, shown, chosen)


def test_words_stand_on_the_lines_of_their_blocks() -> None:
    assert said(PAGE) == (
        "Harbour\nHome<li>Fees\nThe harbour\n"
        "It has two piers. Both are old &amp; long. Ships call on Monday.\n"
        "Fees\nIn euros\nship<th>fee\nAsta<td>12<tr>Vela<td>15\nCode\nmake all\nmake clean\n"
    )


def test_what_is_folded_comes_with_its_summary() -> None:
    text = (
        "<h1>Ferry</h1>\n<details><summary>Refunds</summary>\n<p>Until a day before.</p>\n"
        "<p>Never for groups.</p></details>\n<p>That is all.</p>\n"
    )
    assert keep_with(text, "groups") == "Ferry\nRefunds\nNever for groups.\n"
    assert keep_with(text, "all") == "Ferry\nThat is all.\n"


def test_white_space_of_the_source_keeps_cells_and_wrapped_words_apart() -> None:
    text = """<table>
    <tr>
      <th>trip</th>
      <th>leaves</th>
    </tr>
    <tr>
      <td>The <b>night</b>
          boat</td>
      <td>22:40</td>
    </tr>
    </table>"""
    assert said(text) == "trip leaves\nThe night boat 22:40\n"
    assert said(text.replace("\n", "\r\n")) == "trip leaves\r\nThe night boat 22:40\r\n"


def test_an_empty_cell_stays_or_the_next_would_stand_in_its_column() -> None:
    text = (
        "<table>\n<tr><th></th> <th>May</th> <th>June</th></tr>\n"
        "<tr><td>Asta</td> <td class='none'>&nbsp;</td> <td>12</td></tr>\n"
        "<tr><td>Vela</td> <td colspan=2>closed</td></tr>\n</table>\n"
    )
    assert said(text) == "May June\nAsta<td><td>12\nVela<td colspan=2>closed\n"


def test_rows_bring_header_caption_group_and_headings() -> None:
    text = (
        "<h1>Harbour</h1>\n<h2>Fees</h2>\n<h3>Old</h3>\n<p>None.</p>\n<h2>Times</h2>\n"
        "<table>\n<caption>Summer</caption>\n<tr><th>trip</th> <th>leaves</th></tr>\n"
        "<tr><th colspan=2>Berlin</th></tr>\n<tr><td>7</td> <td>09:30</td></tr>\n"
        "<tr><th colspan=2>Hamburg</th></tr>\n<tr><td>8</td> <td>12:15</td></tr>\n</table>\n"
    )
    assert keep_with(text, "12:15") == "Harbour\nTimes\nSummer\ntrip leaves\nHamburg\n8 12:15\n"
    assert keep_with(text, "09:30") == "Harbour\nTimes\nSummer\ntrip leaves\nBerlin\n7 09:30\n"
    assert keep_with(text, "None") == "Harbour\nFees\nOld\nNone.\n"


def test_a_heading_ends_with_its_box_and_lasts_beyond_one_of_its_own() -> None:
    text = (
        "<div class=head><h2>Plans</h2></div>\n"
        "<div><div><h3>Basic</h3>\n<p>Two berths.</p></div>\n"
        "<div><h3>Pro</h3>\n<p>Ten berths.</p></div></div>\n"
        "<p>All prices include VAT.</p>\n<footer><p>Call us.</p></footer>\n"
    )
    assert keep_with(text, "Ten") == "Plans\nPro\nTen berths.\n"
    assert keep_with(text, "VAT") == "Plans\nAll prices include VAT.\n"
    assert keep_with(text, "Call") == "Call us.\n"


def test_the_main_heading_outlasts_its_box_and_no_other_does() -> None:
    text = (
        "<side-bar><h2>Places</h2>\n<p>Elsewhere.</p></side-bar>\n"
        "<div><h1>Boats<button>Copy</button></h1>\n<span>Source</span></div>\n"
        "<p>One leaves at 9.</p>\n<main><h1>Other</h1>\n<p>Nothing.</p></main>\n<p>Late.</p>\n"
    )
    assert keep_with(text, "leaves") == "Boats\nOne leaves at 9.\n"
    assert keep_with(text, "Elsewhere") == "Places\nElsewhere.\n"
    assert keep_with(text, "Late") == "Boats\nLate.\n"


def test_the_title_heads_a_page_without_a_better_one() -> None:
    head = "<html><head><title>Boats</title></head>\n<body>\n"
    assert keep_with(head + "<p>One leaves at 9.</p>\n", "leaves") == "Boats\nOne leaves at 9.\n"
    with_better = head + "<h1>Night boats</h1>\n<p>One leaves at 9.</p>\n"
    assert keep_with(with_better, "leaves") == "Night boats\nOne leaves at 9.\n"


def test_items_bring_what_leads_to_them() -> None:
    text = (
        "<p>Ask first. We take:</p>\n<ul>\n<li><p>cash</p>\n<ul><li>euros</li>\n"
        "<li>pounds</li></ul></li>\n<li>cards</li>\n</ul>\n<p>Nothing else.</p>\n"
    )
    assert keep_with(text, "pounds") == "We take:\ncash\npounds\n"
    assert keep_with(text, "cards") == "We take:\ncards\n"
    assert keep_with(text, "else") == "Nothing else.\n"


def test_definitions_bring_their_terms() -> None:
    text = "<dl>\n<dt>Berth</dt>\n<dt>Slip</dt>\n<dd>A place.</dd>\n<dt>Pier\n<dd>A wall.</dl>\n"
    assert keep_with(text, "place") == "Berth\nSlip\nA place.\n"
    assert keep_with(text, "wall") == "Pier\nA wall.\n"


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<p>One.</p><p class=x>Two.</p>", "One.<p>Two."),
        ("<p>One.</p> <p>Two.</p>", "One.<p>Two."),
        ("<p>One.</p><script>\n1</script><p>Two.</p>", "One.\nTwo."),
        ("Pier 3<br>Orrisay<br/>\nThe isles", "Pier 3<br>Orrisay\nThe isles"),
        ("un<b>believ</b>able", "unbelievable"),
        ("<a href='/'>Home</a><a href='/fees'>Fees</a>", "Home<a>Fees"),
        ("See <a href='https://x.example/a b'>our list</a>.", "See our list."),
        ("A fare of <s>14</s> 12 euros", "A fare of <s>14</s> 12 euros"),
        ("10<sup>6</sup> boats, H<sub>2</sub>O", "10<sup>6</sup> boats, H2O"),
        ("2019<sup><a href='#1'>1</a></sup>", "2019<sup>1</sup>"),
        ("<label>Name</label><input><button>Send</button>", "Name<button>Send"),
        ("a<img src=x>b <wbr>c<wbr>d", "a<img>b cd"),
        ("Fish &amp; chips&nbsp;here", "Fish &amp; chips&nbsp;here"),
        ("5 < 6 and a <b title='x > y'>b</b>", "5 < 6 and a b"),
        ("<p hidden>No <p>Yes<i aria-hidden=true>x</i><b style='display: none'>n</b>", "Yes"),
        ("<div class='x hidden md:block'>Yes</div>", "Yes"),
        ("<!-- <p>no</p> --><template><p>no</p></template><svg><text>no</text></svg>Yes", "Yes"),
        ("<pre>\n  a\n\n  <b>b</b> c\n</pre>\n<p>d", "  a\n\n  b c\nd"),
    ],
)
def test_nothing_is_glued_lost_or_made_up(inside: str, expected: str) -> None:
    assert said(inside).rstrip(" ") == expected.rstrip(" ")


def test_a_menu_is_only_what_is_asked_for() -> None:
    result = keep_with(PAGE, "Vela")
    assert result == "The harbour\nFees\nIn euros\nship<th>fee\nVela<td>15\n"


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        (PAGE, None, True),
        (PAGE, "page.txt", True),
        (PAGE, "notes.md", False),
        (PAGE, "view.jsx", False),
        ("<p>Only one.</p>", "part.html", True),
        ("<p>Only one.</p>", None, False),
        ("Just words.", "part.html", False),
        ("<rss><item>a</item><item>b</item><item>c</item></rss>", None, False),
    ],
)
def test_what_a_page_is(text: str, name: str | None, expected: bool) -> None:
    assert is_page(text, name) is expected


def test_a_page_that_shows_nothing_stays_as_it_is() -> None:
    source = JoinedTexts.single("<html><script>1</script></html>")
    assert shown(source, len(source.text)) is source


def test_marks_and_a_closing_question_stay_where_they_are() -> None:
    given_text = PAGE.replace("<b>two piers", "<specpc:keep><b>two piers</specpc:keep>")
    source = JoinedTexts.single(given_text + "\n\nWhat is the fee?", marks=True)
    end = source.text.index("What is")
    made = shown(source, end)
    assert made.text.endswith("make clean\nWhat is the fee?")
    [layout] = made.layouts
    assert layout is not None
    assert layout.edges[-1] == made.text.index("What is")
    [unmarked] = made.unmarked
    [(low, high)] = unmarked.marked
    assert made.text[low:high] == "two piers"


class Text(HTMLParser):
    """The words that a browser shows, without white space."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.words, self.hidden = "", 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.hidden += tag in {"script", "style"}

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        self.words += "" if self.hidden else "".join(data.split())

    def handle_entityref(self, name: str) -> None:
        self.words += f"&{name};"


@given(st.lists(BLOCKS, min_size=1, max_size=5).map("\n".join), st.floats(0.05, 0.95))
@settings(deadline=None)
def test_all_words_are_shown_and_what_is_kept_has_its_heads(inside: str, ratio: float) -> None:
    text = f"<html><body>{inside}</body></html>"
    page = read_page(text)
    if page is None:
        assert not Text(text).words
        return
    result = said(text)
    assert Text(result).words == Text(text).words
    found = pieces(page.layout, result)
    assert all(found)
    for unit in units(page.layout):
        assert all(need < unit for need in page.layout.all_needs.get(unit, ()))
    short = fitted(page.layout, result, ratio, 0) or ""
    assert "script" not in short
    assert "style" not in short


@given(st.text(st.sampled_from("<>/pbdivtrh1 =\"'&;!-\né")))
def test_any_text_is_tiled(inside: str) -> None:
    text = "<html>" + inside
    if (page := read_page(text)) is not None:
        pieces(page.layout, said(text))


@pytest.mark.parametrize(
    "part", ["<div>", "<ul><li>x", "<table><tr><td>x", "<!--", "<a b='", "<title>", "<td>", "<b>x"]
)
def test_what_is_never_closed_ends(part: str) -> None:
    page = read_page(part * 3000)
    if page is not None:
        pieces(page.layout, said(part * 3000))
