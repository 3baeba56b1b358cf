"""What the processor computes by itself."""

from __future__ import annotations

from typing import Any

import torch


def has_instructions(*names: str) -> bool:
    """Whether the processor has any of some instructions, by torch's names ("amx_bf16").

    Older releases of torch do not tell: then it is no.
    """
    found: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return any(found.get(name, False) for name in names)
