"""Configuration of several services in usual notations; asked in other words than the keys'."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fitting.tables import SETTINGS
from tests.fitting.training.makers.sheet import Sheet
from tests.fitting.words import code, slug

if TYPE_CHECKING:
    from random import Random

    from tests.fitting.training.documents import Document


def make(rng: Random, held_out: bool) -> Document:
    """One file of many services with some keys each."""
    style, sheet = rng.choice(("ini", "yaml", "env", "toml")), Sheet()
    names = {slug(rng, "_" if style == "env" else "-") for _ in range(rng.randint(8, 30))}
    if style == "yaml":
        sheet.write("services:\n")
    for number, service in enumerate(sorted(names)):
        head = {"ini": f"[{service}]\n", "toml": f"[services.{service}]\n"}
        sheet.write({**head, "yaml": f"  {service}:\n"}.get(style, f"# {service}\n"))
        for setting in rng.sample(SETTINGS, rng.randint(3, 9)):
            key, value = setting.name, rng.choice(setting.passages[0].split("|"))
            line = {
                "ini": f"{key} = {value}\n",
                "yaml": f"    {key}: {value}\n",
                "env": f"{service}_{key}={value}\n".upper(),
                "toml": f'{key} = "{value}"\n',
            }[style]
            sheet.write(line, f"{number}/{key}")
            if rng.random() < 0.5:
                asked = rng.choice(setting.questions).replace("{x}", service)
                sheet.ask(asked, f"{number}/{key}")
        if rng.random() < 0.3:
            sheet.write(f"{'    ' if style == 'yaml' else ''}# see ticket {code(rng)}\n")
        sheet.write("" if style == "yaml" else "\n")
    return sheet.document("settings", f"services.{style}")
