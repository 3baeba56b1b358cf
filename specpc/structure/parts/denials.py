"""Values that say that what stands beside them does not hold: "enabled": false, state: absent.

A record of which such a value is dropped says the opposite.
"""

from __future__ import annotations

from typing import Final

from specpc.structure.parts.trees import names
from specpc.text.patterns import lazy_re

_NOT: Final = names("false no off 0")
_SO: Final = names("true yes on 1")
# What is so, if it is not said that it is not.
_HOLDS: Final = names(
    "enabled enable active available valid supported allowed approved installed ok success"
)
# What is not so, if it is not said that it is.
_FAILS: Final = names(
    "disabled disable deprecated deleted suspended suspend archived revoked cancelled canceled"
    " voided removed expired obsolete retired retracted withdrawn skipped paused dryrun inactive"
    " superseded yanked error"
)
_KEYS: Final = names("state status ensure")
_STATES: Final = names(
    "absent disabled deleted removed cancelled canceled voided void revoked withdrawn superseded"
    " inactive rejected declined deprecated archived expired retracted obsolete retired failed"
    " suspended skipped refunded"
)
_MARKS: Final = lazy_re(r"[_-]|\Ais(?=[_A-Z-])")
_LONGEST: Final = 40


def denies(key: str, value: str) -> bool:
    """Whether a value, as it is written, says of what stands beside it that it does not hold."""
    if len(key) > _LONGEST or len(value) > _LONGEST:
        return False
    name, said = _MARKS.sub("", key).casefold(), value.strip("\"' \t\r\n").casefold()
    if name in _KEYS:
        return said in _STATES
    return (name in _HOLDS and said in _NOT) or (name in _FAILS and said in _SO)
