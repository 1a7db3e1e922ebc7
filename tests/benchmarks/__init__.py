"""Each performance promise as a script that prints its figure, its yardstick and the ratio."""
