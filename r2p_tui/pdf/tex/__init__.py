"""Tables from the TeX source of a paper, which is read and never run."""
