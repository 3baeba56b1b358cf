"""The HTML page in a real browser: what it shows is what Python says, and nothing leaves it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from specpc import Compressor
from specpc.output.page import make_page
from specpc.output.picture import Part, Picture, paint
from tests.output.browser import contrasts, requests, set_size, set_theme, start_browser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome

HOSTILE = (
    "</script><script>document.title = 'broken'</script> closes. <!-- <script> opens. "
    "<img src='https://example.org/a.png' onerror=\"document.title = 'broken'\"> loads. "
    "@@picture@@ and @@policy@@ are slots. \u2028 parts lines, \\u003c stays, \0 and \x1b too.\r\n"
    "]]> \\ ' \" ` ${document.title = 'broken'} ends; {{braces}} &amp; &lt; \U0001f600.\r\n\r\n"
)
PLAIN = "".join(f"Sentence {i} says that topic {i % 7} is dull. \n" for i in range(30))
TEXT = PLAIN + HOSTILE + PLAIN.replace("topic", "matter")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    browser = start_browser(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.quit()


@pytest.fixture(scope="module")
def picture(tiny: Compressor) -> Picture:
    marks = ["topic 3 is", "</script><script>document.title = 'broken'</script>"]
    return paint(tiny.score(TEXT, "What of </script><b>topic 3</b>?"), 0.33, marks)


@pytest.fixture
def path(picture: Picture, tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_bytes(make_page(picture, "<b>doc</b> & co.md", 0.33))
    return path


@pytest.fixture
def page(browser: Chrome, path: Path) -> Chrome:
    set_theme(browser, "light")
    set_size(browser, 1200, 800)
    requests(browser)
    browser.get_log("browser")
    browser.get(path.as_uri())
    return browser


def run(browser: Chrome, script: str, *args: object) -> Any:
    return browser.execute_script(script, *args)  # type: ignore[no-untyped-call]


KEPT = "return [...document.querySelectorAll('.part:not(.cut)')].map(e => e.textContent).join('')"
FOCUSED = "return document.activeElement.id || document.activeElement.textContent"
# Whether the unit of that name is on the screen, and neither bar is over it.
IN_SIGHT = """
const unit = document.getElementById(arguments[0]).getBoundingClientRect();
const low = document.getElementById("controls").getBoundingClientRect().bottom;
const high = innerHeight - document.querySelector(".details").offsetHeight;
return unit.top >= low && unit.bottom <= high;
"""


def click(browser: Chrome, name: str) -> None:
    browser.find_element("id", name).click()


def told(browser: Chrome, name: str) -> str:
    return str(run(browser, "return document.getElementById(arguments[0]).textContent", name))


def passages(picture: Picture, at: int) -> list[int]:
    """Numbers of the pieces where something kept begins, white space aside."""
    said = [
        (number, any(part.kept[at] for part in piece.parts if part_text(picture, part).strip()))
        for number, piece in enumerate(picture.pieces)
        if picture.text[piece.start : piece.end].strip()
    ]
    before = [False, *(kept for _, kept in said)]
    return [number for (number, kept), was in zip(said, before, strict=False) if kept > was]


def part_text(picture: Picture, part: Part) -> str:
    return picture.text[part.start : part.end]


def press(browser: Chrome, *keys: str) -> None:
    from selenium.webdriver import ActionChains

    for key in keys:
        ActionChains(browser).send_keys(key).perform()


def test_the_slider_shows_what_compress_keeps(page: Chrome, picture: Picture) -> None:
    from selenium.webdriver.common.keys import Keys

    assert run(page, "return document.getElementById('text').textContent") == TEXT
    assert run(page, KEPT) == picture.results[picture.ratios.index(0.33)].text
    run(page, "document.getElementById('slider').focus()")
    press(page, Keys.HOME)
    for result, ratio in zip(picture.results, picture.ratios, strict=True):
        assert run(page, KEPT) == result.text
        value = run(page, "return document.getElementById('slider').getAttribute('aria-valuetext')")
        assert value.startswith(f"{100 * ratio:g}%: {result.compressed_tokens:,} of ")
        assert value.split(": ")[1] == run(
            page, "return document.getElementById('counts').innerText"
        )
        press(page, Keys.ARROW_RIGHT)


def test_what_is_cut_looks_different_and_can_be_hidden(page: Chrome, picture: Picture) -> None:
    from selenium.webdriver.common.by import By

    colour = "return getComputedStyle(document.querySelector(arguments[0])).color"
    assert run(page, colour, ".part.cut") != run(page, colour, ".part:not(.cut)")
    page.find_element(By.ID, "hide").click()
    shown = run(page, "return document.getElementById('text').innerText")
    kept_text = picture.results[picture.ratios.index(0.33)].text
    assert "".join(shown.split()) == "".join(kept_text.split())


def test_hostile_text_is_inert_and_nothing_is_loaded(page: Chrome) -> None:
    assert page.title == "<b>doc</b> & co.md: what specpc keeps"
    assert run(page, "return document.querySelectorAll('script, img, b, link, iframe').length") == 2
    run(page, "document.querySelectorAll('.unit').forEach(unit => unit.click())")
    assert [url for url in requests(page) if not url.startswith("file://")] == []
    assert len([*page.get_log("browser")]) == 0  # no error, and nothing the policy had to stop
    assert page.title == "<b>doc</b> & co.md: what specpc keeps"


def test_the_policy_stops_scripts_styles_and_requests(page: Chrome) -> None:
    run(
        page,
        """const script = document.createElement("script");
        script.textContent = "document.title = 'broken'";
        document.body.append(script);
        document.body.insertAdjacentHTML("beforeend", "<p id=styled style='color: red'>x</p>");
        document.body.insertAdjacentHTML("beforeend", "<img src='data:image/gif;base64,R0lGOD'>");
        """,
    )
    assert page.title != "broken"
    assert "style-src" in " ".join(entry["message"] for entry in page.get_log("browser"))
    blocked = "return fetch('https://example.org/').then(() => 'sent', error => error.name)"
    assert run(page, blocked) == "TypeError"
    assert all(url.startswith(("file://", "data:")) for url in requests(page))


def test_the_keyboard_reaches_everything(page: Chrome, picture: Picture) -> None:
    from selenium.webdriver.common.keys import Keys

    first = passages(picture, picture.ratios.index(0.33))[0]
    stops = []
    for _ in range(7 + 6):
        press(page, Keys.TAB)
        stops.append(run(page, FOCUSED))
    assert stops[:6] == ["theme", "slider", "previous", "next", "hide", "show"]
    # After the links to the marked places, one stop for the whole text: at what is kept.
    assert f"unit-{first}" in stops
    run(page, f"document.getElementById('unit-{first}').focus()")
    press(page, Keys.HOME)
    press(page, Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    assert run(page, FOCUSED) == "unit-2"
    piece = picture.pieces[2]
    assert f"score {piece.score:.4g}, rank {piece.rank} of {picture.units}" in told(page, "details")
    described = "return document.activeElement.getAttribute('aria-describedby')"
    assert run(page, described) == "details"
    press(page, Keys.END)
    assert run(page, FOCUSED) == f"unit-{len(picture.pieces) - 1}"
    press(page, Keys.ARROW_DOWN, Keys.HOME, Keys.ARROW_UP)
    assert run(page, FOCUSED) == "unit-0"
    assert len(run(page, "return [...document.querySelectorAll('#text [tabindex]')]")) == 1


def test_pointing_tells_score_and_rank(page: Chrome, picture: Picture) -> None:
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.by import By

    best = next(n for n, piece in enumerate(picture.pieces) if piece.rank == 1)
    unit = page.find_element(By.ID, f"unit-{best}")
    run(page, "arguments[0].scrollIntoView({block: 'center'})", unit)
    ActionChains(page).move_to_element(unit).perform()
    assert told(page, "details").startswith(
        f"Kept at 33%: score {picture.pieces[best].score:.4g}, rank 1 of "
    )


def test_cut_units_are_deletions_to_a_screen_reader(page: Chrome, picture: Picture) -> None:
    at = picture.ratios.index(0.33)
    roles = run(page, "return [...document.querySelectorAll('.unit')].map(u => u.role)")
    expected = [None if piece.kept[at] else "deletion" for piece in picture.pieces]
    assert roles == expected
    headings = run(page, "return [...document.querySelectorAll('h1, h2')].map(h => h.textContent)")
    assert headings == ["<b>doc</b> & co.md", "Colours", "Marked", "Text", "Result"]
    label = run(page, "return document.getElementById('slider').labels[0].textContent")
    assert label == "Ratio kept"


def test_marks_tell_where_they_are_kept(page: Chrome, picture: Picture) -> None:
    from selenium.webdriver.common.by import By

    section = page.find_element(By.ID, "marks")
    lines = [item.text for item in section.find_elements(By.TAG_NAME, "li")]
    at = picture.ratios.index(0.33)
    assert len(lines) == len(picture.places)
    for line, place in zip(lines, picture.places, strict=True):
        assert line.startswith("kept" if place.kept[at] else "cut")
        safe = picture.safe_from(place.kept)
        when = "cut even at 95%" if safe is None else f"kept at {100 * picture.ratios[safe]:g}% and"
        assert when in line
    section.find_elements(By.TAG_NAME, "a")[-1].click()
    assert run(page, "return document.activeElement.id") == f"unit-{picture.places[-1].piece}"
    marked = run(page, "return [...document.querySelectorAll('.marked')].map(e => e.textContent)")
    assert "topic 3 is" in marked


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("toggled", [False, True])
def test_contrast_is_sufficient_in_both_themes(page: Chrome, theme: str, toggled: bool) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    set_theme(page, theme)
    other = {"light": "dark", "dark": "light"}
    does = f"Switch to the {other[theme]} theme"
    WebDriverWait(page, 5).until(lambda _: told(page, "theme") == does)
    if toggled:
        click(page, "theme")
        theme = other[theme]
        assert told(page, "theme") == f"Switch to the {other[theme]} theme"
    ground = run(page, "return getComputedStyle(document.body).backgroundColor")
    assert (max(map(int, re.findall(r"\d+", ground))) < 64) == (theme == "dark")
    click(page, "show")
    click(page, "next")
    found = contrasts(page)
    assert len(found) > 80
    assert min(found)[0] >= 4.5, min(found)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_focus_shows_on_every_ground(page: Chrome, theme: str) -> None:
    from selenium.webdriver.common.keys import Keys

    set_theme(page, theme)
    click(page, "show")
    ring = """
    const {outlineStyle, outlineWidth, outlineColor} = getComputedStyle(document.activeElement);
    return [outlineStyle, parseFloat(outlineWidth), outlineColor, document.activeElement.id];
    """
    colours = set()
    for _ in range(20):
        press(page, Keys.TAB)
        style, width, colour, name = run(page, ring)
        if name:  # not the page as a whole
            assert style in {"solid", "double"}, name
            assert width >= 2, name
            colours.add(colour)
    [colour] = colours
    found = contrasts(page, colour)  # which stands beside what it is put around
    assert min(found)[0] >= 3, min(found)


def test_a_narrow_page_does_not_scroll_sideways(page: Chrome) -> None:
    set_size(page, 320, 640)
    widths = "return [document.documentElement.scrollWidth, innerWidth]"
    content, window = run(page, widths)
    assert content <= window
    click(page, "more")
    click(page, "show")
    content, window = run(page, widths)
    assert content <= window


def test_a_small_screen_has_room_for_the_text(browser: Chrome, path: Path) -> None:
    set_size(browser, 360, 640)
    browser.get(path.as_uri())
    bars = "return ['.bar', '.details'].map(e => document.querySelector(e).offsetHeight)"
    above, below = run(browser, bars)
    assert above + below < 0.2 * 640
    click(browser, "next")
    above, below = run(browser, bars)
    assert below > 0
    assert above + below < 0.25 * 640


def test_the_page_opens_at_what_is_kept_and_goes_on_from_there(
    tiny: Compressor, browser: Chrome, tmp_path: Path
) -> None:
    from selenium.webdriver.common.keys import Keys

    text = "".join(f"Sentence {i} says that topic {i % 7} is dull. \n" for i in range(300))
    picture = paint(tiny.score(text + "It is blue.\n" + text, "Which topic is blue?"), 0.1)
    path = tmp_path / "far.html"
    path.write_bytes(make_page(picture, "far.txt", 0.1))
    set_size(browser, 1200, 800)
    browser.get(path.as_uri())
    starts = [f"unit-{number}" for number in passages(picture, picture.ratios.index(0.1))]
    assert len(starts) > 3
    assert run(browser, IN_SIGHT, starts[0])
    assert run(browser, FOCUSED) != starts[0]  # nothing takes the focus unasked
    for at in (1, 2):
        click(browser, "next")
        assert run(browser, IN_SIGHT, starts[at])
        assert run(browser, FOCUSED) == "next"
        assert told(browser, "said").startswith(f"Passage {at + 1} of {len(starts)}. Sentence ")
        assert told(browser, "details").startswith(
            f"Passage {at + 1} of {len(starts)}. Kept at 10%"
        )
    browser.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": 5, "y": 5})
    run(browser, "document.activeElement.blur()")
    keys = (Keys.ALT, Keys.ARROW_DOWN), (Keys.ALT, Keys.ARROW_UP), (Keys.ALT, Keys.ARROW_UP)
    for chord, at in zip(keys, (3, 2, 1), strict=True):
        chorded(browser, *chord)
        assert run(browser, FOCUSED) == starts[at]
        assert run(browser, IN_SIGHT, starts[at])
        assert told(browser, "details").startswith(f"Passage {at + 1} of ")
    click(browser, "previous")
    click(browser, "previous")  # from the first round to the last
    assert run(browser, IN_SIGHT, starts[-1])
    run(browser, "scrollTo(0, 0)")  # what is on the screen counts, not what was long ago
    click(browser, "next")
    assert run(browser, IN_SIGHT, starts[0])
    titles = "return ['next', 'previous'].map(e => document.getElementById(e).title)"
    assert all("Alt and the arrow" in title for title in run(browser, titles))


def chorded(browser: Chrome, held: str, key: str) -> None:
    from selenium.webdriver import ActionChains

    ActionChains(browser).key_down(held).send_keys(key).key_up(held).perform()


def test_the_result_is_what_compress_prints(page: Chrome, picture: Picture) -> None:
    from selenium.webdriver.common.keys import Keys

    text = "return document.getElementById('joined').value"
    assert not page.find_element("id", "joined").is_displayed()
    click(page, "show")
    assert told(page, "show") == "Hide the result"
    left, right = (page.find_element("id", name).rect for name in ("source", "result"))
    assert left["x"] + left["width"] <= right["x"]
    run(page, "navigator.clipboard.writeText = async text => { window.copied = text; }")
    run(page, "document.getElementById('slider').focus()")
    press(page, Keys.HOME)
    for result in picture.results:
        # A text field has one kind of line break; what is copied, those of the text.
        assert run(page, text) == result.text.replace("\r\n", "\n")
        run(page, "document.getElementById('copy').click()")
        assert run(page, "return window.copied") == result.text
        press(page, Keys.ARROW_RIGHT)
    assert told(page, "copy") == "Copied"
    run(page, "navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'))")
    run(
        page, "document.addEventListener('copy', () => { window.copied = String(getSelection()); })"
    )
    click(page, "copy")
    assert run(page, "return window.copied") == run(page, text)
    set_size(page, 360, 640)
    assert page.find_element("id", "joined").is_displayed()
    assert not page.find_element("id", "text").is_displayed()
    chorded(page, Keys.ALT, Keys.ARROW_DOWN)  # to the text, which comes back for it
    assert page.find_element("id", "text").is_displayed()


def test_the_link_holds_the_ratio(browser: Chrome, path: Path, picture: Picture) -> None:
    from selenium.webdriver.common.keys import Keys

    browser.get("about:blank")
    browser.get(f"{path.as_uri()}#ratio=0.61")  # not one of the page's: the nearest is
    assert told(browser, "ratio") == "60%"
    assert run(browser, KEPT) == picture.results[picture.ratios.index(0.6)].text
    run(browser, "document.getElementById('slider').focus()")
    press(browser, Keys.ARROW_RIGHT)
    assert browser.current_url.endswith("#ratio=0.65")
    assert run(browser, FOCUSED) == "slider"
    run(browser, "location.hash = 'ratio=0.2'")
    assert told(browser, "ratio") == "20%"
    for wrong in ("ratio=", "ratio=<b>", "ratio=-1", "x"):
        browser.get("about:blank")
        browser.get(f"{path.as_uri()}#{wrong}")
        assert told(browser, "ratio") == "33%"


HEADED = "# Ships\n\n" + "".join(
    f"## Ship {i}\n\nThe ship {i} is old and slow. It carries {i} tons of salt.\n\n"
    for i in range(9)
)
CODE = "import os\n\n\n" + "".join(f"def fee_{i}(n):\n    return {i} * n\n\n\n" for i in range(9))


@pytest.mark.parametrize(
    ("text", "name", "fixed"),
    [
        (HEADED, "ships.md", False),
        ("".join(f"It is day {i}. Nobody came.\n" for i in range(9)), None, False),
        (CODE, "fees.py", True),
        ("name,fee\nAsta,12\nVela,15\nPelorin,9\n", "fees.csv", True),
        ('{"a": [1, 2, 3], "b": "text of some length", "c": "more of the same"}', None, True),
        ("".join(f"2026-01-0{i} 10:00:00 INFO it went on\n" for i in range(1, 9)), None, True),
        ("[db]\nhost = a\nport = 1\n\n[web]\nhost = b\nport = 2\n", "app.ini", True),
    ],
)
def test_what_is_laid_out_in_columns_has_a_font_of_fixed_width(
    tiny: Compressor, text: str, name: str | None, fixed: bool
) -> None:
    page = make_page(paint(tiny.score(text, "What?", name=name), 0.6, grid=()), "text", 0.6)
    assert (b'"fixed":true' in page) == fixed


def test_what_others_need_is_shown_as_such(
    tiny: Compressor, browser: Chrome, tmp_path: Path
) -> None:
    picture = paint(tiny.score(HEADED, "Which ship is slow?"), 0.4)
    path = tmp_path / "headed.html"
    path.write_bytes(make_page(picture, "ships.md", 0.4))
    browser.get(path.as_uri())
    shown = "return [...document.querySelectorAll('.support')].map(e => e.textContent)"
    headings = [text for text in run(browser, shown) if text.startswith("#")]
    assert len(headings) == 10
    style = "return getComputedStyle(document.querySelector(arguments[0])).textDecorationLine"
    assert run(browser, style, "#text .support:not(.cut)") == "underline"
    assert "dotted" in run(browser, style.replace("Line", "Style"), "#text .support:not(.cut)")
    assert browser.find_element("id", "for-others").text == "kept for what needs it"
    assert "no score of its own" in run(
        browser,
        """document.querySelector("#text .support:not(.cut)").click();
        return document.getElementById("details").textContent""",
    )
    font = "return getComputedStyle(document.getElementById('text')).fontFamily"
    assert "mono" not in run(browser, font)
    path.write_bytes(make_page(paint(tiny.score(CODE, "Fees?", name="a.py"), 0.4), "a.py", 0.4))
    browser.refresh()
    assert "mono" in run(browser, font)


def test_the_page_is_one_file_without_addresses(picture: Picture) -> None:
    page = make_page(picture, "doc.md", 0.33).decode()
    data = re.search(r'id="picture">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    assert "".join(p[0] for piece in json.loads(data[1])["pieces"] for p in piece["parts"]) == TEXT
    rest = page.replace(data[1], "")
    assert not re.search(r"https?:|//[a-z]|url\(|@import|\bsrc=|<link", rest)
    assert "unsafe" not in rest


STRANGE = (
    "</script><script>window.mine=1</script>", "<!--<script>", "--><img src=x onerror=alert(2)>",
    "\u2028window.mine=3\u2029", "@@picture@@ @@title@@ @@policy@@", "</SCRIPT ><svg onload=a(4)>",
    "\\u003c/script>", "\"};window.mine=5;//", "'\"><b>", "</title><script>mine()</script>",
    "&lt;script&gt;", "\x00\x0b\x1b", "\ufeff", "]]>", "{{7*7}}", "javascript:mine()",
)  # fmt: skip


class Tags(HTMLParser):
    """Names of tags, and whether any has a handler of events."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {tag, *("handler" for name, _ in attrs if name.startswith("on"))}


@pytest.mark.parametrize("asked", [*STRANGE, None])
def test_nothing_of_texts_questions_and_names_becomes_markup(
    tiny: Compressor, asked: str | None
) -> None:
    text = "\n".join(f"Sentence {i}: {part} and its end." for i, part in enumerate(STRANGE))
    scored = tiny.score(text, asked and f"{asked} what?")
    picture = paint(scored, 0.5, [STRANGE[0], STRANGE[2]], grid=())
    for name in STRANGE:
        page = make_page(picture, name, 0.5).decode()
        assert len(re.findall(r"<script", page, re.IGNORECASE)) == 2
        assert len(re.findall(r"</script", page, re.IGNORECASE)) == 2
        data = re.search(r'id="picture">(.*?)</script>', page, re.DOTALL)
        assert data is not None
        found = json.loads(data[1])
        assert found["name"] == name
        parts = (part for piece in found["pieces"] for part in piece["parts"])
        assert "".join(part[0] for part in parts) == text
        tags = Tags()
        tags.feed(page)
        assert not tags.found & {"img", "svg", "b", "iframe", "link", "handler"}


def test_long_texts_are_laid_out_in_chunks_of_lines(
    tiny: Compressor, browser: Chrome, tmp_path: Path
) -> None:
    text = "".join(f"The {i} is {i % 7}.\n" for i in range(2000))
    picture = paint(replace(tiny, unit="word").score(text), 0.5, grid=())
    path = tmp_path / "long.html"
    path.write_bytes(make_page(picture, "long.txt", 0.5))
    browser.get(path.as_uri())
    chunks = run(browser, "return [...document.querySelectorAll('.chunk')].map(e => e.textContent)")
    assert len(chunks) > 10
    assert "".join(chunks) == text
    assert all(chunk.endswith("\n") for chunk in chunks)
    assert run(browser, KEPT) == picture.results[0].text
