"""What programs report of themselves: their output, tables and event files."""
