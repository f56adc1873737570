"""Simulate patients and wards by rule and seed, and import real courses from research tables (`mimic`)."""
