"""Who may do what in which state: one table for device and server. Anybody may import it."""
