"""Records of several lines: commits, diffs, contacts, catalogues, stanzas of like shape."""
