"""Hints: a small process of its own tells connected devices that their feeds moved (ADR 0021)."""
