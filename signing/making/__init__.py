"""How a signature is made, on top of pyHanko; `signing.pades` is the door.

Importing this package costs most of a second, so only functions of the door do.
"""
