"""A site's changes to the guideline's numbers: TOML with line numbers, keys, values, coherence."""
