"""Examining a profile and mending it."""
