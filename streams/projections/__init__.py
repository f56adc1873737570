"""Hold the read models of the output topics. Pure: imports `rules` only."""
