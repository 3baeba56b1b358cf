"""Makes the pictures in this folder: ``python docs/screenshots.py`` (needs Chromium and Pillow).

``python docs/screenshots.py terminal`` only makes those of what commands print on a terminal.
"""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

from PIL import Image
from rich.console import Console
from rich.text import Text

from specpc import Compressor
from specpc.output.page import make_page
from specpc.output.picture import Picture, paint
from specpc_cli.main import COMMANDS
from specpc_cli.view_terminal import show

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent))

from tests.output.browser import set_size, set_theme, start_browser  # noqa: E402

TEXT = DOCS / "examples" / "harbour-report.md"
QUESTION = "Why were all sailings to Orrisay cancelled in March?"
MARKS = ["14 mm hairline crack", "1.9 million axle loads"]
RATIO = 0.2
WIDTH = 100  # of the terminal, in characters
COLUMNS = 80  # of the terminal on which commands are run
TERMINAL = DOCS / "terminal"
# The letters are those of the reader's terminal: a picture asks no network for others.
FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
SCREENS = {"": (1200, 800), "-360": (360, 720)}  # width and height
COLOURS = 128  # of a picture: enough for text, and half the bytes


def main() -> None:
    """Run the commands, or score the example once and take all pictures of it, too."""
    TERMINAL.mkdir(exist_ok=True)
    for name in ("", *COMMANDS):
        command = f"specpc {name} --help".replace("  ", " ")
        _shown(command, _printed(command), TERMINAL / f"{name or 'specpc'}.svg", COLUMNS)
    _shown("specpc demo", _first(_printed("specpc demo")), DOCS / "demo.svg", COLUMNS)
    if sys.argv[1:] == ["terminal"]:
        return
    text = TEXT.read_bytes().decode()
    picture = paint(Compressor.from_pretrained().score(text, QUESTION), RATIO, MARKS)
    _terminal(picture, DOCS / "view-terminal.svg")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_bytes(make_page(picture, TEXT.name, RATIO))
        _browser(page, Path(folder) / "profile")


def _printed(command: str) -> str:
    """What a command prints on a terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    env = {**os.environ, "TERM": "xterm-256color"}
    words = [sys.executable, "-m", *command.split()]
    process = subprocess.Popen(words, stdout=theirs, stderr=subprocess.DEVNULL, env=env)
    os.close(theirs)
    with os.fdopen(ours, "rb", buffering=0) as screen:
        seen = b""
        try:
            while data := screen.read(4096):
                seen += data
        except OSError:  # how Linux says that the other end is closed
            pass
    assert process.wait() == 0, command
    return seen.decode().replace("\r\n", "\n")


def _first(printed: str) -> str:
    """The first two examples, and what comes last."""
    third = next(match.start() for match in re.finditer(r"\S*3 of 6", printed))
    return f"{printed[:third]}...\n"


def _shown(title: str, printed: str, target: Path, width: int) -> None:
    console = Console(record=True, file=io.StringIO(), width=width)
    console.print(Text.from_ansi(printed.rstrip("\n")), soft_wrap=False)
    target.write_text(FONTS.sub("", console.export_svg(title=title)), encoding="utf-8")


def _terminal(picture: Picture, target: Path) -> None:
    """The lines around the first mark, and those below the text."""
    whole = Console(file=io.StringIO(), force_terminal=True, color_system="256", width=WIDTH)
    with whole.capture() as printed:
        show(whole, picture, TEXT.name, RATIO)
    lines = printed.get().splitlines()
    marked = next(at for at, line in enumerate(lines) if "hairline" in line)
    below = len(lines) - 1 - lines[::-1].index("")
    command = f'specpc view {TEXT.name} -q "{QUESTION}" --ratio {RATIO:g}'
    _shown(command, "\n".join(lines[marked - 11 : marked + 9] + lines[below:]), target, WIDTH)


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
