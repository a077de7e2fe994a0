"""What `boardpack-server` does, a module a command; imported when Django is set up."""
