"""The HTTP transport: the only importer of httpx. Only bootstrap imports it."""
