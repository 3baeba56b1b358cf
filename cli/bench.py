"""``specpc bench``: how fast this machine compresses, and from how many tokens on that pays."""

from __future__ import annotations

import json
from dataclasses import asdict
from math import inf
from typing import Annotated, Any

import typer

from specpc.errors import UsageError
from specpc_cli import options as opt
from specpc_cli.source import LOADING

_LENGTHS = [250, 1000, 4000]
_OPTIONAL = (("peak_bytes", 1e9, 2), ("saved_seconds", 1, 2), ("saved_money", 1, 5))


@opt.asking("ratio", "scorer", *opt.WHERE)
def bench(
    asked: opt.Asked,
    tokens: Annotated[
        list[int] | None,
        opt.measured(
            "Length of a text. Repeatable [default: 250, 1000, 4000]", min=64, max=131_072
        ),
    ] = None,
    target_speed: Annotated[
        float | None, opt.measured("Input tokens a second that the target reads.")
    ] = None,
    price: Annotated[
        float | None, opt.measured("What a million input tokens of the target cost.")
    ] = None,
    repeats: Annotated[int, opt.measured("Runs of each length; the median is told.", min=1)] = 3,
    as_json: opt.Json = False,
) -> None:
    """Measure how fast this machine compresses, and from how many tokens on that saves time.

    \b
      specpc bench
      specpc bench --target-speed 2000 --price 2.5

    The target is the model that reads the result; what it saves are the tokens that were cut. All
    tokens are the draft's. Loading the draft, once a process, is not in the figures.
    """
    for name, value in (("--target-speed", target_speed), ("--price", price)):
        if value is not None and not 0 < value < inf:
            raise UsageError(f"{name} is a number above 0, not {value}")

    ratio = asked.cut.ratio
    assert ratio is not None  # nothing else can be typed
    with asked.console.waiting(LOADING):
        from specpc import Compressor
        from specpc.evaluation.speed import find_payoff, time_length
        from specpc.models.draft import runtime_of

        compressor = Compressor.of(asked.setup, report=asked.console.tell)
    lengths = sorted(set(tokens or _LENGTHS))
    measured = [time_length(compressor, length, ratio, repeats) for length in lengths]
    record = {
        "draft": asked.setup.draft,
        "scorer": compressor.scorer.name,
        **asdict(runtime_of(compressor.draft.model)),
        "ratio": ratio,
        "target_speed": target_speed,
        "price": price,
        **asdict(find_payoff(measured, ratio, target_speed, price)),
    }
    typer.echo(json.dumps(record, indent=2) if as_json else _table(record))


def _table(record: dict[str, Any]) -> str:
    """For people: a line a length, and what follows from them."""
    lines = [
        "{draft} with {scorer} on {device} in {dtype}, {threads} threads".format_map(record),
        "  tokens  seconds  tokens/s  peak GB  saved s  saved money",
    ]
    for row in record["lengths"]:
        memory, seconds, money = (
            "-" if row[name] is None else f"{row[name] / unit:.{digits}f}"
            for name, unit, digits in _OPTIONAL
        )
        lines.append(
            f"{row['tokens']:>8,} {row['seconds']:>8.2f} {row['tokens'] / row['seconds']:>9,.0f} "
            f"{memory:>8} {seconds:>8} {money:>12}"
        )
    lines.append(
        f"Keeping {record['ratio']:.0%} takes {record['fixed_seconds']:.2f} s and "
        f"{1000 * record['seconds_per_token']:.2f} ms a token: it can save time where the target "
        f"reads fewer than {record['pays_below_speed']:,.0f} tokens a second."
    )
    if record["target_speed"] is not None:
        first = record["pays_from_tokens"]
        when = "at no length" if first is None else f"on texts of {first:,} tokens or more"
        lines.append(f"For a target that reads {record['target_speed']:,.0f}, it does so {when}.")
    return "\n".join(lines)
