"""Generated and copied parts are up to date; links lead somewhere where no site is built."""

from __future__ import annotations

import inspect
import re
import runpy
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt

import specpc
from specpc import errors, kv
from tests.docs.blocks import PAGES, ROOT, commands, read_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

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


API = (ROOT / "docs" / "api.md").read_text(encoding="utf-8").partition("\n## ")[0]


def test_the_names_of_specpc_are_listed_with_what_they_are() -> None:
    """Where no site is built, directives show nothing but names."""
    listed = dict(re.findall(r"^- `(\w+)`(?:: (.*))?$", API, re.MULTILINE))
    assert {*listed} == {*specpc.__all__}
    for name in {*listed} - {"__version__"}:
        told = (inspect.getdoc(getattr(specpc, name)) or "").partition("\n")[0]
        assert listed[name] == told.replace("``", "`")


@pytest.mark.parametrize("module", [errors, kv], ids=lambda module: module.__name__)
def test_the_other_public_names_are_listed(module: ModuleType) -> None:
    told = re.search(rf"`{re.escape(module.__name__)}` has (.*?)\n\n", API, re.DOTALL)
    assert told is not None
    public = getattr(module, "__all__", None) or [
        name
        for name, value in inspect.getmembers(module, inspect.isclass)
        if value.__module__ == module.__name__
    ]
    assert sorted(re.findall(r"`(\w+)`", told[1])) == sorted(public)


def test_what_is_copied_are_commands() -> None:
    """The button at a block leaves out the prompt of the site's settings, and what is printed."""
    site = runpy.run_path(str(ROOT / "docs" / "conf.py"))
    assert "sphinx_copybutton" in site["extensions"]
    prompt = site["copybutton_prompt_text"]
    for block in (block for page in PAGES for block in read_blocks(page)):
        prompts = [line for line in block.code.splitlines() if line.startswith(prompt)]
        if block.language == "console":
            assert len(prompts) == len(commands(block.code)), block
        else:
            assert not prompts, block


def _targets(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        yield from (str(token.attrs[key]) for key in ("href", "src") if key in token.attrs)
        yield from _targets(token.children or [])
