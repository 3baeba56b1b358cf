"""Keys that say which of what a list is of an item is."""

from __future__ import annotations

import re
from typing import Final

_NUMBERED: Final = re.compile(r"[_-]?(?:id|identifier|arn|name|number)\Z", re.IGNORECASE)


def is_own(key: str, of: str) -> bool:
    """Whether a key says which of what a list is of: of "Instances" the "InstanceId"."""
    one = re.sub(r"[_-]", "", of).casefold()
    one = one.removesuffix("ies") + "y" if one.endswith("ies") else one.removesuffix("s")
    named = re.sub(r"[_-]", "", _NUMBERED.sub("", key)).casefold()
    return _NUMBERED.search(key) is not None and bool(named) and one.endswith(named)
