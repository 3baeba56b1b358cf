"""Wires the commands together and turns every failure into one sentence and an exit code."""

from __future__ import annotations

import atexit
import os
import sys
import threading
import traceback
from contextlib import contextmanager, redirect_stdout, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer

from specpc.errors import SpecPCError, UsageError
from specpc.machine.processors import share_machine
from specpc.version import __version__
from specpc_cli import screen
from specpc_cli.command import Command, CommandGroup, sentence
from specpc_cli.wording import in_options

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

EVERYDAY, AGENTS, MANY, RESEARCH = "Everyday", "Agents", "Many texts and servers", "Research"
COMMANDS: Final = {
    "compress": ("compress", EVERYDAY),
    "demo": ("demo", EVERYDAY),
    "view": ("view", EVERYDAY),
    "locate": ("locate.locate_quote", EVERYDAY),
    "models": ("models.app", EVERYDAY),
    "config": ("config", EVERYDAY),
    "run": ("run", AGENTS),
    "show": ("show", AGENTS),
    "hook": ("hook", AGENTS),
    "replay": ("replay", AGENTS),
    "mcp": ("mcp.serve", AGENTS),
    "batch": ("batch", MANY),
    "serve": ("serve", MANY),
    "generate": ("generate", RESEARCH),
    "eval": ("eval.evaluate", RESEARCH),
    "calibrate": ("calibrate", RESEARCH),
    "correlate": ("correlate", RESEARCH),
    "bench": ("bench", RESEARCH),
}
"""Commands in the order of ``--help``: their modules, with functions of another name; panels."""

USAGE, FAILURE, INTERRUPTED, PIPE_CLOSED = 2, 1, 130, 141


class _Guarded(CommandGroup):
    """The error boundary: the library raises, this prints one sentence and exits."""

    def make_context(self, info_name: Any, args: Any, *more: Any, **extra: Any) -> Any:
        # Without any command the help is no product but says what is missing.
        with redirect_stdout(sys.stdout if args else sys.stderr), _guard():
            return super().make_context(info_name, args, *more, **extra)

    def invoke(self, ctx: Any) -> Any:
        with _guard():
            if sys.stdout is None:
                raise SpecPCError("standard output is closed: there is nowhere to write to")
            result = super().invoke(ctx)
            sys.stdout.flush()  # a full disk or closed pipe must show here, not at shutdown
            return result


@contextmanager
def _guard() -> Iterator[None]:
    """Turn what is raised into one sentence and an exit code."""
    try:
        yield
    except BrokenPipeError:
        _drop_stdout()
        raise typer.Exit(PIPE_CLOSED) from None
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
    except SpecPCError as error:
        _fail(error, USAGE if isinstance(error, UsageError) else FAILURE, in_options(error))
    except OSError as error:
        _drop_stdout()
        where = f" {error.filename}" if error.filename else ""
        _fail(error, FAILURE, f"cannot read or write{where}: {error.strerror or error}")
    except MemoryError as error:
        _fail(error, FAILURE, "the machine ran out of memory: free some, or use a smaller draft")
    except Exception as error:
        if type(error).__module__.partition(".")[0] in {"typer", "click"}:  # older typer: click's
            if (told := sentence(error)) is None:
                raise  # an exit
            if not told:  # the help was shown instead
                raise typer.Exit(USAGE) from None
            _fail(error, USAGE, told)
        told = f"unexpected {type(error).__name__}: {error} (SPECPC_DEBUG=1 shows where)"
        _fail(error, FAILURE, told)


def _fail(error: BaseException, code: int, told: str) -> NoReturn:
    if os.environ.get("SPECPC_DEBUG") == "1":
        traceback.print_exception(error)
    screen.tell(f"specpc: {told}")
    raise typer.Exit(code)


def _drop_stdout() -> None:
    """Nothing more can be written there."""
    with suppress(OSError):  # no real file in tests and notebooks
        screen.drop(sys.stdout.fileno())


def _version(wanted: bool) -> None:
    if wanted:
        print(f"specpc {__version__}")
        raise typer.Exit


def make_app(names: Iterable[str] = tuple(COMMANDS)) -> typer.Typer:
    """The command line, or what there is of it with some commands only."""
    app = typer.Typer(
        cls=_Guarded,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",  # without it there are no panels
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_specpc)
    for name in names:
        place, panel = COMMANDS[name]
        module, _, function = place.partition(".")
        command = getattr(import_module(f"specpc_cli.{module}"), function or module)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name, rich_help_panel=panel)
        else:
            # What follows the command that is run is its own.
            settings = {"allow_interspersed_args": name != "run"}
            app.command(name, cls=Command, rich_help_panel=panel, context_settings=settings)(
                command
            )
    return app


def _specpc(
    version: Annotated[
        bool,
        typer.Option(
            "-V", "--version", callback=_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Compress long prompts: keep the part of a text that a question needs.

    \b
      specpc compress report.md -q "Who signed the contract?"

    'specpc COMMAND --help' shows the options of a command and what they are by default;
    'specpc config' how to set a default once, for all commands.
    """


def main() -> None:
    """Entry point of the ``specpc`` console script."""
    screen.open_streams()
    share_machine()
    # The other commands would take a pipe longer than all the rest of what is done here.
    first = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        make_app([first] if first in COMMANDS else COMMANDS)()
    except SystemExit as end:
        # To an agent, a hook that ends with 2 forbids the call.
        code = FAILURE if first == "hook" and end.code == USAGE else end.code
        leave(code)
        raise SystemExit(code) from None


def leave(code: object) -> None:
    """End the process at once, unless something is still going on.

    All that is to be done at the end is done. But to take apart what torch made of this process
    takes as long as to read a short text.
    """
    if "torch" in sys.modules and isinstance(code, int) and threading.active_count() == 1:
        atexit._run_exitfuncs()  # noqa: SLF001 # what Python itself calls
        with suppress(OSError, ValueError):  # nobody reads it any more
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)
