"""The row types of Table 3, one module each: why a row of that type stands as it does."""
