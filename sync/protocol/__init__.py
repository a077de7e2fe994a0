"""The messages of the wire, read by both ends."""
