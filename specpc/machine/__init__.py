"""This computer: its files, memory, processors and network."""
