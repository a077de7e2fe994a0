"""Before the session: first start on this device, and unlocking."""
