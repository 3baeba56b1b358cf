"""The page with the text box, in a real browser (tiny draft)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from specpc import Compressor
from tests.output.browser import requests, start_browser
from tests.serving.servers import running

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "".join(f"Sentence {i} <b>says</b> that topic {i % 7} is dull.\n" for i in range(20))
KEPT = "return [...document.querySelectorAll('.part:not(.cut)')].map(e => e.textContent).join('')"


def test_the_form_shows_what_is_kept(tiny: Compressor, tmp_path: Path) -> None:
    browser: Any = start_browser(tmp_path)
    try:
        with running(tiny) as url:
            browser.implicitly_wait(20)
            browser.get(url)
            find = browser.find_element
            script = "document.querySelector('textarea').value = arguments[0]"
            browser.execute_script(script, TEXT)
            find("name", "question").send_keys("What of topic 3?")
            find("tag name", "button").click()
            browser.switch_to.frame("picture")
            find("id", "unit-3")
            assert (
                browser.execute_script(KEPT)
                == tiny.compress(TEXT, "What of topic 3?", ratio=0.3).text
            )
            assert browser.execute_script("return document.getElementById('text').innerText")
            asked = [
                one
                for one in requests(browser)
                if not one.startswith(("chrome:", "chrome-untrusted:"))
            ]
            assert all(one.startswith((url, "about:", "data:")) for one in asked), asked
            severe = [one for one in browser.get_log("browser") if "favicon" not in one["message"]]
            assert severe == []
    finally:
        browser.quit()


@pytest.mark.parametrize(
    ("form", "status", "told"),
    [
        ({"text": "a", "question": "", "ratio": "x"}, 400, "fill it in"),
        ({"text": "a"}, 400, "fill it in"),
        ({"text": " ", "question": "", "ratio": "0.5"}, 422, "the text is empty"),
        ({"text": TEXT, "question": "", "ratio": "2"}, 400, "at most 1"),
    ],
)
def test_mistakes_are_told_in_place(
    tiny: Compressor, form: dict[str, str], status: int, told: str
) -> None:
    with running(tiny) as url:
        found = httpx.post(f"{url}/view", data=form)
    assert found.status_code == status
    assert found.headers["content-type"].startswith("text/html")
    assert told in found.text
