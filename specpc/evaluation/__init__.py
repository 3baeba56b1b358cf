"""How well compression methods keep what a question needs: data, methods, metrics, statistics."""
