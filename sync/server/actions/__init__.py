"""One module a change; each names the permission it needs, writes feeds and audit."""
