"""`Mes notes`: everything that one wrote, by sitting and item. The stack opens it."""
