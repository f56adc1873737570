"""The body: one file an organ system, one-minute steps, all patients at once. What the organs tell each other is in `body`."""
