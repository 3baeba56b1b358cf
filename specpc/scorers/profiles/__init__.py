"""Head profiles that ship with specpc, one JSON file a draft (read by `retrieval_heads`)."""
