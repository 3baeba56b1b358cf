"""Markup languages: XML, HTML, LaTeX, reStructuredText, AsciiDoc, org-mode, wikis."""
