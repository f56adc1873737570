"""A drawn course: one page a patient, the way a bedside flowsheet looks.

The extra `plot` brings matplotlib.
"""
