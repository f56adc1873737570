"""Draw a course: one page per patient, laid out like a bedside flowsheet.

Needs the extra `plot`, which brings matplotlib.
"""
