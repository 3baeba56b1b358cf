"""Invented names and values for generated tasks; every function draws from the given generator."""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING, Final

from tests.fitting.tables import LISTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random


def pick(rng: Random, name: str) -> str:
    """An entry of a list of `tables.LISTS`."""
    return rng.choice(LISTS[name])


def name(rng: Random) -> str:
    """First and last name."""
    return f"{pick(rng, 'first names')} {pick(rng, 'last names')}"


def town(rng: Random) -> str:
    """A town."""
    return pick(rng, "town heads") + pick(rng, "town tails")


def company(rng: Random) -> str:
    """A company."""
    return f"{pick(rng, 'company heads')} {pick(rng, 'company tails')}"


def title(rng: Random) -> str:
    """A title of two words."""
    return f"{pick(rng, 'adjectives')} {pick(rng, 'nouns')}".title()


def slug(rng: Random, mark: str = "-") -> str:
    """Two words in small letters, as identifiers and host names have them."""
    return f"{pick(rng, 'adjectives')}{mark}{pick(rng, 'nouns')}"


def date(rng: Random) -> str:
    """Day, month and year in one of three notations."""
    day, month, year = rng.randint(1, 28), pick(rng, "months"), rng.randint(1890, 2024)
    return rng.choice((f"{day} {month} {year}", f"{month} {day}, {year}", f"{month} {year}"))


def money(rng: Random) -> str:
    """An amount."""
    thousands = f"{rng.randint(12, 990)},{rng.randint(100, 999)}"
    millions = f"{rng.randint(2, 90)}.{rng.randint(1, 9)} million"
    amount = rng.choice((thousands, millions, str(rng.randint(40, 900))))
    return rng.choice("$€£") + amount


def code(rng: Random) -> str:
    """A code of capital letters and digits, as bookings have."""
    return "".join(rng.choices(string.ascii_uppercase + string.digits, k=6))


def uuid(rng: Random) -> str:
    """An identifier of 32 hexadecimal digits."""
    digits = "".join(rng.choices("0123456789abcdef", k=32))
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def big(rng: Random) -> str:
    """A number of four to six digits with a separator."""
    return f"{rng.randint(1_200, 480_000):,}"


def percent(rng: Random) -> str:
    """A percentage."""
    return f"{rng.randint(2, 89)}{rng.choice(('%', ' percent', '%'))}"


VALUES: Final[dict[str, Callable[[Random], str]]] = {
    "person": name,
    "town": town,
    "company": company,
    "title": title,
    "date": date,
    "money": money,
    "code": code,
    "big": big,
    "year": lambda rng: str(rng.randint(1870, 2023)),
    "few": lambda rng: str(rng.randint(2, 95)),
    "hundreds": lambda rng: str(rng.randint(110, 990)),
    "percent": percent,
    "uuid": uuid,
    "decimal": lambda rng: f"{rng.randint(1, 60)}.{rng.randint(1, 9)}",
    "noun": lambda rng: pick(rng, "nouns").title(),
    "adjective": lambda rng: pick(rng, "adjectives"),
    "creature": lambda rng: pick(rng, "creatures"),
    "food": lambda rng: pick(rng, "foods"),
    "last": lambda rng: pick(rng, "last names"),
    "slug": slug,
    "weekday": lambda rng: pick(rng, "weekdays"),
    "time": lambda rng: f"{rng.randint(6, 21)}:{rng.choice(('00', '15', '30', '45'))}",
    "port": lambda rng: str(rng.randint(2000, 9999)),
    "version": lambda rng: f"{rng.randint(1, 9)}.{rng.randint(0, 20)}",
}
"""Kinds of values that the tables of relations name."""


_SLOT: Final = re.compile(r"\{(\w+)\}")


def fill(rng: Random, text: str) -> str:
    """Text with ``{person}``, ``{town}`` and so on replaced by new values."""
    return _SLOT.sub(lambda match: VALUES[match[1]](rng), text)


def value(rng: Random, kind: str) -> str:
    """A value of a kind, or one of ``a|b|c``."""
    return VALUES[kind](rng) if kind in VALUES else rng.choice(kind.split("|")).strip()
