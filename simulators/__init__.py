"""The bedside: courses and wards to watch, made by rule and seed, never from a patient's record."""
