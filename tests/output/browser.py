"""A headless Chromium that sees every request a page makes."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from selenium.webdriver import Chrome

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def start_browser(profile: Path) -> Chrome:
    """Start Chromium with a new profile, or skip the test where there is none."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    driver = shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("needs chromium and chromedriver (apt-get install chromium chromium-driver)")
    from selenium.webdriver import Chrome, ChromeOptions, ChromeService

    options = ChromeOptions()
    options.binary_location = chromium
    for flag in (*_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    return Chrome(options, ChromeService(driver))


def requests(browser: Chrome) -> list[str]:
    """Addresses asked for since the last call."""
    messages: list[dict[str, Any]] = [
        json.loads(entry["message"])["message"] for entry in browser.get_log("performance")
    ]
    sent = [m["params"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    return [params["request"]["url"] for params in sent]


_CONTRASTS = """
const channel = v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
const rgb = c => c.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b);
const ground = e => { for (; e; e = e.parentElement) {
  const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] !== 0) return c; } };
const contrast = (one, other) => { const [a, b] = [light(rgb(one)), light(other)];
  return (Math.max(a, b) + .05) / (Math.min(a, b) + .05); };
const [one] = arguments;
const own = e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
const typed = "textarea, input:not([type=range], [type=checkbox])";
const told = [];
for (const e of document.body.querySelectorAll("*")) {
  if (!e.getClientRects().length || e.closest(".unseen")) continue;
  const name = `${e.tagName} ${e.id || e.className} ${e.textContent.slice(0, 30)}`;
  if (own(e) || (e.matches(typed) && e.value))
    told.push([contrast(one ?? getComputedStyle(e).color, ground(e)), name]);
  const hint = getComputedStyle(e, "::placeholder").color;
  if (e.placeholder) told.push([contrast(hint, ground(e)), `${name} (placeholder)`]);
}
return told;
"""


def contrasts(browser: Chrome, colour: str | None = None) -> list[tuple[float, str]]:
    """The contrast of every visible text with its background, as WCAG defines it, and whose it is.

    With a colour, that of this colour in the text's place.
    """
    found: list[list[Any]] = browser.execute_script(_CONTRASTS, colour)
    return [(contrast, name) for contrast, name in found]


def set_theme(browser: Chrome, theme: str) -> None:
    """Have the system prefer ``light`` or ``dark``, and no motion."""
    features = [
        {"name": "prefers-color-scheme", "value": theme},
        {"name": "prefers-reduced-motion", "value": "reduce"},
    ]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def set_size(browser: Chrome, width: int, height: int) -> None:
    """Set the size of the visible page in CSS pixels."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
