"""Wires the commands together and turns every failure into one sentence and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer
import typer.core

from specpc.errors import SpecPCError, UsageError
from specpc.machine.processors import share_machine
from specpc.version import __version__
from specpc_cli.wording import in_options

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

COMMANDS: Final = {
    "compress": "compress",
    "batch": "batch",
    "view": "view",
    "generate": "generate",
    "correlate": "correlate",
    "locate": "locate.locate_quote",
    "mcp": "mcp.serve",
    "eval": "eval.evaluate",
    "serve": "serve",
    "bench": "bench",
    "calibrate": "calibrate",
    "models": "models.app",
}
"""Commands in the order of ``--help``: their modules, and functions of another name."""

USAGE, FAILURE, INTERRUPTED, PIPE_CLOSED = 2, 1, 130, 141


class _Guarded(typer.core.TyperGroup):
    """The error boundary: the library raises, this prints one sentence and exits."""

    def invoke(self, ctx: Any) -> Any:
        try:
            if sys.stdout is None:
                raise SpecPCError("standard output is closed: there is nowhere to write to")
            result = super().invoke(ctx)
            sys.stdout.flush()  # a full disk or closed pipe must show here, not at shutdown
            return result
        except BrokenPipeError:
            _drop_stdout()
            raise typer.Exit(PIPE_CLOSED) from None
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None
        except SpecPCError as error:
            _fail(error, USAGE if isinstance(error, UsageError) else FAILURE)
        except OSError as error:
            _drop_stdout()
            where = f" {error.filename}" if error.filename else ""
            _fail(error, FAILURE, f"cannot read or write{where}: {error.strerror or error}")
        except Exception as error:
            if type(error).__module__.partition(".")[0] in {"typer", "click"}:
                raise  # usage errors and exits; older releases of typer use click's
            name = type(error).__name__
            _fail(error, FAILURE, f"unexpected {name}: {error} (SPECPC_DEBUG=1 shows where)")


def _fail(error: BaseException, code: int, message: str | None = None) -> NoReturn:
    if os.environ.get("SPECPC_DEBUG") == "1":
        traceback.print_exception(error)
    print(f"specpc: {message or in_options(str(error))}", file=sys.stderr)
    raise typer.Exit(code)


def _drop_stdout() -> None:
    """Nothing more can be written there; keep Python from trying again at shutdown."""
    with suppress(OSError):  # no real file in tests and notebooks
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_specpc)
    for name in names:
        module, _, function = COMMANDS[name].partition(".")
        command = getattr(import_module(f"specpc_cli.{module}"), function or module)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)
    return app


def _specpc(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Compress long prompts: keep the part of a text that a question needs."""


def main() -> None:
    """Entry point of the ``specpc`` console script."""
    share_machine()
    # The other commands would take a pipe longer than all the rest of what is done here.
    first = sys.argv[1] if len(sys.argv) > 1 else ""
    make_app([first] if first in COMMANDS else COMMANDS)()
