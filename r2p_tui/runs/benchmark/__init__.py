"""Benchmark runs: a model, a command or a service under the field's own scenarios."""
