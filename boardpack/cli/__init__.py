"""The command line `boardpack`, one module per command. Nobody imports it."""
