"""From a text and a question to what is kept: read, score, cut."""
