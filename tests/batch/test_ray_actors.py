"""A Ray cluster of our own, where no other runs on this machine."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.slow  # a Ray cluster is started
def test_a_cluster_of_our_own_is_for_this_machine_alone() -> None:
    pytest.importorskip("ray", reason="no Ray for this Python")
    script = """
import psutil
from specpc.batch import ray_actors
assert ray_actors._connect()
own = psutil.Process()
for process in (own, *own.children(recursive=True)):
    for one in process.net_connections(kind="inet"):
        if one.status == psutil.CONN_LISTEN:
            print(one.laddr.ip)
"""
    environment = {name: v for name, v in os.environ.items() if name != "RAY_ADDRESS"}
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True
    )
    assert run.stdout
    assert {*run.stdout.split()} <= {"127.0.0.1", "::ffff:127.0.0.1", "::1"}
