"""The most memory in use."""

from __future__ import annotations

import gc
import mmap
import sys

import pytest
import torch

from specpc.machine.memory import PeakMemory

CPU = torch.device("cpu")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux begins to count anew")
def test_memory_that_was_given_back_before_does_not_count() -> None:
    block = 256 * 2**20
    gc.collect()  # or what other tests left may be given back in between
    peak = PeakMemory(CPU)
    before = peak.read()
    # Mapped, since the heap may still hold as much that other tests freed, and give that out.
    held = mmap.mmap(-1, block)
    for page in range(0, block, mmap.PAGESIZE):
        held[page] = 1
    with_block = peak.read()
    assert before is not None
    assert with_block is not None
    assert with_block >= before + block - 2**24
    held.close()
    assert (peak.read() or 0) >= with_block - 2**24
    assert (PeakMemory(CPU).read() or 0) <= with_block - block + 2**24


def test_devices_that_do_not_tell() -> None:
    assert PeakMemory(torch.device("mps")).read() is None
