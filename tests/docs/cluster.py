"""A Ray cluster for the examples: tells its address, and lasts until standard input ends."""

from __future__ import annotations

import sys

import ray

if __name__ == "__main__":
    started = ray.init(num_cpus=2, include_dashboard=False, object_store_memory=100_000_000)
    print(started.address_info["gcs_address"], flush=True)
    sys.stdin.read()
