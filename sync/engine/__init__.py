"""The sync state machine: events in, commands out; no socket, no store."""
