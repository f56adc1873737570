"""A course of treatment as a closed loop in chunks of a quarter of an hour: the body, then care, then the
dosing decision.
"""
