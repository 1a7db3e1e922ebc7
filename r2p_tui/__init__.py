"""r2p takes one practitioner from a research paper to a production decision, in the terminal."""

__version__ = "0.1.0"
