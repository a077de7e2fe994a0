"""boardpack: the core. No Qt, no HTTP, no web framework; `ui`, `sync` and `signing` stand beside."""

__version__ = "0.1.0"
