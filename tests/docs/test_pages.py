"""Generated and copied parts are up to date; links lead somewhere where no site is built."""

from __future__ import annotations

import runpy
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt

from tests.docs.blocks import PAGES, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from markdown_it.token import Token


def test_the_reference_of_the_commands_is_up_to_date() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "cli_reference.py"))["reference"]()
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == made, (
        "python docs/cli_reference.py makes it anew"
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_name_files(page: Path) -> None:
    """Sphinx checks links between the pages, their headings included; not those out of ``docs``."""
    for target in _targets(MarkdownIt().parse(page.read_text(encoding="utf-8"))):
        path = target.partition("#")[0]
        if path and "://" not in path:
            assert (page.parent / path).exists(), target


def test_the_first_page_shows_the_notes_it_compresses() -> None:
    notes = (ROOT / "tests" / "docs" / "files" / "notes.txt").read_text(encoding="utf-8")
    assert f"```text\n{notes}```" in (ROOT / "docs" / "index.md").read_text(encoding="utf-8")


def _targets(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        yield from (str(token.attrs[key]) for key in ("href", "src") if key in token.attrs)
        yield from _targets(token.children or [])
