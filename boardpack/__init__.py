"""boardpack: the core. No Qt, no HTTP, no web framework; those are in ui, sync and signing."""

__version__ = "0.1.0"
