"""Where keys are: a file today; tokens and remote services later. The server may not import it."""
