"""Encryption at rest: file segments and wrapped keys. The store, the PDF door and services import it."""
