"""Small items, and a file of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from specpc.evaluation.data import Item

if TYPE_CHECKING:
    from pathlib import Path

FACTS = (
    "The harbour of Lisbon opened in the year 1887.",
    "A baker in Ghent sells bread with walnuts.",
    "Snow fell on the observatory for nine days.",
    "The committee elected Marta Quist as treasurer.",
    "Copper wires were replaced by glass fibre.",
    "Two otters live below the old mill.",
    "The recipe calls for saffron and lemon peel.",
    "Engine four was repaired by a clockmaker.",
)
TEXT = " ".join(FACTS)


def item(number: int = 0, **changes: Any) -> Item:
    values: dict[str, Any] = {
        "dataset": "facts",
        "id": f"facts/{number}",
        "context": TEXT,
        "question": "Whom did the committee elect as treasurer?",
        "answers": ("Marta Quist",),
        "answers_mode": "any",
        "evidence": (FACTS[3],),
        "extractive": True,
        "lang": "en",
    }
    return Item(**{**values, **changes})


def fields(number: int = 0, **changes: Any) -> dict[str, Any]:
    values = {
        name: value for name, value in vars(item(number)).items() if name != "dataset"
    } | changes
    return {name: value for name, value in values.items() if value is not None}


def write_lines(path: Path, *lines: dict[str, Any] | str) -> Path:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("".join(f"{text}\n" for text in texts), "utf-8")
    return path
