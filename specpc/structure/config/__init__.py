"""Configuration: settings by line, YAML, blocks in braces or tags, Dockerfiles and Makefiles."""
