"""Regular expressions that are compiled when first used.

To compile those for all kinds of text takes a third of a second, longer than to lay most texts out,
and a text is of few kinds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, cast

import regex

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(eq=False)
class LazyPattern:
    """Stands for a pattern until the first of its methods is asked for.

    Attributes:
        pattern: how it is written, which others may be made of.
        compiling: makes it.
    """

    pattern: str
    compiling: Callable[[], Any]

    @cached_property
    def compiled(self) -> Any:
        """The pattern itself; an error in it is raised here."""
        return self.compiling()

    def __getattr__(self, name: str) -> Any:  # noqa: D105
        if name.startswith("__"):  # What copies and pickles ask for, before there is anything.
            raise AttributeError(name)
        value = getattr(self.compiled, name)
        # From now on it is found without coming here, as quickly as the pattern's own.
        self.__dict__[name] = value
        return value


def lazy_re(written: str, flags: int = 0) -> re.Pattern[str]:
    """``re.compile``, later."""
    return cast("re.Pattern[str]", LazyPattern(written, partial(re.compile, written, flags)))


def lazy_regex(written: str, flags: int = 0) -> regex.Pattern[str]:
    """``regex.compile``, later: for possessive repeats, atomic groups and classes of Unicode."""
    return cast("regex.Pattern[str]", LazyPattern(written, partial(regex.compile, written, flags)))
