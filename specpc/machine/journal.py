"""JSON as bytes, and JSON lines back to objects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from specpc.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable


def json_line(fields: dict[str, Any], default: Callable[[Any], Any] | None = None) -> bytes:
    """One object on one line of UTF-8; ``default`` makes JSON of a value that is none."""
    return json_text(fields, default=default)


def json_text(
    value: Any, indent: str | None = None, default: Callable[[Any], Any] | None = None
) -> bytes:
    """A value as UTF-8 and a line break at its end; on one line unless indented."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=default)
    try:
        return (text + "\n").encode()
    except UnicodeEncodeError:  # a lone surrogate passed through from the input
        return (json.dumps(value, indent=indent, default=default) + "\n").encode()


def parse_line(line: bytes) -> dict[str, Any]:
    """The object on a line.

    Raises:
        InputError: there is none; says why.
    """
    try:
        value = json.loads(line)
    except UnicodeDecodeError as error:
        raise InputError(f"not valid UTF-8 (offset {error.start} in the line)") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"not valid JSON ({error})") from error
    if not isinstance(value, dict):
        raise InputError("not a JSON object")
    return value
