"""The parts of a paper that have keys and services of their own."""
