"""What terminals show and nobody reads: the codes of colours, of links and of erased lines."""

from __future__ import annotations

from typing import Final

import regex

# "ESC [ 31 m", "ESC [ K"; of a link "ESC ] 8 ; ; address ESC \", whatever ends it.
COLOUR: Final = regex.compile(
    r"\x1b(?:\[[0-9;:?]*+[@-~]|\][^\x07\x1b\r\n]{0,2000}+(?:\x07|\x1b\\)|[()][0-9A-B])"
)
