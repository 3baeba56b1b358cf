"""A local server around one warm draft: ``specpc serve``.

What runs in the server needs the extra ``serve``; `specpc.serving.client` needs nothing.
"""

from __future__ import annotations

from importlib.util import find_spec

from specpc.errors import missing

_NEEDED = ("fastapi", "uvicorn", "httpx", "prometheus_client")


def check_installed() -> None:
    """Raise `MissingPackageError` unless what the server is made of is installed."""
    for name in _NEEDED:
        if find_spec(name) is None:
            raise missing("the server", name, "serve")
