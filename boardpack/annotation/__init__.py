"""Where notes stand on a page, and how they are drawn: pure. Anybody may import it."""
