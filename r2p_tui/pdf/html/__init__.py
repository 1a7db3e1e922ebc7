"""Tables from the HTML that arXiv makes of a paper's TeX."""
