"""Builds the site: ``sphinx-build -W --keep-going -n docs build/site``."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from specpc.version import __version__

project = "specpc"
author = "the specpc authors"
copyright = author
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton"]
html_theme = "furo"
html_title = f"specpc {release}"
html_copy_source = html_show_sourcelink = True  # the eye at the top of a page
copybutton_prompt_text = "$ "  # copied are the commands after it, without it and what they print
copybutton_line_continuation_character = "\\"
myst_heading_anchors = 3
highlight_language = "none"  # of indented blocks
default_role = "code"

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
_OTHERS = (
    r"(torch|numpy|np|transformers|collections|typing|pathlib|haystack|langchain_core|llama_index)"
    r"\b.*"
)
_INSIDE = (  # types that are not public, and what is imported for annotations only
    "ChildProcess|Context|Cut|CutText|NDArray|Place|Progress|ReadText|Reader|Report|Setup|Spread|Tensor"
)
exclude_patterns = ["examples"]
nitpick_ignore_regex = [("py:.*", _OTHERS), ("py:.*", _INSIDE)]

_CHECKED = re.compile(r"~?[\w.]*\bAnnotated\[(~?[\w.]+), [^]]*\]")
_CAPTION = re.compile(r"### (?P<caption>.+)")
_ENTRY = re.compile(r"- \[[^]]+\]\((?P<page>[\w-]+)\.md\)")


def add_navigation(app: Sphinx, docname: str, source: list[str]) -> None:
    """Make the list of pages on the first page the navigation of the site, too."""
    if docname != app.config.root_doc:
        return
    trees: list[str] = []
    for line in source[0].splitlines():
        if caption := _CAPTION.fullmatch(line):
            trees += [f"```{{toctree}}\n:hidden:\n:caption: {caption['caption']}\n"]
        elif trees and (entry := _ENTRY.match(line)):
            trees[-1] += f"\n{entry['page']}"
    source[0] += "".join(f"\n\n{tree}\n```\n" for tree in trees)


def leave_out_checks(*told: Any) -> tuple[str, str | None] | None:
    """Show a type without what pydantic checks of it; ``told`` ends with arguments and result."""
    *_, arguments, result = told
    plain = _CHECKED.sub(r"\1", arguments or "")
    return (plain, result) if plain != (arguments or "") else None


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("autodoc-process-signature", leave_out_checks)
    app.connect("source-read", add_navigation)
