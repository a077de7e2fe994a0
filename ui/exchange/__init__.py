"""The exchange with the server as the person sees it: a quiet line, and all about it."""
