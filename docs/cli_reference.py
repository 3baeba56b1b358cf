"""Writes ``docs/cli.md`` from the commands themselves: ``python docs/cli_reference.py``."""

from __future__ import annotations

import re
from inspect import cleandoc
from itertools import groupby
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from typer import Context
from typer.main import get_command

from specpc_cli.main import COMMANDS, make_app
from specpc_cli.options import WHERE

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).with_name("cli.md")
HEAD = """# Commands

<!-- Made by docs/cli_reference.py: change the help texts in cli/ instead. -->

"""
ALSO = """An option that several commands have is explained at the first of them; the others name it
under *Also*, where *draft* stands for {draft}. Brackets hold the default."""
NOT_RUN = {
    "--endpoint ": "takes long; evaluation-howto.md has shorter ones",
    "qwen2.5-0.5b": "fetches a model",
    "-GGUF": "fetches a model",
    "specpc generate": "takes minutes; shorter ones are in kv.md",
    "specpc bench": "measures for minutes",
    "models remove": "deletes a model",
    "model.gguf": "needs a GGUF file of your own",
    "pip install": "fetches packages",
    "specpc run": "runs programs of your own",
    "specpc show": "needs the key of an output",
    "specpc hook": "writes settings of another program",
    "specpc replay": "needs a session of your own",
}
"""Why examples with this in them cannot be run by the tests."""
LASTING = "specpc serve"
"""Examples with this in them run until they are stopped."""

MANY = 20
"""Of more options than this, those of each panel of ``--help`` stand by themselves."""

_EXAMPLES = re.compile(r"^\x08\n(?P<words>(?:\S.*\n)*)(?P<lines>(?: +.*\n)+)", re.MULTILINE)
_TYPE = re.compile(r" <(?:list\[)?([^] ]+?)(?:\]| range)?>$")
_DEFAULT = re.compile(r"\.? *\[(?:default: \(?([^])]*)\)?|([\dx<>=]+))\]\.?")
_DRAFT = [f"`--{name}`" for name in WHERE]

_TWICE = re.compile(r"\[\[([^\]]*)\]\](?:\.\.\.)?")


def reference() -> str:
    """The reference in Markdown."""
    program = get_command(make_app())
    told = "\n".join(_paragraphs(program, Context(program), "specpc", {}))
    return HEAD + told


def _paragraphs(command: Any, context: Any, name: str, seen: dict[str, str]) -> Iterator[str]:
    """What there is to say of a command and those below it; ``seen`` lines were said of others."""
    below = command.list_commands(context) if hasattr(command, "list_commands") else []
    if name != "specpc":
        yield f"{'#' * len(name.split())} `{name}`\n"
    yield _EXAMPLES.sub(_fence, cleandoc(command.help) + "\n")
    if name == "specpc":
        below = sorted(below, key=[*COMMANDS].index)
        yield "".join(
            f"- {panel}: {', '.join(f'[{one}](#specpc-{one})' for one in names)}\n"
            for panel, names in groupby(below, lambda one: COMMANDS[one][1])
        )
        yield ALSO.format(draft=", ".join(_DRAFT)) + "\n"
    params = [param for param in command.get_params(context) if param.name != "help"]
    arguments = [param for param in params if param.param_type_name == "argument"]
    options = {_option(param, context): param for param in params if param not in arguments}
    new = {line: param for line, param in options.items() if line not in seen}
    pieces = [piece for piece in command.collect_usage_pieces(context) if piece != "[OPTIONS]"]
    # Some versions of typer put brackets around what has them already.
    usage = [_TWICE.sub(r"[\1]", piece) for piece in pieces]
    lines = [_line(*each, context) for each in zip(arguments, usage, strict=False)]
    if len(new) <= MANY:
        lines += new
    if lines:
        yield "".join(lines)
    if len(new) > MANY:
        for panel, of_panel in groupby(new, lambda line: new[line].rich_help_panel):
            yield f"*{panel}*\n\n" + "".join(of_panel)
    also = [
        f"`{param.opts[-1]}`{_where(line, seen)}" for line, param in options.items() if line in seen
    ]
    if {*_DRAFT} <= {*also}:
        also = [*(one for one in also if one not in _DRAFT), "*draft*"]
    if also:
        yield f"Also: {', '.join(also)}\n"
    seen.update(dict.fromkeys(new, name))
    for one in below:
        yield from _paragraphs(command.get_command(context, one), context, f"{name} {one}", seen)


def _where(line: str, seen: dict[str, str]) -> str:
    """Which command explains an option, if others have one of that name that is another."""
    names = line.partition("=")[0].partition("`:")[0]
    alike = [one for one in seen if one.partition("=")[0].partition("`:")[0] == names]
    where = seen[line].partition(" ")[2]
    return f" (of {where})" if line != alike[0] else ""


def _line(param: Any, names: str, context: Any) -> str:
    """An argument or option, what it does, and what it is where nobody says."""
    told = param.get_help_record(context)[1].replace("  [required]", "")
    bounds = [default or bound for default, bound in _DEFAULT.findall(told)]
    told = f"{_DEFAULT.sub('', told)}. [{'; '.join(bounds)}]" if bounds else told
    return f"- `{names}`: {told}\n"


def _option(param: Any, context: Any) -> str:
    names = param.get_help_record(context)[0]
    return _line(param, _TYPE.sub(lambda found: f"=<{found[1].lower()}>", names), context)


def _fence(found: re.Match[str]) -> str:
    """The commands of a help text in a fence, under the words that announce them."""
    code = dedent(found["lines"])
    reason = next((why for part, why in NOT_RUN.items() if part in code), None)
    mark = f"<!-- not run: {reason} -->\n" if reason else ""
    if not reason and LASTING in code:
        mark = "<!-- runs until stopped -->\n"
    words = found["words"] + "\n" if found["words"] else ""
    return f"{words}{mark}```sh\n{code}```\n"


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
