"""HTTP, thin: decode, call `access` or one action, encode."""
