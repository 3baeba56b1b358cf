"""How fast a draft compresses here, and how fast it could."""
