"""`À signer`: the signature inbox, one deliberation, signing, refusing. The stack opens it."""
