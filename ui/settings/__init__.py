"""`Réglages`: account, PIN, appearance, pen and hand, storage, about."""
