"""The body: one-minute steps, all patients at once. What the organs tell each other is in `body`."""
