"""What can be told of the number of tokens of a text without counting them."""

from __future__ import annotations


def may_be_long(text: str, least: int) -> bool:
    """Whether a text may have so many tokens, each of which is a byte or more."""
    return len(text) >= least or len(text.encode("utf-8", "replace")) >= least


def is_surely_short(text: str, least: int) -> bool:
    """Whether a text has fewer tokens: hardly any has less than two characters a token."""
    return not may_be_long(text, 2 * least)
