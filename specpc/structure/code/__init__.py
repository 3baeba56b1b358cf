"""Programs, and SQL."""
