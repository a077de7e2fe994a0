"""The frame around every screen: rail, header, state line, history."""
