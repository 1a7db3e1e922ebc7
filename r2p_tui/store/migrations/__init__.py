"""Forward-only steps from one schema to the next; each runs in one transaction with its version number."""
