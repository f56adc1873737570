"""Advice of the guideline: fluids and pressors, therapy, recovery; one evaluator a code."""
