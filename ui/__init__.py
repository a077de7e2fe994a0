"""The window: the only importer of PySide6. It talks to services and domain values."""
