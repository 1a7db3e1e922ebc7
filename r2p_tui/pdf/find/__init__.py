"""From pages of words and rules to the regions of their tables."""
