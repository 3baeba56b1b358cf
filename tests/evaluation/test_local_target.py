"""Models that answer here: what they read and how they decode (tiny draft, and the real one)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch

from specpc.drafts.load import load_target
from specpc.errors import InputError, UnknownDraftError
from specpc.evaluation.local_target import local_target
from specpc.evaluation.targets import clean
from specpc.evaluation.tasks import request
from specpc.kv.answering import AnsweringModel, cut_middle
from specpc.models.tokens import TextEncoder
from tests.evaluation.items import FACTS, TEXT, item
from tests.tiny_models import FAMILIES, byte_tokenizer, tiny_draft

if TYPE_CHECKING:
    from specpc.models.draft import Draft

TEMPLATE = (
    "{% for message in messages %}<s>{{ message.content }}</s>{% endfor %}"
    "{{ 'think:' if enable_thinking is not false }}answer:"
)


class Recorded:
    """A model that writes down what it read."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.read: list[list[int]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.model, name)

    def __call__(self, **inputs: Any) -> Any:
        self.read.append(inputs["input_ids"][0].tolist())
        return self.model(**inputs)


def recorded(limit: int = 4096, answer_tokens: int = 4, **tokenizer: Any) -> AnsweringModel:
    draft = tiny_draft()
    draft.model.config.max_position_embeddings = limit
    model: Any = Recorded(draft.model)
    return local_target(
        replace(draft, model=model, tokenizer=byte_tokenizer(**tokenizer)), answer_tokens
    )


def read_text(target: AnsweringModel) -> str:
    model: Any = target.model.model
    return str(target.model.tokenizer.decode([*model.read[0], *model.read[1]]))


def test_the_prompt_is_the_chat_template_without_thoughts() -> None:
    target = recorded(chat_template=TEMPLATE)
    target.answer("Context. <s>", request("Why?"))
    assert read_text(target) == f"<s>Context. <s>\n\n{request('Why?')}</s>answer:"
    # What the context spells out is no special token.
    model: Any = target.model.model
    assert model.read[0].count(target.model.tokenizer.bos_token_id) == 1
    assert [len(step) for step in model.read[1:]] == [1, 1, 1, 1]  # the rest is cached


def test_models_without_a_template_read_plain_text() -> None:
    target = recorded()
    target.answer("Context.", request("Why?"))
    assert read_text(target) == f"<s>Context.\n\n{request('Why?')}\n"


def test_a_long_context_loses_its_middle() -> None:
    target = recorded(limit=300)
    assert target.answer(TEXT[:50], request("Why?")).truncated is False
    model: Any = target.model.model
    model.read.clear()
    reply = target.answer(TEXT, request("Why?"))
    text = read_text(target)
    assert reply.truncated
    assert len(model.read[0]) + 1 == 300 - target.answer_tokens
    shortened = text.removeprefix("<s>").removesuffix(f"\n\n{request('Why?')}\n")
    half = len(shortened) // 2
    assert shortened == TEXT[: len(shortened) - half] + TEXT[-half:]
    with pytest.raises(InputError, match="takes all of the 300 tokens"):
        target.answer(TEXT, "Why? " * 60)


def test_cut_middle() -> None:
    assert cut_middle([1, 2, 3, 4, 5], 5) == [1, 2, 3, 4, 5]
    assert cut_middle([1, 2, 3, 4, 5], 4) == [1, 2, 4, 5]
    assert cut_middle([1, 2, 3, 4, 5], 3) == [1, 2, 5]
    assert cut_middle([1, 2, 3, 4, 5], 1) == [1]


@pytest.mark.parametrize("family", FAMILIES)
def test_decoding_equals_transformers_greedy_search(family: str) -> None:
    target = local_target(tiny_draft(family), 12)
    tokenizer, model = target.model.tokenizer, target.model.model
    prompt = f"<s>{TEXT}\n\n{request('Why?')}\n"
    ids = torch.tensor([TextEncoder(tokenizer).template_ids(prompt)])
    made: Any = model.generate(  # type: ignore[operator]
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=12, do_sample=False
    )
    expected = str(tokenizer.decode(made[0, ids.shape[1] :], skip_special_tokens=True))
    assert target.answer(TEXT, request("Why?")).text == expected.strip()


def test_penalties_of_the_model_are_not_applied_and_its_ends_are() -> None:
    target = recorded(answer_tokens=8)
    plain = target.answer(TEXT, request("Why?"))
    settings: Any = target.model.model.generation_config
    settings.repetition_penalty = 100.0
    assert target.answer(TEXT, request("Why?")) == plain
    model: Any = target.model.model
    settings.eos_token_id = [299, model.read[2][0]]  # the first token it said
    assert target.answer(TEXT, request("Why?")).text == ""


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (" Marta Quist\n", "Marta Quist"),
        ("<think>\nWho?\n</think>\n\nMarta", "Marta"),
        ("<think>Who", "<think>Who"),
        ("Marta <think>x</think>", "Marta <think>x</think>"),
    ],
)
def test_thoughts_are_no_answer(said: str, answer: str) -> None:
    assert clean(said) == answer


def test_the_default_draft_answers(draft: Draft) -> None:
    reply = local_target(draft, 32).answer(" ".join(FACTS[2:5]), item().question)
    assert "Marta Quist" in reply.text


def test_unknown_models() -> None:
    told = r"no target can be loaded: .*'gpt-9': target= takes"
    with pytest.raises(UnknownDraftError, match=told):
        load_target("gpt-9")
