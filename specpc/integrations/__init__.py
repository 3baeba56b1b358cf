"""specpc inside other frameworks, one module each; none is imported unless it is asked for."""

from __future__ import annotations


def missing(user: str, package: str, extra: str) -> ImportError:
    """The error of a module whose framework is not installed.

    Args:
        user: what needs the package.
        package: its name.
        extra: of specpc, which brings it.
    """
    return ImportError(f'{user} needs the package {package}: pip install "specpc[{extra}]"')
