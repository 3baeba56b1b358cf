"""What a server was told when it was started."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from specpc.errors import Argument, UsageError
from specpc.machine.network import check_server, is_loopback
from specpc.options import DEFAULT_RATIO, TURNS, Cut, Turns
from specpc.serving.routing import VENDORS


@dataclass(frozen=True)
class ServerSettings:
    """Where a server listens, how much it takes on, and where it passes requests on to.

    Attributes:
        host: name or address it listens on.
        port: likewise; 0 for any that is free.
        token: what a client must know; ``None`` on loopback only.
        ratio: fraction of the long texts of a chat request that is kept, unless the request says
            otherwise.
        turns: which texts of a chat request are cut, unless the request says otherwise.
        openai_upstream: base URL as OpenAI's client takes it (``.../v1``).
        anthropic_upstream: base URL as Anthropic's client takes it (without ``/v1``).
        gemini_upstream: base URL as Google's client takes it (without ``/v1beta``).
        queue: most requests that wait.
        max_bytes: most bytes of a request.
        timeout: most seconds from a request to its compressed text.
        idle: seconds without a request after which the server ends; infinity for never.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    token: str | None = field(default=None, repr=False)
    ratio: float = DEFAULT_RATIO
    turns: Turns = TURNS
    openai_upstream: str | None = None
    anthropic_upstream: str | None = None
    gemini_upstream: str | None = None
    queue: int = 128
    max_bytes: int = 10_000_000
    timeout: float = 300.0
    idle: float = math.inf

    def __post_init__(self) -> None:
        """Raise `UsageError` for what cannot be used, and for strangers without a token."""
        Cut(self.ratio)  # checks it
        if not 0 <= self.port < 2**16:
            raise UsageError(f"a port is a number from 0 to {2**16 - 1}, not {self.port}")
        if min(self.queue, self.max_bytes) < 1:
            raise UsageError(
                Argument("queue="), " and ", Argument("max_bytes="), " must be at least 1"
            )
        if not (math.isfinite(self.timeout) and self.timeout > 0):
            told = f" must be a number of seconds above 0, not {self.timeout:g}"
            raise UsageError(Argument("timeout="), told)
        if not self.idle > 0:
            told = f" must be a number of seconds above 0, not {self.idle:g}"
            raise UsageError(Argument("idle="), told)
        for name in (f"{vendor}_upstream" for vendor in VENDORS):
            if (address := getattr(self, name)) is not None:
                object.__setattr__(self, name, check_server(address, name))
        if self.token is not None and not (self.token.isascii() and self.token.isprintable()):
            raise UsageError("SPECPC_TOKEN holds characters that no token has")
        if self.token is None and not is_loopback(self.host):
            raise UsageError(
                f"whoever reaches {self.host} could use this server: set SPECPC_TOKEN to a token "
                "that its clients must know, or leave out ",
                Argument("host="),
            )

    @property
    def upstreams(self) -> dict[str, str]:
        """Those that there are, by the names of the vendors."""
        named = {vendor: getattr(self, f"{vendor}_upstream") for vendor in VENDORS}
        return {vendor: base for vendor, base in named.items() if base is not None}
