"""What a hospital writes down of a course: observed, rounded, late, and only when somebody or something
looks.
"""
