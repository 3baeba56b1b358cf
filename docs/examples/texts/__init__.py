"""Texts that ``specpc demo`` shows; ``examples.json`` lists them with their questions."""
