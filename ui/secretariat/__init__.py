"""`Secrétariat`: compose, send, correct, follow, place deliberations. The stack opens it."""
