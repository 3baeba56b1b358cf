"""A loaded model that is read."""
