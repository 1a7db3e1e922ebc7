"""Runs on a Ray cluster: how jobs are sent, carried out there, and told here."""
