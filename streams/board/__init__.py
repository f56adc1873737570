"""Serve the board: a live page of the unit and of each patient.

It evaluates nothing: states come from assessments and alerts, numbers from the events.
"""
