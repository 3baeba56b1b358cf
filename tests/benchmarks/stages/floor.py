"""What a plain forward must do, and what this machine can do."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from specpc.machine.stopwatch import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Work:
    """Operations and bytes that a plain forward cannot do without.

    Attributes:
        operations: of its matrix products, two for each multiplication.
        bytes: of the weights, each read once, and the hidden states between layers.
    """

    operations: float
    bytes: float


def forward_work(config: Any, tokens: int, batch: int, item_bytes: int) -> Work:
    """The work of a ``base_model`` forward, logits not counted, attention causal.

    Args:
        config: of a decoder with gated feed-forward layers, as transformers names things.
        tokens: in each sequence.
        batch: number of sequences.
        item_bytes: bytes of a number.
    """
    hidden, inner = config.hidden_size, config.intermediate_size
    heads = config.num_attention_heads
    head_dim = getattr(config, "head_dim", None) or hidden // heads
    kv_heads = getattr(config, "num_key_value_heads", None) or heads
    weights = hidden * head_dim * (2 * heads + 2 * kv_heads) + 3 * hidden * inner
    # Queries with keys, and probabilities with values: half of each, as the mask is a triangle.
    mixing = 2 * heads * head_dim * tokens * (tokens + 1)
    layers = config.num_hidden_layers
    operations = layers * batch * (2 * weights * tokens + mixing)
    return Work(operations, layers * item_bytes * (weights + 2 * batch * tokens * hidden))


@dataclass(frozen=True)
class Machine:
    """What was measured of a device in one number format.

    Attributes:
        operations: a second, of a large matrix product.
        bytes: a second, of copying a large tensor (read and written).
        threads: that torch uses.
    """

    operations: float
    bytes: float
    threads: int

    def least_seconds(self, work: Work) -> float:
        """Time of work at full speed."""
        return max(work.operations / self.operations, work.bytes / self.bytes)


def measure_machine(device: torch.device, dtype: torch.dtype, repeats: int = 5) -> Machine:
    """Measure the peaks; the best of several, as noise only ever slows things down."""
    size = 8192 if device.type == "cuda" else 1536
    left, right = (torch.randn(size, size, device=device).to(dtype) for _ in range(2))
    numbers = torch.zeros(64_000_000, dtype=torch.float32, device=device)
    copy = torch.empty_like(numbers)
    product = min(seconds_of(lambda: left @ right, device) for _ in range(repeats + 1))
    copying = min(seconds_of(lambda: copy.copy_(numbers), device) for _ in range(repeats + 1))
    return Machine(2 * size**3 / product, 2 * 4 * len(numbers) / copying, torch.get_num_threads())


def seconds_of(run: Callable[[], object], device: object) -> float:
    """Wall-clock time of a call, the device's share included."""
    wait_for(device)
    start = time.perf_counter()
    run()
    wait_for(device)
    return time.perf_counter() - start


def median(values: list[float]) -> float:
    """The middle of some measurements, ``nan`` of none."""
    return float(statistics.median(values)) if values else float("nan")
