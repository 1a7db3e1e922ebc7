"""Models carried out by one engine each, in processes of their own."""
