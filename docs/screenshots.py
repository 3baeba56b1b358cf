"""Makes the pictures in this folder: ``python docs/screenshots.py`` (needs Chromium and Pillow)."""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from rich.console import Console
from rich.text import Text

from specpc import Compressor
from specpc.output.page import make_page
from specpc.output.picture import Picture, paint
from specpc_cli.view_terminal import show

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent))

from tests.output.browser import set_size, set_theme, start_browser  # noqa: E402

TEXT = DOCS / "examples" / "harbour-report.md"
QUESTION = "Why were all sailings to Orrisay cancelled in March?"
MARKS = ["14 mm hairline crack", "1.9 million axle loads"]
RATIO = 0.2
WIDTH = 100  # of the terminal, in characters
SCREENS = {"": (1200, 800), "-360": (360, 720)}  # width and height
COLOURS = 128  # of a picture: enough for text, and half the bytes


def main() -> None:
    """Score the example once and take all pictures of it."""
    text = TEXT.read_bytes().decode()
    picture = paint(Compressor.from_pretrained().score(text, QUESTION), RATIO, MARKS)
    _terminal(picture, DOCS / "view-terminal.svg")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_bytes(make_page(picture, TEXT.name, RATIO))
        _browser(page, Path(folder) / "profile")


def _terminal(picture: Picture, target: Path) -> None:
    """The lines around the first mark, and those below the text."""
    whole = Console(file=io.StringIO(), force_terminal=True, color_system="256", width=WIDTH)
    with whole.capture() as printed:
        show(whole, picture, TEXT.name, RATIO)
    lines = printed.get().splitlines()
    marked = next(at for at, line in enumerate(lines) if "hairline" in line)
    below = len(lines) - 1 - lines[::-1].index("")
    console = Console(record=True, file=io.StringIO(), width=WIDTH)
    console.print(Text.from_ansi("\n".join(lines[marked - 11 : marked + 9] + lines[below:])))
    command = f'specpc view {TEXT.name} -q "{QUESTION}" --ratio {RATIO:g}'
    target.write_text(console.export_svg(title=command), encoding="utf-8")


def _browser(page: Path, profile: Path) -> None:
    browser = start_browser(profile)
    try:
        browser.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
        for theme in ("light", "dark"):
            set_theme(browser, theme)
            for name, size in SCREENS.items():
                set_size(browser, *size)
                browser.get(page.as_uri())
                browser.execute_script(
                    """const marked = document.querySelector(".marked").closest(".unit");
                    marked.scrollIntoView({block: "center"});
                    marked.dispatchEvent(new PointerEvent("pointerover", {bubbles: true}));"""
                )
                _save(browser.get_screenshot_as_png(), DOCS / f"view-{theme}{name}.png")
    finally:
        browser.quit()


def _save(png: bytes, target: Path) -> None:
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)


if __name__ == "__main__":
    main()
