"""What truly happened: the definitions of criteria.md on noise-free values, and the file that holds the
answer.
"""
