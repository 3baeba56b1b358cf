"""What kinds of text are built of: lines, rows, blocks with heads, sections, syntax trees."""
