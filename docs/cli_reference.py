"""Writes ``docs/cli.md`` from the commands themselves: ``python docs/cli_reference.py``."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

from typer import Context
from typer.cli import get_docs_for_click
from typer.main import get_command

from specpc_cli.main import make_app

PAGE = Path(__file__).with_name("cli.md")
HEAD = """# Commands

<!-- Made by docs/cli_reference.py: change the help texts in cli/ instead. -->

This is what `specpc --help` and the `--help` of each command say. An option that is the same in
several commands is explained at the first of them; the others name it under *Also*.

"""
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

_COMMAND = re.compile(r"^\* `(?P<name>\w+)`: .*$", re.MULTILINE)
_EXAMPLES = re.compile(r"^\x08\n(?P<words>(?:\S.*\n)*)(?P<lines>(?: +.*\n)+)", re.MULTILINE)
_INDENTED = re.compile(r"\n\n(?P<words>)(?P<lines>(?: {4}.*\n)+)")
_USAGE = re.compile(r"^```console\n\$ (.*)\n```", re.MULTILINE)
_OPTION = re.compile(r"^\* (?P<names>`-.+?`): .*\n", re.MULTILINE)
_OPTIONS = re.compile(rf"^\*\*Options\*\*:\n\n(?P<lines>(?:{_OPTION.pattern})+)", re.MULTILINE)
_HELP = "* `--help`: Show this message and exit.\n"


def reference() -> str:
    """The reference in Markdown: typer's, with fenced examples and whole sentences."""
    command = get_command(make_app())
    made = get_docs_for_click(obj=command, ctx=Context(command), name="specpc")
    text = made.partition("\n")[2].strip() + "\n"
    text = _EXAMPLES.sub(_fence, text)
    text = _INDENTED.sub(lambda found: "\n\n" + _fence(found), text)
    text = _USAGE.sub(r"```text\n\1\n```", text)
    text = _COMMAND.sub(lambda found: _entry(found, text), text)
    seen: set[str] = {_HELP}
    text = _OPTIONS.sub(lambda found: _options(found["lines"], seen), text)
    return HEAD + re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n"


def _options(lines: str, seen: set[str]) -> str:
    """The options of a command: those that an earlier one explains in the same words by name."""
    new = [found[0] for found in _OPTION.finditer(lines) if found[0] not in seen]
    also = [
        found["names"].partition(" <")[0].rstrip("`") + "`"
        for found in _OPTION.finditer(lines)
        if found[0] in seen and found[0] != _HELP
    ]
    seen.update(new)
    told = f"**Options**:\n\n{''.join(new)}\n" if new else ""
    return told + (f"**Also**: {', '.join(also)}\n\n" if also else "")


def _fence(found: re.Match[str]) -> str:
    """The commands of a help text in a fence, under the words that announce them."""
    code = dedent(found["lines"])
    reason = next((why for part, why in NOT_RUN.items() if part in code), None)
    mark = f"<!-- not run: {reason} -->\n" if reason else ""
    if not reason and LASTING in code:
        mark = "<!-- runs until stopped -->\n"
    words = found["words"] + "\n" if found["words"] else ""
    return f"{words}{mark}```sh\n{code}```\n"


def _entry(found: re.Match[str], text: str) -> str:
    """An entry in a list of commands, with all of its first sentence."""
    heading = re.search(rf"^#+ `specpc [\w ]*\b{found['name']}`\n\n(.*)$", text, re.MULTILINE)
    return f"* `{found['name']}`: {heading[1]}" if heading else found[0]


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
