"""The worker: reads the input topics in order of time, keeps each patient's chart, and says what changed;
nothing is lost by a kill.
"""
