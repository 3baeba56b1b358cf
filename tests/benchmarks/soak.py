"""Good, slow and hostile clients on 'specpc serve' at once: do the hostile ones harm the others?

python -m tests.benchmarks.soak [--minutes 10] [--clients 64] [--draft NAME]

Half of the time an eighth of the clients is hostile, half of the time all are good or slow; the two
take turns, so that noise of the machine hits both. Printed: how long good clients waited, what
failed, how much memory server and draft took, how long SIGTERM took to end it, and whether anything
of texts, keys or tokens stood in the log. Exit code 1 if a promise of docs/security.md was broken.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import httpx
import psutil

from tests.benchmarks.texts import long_text

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET: Final = "swordfish"
TOKEN: Final = "token-of-the-soak"
QUESTION: Final = f"Why did construction of the Berth 4 extension come to a halt, {SECRET}?"
TURNS: Final = 10
"""How often clients change between hostile and good."""
ENDS_WITHIN: Final = 20.0


@dataclass
class Seen:
    """What came of a run.

    Attributes:
        waits: seconds good clients waited, without and with hostile ones beside them.
        failures: what they were told instead of an answer.
        statuses: of hostile requests.
    """

    waits: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))
    failures: list[str] = field(default_factory=list)
    statuses: dict[str, dict[str, int]] = field(default_factory=dict)

    def hostile(self, kind: str, status: str) -> None:
        """Count one."""
        counts = self.statuses.setdefault(kind, {})
        counts[status] = counts.get(status, 0) + 1


class Soak:
    """The clients, until time is up."""

    def __init__(self, url: str, minutes: float) -> None:
        self.url = httpx.URL(url)
        self.begun = time.monotonic()
        self.length = minutes * 60
        self.seen = Seen()
        self.text = long_text(200_000)

    @property
    def over(self) -> bool:
        """Whether time is up."""
        return time.monotonic() > self.begun + self.length

    @property
    def attacked(self) -> bool:
        """Whether this is a turn with hostile clients."""
        return int(TURNS * (time.monotonic() - self.begun) / self.length) % 2 == 1

    def good(self, number: int, characters: tuple[int, int]) -> None:
        """Ask and check, again and again."""
        chosen = random.Random(number)
        with httpx.Client(base_url=self.url, timeout=600, headers=self.headers) as client:
            while not self.over:
                attacked = self.attacked
                self.ask(client, chosen, characters, attacked)

    def ask(
        self, client: httpx.Client, chosen: random.Random, characters: tuple[int, int], after: bool
    ) -> None:
        """One good request."""
        size = chosen.randint(*characters)
        start = chosen.randrange(len(self.text) - size)
        text = f"{self.text[start : start + size]} {SECRET}."
        begun = time.monotonic()
        try:
            body = {"context": text, "question": QUESTION, "ratio": 0.3}
            answer = client.post("/v1/compress", json=body)
            if answer.status_code == 429:
                time.sleep(float(answer.headers["retry-after"]))
                return
            if "BudgetError" in answer.text:  # a table's row, say, of which a third is too little
                return
            answer.raise_for_status()
            spans = answer.json()["spans"]
            assert all(text[low:high] in text for low, high in spans)
        except Exception as error:
            self.seen.failures.append(f"{type(error).__name__}: {error}"[:200])
            return
        if self.attacked == after:  # all of it beside the same others
            self.seen.waits[after].append(time.monotonic() - begun)

    def mixed(self, number: int, characters: tuple[int, int]) -> None:
        """Good or hostile, as the turn wants it."""
        chosen = random.Random(number)
        attacks = itertools.cycle(self.attacks())
        with httpx.Client(base_url=self.url, timeout=600, headers=self.headers) as client:
            while not self.over:
                if not self.attacked:
                    self.ask(client, chosen, characters, False)
                    continue
                kind, attack = next(attacks)
                try:
                    self.seen.hostile(kind, attack(client))
                except (OSError, httpx.HTTPError) as error:
                    self.seen.hostile(kind, type(error).__name__)

    @property
    def headers(self) -> dict[str, str]:
        """Of whoever knows the token."""
        return {"x-specpc-token": TOKEN}

    def attacks(self) -> list[tuple[str, Callable[[httpx.Client], str]]]:
        """Names and what they do; gives the status."""

        def send(**body: Any) -> Callable[[httpx.Client], str]:
            full = {"ratio": 0.3, "question": "x", **body}
            return lambda client: str(client.post("/v1/compress", json=full).status_code)

        crlf = "---\r\n" + "a line of text\r\n" * 2000 + "# Head\r\n"
        mail = "From: a@b.no\r\nTo: c@d.no\r\nOn Monday, Ada wrote:\r\n" + "\r\n" * 5000 + "text"
        return [
            ("rules with CRLF", send(context=crlf, question=None)),
            ("mail with CRLF", send(context=mail, question=None)),
            ("blanks", send(context="--x--" + " " * 60_000 + "y", question=None)),
            ("one word", send(context="a" * 60_000 + "\nb", question=None)),
            ("pattern", send(context="a" * 40 + " b. c.", keep=["(a|a)+\\d"])),
            ("pattern of brackets", send(context="a. b.", keep=["(" * 400 + ")" * 400])),
            ("recursion", send(context="a. b.", keep=["(?R)"])),
            ("many matches", send(context="ab. " * 20_000, keep=["[ab]", "b", "."], question=None)),
            ("no token", lambda _: self.stranger(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")),
            ("half a head", lambda _: self.stranger(b"POST /v1/compress HTTP/1.1\r\nx: ")),
            ("endless body", lambda _: self.endless()),
            ("no JSON", lambda client: str(client.post("/v1/compress", content="{").status_code)),
            ("deep JSON", self.deep),
            ("gone at once", lambda _: self.gone()),
        ]

    def stranger(self, sent: bytes) -> str:
        """A connection without a token, that waits until it is closed."""
        with socket.create_connection((self.url.host, self.url.port or 0), timeout=30) as one:
            one.sendall(sent)
            return one.recv(12).decode() or "closed"

    def endless(self) -> str:
        """A body that does not end, without a token."""
        head = b"POST /v1/compress HTTP/1.1\r\nhost: x\r\ncontent-length: 100000000000\r\n\r\n"
        with socket.create_connection((self.url.host, self.url.port or 0), timeout=30) as one:
            one.sendall(head)
            until = time.monotonic() + 30
            with suppress(OSError):
                while time.monotonic() < until:
                    one.sendall(b"a" * 65536)
                    time.sleep(0.01)
                return "read on"
            return "closed"

    def deep(self, client: httpx.Client) -> str:
        """A request that nests without end."""
        body = '{"ratio": 0.5, "request": ' + "[" * 50_000 + "]" * 50_000 + "}"
        named = {"content-type": "application/json"}
        return str(client.post("/v1/compress", content=body, headers=named).status_code)

    def gone(self) -> str:
        """A good request whose answer nobody waits for."""
        body = json.dumps({"context": self.text[:5000], "question": "x", "ratio": 0.3}).encode()
        head = (
            f"POST /v1/compress HTTP/1.1\r\nhost: x\r\nx-specpc-token: {TOKEN}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection((self.url.host, self.url.port or 0), timeout=30) as one:
            one.sendall(head.encode() + body)
        return "gone"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--draft")
    options = parser.parse_args()

    named = ["--draft", options.draft] if options.draft else []
    command = [sys.executable, "-m", "specpc_cli", "serve", "--port", "0", "--queue", "256"]
    environment = {**os.environ, "SPECPC_TOKEN": TOKEN}
    server = subprocess.Popen(
        [*command, *named], stderr=subprocess.PIPE, text=True, env=environment
    )
    assert server.stderr is not None
    try:
        soak = Soak(server.stderr.readline().split()[-1], options.minutes)
        log: list[str] = []
        reading = threading.Thread(target=lambda: log.extend(server.stderr or ()), daemon=True)
        reading.start()
        memory = run(soak, options.clients, psutil.Process(server.pid))
        begun = time.monotonic()
        threading.Thread(target=last, args=(soak,), daemon=True).start()
        time.sleep(0.5)
        server.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            server.wait(60)
        ended = time.monotonic() - begun
        reading.join(5)
    finally:
        server.kill()
        server.wait()
    return report(soak.seen, memory, ended, server.returncode, "".join(log))


def last(soak: Soak) -> None:
    """A long request under way when the server is told to end."""
    body = {"context": soak.text, "question": "x", "ratio": 0.3}
    with suppress(httpx.HTTPError):
        httpx.post(f"{soak.url}/v1/compress", json=body, headers=soak.headers, timeout=60)


def run(soak: Soak, clients: int, server: psutil.Process) -> list[float]:
    """All clients until time is up; memory of the server and its draft in MiB, by the minute."""
    few = max(1, clients // 8)
    threads = [
        threading.Thread(target=target, args=(number, size))
        for number, (target, size) in enumerate(
            [(soak.mixed, (200, 600))] * few
            + [(soak.good, (3000, 5000))] * few
            + [(soak.good, (200, 600))] * (clients - 2 * few)
        )
    ]
    for thread in threads:
        thread.start()
    memory: list[float] = []
    while not soak.over:
        time.sleep(min(30.0, soak.length / 20))
        own = [server, *server.children(recursive=True)]
        memory.append(sum(one.memory_info().rss for one in own) / 2**20)
    for thread in threads:
        thread.join()
    return memory


def report(seen: Seen, memory: list[float], ended: float, code: int, log: str) -> int:
    """Print what was seen; 1 if a promise was broken."""
    calm, attacked = (sorted(waits) for waits in seen.waits)
    broken = list(seen.failures[:5])
    for name, share in (("median", 0.5), ("95 of 100", 0.95), ("longest", 1.0)):
        one, other = (
            waits[min(len(waits) - 1, int(share * len(waits)))] for waits in (calm, attacked)
        )
        print(f"waits, {name}: {one:.2f} s, with hostile clients {other:.2f} s, x{other / one:.2f}")
        if other > 3 * one:
            broken.append(f"good clients waited {other / one:.1f} times as long ({name})")
    print(f"good answers: {len(calm)} and {len(attacked)}; failures: {len(seen.failures)}")
    for kind, counts in seen.statuses.items():
        print(f"hostile, {kind}: " + ", ".join(f"{s} x{n}" for s, n in sorted(counts.items())))
        broken += [f"{kind}: {n} answers 500" for s, n in counts.items() if s == "500"]
    half = len(memory) // 2
    grown = statistics.median(memory[half:]) / statistics.median(memory[half // 2 : half] or memory)
    print(f"memory: {', '.join(f'{mib:.0f}' for mib in memory)} MiB; later half x{grown:.3f}")
    print(f"ended {ended:.1f} s after SIGTERM with code {code}; log of {len(log)} characters")
    told = [word for word in (SECRET, TOKEN, "Traceback") if word in log]
    if grown > 1.1:
        broken.append("memory grows")
    if ended > ENDS_WITHIN or code != 0:
        broken.append("SIGTERM did not end it in time")
    broken += [f"the log holds {word!r}" for word in told]
    for line in broken:
        print(f"BROKEN: {line}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
