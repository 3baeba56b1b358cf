"""Patterns are compiled when first used, and are then as others are."""

from __future__ import annotations

import pickle
import re
import sys
from subprocess import run
from typing import Any

import pytest
import regex

from specpc.text.patterns import LazyPattern, lazy_re, lazy_regex


def is_compiled(pattern: object) -> bool:
    return "compiled" in vars(pattern)


@pytest.mark.parametrize(
    ("lazy", "engine", "written"), [(lazy_re, re, r"^a+"), (lazy_regex, regex, r"(?<=b)a++")]
)
def test_it_finds_what_the_pattern_does(lazy: Any, engine: Any, written: str) -> None:
    late, early = lazy(written, engine.MULTILINE), engine.compile(written, engine.MULTILINE)
    text = "aab\naaa baa"
    assert not is_compiled(late)
    assert [found.span() for found in late.finditer(text)] == [
        found.span() for found in early.finditer(text)
    ]
    assert is_compiled(late)
    assert (late.pattern, late.flags) == (early.pattern, early.flags)
    assert late.sub("c", text) == early.sub("c", text)


def test_an_error_in_it_is_raised_when_it_is_used() -> None:
    wrong = lazy_re("(")
    with pytest.raises(re.error):
        wrong.search("a")


def test_it_can_be_sent_to_another_process() -> None:
    sent = pickle.loads(pickle.dumps(lazy_regex("a+")))
    assert isinstance(sent, LazyPattern)
    assert sent.fullmatch("aa")


def test_few_are_compiled_before_there_is_a_text() -> None:
    code = (
        "import specpc.structure, gc; from specpc.text.patterns import LazyPattern as Lazy;"
        "made = [one for one in gc.get_objects() if isinstance(one, Lazy)];"
        "print(len(made), sum('compiled' in vars(one) for one in made))"
    )
    done = run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    made, compiled = map(int, done.stdout.split())
    assert made > 800
    assert compiled < 25
