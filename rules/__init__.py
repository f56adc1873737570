"""The decision engine: events, charts, criteria, assessments and alerts as pure functions over plain data.

No Kafka, no files, no wall clock.
"""
