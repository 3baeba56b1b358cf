"""``specpc demo``: every text that comes along has its answer, and what is kept of it, too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from specpc_cli.demo import ShownText, read_examples
from tests.command_line import app
from tests.tiny_models import tiny_draft, use_draft

if TYPE_CHECKING:
    from specpc import Compressor

EXAMPLES = read_examples()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.file)
def test_the_answer_is_kept(example: ShownText, compressor: Compressor) -> None:
    assert example.text.count(example.answer) == 1
    result = compressor.compress(
        example.text, example.question, ratio=example.ratio, name=example.file
    )
    assert example.answer in result.text


def test_all_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    use_draft(monkeypatch, tiny_draft())
    done = CliRunner().invoke(app, ["demo"])
    assert done.exit_code == 0
    for number, example in enumerate(EXAMPLES, start=1):
        assert f"{number} of {len(EXAMPLES)}: {example.title} ({example.file})\n" in done.stdout
        assert example.question in done.stdout
    assert done.stdout.count(" tokens (") == len(EXAMPLES)


def test_what_claims_to_be_json_is() -> None:
    [answer] = [example for example in EXAMPLES if example.file.endswith(".json")]
    assert json.loads(answer.text)
