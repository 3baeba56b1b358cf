"""Draft models: which are known, where their weights come from, and how they are loaded."""

from specpc.drafts.catalogue import DEFAULT_DRAFT
from specpc.drafts.load import load_draft
from specpc.models.draft import Draft

__all__ = ["DEFAULT_DRAFT", "Draft", "load_draft"]
