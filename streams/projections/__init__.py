"""Read models of the output topics. Pure: `rules` only."""
