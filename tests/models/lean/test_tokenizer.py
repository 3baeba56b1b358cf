"""Tokenizers read without transformers against the same files read by it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoTokenizer

from specpc.models.lean.tokenizer import LeanTokenizer, load_lean_tokenizer
from specpc.models.template import build_frame, render_template
from specpc.models.tokens import TextEncoder
from tests.tiny_models import byte_tokenizer, tiny_model

CHATML = (
    "{% for message in messages %}{% if loop.first and message['role'] != 'system' %}"
    "{{ bos_token + 'Be brief.' }}{% endif %}\n"
    "  {% if message.content is not string %}{{ raise_exception('no') }}{% endif %}\n"
    "{{ message['role'] + '\n' + message['content'] | trim + eos_token }}{% endfor %}\n"
    "{%- if add_generation_prompt %}{{ 'assistant' }}{% endif %}"
)


def saved(folder: Path, template: str | None = CHATML, **changes: Any) -> Path:
    tokenizer = byte_tokenizer()
    tokenizer.chat_template = template
    tokenizer.save_pretrained(folder)
    tiny_model("llama").config.save_pretrained(folder)
    path = folder / "tokenizer_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    return folder


@pytest.mark.parametrize("template", [None, CHATML, "{{ messages[0]['content'] | tojson }}"])
@pytest.mark.parametrize("name", ["TokenizersBackend", "PreTrainedTokenizerFast"])
def test_frames_are_those_of_transformers(tmp_path: Path, template: str | None, name: str) -> None:
    folder = saved(tmp_path, template, tokenizer_class=name)
    found = load_lean_tokenizer(folder, "llama")
    assert isinstance(found, LeanTokenizer)
    usual = AutoTokenizer.from_pretrained(folder)
    frames = []
    for tokenizer in (found, usual):
        rendered = render_template(tokenizer)
        encoder = TextEncoder(tokenizer, (rendered.head, rendered.tail))
        frames.append(build_frame(encoder, rendered, "Why </s>?"))
        assert TextEncoder(tokenizer).template_ids("<s>a</s>")[0] == 1
    assert frames[0] == frames[1]
    assert found.bos_token == usual.bos_token
    # What is given out is the caller's own.
    assert found.backend_tokenizer.to_str() == usual.backend_tokenizer.to_str()
    found.backend_tokenizer.encode_special_tokens = True
    assert found.backend_tokenizer.encode("</s>").ids == [2]


@pytest.mark.parametrize(
    ("family", "template", "change"),
    [
        ("qwen2", CHATML, {}),
        ("llama", CHATML, {"tokenizer_class": "LlamaTokenizer"}),
        ("llama", CHATML, {"tokenizer_class": None}),
        ("llama", CHATML, {"eos_token": "<new>"}),
        ("llama", CHATML, {"added_tokens_decoder": {"400": {"content": "<new>"}}}),
        ("llama", CHATML, {"extra_special_tokens": ["<new>"]}),
        ("llama", CHATML, {"auto_map": {"AutoTokenizer": ["x.Y", None]}}),
        ("llama", "{% generation %}{% endgeneration %}", {}),
        ("llama", "{% set ns = namespace(x=1) %}{{ ns.x }}", {}),
        ("llama", "{{ raise_exception('never') }}", {}),
    ],
)
def test_what_is_unusual_is_left_to_transformers(
    tmp_path: Path, family: str, template: str, change: dict[str, Any]
) -> None:
    assert load_lean_tokenizer(saved(tmp_path, template, **change), family) is None


def test_missing_and_broken_files_are_left_to_transformers(tmp_path: Path) -> None:
    assert load_lean_tokenizer(tmp_path, "llama") is None
    folder = saved(tmp_path)
    (folder / "tokenizer.json").write_text("{")
    assert load_lean_tokenizer(folder, "llama") is None
    (folder / "tokenizer.json").unlink()
    assert load_lean_tokenizer(folder, "llama") is None


@pytest.mark.parametrize("count", ["10**9", "10**7"])
def test_templates_do_not_count_without_end(tmp_path: Path, count: str) -> None:
    template = f"{{% for one in range({count}) %}}{{% endfor %}}"
    assert load_lean_tokenizer(saved(tmp_path, template), "llama") is None


def test_templates_run_in_a_sandbox(tmp_path: Path) -> None:
    template = "{{ messages.__class__.__mro__[1].__subclasses__() }}"
    assert load_lean_tokenizer(saved(tmp_path, template), "llama") is None
