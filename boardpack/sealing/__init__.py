"""Encryption at rest: file segments, wrapped keys. The store, the PDF door, services use it."""
