"""The row types of Table 3, one module each: how rows of that type are decided, and what can change them."""
