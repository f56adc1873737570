"""Determine what truly happened: the definitions of criteria.md on noise-free values, and the truth file."""
