"""``specpc replay``: what a recorded session would have been with its tools' outputs cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from specpc.errors import InputError
from specpc.machine.journal import json_line
from specpc.options import LEAST_OUTPUT
from specpc_cli import options as opt
from specpc_cli.inputs import read_bytes
from specpc_cli.outputs import write_stdout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specpc.agents.replay import Loss, ReplayedOutput

_WORST: Final = 10


@opt.asking("ratio", *opt.WHERE)
def replay(
    context: typer.Context,
    asked: opt.Asked,
    session: Annotated[
        str,
        typer.Argument(
            help="A transcript of Claude Code or Codex, or messages in JSON; '-' for standard "
            "input."
        ),
    ],
    min_tokens: opt.LeastTokens = LEAST_OUTPUT,
    server: opt.Server = None,
    as_json: opt.Json = False,
) -> None:
    """Tell what a session would have saved and lost with its tools' outputs cut.

    \b
      specpc replay ~/.claude/projects/my-project/SESSION.jsonl

    Names, numbers and paths that the agent used later count as lost where nothing that it would
    have seen had them.
    """
    from specpc.agents.replay import replay as replay_session
    from specpc.agents.sessions import read_session
    from specpc_cli.source import cutter_of

    turns = read_session(read_bytes(session))
    cutter = cutter_of(asked, min_tokens, server, context, stored=False)
    with asked.console.progress("Cutting") as progress:
        outputs = replay_session(turns, cutter, progress)
    if not outputs:
        raise InputError("no tool printed anything in this session: there is nothing to replay")
    if as_json:
        write_stdout(json_line(_fields(outputs)))
    else:
        write_stdout("".join(f"{line}\n" for line in _lines(outputs)).encode())


def _fields(outputs: Sequence[ReplayedOutput]) -> dict[str, Any]:
    cut = [output for output in outputs if output.original_tokens]
    used, lost = sum(one.used for one in outputs), _losses(outputs)
    return {
        "outputs": len(outputs),
        "cut": len(cut),
        "original_tokens": sum(output.original_tokens for output in cut),
        "compressed_tokens": sum(output.compressed_tokens for output in cut),
        "used": used,
        "lost": len(lost),
        "lost_of_errors": sum(loss.alarming for _, loss in lost),
        "turns": [
            {
                "turn": output.turn,
                "call": output.told,
                "original_tokens": output.original_tokens,
                "compressed_tokens": output.compressed_tokens,
                "used": output.used,
                "lost": [vars(loss) for loss in output.losses],
            }
            for output in outputs
        ],
    }


def _losses(outputs: Sequence[ReplayedOutput]) -> list[tuple[ReplayedOutput, Loss]]:
    """All losses, the worst first: those of lines with errors, then long ones."""
    found = [(output, loss) for output in outputs for loss in output.losses]
    return sorted(found, key=lambda one: (not one[1].alarming, -len(one[1].text)))


def _lines(outputs: Sequence[ReplayedOutput]) -> list[str]:
    total = _fields(outputs)
    lines = [f"{'turn':>5}  {'tokens':>7}  {'kept':>7}  {'used':>5}  {'lost':>5}  call"]
    lines += [
        f"{one.turn:5}  {one.original_tokens:7,}  {one.compressed_tokens:7,}  {one.used:5}  "
        f"{len(one.losses):5}  {one.told[:44]}"
        for one in outputs
        if one.original_tokens
    ]
    before, after = total["original_tokens"], total["compressed_tokens"]
    saved = f"{1 - after / before:.0%}" if before else "nothing"
    lost, used = total["lost"], total["used"]
    share = f" ({lost / used:.1%})" if used else ""
    lines += [
        "",
        f"{total['cut']} of {total['outputs']} outputs cut: {before:,} -> {after:,} tokens, "
        f"{saved} saved",
        f"{lost} of {used} names, numbers and paths used later would be missing{share}, "
        f"{total['lost_of_errors']} of them from lines that tell of errors",
    ]
    for output, loss in _losses(outputs)[:_WORST]:
        lines += ["", f"turn {output.turn}: {loss.text}", f"    was in: {loss.line}"]
        lines.append(f"    used in: {loss.used}")
    return lines
