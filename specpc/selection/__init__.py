"""Which pieces stay within a budget."""
