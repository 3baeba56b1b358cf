"""What the library says of arguments, the command line says of options."""

from __future__ import annotations

import pytest

from specpc_cli.wording import in_options


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("say ratio=0.2 or target_tokens=800.", "say --ratio 0.2 or --target-tokens 800."),
        ("use scorer='paper'", "use --scorer paper"),
        ('use scorer="paper", or device="cpu"', "use --scorer paper, or --device cpu"),
        ("run specpc calibrate draft='a b'", "run specpc calibrate --draft 'a b'"),
        ("give one with question=", "give one with -q"),
        ("no field 'a': name one with context=", "no field 'a': name one with --context-field"),
        ("fetch it once without offline=True.", "fetch it once without --offline."),
        ("or leave out host=", "or leave out --host"),
        ("it is there (resume=True), or", "it is there (--resume), or"),
        ("server= takes an address", "--server takes an address"),
        ("Scorer(ratio=1) of x.host=y, notes=1", "Scorer(ratio=1) of x.host=y, notes=1"),
    ],
)
def test_arguments_become_options(message: str, shown: str) -> None:
    assert in_options(message) == shown
