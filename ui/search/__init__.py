"""`Recherche`: over every document and title on this device."""
