"""The shared server (Django). Nothing that ships in the program imports it."""
