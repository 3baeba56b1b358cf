"""For coding agents: tools' outputs are cut before a model sees them, and kept as they were."""
