"""``specpc view``: shows what compression keeps and what it drops, and by which scores."""

from __future__ import annotations

import os
import sys
import tempfile
import webbrowser
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from specpc.errors import SpecPCError, UsageError
from specpc_cli import options as opt
from specpc_cli.inputs import STDIN, check_file, read_text, typed
from specpc_cli.outputs import check_apart, write_file
from specpc_cli.screen import in_line
from specpc_cli.source import LOADING

if TYPE_CHECKING:
    from specpc.output.picture import Picture


@opt.asking(without=("target_tokens", "gap", "verbose"))
def view(  # noqa: PLR0913, PLR0917 - one parameter an option
    asked: opt.Asked,
    file: Annotated[str, typer.Argument(help="Text file; '-' for standard input.")] = STDIN,
    output: Annotated[
        Path | None, opt.output("HTML file to write instead, or a folder for it.")
    ] = None,
    open_page: Annotated[bool, opt.io("Open the HTML page in the browser.", "--open")] = False,
    mark: Annotated[
        list[str] | None,
        opt.io("Highlight this text and tell from which ratio on it is kept; repeat."),
    ] = None,
    pager: Annotated[
        bool, opt.io("Show the text page by page, in $PAGER or less.", "--pager")
    ] = False,
    cache: opt.Cache = False,
) -> None:
    """Show what compression keeps of a text, what it drops, and why.

    \b
      specpc view report.md -q "Who signed the contract?"
      specpc view report.md -q "Who signed it?" -o report.html --open
      specpc view report.md -q "Who signed it?" --mark "signed by"

    In the terminal, kept text is coloured by the rank of its score and the rest is dimmed. The
    HTML page needs no network; a slider in it changes the ratio.
    """
    console, wants_page = asked.console, output is not None or open_page
    if wants_page and pager:
        raise UsageError("--pager is for the terminal: leave it out, or leave out -o and --open")
    check_file(file)
    name = "stdin.html" if file == STDIN else f"{Path(file).name}.html"
    page = output / name if output is not None and output.is_dir() else output
    check_apart([file], [page])
    text = read_text(file)

    with console.waiting(LOADING):
        from specpc import Compressor
        from specpc.output.picture import GRID, find_marks, paint

        marks = [typed(one, "a text to mark") for one in mark or ()]
        find_marks(text, marks)  # before the draft is loaded
        compressor = Compressor.of(asked.setup, cache=cache, report=console.tell)
    with console.progress("Reading") as progress:
        scored = compressor.score(
            text,
            asked.question,
            keep=asked.cut.keep,
            marks=asked.cut.marks,
            name=file,
            progress=progress,
        )
    title = "standard input" if file == STDIN else in_line(Path(file).name)
    ratio = asked.cut.ratio
    assert ratio is not None  # nothing else can be typed
    grid = GRID if wants_page or marks else ()
    with console.progress("Cutting") as progress:
        picture = paint(scored, ratio, marks, grid, progress)
    if not wants_page:
        show_picture(picture, title, ratio, pager=pager)
        return
    from specpc.output.page import make_page

    page = page or Path(tempfile.mkdtemp(prefix="specpc-view-")) / name
    write_file(page, make_page(picture, title, ratio))
    if open_page:
        if not webbrowser.open(page.resolve().as_uri()):
            raise SpecPCError(f"there is no browser to show it: open {page} yourself")
        console.tell(f"opened {page}")


def show_picture(picture: Picture, name: str, ratio: float, *, pager: bool) -> None:
    """Print a picture, in colours where the terminal has them."""
    from rich.console import Console as RichConsole

    from specpc_cli.view_terminal import show

    with suppress(AttributeError):  # replaced by something else
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    screen = RichConsole()
    styled = screen.color_system is not None
    if pager and styled:
        os.environ.setdefault("LESS", "FRX")  # as git does: colours, and no page for a short text
    with screen.pager(styles=styled) if pager else nullcontext():
        show(screen, picture, name, ratio)
