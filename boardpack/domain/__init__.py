"""The glossary as frozen values: no input, no output. Anybody may import it."""
