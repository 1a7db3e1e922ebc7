"""Background work: processes that outlive the terminal, and the folders through which they are known."""
