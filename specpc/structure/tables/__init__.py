"""Tables: CSV, and columns of spaces or between rules."""
