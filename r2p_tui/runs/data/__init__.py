"""Data sets: what a data yaml or a COCO json names, for looking at and for training."""
