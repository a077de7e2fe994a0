"""One module per thing a person does. The window and the command line import it."""
