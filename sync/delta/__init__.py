"""Revised documents as deltas against bytes that the other side holds; no input or output (D9)."""
