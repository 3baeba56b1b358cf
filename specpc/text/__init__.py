"""A text without a model."""
