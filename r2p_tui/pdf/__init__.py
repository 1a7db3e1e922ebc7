"""PDF files, TeX sources and HTML pages of papers, read in a child process that may do nothing else."""
