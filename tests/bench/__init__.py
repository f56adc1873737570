"""`make bench`: how fast the fold is, how large a patient's state, and where the time goes.

One process, one core.
"""
