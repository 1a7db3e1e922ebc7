"""From the words and rules inside a region to the table that they set."""
