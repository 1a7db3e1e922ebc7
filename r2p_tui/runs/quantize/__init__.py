"""Quantize runs: variants of one model, made, proved and measured."""
