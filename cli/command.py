"""What all commands have in common: help in panels, settings, and one budget of two."""

from __future__ import annotations

import re
from copy import copy
from inspect import cleandoc
from typing import TYPE_CHECKING, Any, TypeVar

import typer.core

from specpc.errors import UsageError
from specpc_cli.config import read_settings
from specpc_cli.options import OUTPUT

if TYPE_CHECKING:
    from collections.abc import Mapping

# The first letter of what is a sentence of its own.
_CAPITAL = re.compile(r"(^|: |\. |\()[A-Z](?=[a-z])")

_C = TypeVar("_C", bound="Command | CommandGroup")


def is_typed(ctx: Any, option: str) -> bool:
    """Whether an option stood in the command line itself, not in a variable or a file."""
    source = ctx.get_parameter_source(option)
    return source is not None and source.name == "COMMANDLINE"


def sentence(error: Any) -> str | None:
    """What typer says of a mistake in the command line, as we say it; ``None`` if it is none."""
    if not hasattr(error, "format_message"):
        return None
    told = " ".join(error.format_message().split()).replace("Value error, ", "").rstrip(".")
    told = _CAPITAL.sub(lambda found: found[0].replace(". ", ": ").lower(), told)
    context = getattr(error, "ctx", None)
    return f"{told} (see {context.command_path} --help)" if told and context else told


def refuse(wrong: Mapping[str, object]) -> None:
    """Raise `UsageError` for the first of these mistakes that was made."""
    for told, made in wrong.items():
        if made:
            raise UsageError(told)


class Command(typer.core.TyperCommand):
    """A command that knows the settings of its options.

    Attributes:
        settings: names of the options that are settings, too.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take over variables from typer: of what is wrong there, more can be told here."""
        super().__init__(*args, **kwargs)
        self.settings = {param.name for param in self.params if param.envvar}
        for param in self.params:
            param.envvar = None

    def make_context(self, info_name: Any, args: Any, parent: Any = None, **extra: Any) -> Any:
        """Read a command line; what nobody typed is as it was set, and ratios give way."""
        found = read_settings()
        extra["default_map"] = {
            name: setting.value for name, setting in found.values.items() if name in self.settings
        }
        context = super().make_context(info_name, args, parent, **extra)
        names = [str(param.name) for param in self.params]
        typed = {name for name in names if is_typed(context, name)}
        if "target_tokens" in typed and "ratio" not in typed:
            typed.add("ratio")
            context.params["ratio"] = None
        if not context.resilient_parsing:
            found.check(typed)
        return context

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Draw the help."""
        super(Command, _drawable(self, ctx, OUTPUT)).format_help(ctx, formatter)


class CommandGroup(typer.core.TyperGroup):
    """A command that has others."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Draw the help."""
        super(CommandGroup, _drawable(self, ctx)).format_help(ctx, formatter)


def _drawable(command: _C, ctx: Any, panel: str | None = None) -> _C:
    """A copy whose texts rich shows as they are: examples line by line, brackets and all.

    ``--help`` itself stands in the panel.
    """
    from rich.markup import escape

    shown = copy(command)
    shown.help = "\n\n".join(map(_flow, cleandoc(escape(command.help or "")).split("\n\n")))
    shown.params = [copy(param) for param in command.get_params(ctx)]
    shown.add_help_option = False  # it is among them
    shown.params[-1].rich_help_panel = panel  # type: ignore[attr-defined] # an option
    for param in shown.params:
        if text := getattr(param, "help", None):
            param.help = escape(text)  # type: ignore[attr-defined] # options and arguments have it
        if getattr(param, "is_flag", False):
            param.metavar = ""  # instead of its type
    return shown


def _flow(paragraph: str) -> str:
    r"""Prose in one line; after ``\b`` lines stay as they are, by one before the indent of each."""
    if paragraph.startswith("\b\n"):
        return paragraph.replace("\n", "", 1).replace("\n", "\n\b")
    return paragraph.replace("\n", " ")
