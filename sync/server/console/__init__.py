"""The browser console of the IT department (Django's admin); every change is an action."""
