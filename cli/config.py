"""``specpc config``, and the settings it shows: defaults stated once, for every command."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, get_args

from specpc.errors import UsageError
from specpc.machine.journal import json_line
from specpc.options import (
    DEFAULT_DRAFT,
    DEFAULT_RATIO,
    SCORERS,
    UNITS,
    Dtype,
    check_budget,
    check_text,
    scorer_name,
)
from specpc_cli import options as opt
from specpc_cli.outputs import write_stdout

if TYPE_CHECKING:
    from collections.abc import Iterable

BUILT_IN: Final[dict[str, Any]] = {
    "draft": DEFAULT_DRAFT,
    "ratio": DEFAULT_RATIO,
    "tokenizer": "draft",
    "gap": None,
    "unit": "auto",
    "scorer": "auto",
    "device": "auto",
    "dtype": "auto",
    "server": None,
}
"""The settings, named like their options, with the values they have where nobody sets them."""

_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "unit": UNITS,
    "scorer": SCORERS,
    "dtype": get_args(Dtype),
}


class Setting(NamedTuple):
    """A value, and who set it: a variable, a file, or nobody."""

    value: Any
    origin: str


@dataclass(frozen=True)
class Settings:
    """All settings as they hold now.

    Attributes:
        values: those that can be used, by name.
        mistakes: what is wrong with the others, or with the file, which has no name here.
    """

    values: dict[str, Setting]
    mistakes: dict[str, UsageError]

    def check(self, typed: Iterable[str] = ()) -> None:
        """Raise what is wrong, but for what was typed instead."""
        for name, mistake in self.mistakes.items():
            if name not in typed:
                raise mistake


def config(as_json: opt.Json = False) -> None:
    """Show the defaults of all commands, and where each comes from.

    \b
      specpc config
      SPECPC_RATIO=0.3 specpc config --json

    An option that is typed comes first; then variables such as SPECPC_RATIO or SPECPC_DRAFT;
    then the file that the first line names, of lines as these; then what is built in.
    """
    path, settings = config_path(), read_settings().values
    if as_json:
        told = {name: setting._asdict() for name, setting in settings.items()}
        write_stdout(json_line({"file": str(path), "found": path.exists(), "settings": told}))
        return
    lines = [f"# {path}" + ("" if path.exists() else " (not there)")]
    for name, (value, origin) in settings.items():
        line = (
            f"# {name} = " if value is None else f"{name} = {json.dumps(value, ensure_ascii=False)}"
        )
        lines.append(f"{line:32}  # {origin}")
    write_stdout("".join(f"{line}\n" for line in lines).encode())


def config_path() -> Path:
    """The file that SPECPC_CONFIG names, or the one in the user's folder of configurations."""
    if named := os.environ.get("SPECPC_CONFIG"):
        return Path(named)
    from platformdirs import user_config_dir

    return Path(user_config_dir("specpc", appauthor=False)) / "config.toml"


def read_settings() -> Settings:
    """All settings as they hold now."""
    path = config_path()
    found = {name: Setting(value, "built-in") for name, value in BUILT_IN.items()}
    mistakes: dict[str, UsageError] = {}
    try:
        found |= {name: Setting(value, str(path)) for name, value in _read(path).items()}
    except UsageError as mistake:
        mistakes[""] = mistake
    for name in BUILT_IN:
        variable = opt.variable_of(name)
        if value := os.environ.get(variable):
            found[name] = Setting(_number(value) if name == "ratio" else value, variable)
    for name, setting in found.items():
        try:
            _check(name, setting)
        except UsageError as mistake:
            mistakes[name] = mistake
    return Settings({name: found[name] for name in found if name not in mistakes}, mistakes)


def _number(typed: str) -> float | str:
    try:
        return float(typed)
    except ValueError:
        return typed


def _read(path: Path) -> dict[str, Any]:
    if not path.exists() and "SPECPC_CONFIG" not in os.environ:
        return {}
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read the settings in {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is no TOML: {error}") from error
    return values


def _check(name: str, setting: Setting) -> None:
    """Raise `UsageError` for a value that can be none."""
    value, origin = setting
    if name not in BUILT_IN:
        near = get_close_matches(name, BUILT_IN, 1) or BUILT_IN
        raise UsageError(f"{origin}: there is no setting {name!r}: use {', '.join(near)}")
    try:
        if name == "ratio":
            check_budget(ratio=value, target_tokens=None)
        elif value != BUILT_IN[name]:
            check_text(value, f"the {name}")
            if scorer_name(value) not in (known := _CHOICES.get(name, (value,))):
                raise UsageError(f"there is no {name} {value!r}: use one of {', '.join(known)}")
    except UsageError as error:
        raise UsageError(f"{name} in {origin}: ", *error.args) from error
