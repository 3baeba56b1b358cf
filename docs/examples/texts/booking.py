"""Bookings of the ferry service: holding, confirming, changing, cancelling."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

log = logging.getLogger(__name__)

HOLD_TIME = timedelta(minutes=15)
MAX_PASSENGERS = 9
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CENT = Decimal("0.01")


@dataclass
class Booking:
    """Places reserved for one party on one sailing."""

    reference: str
    sailing: str
    departure: datetime
    passengers: list[str]
    price: Decimal
    status: str = "held"
    held_until: datetime | None = None
    history: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Number of places that the party takes."""
        return len(self.passengers)


def new_reference(length: int = 6) -> str:
    """A random reference without characters that are easily confused."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def fare(adults: int, children: int, base: Decimal) -> Decimal:
    """Price of a party; children pay half, and parties of six get a tenth off."""
    total = base * adults + base * children / 2
    if adults + children >= 6:
        total *= Decimal("0.9")
    return total.quantize(CENT, ROUND_HALF_UP)


def free_places(capacity: int, bookings: list[Booking], now: datetime) -> int:
    """Places still open on a sailing; holds that ran out are not counted."""
    taken = 0
    for booking in bookings:
        if booking.status == "confirmed":
            taken += booking.size
        elif booking.status == "held" and not hold_expired(booking, now):
            taken += booking.size
    return max(0, capacity - taken)


def hold_expired(booking: Booking, now: datetime) -> bool:
    """Whether a held booking was not paid in time."""
    return booking.held_until is not None and booking.held_until <= now


def hold(
    sailing: str,
    departure: datetime,
    passengers: list[str],
    price: Decimal,
    free: int,
    now: datetime,
) -> Booking:
    """Reserve places until the payment comes in."""
    if not 1 <= len(passengers) <= MAX_PASSENGERS:
        raise ValueError(f"a booking has 1 to {MAX_PASSENGERS} passengers")
    if len(passengers) > free:
        raise ValueError(f"only {free} places left on {sailing}")
    booking = Booking(new_reference(), sailing, departure, list(passengers), price)
    booking.held_until = now + HOLD_TIME
    log.info("held %s: %d places on %s", booking.reference, booking.size, sailing)
    return booking


def confirm(booking: Booking, paid: Decimal, now: datetime) -> None:
    """Turn a hold into a firm booking once the full price has been paid."""
    if booking.status != "held" or hold_expired(booking, now):
        raise ValueError(f"{booking.reference} can no longer be confirmed")
    if paid < booking.price:
        raise ValueError(f"{booking.price - paid} is still to be paid")
    booking.status = "confirmed"
    booking.held_until = None
    booking.history.append(f"{now:%Y-%m-%d %H:%M} confirmed")


def share_returned(notice: timedelta) -> Decimal:
    """Part of the price that goes back to the customer, by time left."""
    if notice >= timedelta(days=7):
        return Decimal("1")
    if notice >= timedelta(hours=24):
        return Decimal("0.75")
    return Decimal("0.20")


def cancel(booking: Booking, now: datetime) -> Decimal:
    """Give the places up and return the amount to pay back."""
    if booking.status == "cancelled":
        raise ValueError(f"{booking.reference} is already cancelled")
    if now >= booking.departure:
        raise ValueError("the ferry has left")
    paid = booking.price if booking.status == "confirmed" else Decimal("0")
    amount = (paid * share_returned(booking.departure - now)).quantize(CENT)
    booking.status = "cancelled"
    booking.history.append(f"{now:%Y-%m-%d %H:%M} cancelled, {amount} back")
    return amount


def manifest(bookings: list[Booking]) -> list[tuple[str, str]]:
    """Names and references of all who may board, sorted by name."""
    rows = [
        (name, booking.reference)
        for booking in bookings
        if booking.status == "confirmed"
        for name in booking.passengers
    ]
    return sorted(rows)
