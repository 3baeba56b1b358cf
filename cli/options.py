"""Options that every command running a draft model has, worded once."""

from __future__ import annotations

from typing import Annotated

import typer

DraftOption = Annotated[
    str, typer.Option(help="Draft model: see 'specpc models'; or a Hub id, folder or .gguf file.")
]
DeviceOption = Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")]
DtypeOption = Annotated[str, typer.Option(help="auto, float32, bfloat16 or float16.")]
OfflineOption = Annotated[
    bool, typer.Option("--offline", help="Never download; fail if the draft is missing.")
]
