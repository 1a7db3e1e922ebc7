"""What stands on the pages of a PDF, by PyMuPDF: imported only in the child process."""
