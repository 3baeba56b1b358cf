"""Finding a draft's retrieval heads: texts with answers, statistics of every head, the choice."""
