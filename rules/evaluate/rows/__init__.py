"""Evaluators by row type of Table 3, one module each."""
