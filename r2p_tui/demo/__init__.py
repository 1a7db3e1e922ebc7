"""The offline demonstration library."""
