"""Forward-only steps of the server's database."""
