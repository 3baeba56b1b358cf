"""Projects with faults, the tools that find them, and what must be left of what those print."""
