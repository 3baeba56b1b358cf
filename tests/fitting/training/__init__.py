"""Training an adapter for a draft: documents, steps, checkpoints; `tests.fitting.train` runs it."""
