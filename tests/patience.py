"""How long a test waits for what must come.

It comes in a second or two on a quiet machine. On one that does ten things at once a program takes half a
minute to start; a test that gives up then has found no fault. What has come is waited for no longer.
"""

PATIENCE_S = 180.0
