"""Fixtures that several test files share."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from specpc import Compressor
from specpc.drafts.load import load_draft
from specpc.models.draft import Draft
from tests.tiny_models import tiny_draft

os.environ["SPECPC_CONFIG"] = os.devnull  # the tests hold whatever their user has set
for _name in ("RATIO", "DRAFT", "TOKENIZER", "GAP", "UNIT", "SCORER", "DEVICE", "DTYPE", "SERVER"):
    os.environ.pop(f"SPECPC_{_name}", None)

if settings.get_current_profile_name() != "ci":  # Hypothesis knows CI by its environment
    settings.register_profile("patient", deadline=None)  # the machine may have other work
    settings.load_profile("patient")


@pytest.fixture(scope="session")
def compressor() -> Compressor:
    """The product as installed: the real default draft, fetched on first use."""
    return Compressor.from_pretrained()


@pytest.fixture(scope="session")
def draft() -> Draft:
    """The real default draft as transformers reads it, which can also generate."""
    return load_draft()


@pytest.fixture(scope="session")
def tiny() -> Compressor:
    """A tiny random draft with one token a byte."""
    return Compressor.from_pretrained(tiny_draft())
