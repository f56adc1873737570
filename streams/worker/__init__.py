"""The worker service: read the input topics in time order, keep each patient's chart, publish what changed.

Survives a kill at any point without losing a record.
"""
