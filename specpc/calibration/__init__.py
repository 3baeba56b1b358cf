"""Finding a draft's retrieval heads: generated tasks, statistics of every head, the choice."""
