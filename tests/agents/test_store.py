"""What was cut comes back to the byte, within a limit, and nobody else reads it."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from specpc.agents.store import OutputStore
from specpc.errors import InputError, SpecPCError, UsageError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> OutputStore:
    return OutputStore(tmp_path / "outputs")


def noise(size: int, seed: int = 0) -> bytes:
    return random.Random(seed).randbytes(size)


@pytest.mark.parametrize(
    "data", [b"", b"a\r\nb\n", bytes(range(256)), noise(300_000), b"x" * 10**7]
)
def test_bytes_come_back(store: OutputStore, data: bytes) -> None:
    key = store.save(data, "pytest -q")
    found = store.load(key)
    assert (found.data, found.told) == (data, "pytest -q")
    assert abs(found.saved - time.time()) < 60
    assert OutputStore(store.folder).save(data) == key


def test_only_its_owner_reads_it(store: OutputStore) -> None:
    old = os.umask(0)
    try:
        store.save(b"secret")
    finally:
        os.umask(old)
    assert store.folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in store.folder.iterdir()} == {0o600}


def test_the_oldest_make_room(tmp_path: Path) -> None:
    store = OutputStore(tmp_path, limit=2_000_000)
    keys, largest = [], 0
    for seed in range(40):
        keys.append(store.save(noise(20_000 + 9_000 * (seed % 30), seed)))
        largest = max(largest, sum(path.stat().st_size for path in tmp_path.iterdir()))
    assert largest <= 2_000_000
    assert store.load(keys[-1]).data == noise(20_000 + 9_000 * 9, 39)
    kept = []
    for key in keys:
        try:
            kept.append(store.load(key))
        except UsageError:
            assert not kept  # none that is younger
    assert len(kept) > 5


def test_one_that_is_too_large_is_refused(tmp_path: Path) -> None:
    store = OutputStore(tmp_path, limit=500_000)
    key = store.save(b"small")
    with pytest.raises(InputError, match="larger than all that is kept"):
        store.save(noise(600_000))
    assert store.load(key).data == b"small"
    assert store.save(b"x" * 10**7)  # of which little is left when it is packed


def test_old_ones_are_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = OutputStore(tmp_path)
    key, now = store.save(b"a"), time.time()
    monkeypatch.setattr(time, "time", lambda: now + 13 * 86_400)
    assert store.load(key).data == b"a"
    monkeypatch.setattr(time, "time", lambda: now + 15 * 86_400)
    with pytest.raises(UsageError, match=f"there is no output '{key}'"):
        store.load(key)


def test_an_unknown_one_is_told(store: OutputStore) -> None:
    for _ in range(2):
        with pytest.raises(UsageError, match="there is no output 'abc'"):
            store.load("abc")
        store.save(b"another")


def test_a_damaged_file_is_told(store: OutputStore) -> None:
    key = store.save(noise(50_000))
    store.path.write_bytes(noise(40_000))
    for use in (lambda: store.load(key), lambda: store.save(b"a")):
        with pytest.raises(SpecPCError, match="cannot be read or written"):
            use()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SpecPCError, match="cannot be read or written"):
        OutputStore(tmp_path / "file" / "below").save(b"a")


WRITER = """
import random, sys
from pathlib import Path
from specpc.agents.store import OutputStore
store = OutputStore(Path(sys.argv[1]), limit=1_500_000)
chance = random.Random(int(sys.argv[2]))
for _ in range(60):
    data = chance.randbytes(chance.randrange(60_000))
    assert store.load(store.save(data)).data == data
"""


def test_two_agents_do_not_disturb_each_other(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    both = [subprocess.Popen([*command, seed], stderr=subprocess.PIPE) for seed in "12"]
    assert [(one.communicate()[1], one.returncode) for one in both] == [(b"", 0)] * 2
    assert OutputStore(tmp_path).path.stat().st_size <= 1_500_000


def test_a_key_that_is_known_is_only_younger(store: OutputStore) -> None:
    key = store.save(b"a", "first")
    assert store.save(b"a", "second") == key
    assert store.load(key).told == "first"
