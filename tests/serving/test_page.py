"""The page with the text box, in a real browser (tiny draft)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from specpc import Compressor
from tests.output.browser import contrasts, requests, set_theme, start_browser
from tests.serving.servers import running

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT = "".join(f"Sentence {i} <b>says</b> that topic {i % 7} is dull.\n" for i in range(20))
EXAMPLE = "Why was there no water from the brook in June?"
KEPT = "return [...document.querySelectorAll('.part:not(.cut)')].map(e => e.textContent).join('')"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    browser = start_browser(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.quit()


@pytest.fixture(scope="module")
def url(tiny: Compressor) -> Iterator[str]:
    with running(tiny) as url:
        yield url


def opened(browser: Any, address: str) -> None:
    browser.switch_to.default_content()
    browser.get("about:blank")  # or another fragment would be the same page
    browser.get(address)


def to_picture(browser: Any, question: str) -> None:
    """Wait until the frame shows what is kept for a question, and go into it."""
    from selenium.webdriver.support.ui import WebDriverWait

    asked = "return frames[0].document.getElementById('asked')?.textContent"
    WebDriverWait(browser, 20, 0.1).until(
        lambda _: browser.execute_script(asked) == f"Question: {question}"
    )
    browser.switch_to.frame("picture")


def value(browser: Any, name: str) -> str:
    return str(browser.find_element("name", name).get_property("value"))


def test_the_form_shows_what_is_kept(tiny: Compressor, browser: Any, url: str) -> None:
    requests(browser)
    opened(browser, url)
    find = browser.find_element
    script = "document.querySelector('textarea').value = arguments[0]"
    browser.execute_script(script, TEXT)
    find("name", "question").send_keys("What of topic 3?")
    find("class name", "main").click()
    to_picture(browser, "What of topic 3?")
    assert browser.execute_script(KEPT) == tiny.compress(TEXT, "What of topic 3?", ratio=0.3).text
    assert browser.execute_script("return document.getElementById('text').innerText")
    asked = [
        one for one in requests(browser) if not one.startswith(("chrome:", "chrome-untrusted:"))
    ]
    assert all(one.startswith((url, "about:", "data:")) for one in asked), asked
    severe = [one for one in browser.get_log("browser") if "favicon" not in one["message"]]
    assert severe == []


def test_an_example_runs_and_its_link_shows_it_again(browser: Any, url: str) -> None:
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait

    opened(browser, url)
    find = browser.find_element
    find("id", "example").click()
    to_picture(browser, EXAMPLE)
    shown = browser.execute_script("return document.getElementById('text').textContent")
    assert shown.startswith("# Millbrook Allotments")
    find("id", "slider").send_keys(Keys.ARROW_RIGHT)
    browser.switch_to.default_content()
    WebDriverWait(browser, 10).until(lambda _: value(browser, "ratio") == "0.35")
    link = browser.current_url
    assert link.endswith("June%3F&ratio=0.35")
    assert len(link) < 200  # the text is not in it
    opened(browser, link)
    assert value(browser, "text") == shown
    assert value(browser, "question") == EXAMPLE
    to_picture(browser, EXAMPLE)
    assert find("id", "ratio").text == "35%"


def test_a_link_fills_in_and_runs_where_there_is_a_text(
    tiny: Compressor, browser: Any, url: str
) -> None:
    opened(browser, f"{url}/#question=<b>What</b>+of+topic+3%3F&ratio=0.4")
    assert value(browser, "question") == "<b>What</b> of topic 3?"
    assert value(browser, "ratio") == "0.4"
    assert browser.execute_script("return frames[0].document.URL") == "about:blank"
    browser.find_element("name", "text").send_keys(TEXT)
    assert not browser.find_element("id", "example").is_displayed()  # it would replace the text
    browser.execute_script("location.hash = 'question=What+of+topic+4%3F&ratio=0.5'")
    to_picture(browser, "What of topic 4?")
    kept = tiny.compress(TEXT, "What of topic 4?", ratio=0.5).text
    assert browser.execute_script(KEPT) == kept


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_form_can_be_read_in_both_themes(browser: Any, url: str, theme: str) -> None:
    set_theme(browser, theme)
    opened(browser, url)
    found = contrasts(browser)
    browser.find_element("id", "example").click()
    to_picture(browser, EXAMPLE)
    found += contrasts(browser)
    browser.switch_to.default_content()
    found += contrasts(browser)
    assert len(found) > 20
    assert min(found)[0] >= 4.5, min(found)


@pytest.mark.parametrize(
    ("form", "status", "told"),
    [
        ({"text": "a", "question": "", "ratio": "x"}, 400, "fill it in"),
        ({"text": "a"}, 400, "fill it in"),
        ({"text": " ", "question": "", "ratio": "0.5"}, 422, "the text is empty"),
        ({"text": TEXT, "question": "", "ratio": "2"}, 400, "at most 1"),
    ],
)
def test_mistakes_are_told_in_place(url: str, form: dict[str, str], status: int, told: str) -> None:
    found = httpx.post(f"{url}/view", data=form)
    assert found.status_code == status
    assert found.headers["content-type"].startswith("text/html")
    assert told in found.text
