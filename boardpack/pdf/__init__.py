"""The PyMuPDF door: intake facts, text, pages as images. Services and bootstrap import it."""
