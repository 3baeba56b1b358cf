"""Keys that say which of what a list is of an item is."""

from __future__ import annotations

from typing import Final

from specpc.text.patterns import lazy_re

WORDS: Final = lazy_re(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
"""What a key is made of: "Instance" and "Id"."""
_NUMBERS: Final = frozenset({"id", "identifier", "arn", "number", "no", "key"})


def is_own(key: str, of: str, *, names: bool = True) -> bool:
    """Whether a key says which of what a list is of: of "Instances" the "InstanceId".

    So does a name, if ``names`` are asked for.
    """
    one = "".join(WORDS.findall(of)).casefold()
    one = one.removesuffix("ies") + "y" if one.endswith("ies") else one.removesuffix("s")
    *first, last = WORDS.findall(key) or [""]
    named, number = "".join(first).casefold(), last.casefold()
    numbers = _NUMBERS | {"name"} if names else _NUMBERS
    if not first:  # "instanceid"
        number = number.removeprefix(one)
        named = one if number in numbers and number != last.casefold() else ""
    return number in numbers and bool(named) and one.endswith(named)
