"""The most common drafts, run without transformers, whose import takes longer than a short text."""
