"""``specpc hook``: between a coding agent and its tools."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from specpc.errors import InputError, SpecPCError, UsageError
from specpc.options import LEAST_OUTPUT
from specpc_cli import options as opt
from specpc_cli.inputs import STDIN, read_bytes
from specpc_cli.outputs import replace_file, write_stdout
from specpc_cli.screen import tell
from specpc_cli.source import cutter_of
from specpc_cli.wording import in_options

if TYPE_CHECKING:
    from collections.abc import Sequence

_INSTALL: Final = "install"


@opt.asking("ratio", *opt.WHERE)
def hook(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: typer.Context,
    asked: opt.Asked,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[install claude|codex]",
            help="Write the hook into an agent's settings; without this, one event is read from "
            "standard input, as agents give it.",
            show_default=False,
        ),
    ] = None,
    min_tokens: opt.LeastTokens = LEAST_OUTPUT,
    server: opt.Server = None,
    file: Annotated[
        Path | None,
        opt.io("install: settings to write, in place of ~/.claude/settings.json and the like."),
    ] = None,
    yes: Annotated[bool, opt.io("install: write without asking.", "--yes")] = False,
) -> None:
    """Cut what a coding agent's tools print before its model sees it.

    \b
      specpc hook install claude
      specpc hook install claude --ratio 0.3 --file .claude/settings.json

    'install' has an agent start 'specpc hook' for every call of a tool, and shows the setting
    before it writes it. An output is then cut to what the call and the user's last words ask for;
    errors, where they are and how it ended stay, and 'specpc show' gives back all of it. Whatever
    fails, the agent goes on with the whole output.
    """
    if words:
        cutter_of(asked, min_tokens, server, context)  # what cannot work is not installed
        _install(words, file, yes)
    elif file is not None or yes:
        raise UsageError("--file and --yes are for 'specpc hook install'")
    else:
        _answer(asked, min_tokens, server, context)


def _answer(asked: opt.Asked, min_tokens: int, server: str | None, context: typer.Context) -> None:
    """Read an event, and write what the agent shall do; nothing, if it shall do nothing else."""
    from specpc.agents.hooks import BEFORE, ToolEvent

    event = ToolEvent.read(read_bytes(STDIN))
    answer = None
    if event.name == BEFORE:
        answer = event.wrapped([*_program(), "run", *_typed_options(), "--"])
        if answer is not None:
            cutter_of(asked, min_tokens, server, context)  # what cannot work must not stop a call
    elif texts := event.texts(min_tokens):
        try:
            cutter, call = cutter_of(asked, min_tokens, server, context), event.call
            made = {place: cut.text for place, text in texts if (cut := cutter.cut(text, call))}
            answer = event.replaced(made) if made else None
        except (SpecPCError, OSError, RecursionError) as error:
            told = in_options(error) if isinstance(error, SpecPCError) else error
            tell(f"specpc: the output is shown whole: {told}")
    if answer is not None:
        write_stdout(json.dumps(answer).encode() + b"\n")


def _install(words: Sequence[str], file: Path | None, yes: bool) -> None:
    from specpc.agents.hooks import AGENTS, settings_file, settings_with_hook

    if len(words) != 2 or words[0] != _INSTALL or words[1] not in AGENTS:
        known = " or ".join(f"'specpc hook {_INSTALL} {agent}'" for agent in AGENTS)
        raise UsageError(f"there is no 'specpc hook {' '.join(words)}': use {known}")
    agent = words[1]
    path = file or settings_file(agent, Path.home())
    before = _read(path)
    try:
        after = settings_with_hook(before, agent, [*_program(), "hook", *_typed_options()])
    except InputError as error:
        raise UsageError(f"{path}: {error}") from error
    if after == before:
        tell(f"{path} has it already")
        return
    try:
        data = json.dumps(after, indent=2, ensure_ascii=False).encode() + b"\n"
    except (RecursionError, UnicodeEncodeError) as error:
        raise UsageError(
            f"{path} cannot be written again ({error}): add the hook by hand"
        ) from error
    tell(f"{path} will be:")
    write_stdout(data)
    if not yes and not typer.confirm("Write it?", err=True):
        raise typer.Exit(1)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, [data])
    tell(f"written: {agent} uses it from its next start; to remove the hook, delete it in {path}")


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path} cannot be read as JSON ({error}): mend it first") from error


def _typed_options() -> list[str]:
    """The options this command was given, which are those of ``specpc run``, too."""
    typed, left = sys.argv[2:], []
    own = {"--yes": 1, "--file": 2}
    while typed:
        word = typed[0]
        if word.startswith("-") and word.partition("=")[0] not in own:
            # An option and its value; all but one of them have one.
            count = 1 if "=" in word or word == "--offline" else 2
            left += typed[:count]
            typed = typed[count:]
        else:
            typed = typed[1 if "=" in word else own.get(word, 1) :]
    return left


def _program() -> list[str]:
    """How an agent starts this program, whatever its PATH."""
    name = sys.argv[0]
    if name.endswith("__main__.py"):
        return [sys.executable, "-m", "specpc"]
    return [str(Path(shutil.which(name) or name).absolute())]
