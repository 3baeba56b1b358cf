"""``specpc view``: shows what compression keeps and what it drops, and by which scores."""

from __future__ import annotations

import os
import tempfile
import webbrowser
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from specpc.errors import SpecPCError, UsageError
from specpc.options import DEFAULT_DRAFT, DEFAULT_RATIO, Protection, check_budget
from specpc_cli import options as opt
from specpc_cli.compress.checks import read_question
from specpc_cli.console import Console
from specpc_cli.inputs import STDIN, check_file, read_text
from specpc_cli.outputs import write_file

if TYPE_CHECKING:
    from specpc.output.picture import Picture


def view(  # noqa: PLR0913, PLR0917 - one parameter an option
    file: Annotated[str, typer.Argument(help="Text file; '-' for standard input.")] = STDIN,
    ratio: opt.OnlyRatio = DEFAULT_RATIO,
    tokenizer: opt.Tokenizer = "draft",
    question: opt.Question = None,
    question_file: opt.QuestionFile = None,
    unit: opt.Unit = "auto",
    keep: opt.Keep = None,
    keep_first: opt.KeepFirst = 0,
    keep_last: opt.KeepLast = 0,
    output: Annotated[
        Path | None,
        opt.io("HTML file to write instead, or a folder for it.", "-o", "--output"),
    ] = None,
    open_page: Annotated[bool, opt.io("Open the HTML page in the browser.", "--open")] = False,
    mark: Annotated[
        list[str] | None,
        opt.io("Highlight this text and tell from which ratio on it is kept; repeat."),
    ] = None,
    pager: Annotated[
        bool, opt.io("Show the text page by page, in $PAGER or less.", "--pager")
    ] = False,
    quiet: opt.Quiet = False,
    draft: opt.Draft = DEFAULT_DRAFT,
    scorer: opt.Scorer = "auto",
    device: opt.Device = "auto",
    dtype: opt.Dtype = "auto",
    offline: opt.Offline = False,
    cache: opt.Cache = False,
) -> None:
    """Show what compression keeps of a text, what it drops, and why.

    \b
      specpc view report.md -q "Who signed the contract?"
      specpc view report.md -q "Who signed the contract?" --ratio 0.1 --pager
      specpc view report.md -q "Who signed it?" -o report.html --open
      specpc view report.md -q "Who signed it?" --mark "signed by"

    In the terminal, kept text is coloured by the rank of its score and the rest is dimmed. The
    HTML page needs no network; a slider in it changes the ratio, and every step shows exactly
    what 'specpc compress' keeps at that ratio.
    """
    console = Console(verbose=False, quiet=quiet)
    check_budget(ratio=ratio, target_tokens=None)
    wants_page = output is not None or open_page
    if wants_page and pager:
        raise UsageError("--pager is for the terminal: leave it out, or leave out -o and --open")
    check_file(file)
    target = _target(file, output) if output is not None else None
    asked = read_question(question, question_file)
    text = read_text(file)
    marks = mark or []
    protection = Protection(tuple(keep or ()), keep_first, keep_last)

    from specpc import Compressor
    from specpc.output.picture import GRID, find_marks, paint

    find_marks(text, marks)  # before the draft is loaded
    compressor = Compressor.from_pretrained(
        draft,
        scorer=scorer,
        unit=unit,
        device=device,
        dtype=dtype,
        tokenizer=tokenizer,
        offline=offline,
        cache=cache,
        report=console.tell,
    )
    with console.progress("Reading") as progress:
        scored = compressor.score(text, asked, keep=protection, name=file, progress=progress)
    name = "standard input" if file == STDIN else Path(file).name
    grid = GRID if wants_page or marks else ()
    with console.progress("Cutting") as progress:
        picture = paint(scored, ratio, marks, grid, progress)
    if not wants_page:
        show_picture(picture, name, ratio, pager=pager)
    else:
        from specpc.output.page import make_page

        target = target or Path(tempfile.mkdtemp(prefix="specpc-view-")) / _page_name(file)
        write_file(target, make_page(picture, name, ratio))
        if open_page:
            _open(target, console)


def _page_name(file: str) -> str:
    return "stdin.html" if file == STDIN else f"{Path(file).name}.html"


def _target(file: str, output: Path) -> Path:
    """Where the page goes: never onto the text itself."""
    target = output / _page_name(file) if output.is_dir() else output
    if not target.parent.is_dir():
        raise UsageError(f"there is no folder {target.parent} to write {target.name} into")
    if file != STDIN and target.exists() and target.samefile(file):
        raise UsageError(f"the page would overwrite {file}: name another file after -o")
    return target


def show_picture(picture: Picture, name: str, ratio: float, *, pager: bool) -> None:
    """Print a picture, in colours where the terminal has them."""
    from rich.console import Console as RichConsole

    from specpc_cli.view_terminal import show

    screen = RichConsole()
    styled = screen.color_system is not None
    if pager and styled:
        os.environ.setdefault("LESS", "FRX")  # as git does: colours, and no page for a short text
    with screen.pager(styles=styled) if pager else nullcontext():
        show(screen, picture, name, ratio)


def _open(page: Path, console: Console) -> None:
    if not webbrowser.open(page.resolve().as_uri()):
        raise SpecPCError(f"there is no browser to show it: open {page} yourself")
    console.tell(f"opened {page}")
