"""What runs in the worker process, and there only: the one importer of PyMuPDF."""
