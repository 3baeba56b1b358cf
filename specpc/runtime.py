"""Where a draft computes, in what, and with how many threads."""

from __future__ import annotations

from typing import Any

from specpc.results import Runtime


def runtime_of(model: Any) -> Runtime:
    """Device, number format and threads of a loaded model."""
    import torch

    dtype = str(model.dtype).removeprefix("torch.")
    return Runtime(str(model.device), dtype, torch.get_num_threads())
