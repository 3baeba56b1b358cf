"""Where text is in the requests of each vendor: one description a vendor, read in one way."""
