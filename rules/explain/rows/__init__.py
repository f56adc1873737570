"""Explanations by row type of Table 3, one module each: why a row of that type has its state."""
