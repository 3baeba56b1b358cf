"""Markdown, of which plain prose is a case, with code and data in it."""
