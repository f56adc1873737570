"""Run a course of treatment as a closed loop in chunks of 15 min: the body, then care, then the dosing
decision.
"""
