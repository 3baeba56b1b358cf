"""Scripts written without spaces between words, as `regex` knows them."""

from __future__ import annotations

from typing import Final

# Any two characters may part.
UNSPACED_SCRIPTS: Final = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
UNSPACED: Final = rf"[{UNSPACED_SCRIPTS}]"
