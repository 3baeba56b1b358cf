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
from specpc.output.picture import Picture, paint
from tests.output.browser import requests, set_size, set_theme, start_browser

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
def page(browser: Chrome, picture: Picture, tmp_path: Path) -> Chrome:
    path = tmp_path / "page.html"
    path.write_bytes(make_page(picture, "<b>doc</b> & co.md", 0.33))
    set_theme(browser, "light")
    set_size(browser, 1200, 800)
    requests(browser)
    browser.get_log("browser")
    browser.get(path.as_uri())
    return browser


def run(browser: Chrome, script: str, *args: object) -> Any:
    return browser.execute_script(script, *args)  # type: ignore[no-untyped-call]


KEPT = "return [...document.querySelectorAll('.part:not(.cut)')].map(e => e.textContent).join('')"


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
        told = run(page, "return document.getElementById('slider').getAttribute('aria-valuetext')")
        assert told.startswith(f"{100 * ratio:g}%: {result.compressed_tokens:,} of ")
        assert told.split(": ")[1] == run(
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

    focused = "return document.activeElement.id || document.activeElement.textContent"
    stops = []
    for _ in range(4 + 6):
        press(page, Keys.TAB)
        stops.append(run(page, focused))
    assert stops[:3] == ["slider", "hide", "theme"]
    assert "unit-0" in stops  # after the links to the marked places: one stop for the whole text
    run(page, "document.getElementById('unit-0').focus()")
    press(page, Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    assert run(page, focused) == "unit-2"
    piece = picture.pieces[2]
    told = run(page, "return document.getElementById('details').textContent")
    assert f"score {piece.score:.4g}, rank {piece.rank} of {picture.units}" in told
    described = "return document.activeElement.getAttribute('aria-describedby')"
    assert run(page, described) == "details"
    press(page, Keys.END)
    assert run(page, focused) == f"unit-{len(picture.pieces) - 1}"
    press(page, Keys.ARROW_DOWN, Keys.HOME, Keys.ARROW_UP)
    assert run(page, focused) == "unit-0"
    assert len(run(page, "return [...document.querySelectorAll('#text [tabindex]')]")) == 1


def test_pointing_tells_score_and_rank(page: Chrome, picture: Picture) -> None:
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.by import By

    best = next(n for n, piece in enumerate(picture.pieces) if piece.rank == 1)
    unit = page.find_element(By.ID, f"unit-{best}")
    run(page, "arguments[0].scrollIntoView({block: 'center'})", unit)
    ActionChains(page).move_to_element(unit).perform()
    told = run(page, "return document.getElementById('details').textContent")
    assert told.startswith(f"Kept at 33%: score {picture.pieces[best].score:.4g}, rank 1 of ")


def test_cut_units_are_deletions_to_a_screen_reader(page: Chrome, picture: Picture) -> None:
    at = picture.ratios.index(0.33)
    roles = run(page, "return [...document.querySelectorAll('.unit')].map(u => u.role)")
    expected = [None if piece.kept[at] else "deletion" for piece in picture.pieces]
    assert roles == expected
    headings = run(page, "return [...document.querySelectorAll('h1, h2')].map(h => h.textContent)")
    assert headings == ["<b>doc</b> & co.md", "Colours", "Marked", "Text"]
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
        told = "cut even at 95%" if safe is None else f"kept at {100 * picture.ratios[safe]:g}% and"
        assert told in line
    section.find_elements(By.TAG_NAME, "a")[-1].click()
    assert run(page, "return document.activeElement.id") == f"unit-{picture.places[-1].piece}"
    marked = run(page, "return [...document.querySelectorAll('.marked')].map(e => e.textContent)")
    assert "topic 3 is" in marked


CONTRASTS = """
const channel = v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
const rgb = c => c.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b);
const ground = e => { for (; e; e = e.parentElement) {
  const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] !== 0) return c; } };
return [...document.querySelectorAll('h1, h2, h3, p, label, button, li, a, .part')]
  .filter(e => e.textContent.trim() && e.getClientRects().length)
  .map(e => { const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))];
    const contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    return [contrast, e.className, e.textContent.slice(0, 30)]; })
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("toggled", [False, True])
def test_contrast_is_sufficient_in_both_themes(page: Chrome, theme: str, toggled: bool) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    set_theme(page, theme)
    button = page.find_element(By.ID, "theme")
    system = str(theme == "dark").lower()
    WebDriverWait(page, 5).until(lambda _: button.get_attribute("aria-pressed") == system)
    if toggled:
        button.click()
    dark = (theme == "dark") != toggled
    assert button.get_attribute("aria-pressed") == str(dark).lower()
    ground = run(page, "return getComputedStyle(document.body).backgroundColor")
    assert (max(map(int, re.findall(r"\d+", ground))) < 64) == dark
    contrasts = run(page, CONTRASTS)
    assert len(contrasts) > 60
    assert min(contrasts)[0] >= 4.5, min(contrasts)


def test_a_narrow_page_does_not_scroll_sideways(page: Chrome) -> None:
    set_size(page, 320, 640)
    widths = "return [document.documentElement.scrollWidth, innerWidth]"
    content, window = run(page, widths)
    assert content <= window


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
