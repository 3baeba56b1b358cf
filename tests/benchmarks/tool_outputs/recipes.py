"""All recipes."""

from __future__ import annotations

from typing import Final

from tests.benchmarks.tool_outputs import compiled, python, shell, web

RECIPES: Final = (*python.RECIPES, *web.RECIPES, *compiled.RECIPES, *shell.RECIPES)
