"""A local server around one warm draft: ``specpc serve``.

What runs in the server needs the extra ``serve``; `specpc.serving.client` does not.
"""

from __future__ import annotations

from specpc.errors import require

_NEEDED = ("fastapi", "uvicorn", "prometheus_client")


def check_installed() -> None:
    """Raise `MissingPackageError` unless what the server is made of is installed."""
    for name in _NEEDED:
        require(name, "the server", "serve")
