"""A picture as one HTML page that needs nothing else and asks nobody for anything."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import math
import re
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from specpc.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specpc.output.picture import Picture, Piece

# What could end the script element, begin a comment, or break a line in a string.
_UNSAFE: Final = {ord(mark): f"\\u{ord(mark):04x}" for mark in "<>&\u2028\u2029"}
# Kinds of text that read as running text, and units that say nothing of the kind. Where lines and
# columns tell what belongs together (code, JSON, tables, logs), all characters are equally wide.
_RUNNING: Final = frozenset({
    "sentence", "paragraph", "line", "word", "token", "structure", "mixed", "markdown", "html",
    "latex", "rst", "asciidoc", "org", "wiki", "pod", "e-mail", "transcript", "captions",
    "examples", "named texts",
})  # fmt: skip


def make_page(picture: Picture, name: str, ratio: float) -> bytes:
    """The page; ``view.html`` says what it looks like and does.

    ``name`` is the text's, for the title; the slider starts at ``ratio``, one of the picture's.
    """
    template = resources.files("specpc.output").joinpath("view.html").read_text(encoding="utf-8")
    data = json.dumps(_fields(picture, name, ratio), ensure_ascii=False, separators=(",", ":"))
    slots = {
        "policy": _policy(template),
        "title": html.escape(f"{name}: what specpc keeps"),
        "picture": data.translate(_UNSAFE),
    }
    # In one pass: a text that spells out a slot must not be filled in turn.
    page = re.sub("@@([a-z]+)@@", lambda match: slots[match[1]], template)
    return page.encode()


def _policy(template: str) -> str:
    """A content security policy that allows the template's own script and style, and no more."""
    script, style = (
        content_hash(re.findall(f"<{tag}>(.*?)</{tag}>", template, re.DOTALL)[-1])
        for tag in ("script", "style")
    )
    return (
        f"default-src 'none'; script-src '{script}'; style-src '{style}'; "
        "base-uri 'none'; form-action 'none'"
    )


def content_hash(content: str) -> str:
    """How a content security policy names a script or style that it allows."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def _fields(picture: Picture, name: str, ratio: float) -> dict[str, Any]:
    made = picture.results[0]
    return {
        "name": name,
        "question": made.query,
        "draft": made.draft,
        "scorer": made.scorer,
        "unit": made.unit,
        "tokenizer": made.tokenizer,
        "version": __version__,
        "ratios": picture.ratios,
        "start": picture.ratios.index(ratio),
        "tokens": [result.compressed_tokens for result in picture.results],
        "tokensInAll": picture.original_tokens,
        "fixed": picture.kind not in _RUNNING,
        "unitsKept": picture.units_kept,
        "unitsInAll": picture.units,
        "pieces": [_piece(picture, piece) for piece in picture.pieces],
        "marks": picture.marks,
        "places": [
            {
                "mark": place.mark,
                "piece": place.piece,
                "line": picture.line(place.start),
                "mask": _mask(place.kept),
                "from": picture.safe_from(place.kept),
            }
            for place in picture.places
        ],
    }


def _piece(picture: Picture, piece: Piece) -> dict[str, Any]:
    unranked = "always" if piece.score > 0 else ""
    return {
        "score": f"{piece.score:.4g}" if math.isfinite(piece.score) else unranked,
        "rank": piece.rank,
        "level": piece.level,
        "tokens": piece.tokens,
        "mask": _mask(piece.kept),
        "from": picture.safe_from(piece.kept),
        "parts": [
            [picture.text[part.start : part.end], _mask(part.kept), int(part.marked)]
            for part in piece.parts
        ],
    }


def _mask(kept: Sequence[bool]) -> int:
    """Bit ``i`` for the ``i``-th ratio; JavaScript's bit operators know 31 of them."""
    return sum(1 << at for at, is_kept in enumerate(kept) if is_kept)
