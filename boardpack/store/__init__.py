"""The encrypted store: the only importer of sqlcipher3. Services and bootstrap import it."""
