"""Model the body in one-minute steps, all patients at once; `body` connects the organs."""
