"""Count the latest assessments of all patients and publish the counts as metrics.

No metric concerns a single patient.
"""
