"""Draft models: which are known, where their weights come from, and how they are loaded."""

from specpc.drafts.load import load_draft
from specpc.models.draft import Draft
from specpc.options import DEFAULT_DRAFT

__all__ = ["DEFAULT_DRAFT", "Draft", "load_draft"]
