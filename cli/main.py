"""Wires the commands together and turns every failure into one sentence and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
import typer.core

from specpc.errors import SpecPCError, UsageError
from specpc.version import __version__
from specpc_cli import (
    bench,
    calibrate,
    compress,
    corpus,
    correlate,
    evaluate,
    generate,
    locate,
    mcp,
    models,
    serve,
    view,
)
from specpc_cli.threads import share_processors

if TYPE_CHECKING:
    from typing import Any

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
            told = f"unexpected {type(error).__name__}: {error} (SPECPC_DEBUG=1 shows where)"
            _fail(error, FAILURE, told)


def _fail(error: BaseException, code: int, message: str | None = None) -> NoReturn:
    if os.environ.get("SPECPC_DEBUG") == "1":
        traceback.print_exception(error)
    print(f"specpc: {message or error}", file=sys.stderr)
    raise typer.Exit(code)


def _drop_stdout() -> None:
    """Nothing more can be written there; keep Python from trying again at shutdown."""
    with suppress(OSError):  # no real file in tests and notebooks
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _version(wanted: bool) -> None:
    if wanted:
        print(f"specpc {__version__}")
        raise typer.Exit


app = typer.Typer(
    cls=_Guarded,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _specpc(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Compress long prompts: keep the part of a text that a question needs."""


app.command("compress")(compress.compress)
app.command("batch")(corpus.batch)
app.command("view")(view.view)
app.command("generate")(generate.generate)
app.command("correlate")(correlate.correlate)
app.command("locate")(locate.locate_quote)
app.command("mcp")(mcp.serve)
app.command("eval")(evaluate.evaluate)
app.command("serve")(serve.serve)
app.command("bench")(bench.bench)
app.command("calibrate")(calibrate.calibrate)
app.add_typer(models.app, name="models")


def main() -> None:
    """Entry point of the ``specpc`` console script."""
    share_processors()
    app()
