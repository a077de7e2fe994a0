"""PAdES: prepare, sign, finish, verify. The only importer of pyHanko."""
