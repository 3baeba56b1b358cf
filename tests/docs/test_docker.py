"""The Dockerfile: built where there is an engine, otherwise read."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.command_line import app

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "docker"
INSTRUCTIONS = {
    "FROM", "ARG", "RUN", "WORKDIR", "COPY", "USER", "ENV", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT",
}  # fmt: skip


def instructions() -> list[tuple[str, str]]:
    text = (FOLDER / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


def test_all_lines_are_instructions() -> None:
    found = instructions()
    assert {name for name, _ in found} == INSTRUCTIONS
    assert found[0][0] == "FROM"
    users = [at for at, (name, _) in enumerate(found) if name == "USER"]
    assert users[0] < [name for name, _ in found].index("ENTRYPOINT")  # not as root


def test_the_command_has_these_options() -> None:
    command = json.loads(dict(instructions())["ENTRYPOINT"])
    assert command[:2] == ["specpc", "serve"]
    told = CliRunner().invoke(app, ["serve", "--help"]).stdout
    assert all(option in told for option in command if option.startswith("--"))


def test_all_that_is_installed_is_in_the_context() -> None:
    """What setuptools reads, by pyproject.toml, and nothing that is large."""
    ignore = (FOLDER / "Dockerfile.dockerignore").read_text("utf-8").split()
    kept = {line[1:] for line in ignore if line.startswith("!")}
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    named = re.findall(r'"(LICENSE|README\.md)"', project)
    assert {"cli", "specpc", "pyproject.toml", "constraints.txt", *named} == kept
    assert all((ROOT / name).exists() for name in kept)


@pytest.mark.slow
def test_it_builds() -> None:
    docker = shutil.which("docker")
    engine = docker and subprocess.run([docker, "info"], capture_output=True, check=False)
    if not docker or not engine or engine.returncode:
        pytest.skip("no Docker engine")
    file = str(FOLDER / "Dockerfile")
    subprocess.run([docker, "build", "-t", "specpc-test", "-f", file, "."], cwd=ROOT, check=True)
