"""The interactive page: a text box, and below it what ``specpc view`` makes of the text."""

from __future__ import annotations

import html
import re
from importlib import resources
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from fastapi.responses import HTMLResponse

from specpc.errors import UsageError
from specpc.output.page import content_hash
from specpc.serving.errors import status_of

if TYPE_CHECKING:
    from specpc.errors import SpecPCError

# The referrer policy keeps the Origin of the form's request, by which others' are told.
_HEADERS: Final = {"referrer-policy": "same-origin", "cache-control": "no-store"}
_FRAMED: Final = {**_HEADERS, "content-security-policy": "frame-ancestors 'self'"}


def read_form(body: bytes) -> tuple[str, str | None, float]:
    """The text, the question and the ratio that were typed into the form.

    Raises:
        UsageError: it is not this form.
    """
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=3)
        text, question, ratio = (fields[name][0] for name in ("text", "question", "ratio"))
        # Browsers send every line break as these two.
        return text.replace("\r\n", "\n"), question.strip() or None, float(ratio)
    except (ValueError, LookupError) as error:
        raise UsageError("the form has a text, a question and a ratio: fill it in") from error


def picture_page(page: bytes) -> HTMLResponse:
    """The page of ``specpc view``, which has a policy of its own, below the form."""
    return HTMLResponse(page, headers=_FRAMED)


def error_page(error: SpecPCError) -> HTMLResponse:
    """A sentence in its place."""
    policy = {"content-security-policy": "default-src 'none'; frame-ancestors 'self'"}
    page = f'<!doctype html><html lang="en"><title>specpc</title><p>{html.escape(str(error))}</p>'
    return HTMLResponse(page, status_of(error), headers={**_HEADERS, **policy})


def form_page() -> HTMLResponse:
    """The page with the text box, whose policy allows its own script, style and form alone."""
    page = resources.files("specpc.serving").joinpath("serve.html").read_text(encoding="utf-8")
    [style], [script] = (
        re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL) for tag in ("style", "script")
    )
    policy = (
        f"default-src 'none'; script-src '{content_hash(script)}'; "
        f"style-src '{content_hash(style)}'; form-action 'self'; frame-src 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    return HTMLResponse(page, headers={**_HEADERS, "content-security-policy": policy})
