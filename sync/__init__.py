"""Moving dossiers between server and devices: protocol, engine, client, server."""
