"""As much of curl as the examples need, for machines that have none."""

from __future__ import annotations

import argparse
import sys
from urllib.request import ProxyHandler, Request, build_opener


def send(url: str, data: str, headers: list[str]) -> bytes:
    """Post, past any proxy, and give what is answered."""
    body = sys.stdin.buffer.read() if data == "@-" else data.encode()
    named = dict(header.split(": ", 1) for header in headers)
    with build_opener(ProxyHandler({})).open(Request(url, body, named)) as answer:
        return bytes(answer.read())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("-s", "-sS", action="store_true")
    parser.add_argument("-H", action="append", default=[])
    parser.add_argument("-d")
    given = parser.parse_args()
    sys.stdout.buffer.write(send(given.url, given.d, given.H))
