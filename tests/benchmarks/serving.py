"""Load on 'specpc serve' from a second process, against the same texts through Compressor.

python -m tests.benchmarks.serving [--requests 600] [--clients 64] [--rounds 6] [--dtype auto]

Server and Compressor take turns, round by round, so that noise of the machine hits both. Every
answer of the server is compared with what Compressor makes of the same text.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar
from urllib.request import urlopen

from specpc import Compressor
from specpc.serving.client import ServerCompressor
from tests.benchmarks.texts import long_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
QUESTION = "Why did construction of the Berth 4 extension come to a halt?"
LEAST, MOST = 50, 600


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=600)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--dtype", default="auto")
    options = parser.parse_args()

    command = [sys.executable, "-m", "specpc_cli", "serve", "--port", "0"]
    limits = ["--timeout", "3600", "--dtype", options.dtype]
    server = subprocess.Popen([*command, *limits], stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    try:
        url = server.stderr.readline().split()[-1]
        local = Compressor.from_pretrained(dtype=options.dtype)
        local.compress("It warms up. It is warm.", "Is it?", ratio=0.5)
        texts = make_texts(local, options.requests)
        measure_single(url, [text for text in texts if len(text) < 600][:20])
        measure_command(url, cut(local, 500))
        measure_load(url, local, texts, options.clients, options.rounds)
    finally:
        server.terminate()
        server.wait()


def make_texts(local: Compressor, count: int) -> list[str]:
    """Texts of 50 to 600 tokens, none like another."""
    chosen = random.Random(0)
    sizes = [chosen.randint(LEAST, MOST) for _ in range(count)]
    text = long_text(sum(sizes) * 6)
    bounds = local.reader.encoder.encode(text).bounds.tolist()
    texts, start = [], 0
    for size in sizes:
        texts.append(text[bounds[start] : bounds[start + size]])
        start += size
    return texts


def cut(local: Compressor, tokens: int) -> str:
    text = long_text(tokens * 6)
    return text[: int(local.reader.encoder.encode(text).bounds[tokens])]


def measure_single(url: str, texts: Sequence[str]) -> None:
    """Small requests, one after another."""
    client = ServerCompressor(url)
    times = []
    for text in texts:
        seconds, result = timed(lambda text=text: client.compress(text, QUESTION, ratio=0.3))
        times.append((seconds, result.timings.total))
    shares = [wall / own for wall, own in times]
    over = statistics.median(wall - own for wall, own in times)
    print(
        f"{len(times)} small requests, one at a time: median {statistics.median(shares):.3f} times "
        f"their own scoring time, {1000 * over:.1f} ms more",
        flush=True,
    )


def measure_command(url: str, text: str, runs: int = 7) -> None:
    """The command line, from its start to its end."""
    command = [sys.executable, "-m", "specpc_cli", "compress", "-q", QUESTION, "--ratio", "0.3"]
    client = ServerCompressor(url)
    walls, scored = [], []
    for _ in range(runs):
        seconds, _ = timed(
            lambda: subprocess.run(
                [*command, "--server", url],
                input=text.encode(),
                stdout=subprocess.DEVNULL,
                check=True,
            )
        )
        walls.append(seconds)
        scored.append(client.compress(text, QUESTION, ratio=0.3).timings.total)
    wall, own = statistics.median(walls), statistics.median(scored)
    print(
        f"specpc compress --server, 500 tokens: median {wall:.2f} s, of which the draft took "
        f"{own:.2f} s",
        flush=True,
    )


def measure_load(
    url: str, local: Compressor, texts: Sequence[str], clients: int, rounds: int
) -> None:
    """Many clients at once."""
    client = ServerCompressor(url)
    size = -(-len(texts) // rounds)
    served = batch = 0.0
    busy, own = server_seconds(url), time.process_time()
    with ThreadPoolExecutor(clients) as pool:
        for start in range(0, len(texts), size):
            some = texts[start : start + size]
            own_before = time.process_time()
            seconds, found = timed(
                lambda some=some: list(
                    pool.map(lambda text: client.compress(text, QUESTION, ratio=0.3).text, some)
                )
            )
            served += seconds
            own += time.process_time() - own_before  # that of the clients
            plain, made = timed(
                lambda some=some: [local.compress(text, QUESTION, ratio=0.3).text for text in some]
            )
            batch += plain
            wrong = sum(one != other for one, other in zip(found, made, strict=True))
            print(
                f"{start + len(some)} requests of {clients} clients: server {seconds:.1f} s, "
                f"Compressor {plain:.1f} s; {wrong} answers differ",
                flush=True,
            )
    busy, own = server_seconds(url) - busy, time.process_time() - own
    print(
        f"throughput {batch / served:.3f} times that of Compressor, one text after another; "
        f"processor time {own:.0f} s of Compressor, {busy:.0f} s of the server"
    )


def server_seconds(url: str) -> float:
    """Processor time of the server and its draft so far, by its own account."""
    with urlopen(f"{url}/metrics") as metrics:
        lines = [one for one in metrics if b"process_cpu_seconds_total " in one]
    return sum(float(line.split()[1]) for line in lines if not line.startswith(b"#"))


def timed(call: Callable[[], T]) -> tuple[float, T]:
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result


if __name__ == "__main__":
    main()
