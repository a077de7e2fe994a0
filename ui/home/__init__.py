"""`Accueil`: what needs the person, then the next sittings."""
