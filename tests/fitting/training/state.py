"""The adapter being trained, its optimiser, and the files by which a killed run goes on."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import torch
from safetensors.torch import save

from specpc.machine.files import replace_file
from specpc.models.lean.adapted import PROJECTIONS, Adapter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from specpc.models.lean.decoder import LeanModel
    from specpc.scorers.settings import HeadProfile

CHECKPOINT: Final = "checkpoint.pt"
ADAPTER: Final = "adapter.safetensors"
# What the weights of the heads add up to at first, so that scores differ by some units.
_HEADS: Final = 30.0
_ANY_HEAD: Final = 0.03
_RATES: Final = {"low-rank": 7e-4, "probe": 2e-3, "heads": 3e-2}
_DECAY: Final = 0.01
_WARM: Final = 20
_LEAST_RATE: Final = 0.03
_CLIP: Final = 1.0


@dataclass(frozen=True)
class Plan:
    """What a run is to do; one that goes on must have the same."""

    seed: int = 0
    steps: int = 4000  # over which the rates fall
    last_layer: int = 23
    rank: int = 8
    probes: int = 4
    documents: int = 2  # of each step
    budgeted: float = 1.0  # weight of that part of the loss

    def rate(self, step: int) -> float:
        """The part of the rates with which a step, counted from zero, is taken."""
        return min(1.0, (step + 1) / _WARM) * max(_LEAST_RATE, 1 - step / self.steps)


def new_adapter(
    model: LeanModel, plan: Plan, like: Sequence[int], profile: HeadProfile | None
) -> Adapter:
    """One that changes nothing yet: its outer parts are zero.

    Probes are like the tokens given, in turn; the profile's heads are what it weighs.
    """
    dice = torch.Generator().manual_seed(plan.seed)
    layers = plan.last_layer + 1
    inner, outer = {}, {}
    for name in PROJECTIONS:
        out, into = model.layers[0][f"{name}.weight"].shape
        inner[name] = torch.randn(layers, plan.rank, into, generator=dice) / math.sqrt(into)
        outer[name] = torch.zeros(layers, out, plan.rank)
    ids = torch.tensor([like[number % len(like)] for number in range(plan.probes)])
    probe = model.embedding[ids.to(model.device)].detach().float().cpu()
    probe = probe + 0.02 * torch.randn(probe.shape, generator=dice)
    heads = torch.zeros(layers, model.config.num_attention_heads)
    for layer, head, weight in profile.heads if profile else ():
        if layer < layers:
            heads[layer, head] = max(0.0, weight)
    heads = heads / heads.sum().clamp(min=1e-9) + _ANY_HEAD / _HEADS
    adapter = Adapter(inner, outer, probe, _HEADS * heads / heads.sum())
    return adapter.to(model.device, torch.float32)


def begin_like(adapter: Adapter, other: Adapter) -> None:
    """Have a new adapter begin where the same layers of another one are.

    Raises:
        ValueError: it is of another rank or draft, or ends earlier.
    """
    known = other.tensors()
    for name, tensor in adapter.tensors().items():
        found = known[name] if name == "probe" else known[name][: len(adapter.heads)]
        if found.shape != tensor.shape:
            raise ValueError(f"{name} of the other adapter is {tuple(found.shape)}")
        tensor.copy_(found)


class Training:
    """An adapter, and how many steps it has made."""

    def __init__(self, adapter: Adapter, plan: Plan) -> None:
        """Begin."""
        self.adapter, self.plan, self.step = adapter, plan, 0
        tensors = adapter.tensors()
        for tensor in tensors.values():
            tensor.requires_grad_()
        low_rank = [tensor for name, tensor in tensors.items() if name not in _RATES]
        self._optimiser = torch.optim.AdamW([
            {"params": low_rank, "base": _RATES["low-rank"], "weight_decay": _DECAY},
            {"params": [adapter.probe], "base": _RATES["probe"], "weight_decay": 0.0},
            {"params": [adapter.heads], "base": _RATES["heads"], "weight_decay": 0.0},
        ])  # fmt: skip

    def update(self) -> None:
        """Take the step that the gradients say."""
        for group in self._optimiser.param_groups:
            group["lr"] = group["base"] * self.plan.rate(self.step)
        torch.nn.utils.clip_grad_norm_(self.adapter.tensors().values(), _CLIP)
        self._optimiser.step()
        self._optimiser.zero_grad()
        self.step += 1

    def save(self, folder: Path) -> None:
        """Write what `resume` reads and what a profile names, each whole or not at all."""
        state = {
            "plan": asdict(self.plan),
            "step": self.step,
            "adapter": {name: tensor.detach() for name, tensor in self.adapter.tensors().items()},
            "optimiser": self._optimiser.state_dict(),
        }
        part = folder / f"{CHECKPOINT}.part"
        torch.save(state, part)
        data = adapter_file(self.adapter)
        part.replace(folder / CHECKPOINT)
        replace_file(folder / ADAPTER, [data])

    def resume(self, folder: Path) -> bool:
        """Go on where a run in this folder was; whether there was one.

        Raises:
            ValueError: it was to do something else.
        """
        path = folder / CHECKPOINT
        if not path.exists():
            return False
        state: dict[str, Any] = torch.load(path, weights_only=True)
        if state["plan"] != asdict(self.plan):
            raise ValueError(f"{path} is of a run with other settings: {json.dumps(state['plan'])}")
        with torch.no_grad():
            for name, tensor in self.adapter.tensors().items():
                tensor.copy_(state["adapter"][name])
        self._optimiser.load_state_dict(state["optimiser"])
        self.step = state["step"]
        return True


def adapter_file(adapter: Adapter) -> bytes:
    """The safetensors file that a profile names, in half the digits."""
    tensors = adapter.to(torch.device("cpu"), torch.bfloat16).tensors()
    return save({name: tensor.detach().contiguous() for name, tensor in tensors.items()})


def reference_fields(data: bytes, adapter: Adapter, file: str) -> dict[str, Any]:
    """What a profile says of an adapter, but its weight, which is fitted later."""
    digest = hashlib.sha256(data).hexdigest()
    return {"file": file, "sha256": digest, "weight": 1.0, "last_layer": adapter.last_layer}
