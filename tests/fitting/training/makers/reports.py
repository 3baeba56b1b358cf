"""Reports: prose around tables of figures by year; asked is a figure, that is its row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.fitting.facts import filler
from tests.fitting.tables import FIGURES
from tests.fitting.training.makers.sheet import Sheet
from tests.fitting.words import big, company

if TYPE_CHECKING:
    from random import Random

    from tests.fitting.training.documents import Document

_SECTIONS: Final = ("Statement of income", "Balance sheet", "Cash flows", "Segments", "Outlook")
_ASKS: Final = (
    "What was the {r} of {x} in {y}?", "How high was the {r} of {x} in {y}?",
    "By how much did the {r} of {x} change between {y} and {z}?", "{x}: {r} {y}",
)  # fmt: skip


def make(rng: Random, held_out: bool) -> Document:
    """Reports of some companies, with tables in one notation."""
    sheet, style = Sheet(), rng.choice(("markdown", "markdown", "columns", "tabs"))
    for owner in dict.fromkeys(company(rng) for _ in range(rng.randint(1, 4))):
        first = rng.randint(1998, 2020)
        years = [first + n for n in range(rng.randint(2, 4))]
        sheet.write(f"# {owner}: annual report\n\n")
        for section in rng.sample(_SECTIONS, rng.randint(1, 4)):
            sheet.write(f"## {section}\n\n")
            for _ in range(rng.randint(1, 3)):
                sheet.write(f"{filler(rng)} ")
            sheet.write("\n\n")
            _table(rng, sheet, f"{owner}/{section}", years, style)
    return sheet.document("report")


def _table(rng: Random, sheet: Sheet, key: str, years: list[int], style: str) -> None:
    owner, _, _ = key.partition("/")

    def line(cells: list[str]) -> str:
        if style == "markdown":
            return f"| {' | '.join(cells)} |\n"
        if style == "tabs":
            return "\t".join(cells) + "\n"
        return cells[0].ljust(28) + "".join(cell.rjust(12) for cell in cells[1:]) + "\n"

    sheet.write(line(["in thousands", *map(str, years)]))
    if style == "markdown":
        sheet.write(line(["---"] * (len(years) + 1)))
    for figure in rng.sample(FIGURES, rng.randint(5, 12)):
        label = figure.name
        mark = f"{key}/{label}"
        sheet.write(line([label, *(big(rng) for _ in years)]), mark)
        if any(place.startswith(f"{owner}/") and place.endswith(f"/{label}") and place != mark
               for place in sheet.places):  # fmt: skip
            continue
        year, after = rng.sample(years, 2)
        name = label.lower() if rng.random() < 0.4 else rng.choice(figure.questions)
        asked = rng.choice(_ASKS).replace("{r}", name).replace("{x}", owner)
        sheet.ask(asked.replace("{y}", str(year)).replace("{z}", str(after)), mark)
    sheet.write("\n")
